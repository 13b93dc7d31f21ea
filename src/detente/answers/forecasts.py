"""Frozen forecasts: what was said on a day, with a hash over all of it, and what came, in a file beside it.

The frozen file is never written again; its `hash` is SHA-256 over the canonical JSON of everything else in it, so that
a later edit is noticed. What came stands in `NAME.outcomes.json`, which names that hash.

A window of h years runs from the day after the forecast's date to the same day h years later. An event resolves a
window that holds it as yes, and one that closed before it as no. That nothing came resolves only windows that are
closed.
"""

import json
from datetime import date as Date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError, field_validator

from detente.case.content import content_of, files_of
from detente.case.outputs import is_shipped, results_folder
from detente.errors import OptionError
from detente.evidence.kept import KeptFit
from detente.files.access import read_bytes, unreadable
from detente.files.keys import content_key, digest, digests
from detente.files.whole import write_text
from detente.run import Chance, Chances
from detente.run.base import Model
from detente.words.version import VERSION

if TYPE_CHECKING:
    from detente.case import Case

FOLDER = "forecasts"  # in a case folder of the user's own
OUTCOMES = ".outcomes.json"  # in place of .json: what came
Event = Literal["war", "peace"]
EVENTS: tuple[Event, ...] = ("war", "peace")


class Said(Model):
    """The chance of one event within one window, by past cases, by the model, and by both."""

    past: float | None = None
    model: float | None = None
    pool: float | None = None


class Rests(Model):
    """Hashes of what a forecast was made from; "" where there was none of it."""

    case: str
    record: str = ""
    posterior: str = ""


class Forecast(Model):
    """A forecast as it is frozen, without its hash."""

    forecast: Literal[1] = 1  # version of this form
    case: str
    title: str
    date: str  # of the situation
    registered: str  # the day on which it was frozen
    version: str  # of Detente
    command: str
    war_means: str
    peace_means: str
    after_fighting: bool  # windows of war run from the end of the fighting that is under way
    basis: Literal["prior", "posterior"]
    weight: float
    rests_on: Rests
    war: dict[str, Said]  # "5y" -> chances
    peace: dict[str, Said]

    def said(self, event: Event) -> dict[int, Said]:
        """Years -> chances."""
        chances = self.war if event == "war" else self.peace
        return {int(key.removesuffix("y")): said for key, said in chances.items()}

    def data(self) -> dict[str, Any]:
        """As it stands in its file: `class`, `model` and `pool` by event and horizon."""
        found = self.model_dump(mode="json")
        for event in EVENTS:
            found[event] = {years: {"class": said.pop("past"), **said} for years, said in found[event].items()}
        return found

    @staticmethod
    def of(data: dict[str, Any]) -> "Forecast":
        """The inverse of `data`.

        Raises:
            ValidationError: something else.
        """
        chances = {
            event: {
                years: {("past" if name == "class" else name): chance for name, chance in said.items()}
                for years, said in data[event].items()
            }
            for event in EVENTS
            if isinstance(data.get(event), dict)
        }
        return Forecast.model_validate({**data, **chances})


class Outcome(Model):
    """What came, or did not: one line of the file beside a forecast."""

    event: Event
    on: str | None = None  # the first day of it
    none_until: str | None = None  # it had not come by then
    fighting_ended: str | None = None  # where windows of war run from the end of fighting
    source: str
    noted: str  # the day on which this was added

    @field_validator("on", "none_until", "fighting_ended", "noted")
    @classmethod
    def _a_day(cls, day: str | None) -> str | None:
        if day is not None and Date.fromisoformat(day).isoformat() != day:
            raise ValueError(f"{day!r} is no date")
        return day


class Outcomes(Model):
    """The file beside a forecast."""

    forecast_hash: str
    outcomes: tuple[Outcome, ...] = ()

    def of(self, event: Event) -> tuple[Outcome, ...]:
        """What is known of an event."""
        return tuple(outcome for outcome in self.outcomes if outcome.event == event)


def today() -> Date:
    """The day."""
    return Date.today()


def check_day(date: str) -> None:
    """Refuse a situation in the future: nothing of it is known yet.

    Raises:
        OptionError: it is.
    """
    if date > today().isoformat():
        what = f"the situation of {date} lies in the future"
        raise OptionError.of(what, f"a situation up to {today()}", "a forecast is made from what is known on its date")


def check_new(path: Path) -> None:
    """Refuse to write over a forecast.

    Raises:
        OptionError: there is one.
    """
    if path.exists():
        what = f"{path} holds a forecast already, which is never changed"
        raise OptionError.of(what, "another date", "name another folder with --out")


# ---- freezing ----------------------------------------------------------------------------------------------------


def forecast_of(case: "Case", found: Chances, fitted: KeptFit | None, command: str) -> Forecast:
    """What is frozen of an outlook.

    Raises:
        OptionError: the date is in the future: nothing of its situation is known yet.
    """
    check_day(found.date)
    files = files_of(case.folder)
    record = {name: path for name, path in files.items() if name.startswith("record/")}
    war = case.outcomes.war if case.threshold is None else case.threshold.states
    return Forecast(
        case=case.name,
        title=case.title,
        date=found.date,
        registered=today().isoformat(),
        version=VERSION,
        command=command,
        war_means=f"{found.threshold}; in the model: {war.text}",
        peace_means=f"a settlement; in the model: {case.outcomes.peace.text}",
        after_fighting=found.after_fighting,
        basis=found.basis,
        weight=found.weight,
        rests_on=Rests(
            case=content_of(case),
            record=content_key(digests(record)) if record else "",
            posterior="" if fitted is None else content_key(list(fitted.names), digest(fitted.values.tobytes())),
        ),
        war=_said(found.war),
        peace=_said(found.peace),
    )


def _said(chances: tuple[Chance, ...]) -> dict[str, Said]:
    return {f"{one.years}y": Said(past=one.class_mean, model=one.model_mean, pool=one.pool) for one in chances}


def home_of(case: "Case", out: str | Path | None) -> Path:
    """Where forecasts of a case lie: `out`, `forecasts/` in its folder, or the results of a shipped case."""
    if out is not None:
        return Path(out)
    folder = case.folder
    if is_shipped(folder):
        return results_folder(case.name, folder, FOLDER)
    return folder / FOLDER


def freeze(forecast: Forecast, path: Path) -> str:
    """Write a forecast with its hash; returns the hash.

    Raises:
        OptionError: there is one already.
    """
    check_new(path)
    data = forecast.data()
    found = content_key(data)
    write_text(path, json.dumps({**data, "hash": found}, indent=1, ensure_ascii=False) + "\n")
    return found


# ---- reading -----------------------------------------------------------------------------------------------------


def read_forecast(path: Path) -> tuple[Forecast, str]:
    """A frozen forecast and its hash.

    Raises:
        OptionError: it cannot be read, is no forecast, or was changed since it was frozen.
    """
    data = _json(path, "a forecast that `detente forecast register` wrote")
    found = data.pop("hash", "")
    if content_key(data) != found:
        raise OptionError.of(f"{path} was changed after it was registered", "the file as it was frozen")
    try:
        return Forecast.of(data), str(found)
    except ValidationError as error:
        raise OptionError.of(f"{path} is no forecast: {error.errors()[0]['msg']}") from None


def outcomes_path(path: Path) -> Path:
    """The file with what came, beside a forecast."""
    return path.with_name(path.name.removesuffix(".json") + OUTCOMES)


def read_outcomes(path: Path, found: str) -> Outcomes:
    """What came, by the file beside a forecast; nothing where there is none.

    Args:
        path: of the forecast.
        found: its hash.

    Raises:
        OptionError: it cannot be read, or belongs to another forecast.
    """
    beside = outcomes_path(path)
    if not beside.exists():
        return Outcomes(forecast_hash=found)
    try:
        outcomes = Outcomes.model_validate(_json(beside, "outcomes that `detente forecast resolve` wrote"))
    except ValidationError as error:
        raise OptionError.of(f"{beside} holds no outcomes: {error.errors()[0]['msg']}") from None
    if outcomes.forecast_hash != found:
        raise OptionError.of(f"{beside} belongs to another forecast than {path.name}")
    return outcomes


def _json(path: Path, expected: str) -> dict[str, Any]:
    try:
        data = json.loads(read_bytes(path))
    except OSError as error:
        raise OptionError(unreadable(error, path)) from None
    except ValueError as error:
        raise OptionError.of(f"{path} is no JSON: {error}", expected) from None
    if not isinstance(data, dict):
        raise OptionError.of(f"{path} holds no object", expected)
    return data


# ---- windows -----------------------------------------------------------------------------------------------------


def close_of(start: str, years: int) -> Date:
    """The last day of a window; 28 February where the same day is no day of that year."""
    day = Date.fromisoformat(start)
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def resolved(forecast: Forecast, event: Event, outcomes: tuple[Outcome, ...]) -> dict[int, bool]:
    """Years -> whether the event came within them; windows of which nothing is known are left out."""
    start = next((o.fighting_ended for o in outcomes if o.fighting_ended), forecast.date)
    on = next((o.on for o in outcomes if o.on is not None), None)
    until = max((o.none_until for o in outcomes if o.none_until is not None), default="")
    found: dict[int, bool] = {}
    for years in forecast.said(event):
        close = close_of(start, years).isoformat()
        if on is not None:
            found[years] = on <= close
        elif close <= until:
            found[years] = False
    return found
