"""What came, added to frozen forecasts; and their scores: Brier and log score by event and horizon.

The model's weight in the pool stays one half until twenty independent forecasts have been resolved. Forecasts of one
case and event are independent where their windows do not overlap; one that was frozen only after its window had closed
is scored and does not count.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from pathlib import Path
from typing import Any

import numpy as np

from detente.answers.forecasts import (
    EVENTS,
    OUTCOMES,
    Event,
    Forecast,
    Outcome,
    Outcomes,
    close_of,
    outcomes_path,
    read_forecast,
    read_outcomes,
    resolved,
    today,
)
from detente.answers.outlook import WEIGHT
from detente.errors import OptionError
from detente.files.whole import write_text
from detente.outside.scores import brier, log_score
from detente.run import Cell, Table

NEEDED = 20  # independent resolved forecasts from which the weight of the pool may be changed
BY = {"model": "the model", "past": "past cases", "pool": "both together"}
NAMES = {"past": "class"}  # as machine output has them


def add_outcome(path: Path, outcome: Outcome) -> dict[int, bool]:
    """Add what came to the file beside a forecast; returns which windows of the event are resolved now.

    Raises:
        OptionError: the forecast was changed, a day that cannot be, no window that is closed, or a contradiction.
    """
    forecast, found = read_forecast(path)
    before = read_outcomes(path, found)
    check_outcome(forecast, outcome, before.of(outcome.event))
    after = Outcomes(forecast_hash=found, outcomes=(*before.outcomes, outcome))
    known = resolved(forecast, outcome.event, after.of(outcome.event))
    if not known:
        first = min(forecast.said(outcome.event))
        start = outcome.fighting_ended or forecast.date
        what = f"no window of this forecast is closed by {outcome.none_until}: the first closes on"
        raise OptionError.of(f"{what} {close_of(start, first)}", "a later day, or --on with the day on which it came")
    data = after.model_dump(mode="json")
    write_text(outcomes_path(path), json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    return known


def check_outcome(forecast: Forecast, outcome: Outcome, before: Sequence[Outcome]) -> None:
    """Refuse days that cannot be, and what contradicts what is known.

    Raises:
        OptionError: with the reason.
    """
    day = outcome.on or outcome.none_until or ""
    start = outcome.fighting_ended or next((o.fighting_ended for o in before if o.fighting_ended), None)
    if forecast.after_fighting and outcome.event == "war" and start is None:
        what = f"fighting was under way on {forecast.date}, and windows run from its end"
        raise OptionError.of(what, "--fighting-ended DATE")
    if day > today().isoformat():
        raise OptionError.of(f"{day} lies in the future", f"a day up to {today()}: nobody knows yet")
    if day <= (start or forecast.date):
        raise OptionError.of(f"{day} is not after {start or forecast.date}, when the windows begin", "a later day")
    came = next((o.on for o in before if o.on is not None), None)
    none = max((o.none_until for o in before if o.none_until is not None), default="")
    if came is not None:
        raise OptionError.of(f"it is noted already that this came on {came}", "one first day of an event")
    if outcome.on is not None and outcome.on <= none:
        raise OptionError.of(f"it is noted already that this had not come by {none}", "a later day")


@dataclass(frozen=True)
class Window:
    """One resolved window: what was said, whether it came, and whether it was said before it closed."""

    file: str
    case: str
    event: Event
    years: int
    opens: str
    closes: str
    came: bool
    said: dict[str, float | None]
    ahead: bool


@dataclass(frozen=True)
class Scored:
    """All forecasts of some folders: resolved windows, and per file what there is to say."""

    windows: tuple[Window, ...] = ()
    files: tuple[dict[str, Any], ...] = field(default_factory=tuple)

    @property
    def independent(self) -> int:
        """The largest number of windows, said ahead, of which no two of one case and event overlap."""
        groups: dict[tuple[str, str], list[Window]] = {}
        for window in self.windows:
            if window.ahead:
                groups.setdefault((window.case, window.event), []).append(window)
        count = 0
        for own in groups.values():
            last = ""
            for window in sorted(own, key=lambda w: w.closes):
                if window.opens >= last:
                    count, last = count + 1, window.closes
        return count

    def data(self) -> dict[str, Any]:
        """Plain data for machine output."""
        columns = ("event", "years", "by", "forecasts", "came", "brier", "log_score")
        rows = [dict(zip(columns, row, strict=True)) for row in self.rows()]
        return {
            "scores": [{**row, "by": NAMES.get(str(row["by"]), row["by"])} for row in rows],
            "files": list(self.files),
            "independent": self.independent,
            "needed": NEEDED,
            "weight": WEIGHT,
        }

    def rows(self) -> list[tuple[Cell, ...]]:
        """One row for each event, horizon and way of knowing that has a resolved forecast."""
        found: list[tuple[Cell, ...]] = []
        for event in EVENTS:
            for years in sorted({w.years for w in self.windows if w.event == event}):
                own = [w for w in self.windows if (w.event, w.years) == (event, years)]
                found += [row for by in BY if (row := _row(event, years, by, own)) is not None]
        return found

    def words(self) -> list[str]:
        """How many there are, which are not scored, and what that means for the pool."""
        said = [f"{file['file']}: not scored; {file['why']}." for file in self.files if "why" in file]
        said += [f"{file['file']}: open, nothing of it is resolved." for file in self.files if file["state"] == "open"]
        late = sum(not window.ahead for window in self.windows)
        if late:
            said.append(f"{late} of {len(self.windows)} windows were known when the forecast was registered.")
        early = sum(window.came and window.closes > today().isoformat() for window in self.windows)
        if early:
            said.append(
                f"{early} windows are resolved and not closed, because the event has come: until others of their kind "
                "close, the scores lean toward what came."
            )
        count, enough = self.independent, self.independent >= NEEDED
        rule = "enough to change" if enough else f"of the {NEEDED} that it takes to change"
        return [
            *said,
            f"{count} independent resolved forecasts, {rule} the model's weight in the pool, which is {WEIGHT:g}.",
        ]

    def table(self) -> Table:
        """The scores for people."""
        names = {"war": "war", "peace": "settlement"}
        return Table(
            title="Frozen forecasts against what came",
            columns=("event", "years", "by", "forecasts", "came", "brier", "log_score"),
            rows=tuple((names[str(row[0])], row[1], BY[str(row[2])], *row[3:]) for row in self.rows()),
            note="Brier and log score: smaller is better; always saying one half gives 0.25 and 0.69.",
        )


def _row(event: str, years: int, by: str, own: Sequence[Window]) -> tuple[Cell, ...] | None:
    pairs = [(p, w.came) for w in own if (p := w.said[by]) is not None]
    if not pairs:
        return None
    p, y = np.array([pair[0] for pair in pairs]), np.array([float(pair[1]) for pair in pairs])
    return (event, years, by, len(pairs), int(y.sum()), brier(p, y), log_score(p, y))


def scored(folders: Iterable[Path]) -> Scored:
    """Read every forecast of some folders; what is changed or cannot be read is listed and not scored."""
    windows: list[Window] = []
    files: list[dict[str, Any]] = []
    for folder in folders:
        for path in sorted(folder.glob("*.json")):
            if path.name.endswith(OUTCOMES):
                continue
            try:
                forecast, found = read_forecast(path)
                outcomes = read_outcomes(path, found)
            except OptionError as error:
                files.append({"file": path.as_posix(), "state": "not scored", "why": error.diagnostics[0].what})
                continue
            own = list(_windows(path, forecast, outcomes))
            windows += own
            state = "scored" if own else "open"
            known = {event: sorted(w.years for w in own if w.event == event) for event in EVENTS}
            ahead = bool(own) and all(w.ahead for w in own)
            files.append(
                {"file": path.as_posix(), "state": state, "case": forecast.case, "date": forecast.date,
                 "registered": forecast.registered, "resolved": known, "said_ahead": ahead}
            )  # fmt: skip
    return Scored(tuple(windows), tuple(files))


def _windows(path: Path, forecast: Forecast, outcomes: Outcomes) -> Iterable[Window]:
    for event in EVENTS:
        lines = outcomes.of(event)
        start = next((o.fighting_ended for o in lines if o.fighting_ended), forecast.date)
        first = min((o.on for o in lines if o.on is not None), default=Date.max.isoformat())
        said = forecast.said(event)
        for years, came in resolved(forecast, event, lines).items():
            closes = close_of(start, years).isoformat()
            yield Window(
                path.as_posix(), forecast.case, event, years, start, closes, came,
                said[years].model_dump(), forecast.registered < min(closes, first),
            )  # fmt: skip
