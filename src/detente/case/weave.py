"""Writing out what stands once for several: entries of a document are copied to paths of their own, some words changed.

The places of what is copied stay those of the text in the file, so that every later remark leads there.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from detente.files.mistakes import is_list, is_mapping
from detente.files.yaml import At, Document, Piece


@dataclass(frozen=True)
class Words:
    """Words to put in the place of others.

    Attributes:
        pattern: what is looked for in keys and texts.
        meaning: what each of them becomes.
        kept: keys whose values stay as they are.
    """

    pattern: re.Pattern[str]
    meaning: Mapping[str, str]
    kept: frozenset[str] = frozenset()

    def of(self, text: str) -> str:
        """The text with the words put in."""
        return self.pattern.sub(lambda found: self.meaning[found.group()], text)


AS_IT_IS = Words(re.compile(r"(?!)"), {})


def swapping(pairs: Mapping[str, str], kept: Iterable[str] = ()) -> Words:
    """Names exchanged in both directions, also where they are a part of a longer name (`war_cost_armenia`)."""
    partner = {**pairs, **{other: one for one, other in pairs.items()}}
    names = sorted((re.escape(name) for name in partner), key=len, reverse=True)
    pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(names)})(?![A-Za-z0-9])")
    return Words(pattern, partner, frozenset(kept)) if partner else AS_IT_IS


def graft(document: Document, value: Any, source: At, target: At, words: Words) -> Any:
    """A copy of the data at one path for another, with places; the key of the copy itself is the caller's.

    Args:
        document: takes the places, and a mistake where two keys become one.
        value: the data at `source`.
        source: where it stands.
        target: where the copy is to stand.
        words: what changes in it.
    """
    if source in document.values:
        document.values[target] = document.values[source]
    if source in document.spans:
        document.spans[target], document.styles[target] = document.spans[source], document.styles[source]
    if is_mapping(value):
        return _mapping(document, value, source, target, words)
    if is_list(value):
        return [graft(document, item, (*source, n), (*target, n), words) for n, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    pieces = document.pieces(source, value)
    if source in document.woven or words.pattern.search(value):
        document.woven[target] = _changed(pieces, words)
    return words.of(value)


def _mapping(document: Document, value: dict[str, Any], source: At, target: At, words: Words) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, inner in value.items():
        name = words.of(key)
        if name in result:
            what = f"key '{name}' stands twice once this is written out"
            document.diagnostics.append(document.diagnostic((*source, key), what, "each key once", key=True))
            continue
        if (*source, key) in document.keys:
            document.keys[(*target, name)] = document.keys[(*source, key)]
        own = AS_IT_IS if key in words.kept else words
        result[name] = graft(document, inner, (*source, key), (*target, name), own)
    return result


def _changed(pieces: tuple[Piece, ...], words: Words) -> tuple[Piece, ...]:
    """The pieces of a text with words put in; each of those leads to where the word before it stood."""
    text, done = "".join(piece.text for piece in pieces), 0
    result: list[Piece] = []
    for found in words.pattern.finditer(text):
        result += _cut(pieces, done, found.start())
        first = _cut(pieces, found.start(), found.end())[0]
        new = words.meaning[found.group()]
        result.append(Piece(new, first.written, first.column, False, first.span, first.place))
        done = found.end()
    return (*result, *_cut(pieces, done, len(text)))


def _cut(pieces: tuple[Piece, ...], begin: int, end: int) -> list[Piece]:
    """The pieces of a text from one character to another."""
    result: list[Piece] = []
    for piece in pieces:
        size = len(piece.text)
        if begin < min(size, end):
            result.append(piece.part(max(begin, 0), min(size, end)))
        begin, end = begin - size, end - size
    return result
