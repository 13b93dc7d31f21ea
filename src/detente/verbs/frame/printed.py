"""What verbs print: tables, sections of parts, paths, JSON; and words beside the result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.words.progress import note
from detente.words.text import visible

if TYPE_CHECKING:
    from detente.outside.view import OutsideView
    from detente.run import Part, Table


def show_text(text: str = "", end: str = "\n") -> None:
    """Print words; what a terminal would obey is shown by its number."""
    print(visible(text), end=end)


def show_exact(text: str, end: str = "\n") -> None:
    """Print the text of a form that another program reads (JSON), letter by letter."""
    print(text, end=end)


def show_json(data: Any, indent: int | None = 1) -> None:
    """Print plain data as JSON."""
    show_exact(json.dumps(data, indent=indent, ensure_ascii=False))


def show_table(table: Table, *, only: Sequence[str] = (), cut: Sequence[str] = ()) -> None:
    """Print a table on the terminal; see `detente.words.tables.print_sheet`."""
    from detente.run.tables import sheet_of
    from detente.words.tables import print_sheet

    print_sheet(sheet_of(table), only=only, cut=cut)


def show(part: Part) -> None:
    """Print the sections of a part: finding, tables, then the rest in words."""
    for section in part.sections:
        show_text(section.finding, end="\n\n")
        for name in section.tables:
            show_table(part.tables[name])
            show_text()
        for words in section.paragraphs:
            show_text(words, end="\n\n")


def show_paths(paths: list[Path], as_json: bool) -> None:
    """Print the paths of files that were written."""
    if as_json:
        show_json({"files": [path.as_posix() for path in paths]}, None)
    else:
        for path in paths:
            show_text(str(path))


def say(words: str) -> None:
    """A word on stderr, so that stdout holds the result alone."""
    note(f"note: {words}")


def show_view(found: OutsideView, as_json: bool) -> None:
    """Print a view: JSON, or tables and sentences."""
    if as_json:
        show_json(found.data())
        return
    for table in found.tables.values():
        show_table(table)
    for sentence in found.words:
        show_text(sentence)
