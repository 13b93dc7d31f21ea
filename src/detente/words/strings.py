"""The string catalogue: every sentence that dossier and studio show of their own, in one file per language.

`strings_en.toml` is the source; a translation is a file beside it with the same keys. Keys are dotted (section.name);
values may hold `{placeholders}`. A test holds the keys of all languages together.
"""

import tomllib
from functools import cache
from importlib import resources
from typing import cast

from detente.words.text import readable

LANGUAGE = "en"


@cache
def catalogue(language: str = LANGUAGE) -> dict[str, str]:
    """All strings of a language by dotted key.

    Args:
        language: two-letter code of a file `strings_CODE.toml` beside this module.

    Raises:
        FileNotFoundError: no catalogue for that language.
    """
    file = resources.files("detente.words").joinpath(f"strings_{language}.toml")
    flat: dict[str, str] = {}
    _flatten(tomllib.loads(file.read_text("utf-8")), "", flat)
    return flat


def _flatten(node: dict[str, object], prefix: str, into: dict[str, str]) -> None:
    for key, value in node.items():
        if isinstance(value, dict):
            _flatten(cast(dict[str, object], value), f"{prefix}{key}.", into)
        else:
            into[prefix + key] = str(value).strip("\n")


def string(key: str, /, **values: object) -> str:
    """The string of a key, with its placeholders filled in.

    Args:
        key: dotted key.
        **values: what the placeholders stand for.

    Raises:
        KeyError: no such string, or a placeholder without a value.
    """
    return catalogue()[key].format(**values)


@cache
def labelled(kind: str) -> frozenset[str]:
    """The names of a kind that have a label in the catalogue."""
    return frozenset(key.removeprefix(f"{kind}.") for key in catalogue() if key.startswith(f"{kind}."))


def label(kind: str, name: str) -> str:
    """The label of a column, table, unit or question; without one in the catalogue the name itself, made readable."""
    text = catalogue().get(f"{kind}.{name}")
    return text if text is not None else readable(name)
