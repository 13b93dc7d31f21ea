"""Located YAML: plain data plus the place (file, line, column) of every key and value.

YAML 1.2 core rules (so `NO` stays a string), dates stay text, duplicate keys are errors, anchors and tags are refused:
a case must mean what a reader sees. Everything wrong in a file is collected, not only the first. What a scalar means is
decided by the library's safe loader; here its events are put together with their places.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from detente.errors import Diagnostic, FileError, Severity
from detente.files.access import decoded, read_bytes, unreadable

Key = str | int
At = tuple[Key, ...]
KEPT = 64  # texts that are not parsed again: checks, the record and the studio read the same files many times
DEEPEST = 50  # levels of nesting; no file that people read comes near, and what walks the data is safe below it
MERGE_OR_DEFAULT = ("merge", "value")  # meanings that old YAML gave to `<<` and `=`; here they are text
TWICE = "rename or merge"
HALF = re.compile(r"[\ud800-\udfff]")  # of a character beyond U+FFFF, as `\u` can write it; no file takes it
STYLES = {None: "plain", "": "plain", "'": "quoted", '"': "quoted", "|": "block", ">": "block"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; lines and columns count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text that was put together, and the scalar of the file from which it comes.

    Attributes:
        text: how it reads.
        written: the whole scalar as it stands in the file.
        column: where in `written` the run begins, from 0.
        as_written: whether it reads as it stands there; else it stands for what begins at `column`.
        span: from, to in the text of the file.
        place: where the scalar stands.
    """

    text: str
    written: str
    column: int
    as_written: bool
    span: tuple[int, int]
    place: Place

    def part(self, begin: int, end: int) -> "Piece":
        """A run of the run, by offsets into `text`."""
        column = self.column + begin if self.as_written else self.column
        return replace(self, text=self.text[begin:end], column=column)


@dataclass
class Document:
    """One YAML file: `data` is plain dicts, lists and scalars; `values` and `keys` map paths to places.

    Where entries were written out from others (an act for each of several actors), `data` has them under paths of their
    own, `values`, `keys`, `styles` and `spans` lead to what stands in the file, `woven` holds texts that read otherwise
    there, and `about` says, for a path and all below, for whom they were written out.
    """

    name: str
    data: Any = None
    values: dict[At, Place] = field(default_factory=dict[At, Place])
    keys: dict[At, Place] = field(default_factory=dict[At, Place])
    styles: dict[At, str] = field(default_factory=dict[At, str])  # "plain", "quoted" or "block", for scalars
    spans: dict[At, tuple[int, int]] = field(default_factory=dict[At, tuple[int, int]])  # scalars: from, to in `text`
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    text: str = ""
    woven: dict[At, tuple[Piece, ...]] = field(default_factory=dict[At, tuple[Piece, ...]])
    about: dict[At, str] = field(default_factory=dict[At, str])

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file, as places count them."""
        return self.text.splitlines()

    def place(self, at: At = (), key: bool = False) -> Place:
        """The place of a value (or of its key); falls back to the nearest parent that has one."""
        for length in range(len(at), -1, -1):
            of_key = key and length > 0 and isinstance(at[length - 1], str)  # an item of a list has no key
            found = (self.keys if of_key else self.values).get(at[:length])
            if found is not None:
                return found
        return Place(self.name, 1, 1)

    def diagnostic(
        self, at: At, what: str, expected: str = "", hint: str = "", key: bool = False, severity: Severity = "error"
    ) -> Diagnostic:
        """A located remark about the value (or key) at this path."""
        where = self.place(at, key)
        return Diagnostic(what, expected, hint, where.file, where.line, where.column, severity, self.of(at))

    def of(self, at: At) -> tuple[str, ...]:
        """For whom the entry at a path was written out; empty where it stands in the file as it is."""
        return next(((found,) for n in range(len(at), 0, -1) if (found := self.about.get(at[:n]))), ())

    def pieces(self, at: At, text: str) -> tuple[Piece, ...]:
        """Where in the file the runs of a text at a path come from; mostly one, the scalar itself."""
        whole = (Piece(text, text, 0, True, self.spans.get(at, (0, 0)), self.place(at)),)
        return self.woven.get(at, whole)

    def copy(self) -> "Document":
        """The same document, to be changed."""
        return replace(
            self, data=_copied(self.data), values={**self.values}, keys={**self.keys}, styles={**self.styles},
            spans={**self.spans}, diagnostics=[*self.diagnostics], woven={**self.woven}, about={**self.about},
        )  # fmt: skip

    def names(self, *at: Key) -> tuple[str, ...]:
        """The keys of the mapping at a path, right or wrong; none where there is no mapping."""
        found: Any = self.data
        for key in at:
            found = found.get(key) if isinstance(found, dict) else None  # pyright: ignore[reportUnknownVariableType]
        return tuple(map(str, found)) if isinstance(found, dict) else ()  # pyright: ignore[reportUnknownArgumentType]

    def replaced(self, at: At, words: str) -> str:
        """The text of the file with the scalar at a path written anew, and nothing else changed.

        Raises:
            KeyError: no scalar stands there.
        """
        begin, end = self.spans[at]
        tail = "\n" if self.styles[at] == "block" else ""
        return f"{self.text[:begin]}{words}{tail}{self.text[end:]}"


def read_yaml(path: Path, name: str | None = None) -> Document:
    """Read a YAML file; syntax errors, duplicate keys, refused constructs and unreadable files are in `.diagnostics`.

    Args:
        path: the file.
        name: how to print it in messages; default the path itself.
    """
    shown = name or path.as_posix()
    try:
        content = read_bytes(path)
    except OSError as error:
        return Document(shown, diagnostics=[unreadable(error, shown)])
    return parse_yaml(content, shown)


def parse_yaml(content: bytes | str, name: str) -> Document:
    """Parse YAML text; see `read_yaml`."""
    return _parsed(content, name).copy()


def _copied(data: Any) -> Any:
    """Plain data with dicts and lists of its own."""
    if isinstance(data, dict):
        return {key: _copied(value) for key, value in data.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(data, list):
        return [_copied(value) for value in data]  # pyright: ignore[reportUnknownVariableType]
    return data


@lru_cache(KEPT)
def _parsed(content: bytes | str, name: str) -> Document:
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    document = Document(name)
    try:
        document.text = decoded(content, name) if isinstance(content, bytes) else content
    except FileError as error:
        document.diagnostics += error.diagnostics
        return document
    try:
        document.data = _Builder(document).whole()
    except MarkedYAMLError as error:
        document.diagnostics.append(_not_yaml(error, document))
    except (YAMLError, ValueError) as error:
        document.diagnostics.append(Diagnostic(f"not valid YAML: {error}", file=name, line=1, column=1))
    return document


def _not_yaml(error: Any, document: Document) -> Diagnostic:
    """Why a text is not YAML; a quote that is not closed where it was meant to be is told where it opens."""
    mark: Any = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    quote = _open_quote(document.text, line, column)
    if quote is not None:
        hint = "close it on its line; inside double quotes, a quote is written \\\" and inside single ones ''"
        what = "not valid YAML: the quote that opens here closes where it was hardly meant to, or nowhere"
        return Diagnostic(what, "quotes in pairs", hint, document.name, *quote)
    if error.problem and "'\\t'" in error.problem:
        return Diagnostic("not valid YAML: a tab", "spaces", "indent by spaces", document.name, line, column)
    what = f"not valid YAML: {error.problem or error.context}"
    if "{}" in "".join(document.text.splitlines()[line - 1 : line]):
        return Diagnostic(what, "", "put what holds '{}' in quotation marks", document.name, line, column)
    hint = "indent by spaces, quote values that contain ': ' or begin with a special character"
    return Diagnostic(what, "", hint, document.name, line, column)


def _open_quote(text: str, line: int, column: int) -> tuple[int, int] | None:
    """Line and column of the last quoted text that runs over several lines up to a place where reading failed."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml: Any = YAML(typ="safe", pure=True)
    found: tuple[int, int] | None = None
    try:
        for token in yaml.scan(text):
            begin, end = token.start_mark, token.end_mark
            if (begin.line + 1, begin.column + 1) >= (line, column):
                break
            if type(token).__name__ == "ScalarToken":
                several = token.style in ("'", '"') and begin.line != end.line
                found = (begin.line + 1, begin.column + 1) if several and end.line + 1 == line else None
    except YAMLError as error:
        told: Any = error
        mark = getattr(told, "context_mark", None)
        if mark is not None and "quoted scalar" in str(told.context):
            return mark.line + 1, mark.column + 1
    return found


class _TooDeep(Exception):
    """Nested beyond `DEEPEST`; nothing more of the file is read."""


class _Builder:
    """Puts the events of a parser together; keeps the place of everything."""

    def __init__(self, document: Document) -> None:
        from ruamel.yaml import YAML

        self.document = document
        yaml: Any = YAML(typ="safe", pure=True)
        self.resolver, self.constructor = yaml.resolver, yaml.constructor
        self.events: Iterator[Any] = iter(yaml.parse(document.text))

    def whole(self) -> Any:
        """The data of the one document of a file; None where it is empty."""
        data: Any = None
        documents = 0
        for event in self.events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self.wrong(event, "a second document in one file", "one document", "remove '---' and what follows")
                    break
                if event.version not in (None, (1, 2)):
                    self.wrong(event, "a %YAML directive", "YAML 1.2, which needs none", "remove the line")
            elif not kind.startswith(("Stream", "Document")):
                try:
                    data = self.value(event, (), 0)
                except _TooDeep:
                    return None
        return data

    def wrong(self, event: Any, what: str, expected: str, hint: str = "") -> None:
        """Report a construct that has no meaning here."""
        place = self.place(event)
        self.document.diagnostics.append(Diagnostic(what, expected, hint, place.file, place.line, place.column))

    def place(self, event: Any) -> Place:
        """Where an event begins."""
        return Place(self.document.name, event.start_mark.line + 1, event.start_mark.column + 1)

    def value(self, event: Any, at: At, depth: int) -> Any:
        """The value that begins with an event, read to its end."""
        self.document.values[at] = self.place(event)
        if depth > DEEPEST:
            self.wrong(event, f"nested more than {DEEPEST} deep", "a flatter file")
            raise _TooDeep
        kind = type(event).__name__
        if kind == "AliasEvent":
            self.wrong(event, f"alias '*{event.anchor}'", "the value written out", "quote an expression that uses '*'")
            return None
        if event.anchor:
            self.wrong(event, f"anchor '&{event.anchor}'", "the value written out")
        if event.tag is not None:
            self.wrong(event, f"tag '!{str(event.tag).rsplit(':', 1)[-1].lstrip('!')}'", "plain values")
        if kind == "MappingStartEvent":
            return self.mapping(at, depth)
        if kind == "SequenceStartEvent":
            return self.sequence(at, depth)
        return self.scalar(event, at)

    def sequence(self, at: At, depth: int) -> list[Any]:
        """The items up to the end of a list."""
        items: list[Any] = []
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            items.append(self.value(event, (*at, len(items)), depth + 1))
        return items

    def mapping(self, at: At, depth: int) -> dict[str, Any]:
        """The entries up to the end of a mapping; of a key that stands twice the first counts."""
        result: dict[str, Any] = {}
        while type(event := next(self.events)).__name__ != "MappingEndEvent":
            place = self.place(event)
            if type(event).__name__ != "ScalarEvent":
                self.wrong(event, "a key that is not plain text", "a name")
                self.skip(event)
                self.skip(next(self.events))
                continue
            key = self.text(event)
            if key in result:
                first = self.document.keys[(*at, key)]
                self.wrong(event, f"key '{key}' stands twice (first at line {first.line})", "each key once", TWICE)
                self.skip(next(self.events))
                continue
            self.document.keys[(*at, key)] = place
            result[key] = None  # counts as seen even if what follows is wrong
            result[key] = self.value(next(self.events), (*at, key), depth + 1)
        return result

    def text(self, event: Any) -> str:
        """The text of a scalar; half of a character in it is wrong, and what may be read in its place is U+FFFD."""
        text = str(event.value)
        half = HALF.search(text)
        if half:
            what = f"'\\u{ord(half.group()):04x}' is half of a character"
            self.wrong(event, what, "whole characters", "write the character itself")
        return HALF.sub("\ufffd", text)

    def skip(self, event: Any) -> None:
        """Read a value that is not kept; what is wrong in it is not said."""
        level = 0
        while True:
            kind = type(event).__name__
            level += kind.endswith("StartEvent") - kind.endswith("EndEvent")
            if level <= 0:
                return
            event = next(self.events)

    def scalar(self, event: Any, at: At) -> Any:
        """A scalar as text, number, truth value or nothing."""
        from ruamel.yaml.nodes import ScalarNode

        text = self.text(event)
        self.document.styles[at] = STYLES[event.style]
        self.document.spans[at] = (event.start_mark.index, event.end_mark.index)
        if event.style or event.tag is not None:
            return text
        tag = self.resolver.resolve(ScalarNode, text, event.implicit)
        kind = str(tag).rsplit(":", 1)[-1]
        if kind in ("str", "timestamp", *MERGE_OR_DEFAULT):
            return text
        node = ScalarNode(tag, text, event.start_mark, event.end_mark)
        try:
            return getattr(self.constructor, f"construct_yaml_{kind}")(node)
        except ValueError:  # such as a whole number of more digits than Python turns into a number
            self.wrong(event, f"'{text[:40]}' cannot be read as a number", "a number, or text in quotation marks")
            return None
