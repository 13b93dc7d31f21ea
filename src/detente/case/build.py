"""From plain data of the right shape to actors, state variables, packages, parameters and settings.

Broken parts are left out and reported, never guessed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from detente.case.conform import Report, as_text, is_list, is_mapping, is_number
from detente.case.model import Actor, Parameter, Play, StateVariable
from detente.case.priors import Prior
from detente.errors import suggest
from detente.files.yaml import At

SETTINGS = {"discount_rate": 0.08, "noise": 0.25, "reference_rate": 0.1}
DEFAULT_TEMPO = 52.0
STATE_KEYS = ("values", "ordered", "label", "why", "era")


def get(data: Any, *path: str | int) -> Any:
    """What stands at a path, or None."""
    for key in path:
        if is_mapping(data):
            data = data.get(str(key))
        elif is_list(data) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def mapping(data: Any, *path: str | int) -> dict[str, Any]:
    """The mapping at a path; empty where there is none."""
    value = get(data, *path)
    return value if is_mapping(value) else {}


def entries(data: Any, report: Report, *path: str | int) -> Iterator[tuple[str, Any, At]]:
    """Key, value and path of the entries of a mapping whose own key and kind are right."""
    for key, item in mapping(data, *path).items():
        at = (*path, key)
        if at not in report.broken:
            yield key, item, at


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts, or one text, as a tuple."""
    if value is None:
        return ()
    return tuple(as_text(item) for item in value) if is_list(value) else (as_text(value),)


def text(data: Any, key: str) -> str:
    """The text at a key; empty where there is none."""
    value = get(data, key)
    return "" if value is None else as_text(value)


def build_actors(data: Any, report: Report) -> dict[str, Actor]:
    """The actors, in file order."""
    return {
        name: Actor(
            name,
            text(item, "kind"),
            {language: as_text(label) for language, label in mapping(item, "labels").items()},
            texts(get(item, "also")),
        )
        for name, item, _ in entries(data, report, "actors")
    }


def build_states(data: Any, report: Report, packages: Mapping[str, Mapping[str, Any]]) -> dict[str, StateVariable]:
    """The state variables, in file order."""
    result: dict[str, StateVariable] = {}
    for name, item, at in entries(data, report, "states"):
        variable = _state(name, item, at, report, packages)
        if variable is not None:
            result[name] = variable
    return result


def _state(
    name: str, item: dict[str, Any], at: At, report: Report, packages: Mapping[str, Mapping[str, Any]]
) -> StateVariable | None:
    ordered = "ordered" in item
    key = "ordered" if ordered else "values"
    if ordered == ("values" in item):
        report.error(at, f"'{name}' needs either 'values' or 'ordered'", "one of the two", key=True)
        return None
    if not report.usable((*at, key)):
        return None
    holds_packages = item[key] == "packages"
    if holds_packages and not packages:
        report.error((*at, key), "there are no packages", "a section 'packages:'")
        return None
    values = ("none", *packages) if holds_packages else texts(item[key])
    twice = next((value for n, value in enumerate(values) if value in values[:n]), None)
    if twice is not None:
        report.error((*at, key), f"value '{twice}' of '{name}' stands twice", "each value once")
        return None
    attributes = _package_numbers(packages) if holds_packages else {}
    for attribute, numbers in item.items():
        if attribute not in STATE_KEYS and report.usable((*at, attribute)):
            if len(numbers) == len(values):
                attributes[attribute] = tuple(float(n) for n in numbers)
            else:
                what = f"'{attribute}' has {len(numbers)} numbers for {len(values)} values"
                report.error((*at, attribute), what, f"one for each of {', '.join(values)}")
    return StateVariable(
        name, values, ordered, attributes, text(item, "label"), holds_packages, item.get("era") is True
    )


def build_packages(data: Any, report: Report) -> dict[str, dict[str, Any]]:
    """The packages; every numeric field must stand in each of them."""
    packages = {name: dict(item) for name, item, _ in entries(data, report, "packages") if is_mapping(item)}
    numeric = dict.fromkeys(key for item in packages.values() for key, v in item.items() if is_number(v))
    for name, item in packages.items():
        for key in numeric:
            if key not in item:
                what = f"package '{name}' has no '{key}'"
                report.error(("packages", name), what, "the same numbers in each package", key=True)
            elif not is_number(item[key]):
                report.error(("packages", name, key), f"'{key}' is a number in other packages", "a number")
    return packages


def _package_numbers(packages: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[float, ...]]:
    names = dict.fromkeys(key for item in packages.values() for key, v in item.items() if is_number(v))
    rows = {name: [item.get(name) for item in packages.values()] for name in names}
    return {name: (0.0, *(float(v) if is_number(v) else 0.0 for v in row)) for name, row in rows.items()}


def build_parameter(name: str, item: dict[str, Any], at: At, report: Report) -> Parameter | None:
    """A parameter from `range`, `value` or `prior`, or None if they are wrong."""
    if not report.usable(at):
        report.broken.add(at)
        return None
    prior = _prior(item)
    if prior is None:
        report.error(at, f"'{name}' has no value", "'range', 'value' or 'prior'", "add 'range: [low, high]'", key=True)
        return None
    problem = prior.problem()
    if problem:
        key = next(key for key in ("prior", "range", "value") if key in item)
        report.error((*at, key), f"{key} of '{name}': {problem}")
        return None
    ranged = "range" in item
    low = prior.low if ranged else prior.quantile(0.01)
    high = prior.high if ranged else prior.quantile(0.99)
    mid = float(item["value"]) if "value" in item else prior.quantile(0.5)
    if prior.kind != "fixed" and not low <= mid <= high:
        report.error((*at, "value"), f"value {mid:g} of '{name}' is outside its range", f"{low:g} to {high:g}")
        return None
    return Parameter(
        name,
        prior,
        low,
        high,
        mid,
        unit=text(item, "unit"),
        label=text(item, "label"),
        why=text(item, "why"),
        basis=text(item, "basis"),
        sources=texts(item.get("sources")),
        contested=item.get("contested"),
        confidential=item.get("confidential") is True,
        at=at,
    )


def _prior(item: Mapping[str, Any]) -> Prior | None:
    ends = tuple(float(n) for n in item["range"]) if "range" in item else ()
    limits = ends if len(ends) == 2 else ()
    shapes = mapping(item, "prior")
    if shapes:
        kind, numbers = next(iter(shapes.items()))
        return Prior(kind if len(shapes) == 1 else "several", tuple(float(n) for n in numbers), *limits)
    if ends:
        return Prior("uniform", ends, *limits)
    return Prior("fixed", (float(item["value"]),)) if "value" in item else None


def build_play(data: Any, report: Report, players: tuple[str, ...]) -> tuple[Play, dict[str, Parameter]]:
    """The settings, and the parameters that their ranges make."""
    builder = _Settings(data, report, players)
    settings = {key: builder.setting(key, default) for key, default in SETTINGS.items()}
    factor = get(data, "play", "discount_factor")
    if is_number(factor) and not 0 < factor < 1:
        report.error(("play", "discount_factor"), f"discount factor {factor:g}", "between 0 and 1")
        factor = 0.5  # reported; stands in so that `check` can look further
    play = Play(
        discount_rate=settings["discount_rate"],
        noise=settings["noise"],
        reference_rate=builder.shared_rate(),
        tempo=builder.tempo(),
        shocks=text(get(data, "play"), "shocks") or "reference",
        discount_factor=float(factor) if is_number(factor) else None,
    )
    return play, builder.parameters


class _Settings:
    """Settings of play: a number, a parameter, or one of them for each actor."""

    def __init__(self, data: Any, report: Report, players: tuple[str, ...]) -> None:
        self.data, self.report, self.players = data, report, players
        self.parameters: dict[str, Parameter] = {}

    def setting(self, key: str, default: float) -> dict[str, float | str]:
        at: At = ("play", key)
        value = get(self.data, *at)
        if not is_mapping(value) or not self.report.usable(at):
            return dict.fromkeys(self.players, float(value) if is_number(value) else default)
        if any(k in value for k in ("range", "value", "prior")):
            return dict.fromkeys(self.players, self.parameter(key, value, at, default))
        self.known(at, value)
        result: dict[str, float | str] = dict.fromkeys(self.players, default)
        for actor in self.players:
            own = value.get(actor)
            if is_mapping(own):
                result[actor] = self.parameter(f"{key}.{actor}", own, (*at, actor), default)
            elif is_number(own):
                result[actor] = float(own)
        return result

    def shared_rate(self) -> float | str:
        value = get(self.data, "play", "reference_rate")
        if is_number(value) and self.report.usable(("play", "reference_rate")):
            return float(value)
        return "reference_rate" if "reference_rate" in self.parameters else SETTINGS["reference_rate"]

    def parameter(self, name: str, item: dict[str, Any], at: At, default: float) -> float | str:
        parameter = build_parameter(name, item, at, self.report)
        if parameter is None:
            return default
        if parameter.low <= 0:
            self.report.error(at, f"'{name}' must stay above 0", "a range above 0")
            return default
        self.parameters[name] = parameter
        return name

    def known(self, at: At, value: Mapping[str, Any]) -> None:
        for actor in value:
            if actor not in self.players:
                self.report.error((*at, actor), f"unknown player '{actor}'", "", suggest(actor, self.players), key=True)

    def tempo(self) -> dict[str, float]:
        at: At = ("play", "tempo")
        value = get(self.data, *at)
        if not self.report.usable(at):
            return dict.fromkeys(self.players, DEFAULT_TEMPO)
        if is_mapping(value):
            self.known(at, value)
            own = {p: value.get(p) for p in self.players}
            return {p: float(t) if is_number(t) else DEFAULT_TEMPO for p, t in own.items()}
        return dict.fromkeys(self.players, float(value) if is_number(value) else DEFAULT_TEMPO)
