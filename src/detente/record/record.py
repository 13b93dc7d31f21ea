"""A record in memory: everything that is in its files."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from detente.errors import Diagnostic, OptionError
from detente.record.cut import CutRecord, cut, read_day
from detente.record.entries import DatedRow, Event, Merge
from detente.record.lists import Entries
from detente.record.merge import joined
from detente.record.public import public


@dataclass(frozen=True, kw_only=True)
class Record(Entries):
    """All that is in the files of a record. What it shows of a day, it shows through `as_of`."""

    folder: Path | None = None
    files: tuple[Path, ...] = ()  # every file read
    warnings: tuple[Diagnostic, ...] = ()
    merges: tuple[Merge, ...] = ()  # events that a person declared to be one
    apart: dict[str, Event] = field(default_factory=dict[str, Event])  # those events as they stood before

    def as_of(self, date: datetime.date | str | None = None) -> CutRecord:
        """The record as it stood on a day; None: the day it was compiled, with all that was written until then.

        Raises:
            OptionError: not a date, or None and nothing in the record has a date.
        """
        if date is not None:
            asked = read_day(date)
            return cut(replace(self, events=self._known(asked)), asked)
        day = self.compiled_on
        if day is None:
            raise OptionError.of("nothing in this record has a date", "a day to look from", "--date 2021-08-05")
        return cut(self, day, whole=True)

    @property
    def compiled_on(self) -> datetime.date | None:
        """The day the record was compiled; where it does not say, the last that an entry of its own is dated.

        Imported lists count only where nothing else has a date.
        """
        if self.meta.compiled is not None:
            return self.meta.compiled
        listed = max((one.last for one in self.imported if one.last is not None), default=None)
        return max(self._days(), default=listed)

    def _known(self, day: datetime.date) -> dict[str, Event]:
        """The events, those that were merged with what was known of them by a day."""
        if not self.apart:
            return self.events
        known = {id: event for id, event in self.apart.items() if event.known <= day}
        together = joined(known, {merge.drop: merge for merge in self.merges})
        return {id: together.get(id, event) for id, event in self.events.items()}

    def _days(self) -> Iterator[datetime.date]:
        """The last day that each dated entry may mean."""
        yield from (event.last for event in self.events.values())
        yield from (row.end for row in self.deaths.values())
        rows: list[DatedRow] = [*self.claims.values(), *self.responses.values(), *self.ceasefires.values()]
        for instrument in self.instruments.values():
            rows += [instrument, *instrument.statuses, *(s for c in instrument.commitments for s in c.statuses)]
        yield from (day for row in rows if (day := row.known) is not None)

    def public(self) -> "Record":
        """The record without what is marked confidential, and without anything that rests on it or names it.

        Events that were merged stay one: what they were apart may tell of what is hidden.
        """
        shown = public(self)
        return shown if shown is self else replace(shown, warnings=(), merges=(), apart={})
