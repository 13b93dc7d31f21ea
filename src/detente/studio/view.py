"""What a page shows, as a link can say it: date, scenario, assumptions moved, situation edited, package.

?date=2021-08-05&scenario=calm&set=war_cost:1.4&set=rent:0.2&at=tension:calm&package=phased
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from detente.errors import OptionError, suggest
from detente.files.keys import digest
from detente.words.dates import nearest

if TYPE_CHECKING:
    from detente.case import Case, Scenario

KEYS = ("date", "scenario", "package", "set", "at")


@dataclass(frozen=True)
class View:
    """What the studio shows: a date, a scenario, assumptions moved by hand, a package. Pictures depend on these."""

    date: str
    scenario: str = ""
    set: Mapping[str, float] = field(default_factory=dict)
    at: Mapping[str, str] = field(default_factory=dict)
    package: str = ""

    @property
    def edited(self) -> bool:
        """Whether anything differs from the case and scenario as saved."""
        return bool(self.set or self.at)

    def query(self, **more: str) -> str:
        """The view as the query of a link."""
        pairs = [("date", self.date)]
        pairs += [(k, v) for k, v in (("scenario", self.scenario), ("package", self.package)) if v]
        pairs += [("set", f"{name}:{value!r}") for name, value in self.set.items()]
        pairs += [("at", f"{name}:{value}") for name, value in self.at.items()]
        pairs += list(more.items())
        return urlencode(pairs)

    def data(self) -> dict[str, Any]:
        """The view as plain data."""
        return {
            "date": self.date,
            "scenario": self.scenario,
            "set": dict(self.set),
            "at": dict(self.at),
            "package": self.package,
        }


def from_query(pairs: Iterable[tuple[str, str]], case: "Case", scenarios: Mapping[str, "Scenario"]) -> View:
    """The view that a link says.

    Raises:
        OptionError: an unknown date, scenario, package, assumption, variable or value, or a number out of range.
    """
    raw: dict[str, Any] = {"set": {}, "at": {}}
    for key, value in pairs:
        if key in ("set", "at"):
            name, colon, rest = value.partition(":")
            if not colon:
                raise OptionError.of(f"'{key}={value[:60]}'", "NAME:VALUE")
            raw[key][name] = rest
        elif key in KEYS:
            raw[key] = value
    return from_data(raw, case, scenarios)


def from_data(raw: Any, case: "Case", scenarios: Mapping[str, "Scenario"]) -> View:
    """The view in plain data from outside, with everything in it checked.

    Raises:
        OptionError: anything that is not a view of this case.
    """
    if not isinstance(raw, dict):
        raise OptionError.of("this is not a view", "an object with date, scenario, set, at and package")
    date, scenario, package = (_text(raw, key) for key in ("date", "scenario", "package"))
    date = date or case.as_of
    if scenario:
        _known("scenario", scenario, scenarios)
    dates = {**case.situations, **(scenarios[scenario].situations if scenario else {})}
    if date not in dates:
        raise OptionError.of(f"unknown date '{date}'", f"one of {', '.join(dates)}", nearest(date, dates))
    if package:
        _known("package", package, case.outcomes.settle)
    return View(date, scenario, _numbers(raw.get("set"), case), _values(raw.get("at"), case, dates[date]), package)


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key) or ""
    if not isinstance(value, str) or len(value) > 200:
        raise OptionError.of(f"'{key}' is not a name", "a short text")
    return value


def _known(what: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise OptionError.of(f"unknown {what} '{name[:60]}'", "", suggest(name[:60], list(known)))


def _numbers(raw: Any, case: "Case") -> dict[str, float]:
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise OptionError.of("'set' is not a list of assumptions", "NAME: NUMBER")
    found: dict[str, float] = {}
    for name, text in raw.items():
        _known("assumption", str(name), case.parameters)
        try:
            value = float(text)
        except (TypeError, ValueError):
            raise OptionError.of(f"'{name}' is set to something that is no number", "a number") from None
        parameter = case.parameters[name]
        slack = 1e-9 * max(1.0, abs(parameter.high - parameter.low))
        if not math.isfinite(value) or not parameter.low - slack <= value <= parameter.high + slack:
            raise OptionError.of(
                f"'{name}' = {value:g} is outside its range", f"{parameter.low:g} to {parameter.high:g}",
                "the range stands in the case file",
            )  # fmt: skip
        found[name] = value
    return found


def _values(raw: Any, case: "Case", situation: Mapping[str, str]) -> dict[str, str]:
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise OptionError.of("'at' is not a list of values", "VARIABLE: VALUE")
    found: dict[str, str] = {}
    for name, value in raw.items():
        _known("state variable", str(name), case.states)
        _known(f"value of '{name}':", str(value), case.states[name].values)
        if situation[name] != value:
            found[name] = str(value)
    return found


def situation(view: View, case: "Case") -> dict[str, str]:
    """The values of all state variables that a view starts from; `case` with the view's scenario applied."""
    return {**case.situations[view.date], **view.at}


def as_scenario(
    view: View, case: "Case", scenarios: Mapping[str, "Scenario"], *, name: str, title: str = "", why: str = ""
) -> "Scenario":
    """The scenario that reproduces a view: the one it starts from, with what was moved by hand on top."""
    from detente.case import Scenario

    base = scenarios[view.scenario] if view.scenario else Scenario(name)
    parameters = {**base.parameters, **view.set}
    situations = dict(base.situations)
    if view.at:
        situations[view.date] = {**case.situations.get(view.date, {}), **situations.get(view.date, {}), **view.at}
    return replace(base, name=name, title=title, why=why, parameters=parameters, situations=situations, file="")


def parameters_of(view: View, case: "Case") -> dict[str, float]:
    """The value of every parameter in a view; `case` with the view's scenario applied."""
    return {**case.defaults(), **view.set}


def changes_of(view: View, case: "Case", scenarios: Mapping[str, "Scenario"]) -> str:
    """What a view changes in the case, as the text of a scenario file; "" for the case as it stands.

    A saved scenario keeps its name; what was moved by hand is named after what it changes, so that the same changes
    are the same scenario.
    """
    from detente.case.content import changes_text
    from detente.case.scenarios import scenario_text

    if not view.edited:
        return scenario_text(scenarios[view.scenario]) if view.scenario else ""
    moved = as_scenario(view, case, scenarios, name="changes")
    return scenario_text(replace(moved, name=f"changes_{digest(changes_text(moved).encode())[:8]}"))
