"""The folder `imported` of a record: one description NAME.json per list, and the files that it names.

imported/NAME.json                   what makes the list part of the record; replaced last, in one step
imported/NAME.KEY.parquet            its rows; KEY is made of their bytes, so a new list never overwrites an old one
imported/NAME.KEY.set_aside.csv      the rows that could not be read: line, reason, the row as it stood
"""

import json
import re
from pathlib import Path
from typing import Any, cast

from detente.errors import Diagnostic, OptionError
from detente.files.access import read_bytes, unreadable
from detente.record.days import first_day
from detente.record.fields import texts_in
from detente.record.kinds import KINDS
from detente.record.lists import ImportedList

IMPORTED = "imported"
KEY = 12  # hexadecimal digits of a digest in a file's name: 48 bits keep the few lists of a record apart
NAME = re.compile(r"[a-z0-9_-]+")


def check_name(name: str) -> str:
    """A name under which a list can stand.

    Raises:
        OptionError: another sign than a-z, 0-9, _ and - in it, or the name of one of the record's own lists.
    """
    if not NAME.fullmatch(name):
        plain = re.sub(r"[^a-z0-9_-]+", "_", name.lower()).strip("_")
        hint = f"--name {plain}" if plain else ""
        raise OptionError.of(f"'{name}' cannot be the name of a list", "letters a-z, digits, '_' and '-'", hint)
    if name in KINDS:
        what = f"'{name}' is the name of one of the record's own lists"
        raise OptionError.of(what, "another name", f"--name {name}_imported")
    return name


def parts_of(name: str) -> re.Pattern[str]:
    """What the files of a list are called, those of earlier versions of it and those that an interrupt left too."""
    named = re.escape(name)
    ending = r"(?:parquet|set_aside\.csv)"
    whole = rf"{named}\.[0-9a-f]{{{KEY}}}\.{ending}|{named}\.set_aside\.csv"
    return re.compile(rf"{whole}|\.(?:{named}\.json|{named}\.[0-9a-f]{{{KEY}}}\.{ending})\.[^.]+")


def read_shelf(root: Path, diagnostics: list[Diagnostic]) -> tuple[ImportedList, ...]:
    """The imported lists of a record folder; what is wrong with them is added to the diagnostics."""
    found: list[ImportedList] = []
    for path in sorted((root / IMPORTED).glob("*.json")):
        name = "/".join(path.parts[-4:])
        try:
            about: Any = texts_in(json.loads(read_bytes(path)))
        except OSError as error:
            diagnostics.append(unreadable(error, name))
            continue
        except ValueError as error:
            diagnostics.append(Diagnostic(f"not the description of an imported list: {error}", "", _AGAIN, name))
            continue
        one = _described(path, cast("dict[str, Any]", about) if isinstance(about, dict) else {})
        if one is None:
            what = "the description of an imported list without its file and its number of rows"
            diagnostics.append(Diagnostic(what, "", _AGAIN, name))
        elif not one.path.is_file():
            what = f"the file of this imported list is gone: {one.path.name}"
            diagnostics.append(Diagnostic(what, "", f"{_AGAIN}, or remove this description", name))
        else:
            found.append(one)
    return tuple(found)


_AGAIN = "import the list again"


def _described(path: Path, about: dict[str, Any]) -> ImportedList | None:
    file, rows = about.get("file"), about.get("rows")
    if not isinstance(file, str) or not isinstance(rows, int) or Path(file).name != file:
        return None
    try:
        last = first_day(about.get("last"))
    except ValueError:  # an earlier version let rows of the year 2205 in; they must not move the record's day
        last = None
    return ImportedList(path.stem, path.parent / file, rows, about, last)
