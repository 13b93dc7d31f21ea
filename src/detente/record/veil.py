"""A veil over texts: what may not be told is taken out of every text field of a row, whatever its kind.

Fields are treated by what they are (`detente.record.fields`), not by name, so that a new text field is covered at once:

    field                  if its text may not be told
    -------------------    -----------------------------------------------------------------
    Title, Words, Text     the words of the veil stand in its place
    Line                   empty
    Lines, Labels, dict    without the lines, labels and entries that tell
    Remark...              with `remarks`, only its dated lines ("2020-11-10: ...") that may be told
"""

import datetime
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from detente.record.cells import shapes
from detente.record.entries import Row
from detente.record.fields import LABELS, NAME, REMARK, as_line, as_text, some
from detente.record.kinds import NESTED

R = TypeVar("R", bound=Row)
DATED_LINE = re.compile(r"(\d{4}-\d{2}-\d{2}):\s")


@dataclass(frozen=True)
class Veil:
    """Takes out of rows what may not be told.

    Args:
        tells: whether a text tells what may not be told.
        words: what stands in the place of a text.
        remarks: None: remarks are treated as other texts. A day: remarks were written later than that, and only those
            of their lines that begin with a date up to the day are kept.
    """

    tells: Callable[[str], bool]
    words: str
    remarks: datetime.date | None = None

    def row(self, row: R) -> R:
        """The row, and the rows inside it, under the veil."""
        update: dict[str, Any] = {}
        for name, treatment in treatments(type(row)).items():
            value: Any = getattr(row, name)
            kept: Any = self._kept(value, treatment) if value else value
            if kept != value:
                update[name] = kept
        for name in NESTED.get(type(row), {}):
            inner = cast("tuple[Row, ...]", getattr(row, name))
            parts = tuple(self.row(part) for part in inner)
            if parts != inner:
                update[name] = parts
        return row.model_copy(update=update) if update else row

    def _kept(self, value: Any, treatment: str) -> Any:
        if treatment.startswith("remark"):
            if self.remarks is not None:
                return self._dated(value)
            treatment = treatment.removeprefix("remark ")
        if treatment == "text":
            return self.words if self.tells(value) else value
        if treatment == "line":
            return "" if self.tells(value) else value
        if treatment == "many":
            return tuple(line for line in value if not self.tells(line))
        return self.plain(value)

    def _dated(self, value: Any) -> Any:
        """What of a remark was dated by whoever wrote it, up to the day."""
        if isinstance(value, str):
            return "\n".join(line for line in value.split("\n") if self._is_told(line))
        lines = cast("tuple[str, ...]", value) if isinstance(value, tuple) else ()
        return tuple(line for line in lines if self._is_told(line)) if isinstance(value, tuple) else {}

    def _is_told(self, line: str) -> bool:
        found = DATED_LINE.match(line)
        return bool(found) and found[1] <= str(self.remarks) and not self.tells(line)

    def plain(self, value: Any) -> Any:
        """Plain data without the texts that tell; a mapping loses the entries whose key or text does."""
        if isinstance(value, dict):
            items = [(key, self.plain(item)) for key, item in cast("dict[str, Any]", value).items()]
            return {key: item for key, item in items if not self.tells(str(key)) and item is not _GONE}
        if isinstance(value, list):
            kept = [self.plain(item) for item in cast("list[Any]", value)]
            return [item for item in kept if item is not _GONE]
        return _GONE if value is not None and self.tells(str(value)) else value


_GONE = object()  # in the place of a value that tells, until what holds it is put together without it


@functools.cache
def treatments(kind: type[Row]) -> dict[str, str]:
    """How the text fields of a kind are treated: "text", "line", "many" or "plain", after "remark" if it is one."""
    result: dict[str, str] = {}
    for name, field in kind.model_fields.items():
        found = _treatment(shapes(kind)[name], field.metadata)
        if found:
            result[name] = f"remark {found}" if REMARK in field.metadata else found
    return result


def _treatment(shape: str, metadata: list[Any]) -> str:
    functions = {getattr(item, "func", None) for item in metadata}
    if shape == "json":
        return "plain"
    if shape == "lines" or LABELS in metadata:
        return "many"
    if NAME in metadata or shape == "ids":
        return ""
    if as_text in functions or {as_line, some} <= functions:
        return "text"
    return "line" if as_line in functions else ""
