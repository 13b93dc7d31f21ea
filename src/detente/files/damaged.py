"""Streaming the rows of a CSV file that may be damaged: every row comes out, as cells or as what is wrong with it."""

import csv
import io
import itertools
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from detente.files.tables import LONGEST_FIELD, is_blank

MOST_LINES = 200  # physical lines in one row; beyond that a quote was never closed
MOST_CHARACTERS = 250_000  # in one row; less than LONGEST_FIELD, so that the reader never gives up first
TOLD_EVERY = 5000  # rows between two words of progress


@dataclass(slots=True)
class Item:
    """One row: the line on which it begins (1 is the header), its cells, its lines, and what is wrong with it."""

    line: int
    cells: list[str]
    lines: list[str]
    wrong: str = ""  # nothing is

    @property
    def raw(self) -> str:
        """Its text as it stands in the file."""
        return "".join(self.lines)


class _Lines:
    """Physical lines with push-back; remembers those that the row being read has taken."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.back: deque[str] = deque()
        self.taken: list[str] = []
        self.characters = 0
        self.cut = False  # the row being read was cut off for its size
        self.stopped = False  # the reader was told that the file is over, so it must be made anew

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES or self.characters > MOST_CHARACTERS:
            self.cut = self.stopped = True
            raise StopIteration
        if self.back:
            line = self.back.popleft()
        else:
            try:
                line = next(self.lines)
            except StopIteration:
                self.stopped = True
                raise
        self.taken.append(line)
        self.characters += len(line)
        return line

    def begin(self) -> None:
        self.taken = []
        self.characters = 0


def csv_items(
    path: Path, delimiter: str, encoding: str, progress: Callable[[int], None] | None = None, skip: int = 0
) -> Iterator[Item]:
    """The rows of a CSV file, the header first; blank lines are none.

    A row whose number of cells differs from the header's is wrong. If it spans several lines, a quote was most likely
    left open: only its first line is given up, and reading goes on with the next line, so that one damaged row does
    not swallow those after it. Bytes that are not in the encoding make their row wrong, not the file.

    Args:
        path: the file.
        delimiter: between cells.
        encoding: of the file.
        progress: called now and then with the number of bytes read.
        skip: lines above the header that are left out.

    Raises:
        OSError: the file cannot be read.
        LookupError: no such encoding.
    """
    csv.field_size_limit(LONGEST_FIELD)
    with path.open("rb") as binary, io.TextIOWrapper(binary, encoding, "surrogateescape", newline="") as stream:
        lines = _Lines(itertools.islice(stream, skip, None))
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        width, line, count = 0, 1 + skip, 0
        while True:
            lines.begin()
            cells, wrong = _next(reader)
            taken = lines.taken
            if not taken:
                return
            if not width and is_blank(cells):
                cells = []  # an empty row above the header
            width = width or len(cells)
            wrong = wrong or _wrong(cells, taken, width, lines.cut)
            if wrong and len(taken) > 1:
                lines.back.extendleft(reversed(taken[1:]))
                del taken[1:]
            if wrong and len(taken) == 1:
                cells, wrong = _leniently(taken[0], delimiter, width, wrong)
            if wrong or lines.stopped:
                lines.cut, lines.stopped = False, False
                reader = csv.reader(lines, delimiter=delimiter, strict=True)
            if cells or wrong:
                yield Item(line, cells, taken, wrong)
            line += len(taken)
            count += 1
            if progress is not None and count % TOLD_EVERY == 0:
                progress(binary.tell())


def _next(reader: Iterator[list[str]]) -> tuple[list[str], str]:
    try:
        return next(reader), ""
    except StopIteration:
        return [], "a row without an end"
    except csv.Error as error:
        return [], f"not CSV: {error}"


def _wrong(cells: list[str], taken: list[str], width: int, cut: bool) -> str:
    if cut:
        return f"a quote left open for more than {MOST_LINES} lines or {MOST_CHARACTERS} characters"
    if cells and len(cells) != width:
        return f"{len(cells)} cells instead of {width}"
    for text in taken:
        if not text.isascii():
            try:
                text.encode("utf-8")
            except UnicodeEncodeError:
                return "bytes that are not in the file's encoding"
    return ""


def _leniently(line: str, delimiter: str, width: int, wrong: str) -> tuple[list[str], str]:
    """A single line with stray quotes is still a row if it then has as many cells as the header and none is open."""
    if not wrong.startswith("not CSV"):
        return [], wrong
    try:
        next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            return [], "a quote left open"
    try:
        cells = next(iter(csv.reader([line], delimiter=delimiter)))
    except csv.Error:
        return [], wrong
    return (cells, "") if len(cells) == width and not _wrong(cells, [line], width, False) else ([], wrong)
