"""What a number hangs on: derivatives, the nearest assumptions that flip it, and maps over two of them.

Derivatives come from one adjoint solve per number (detente.solver.gradient). Distance in assumption space is measured
with every assumption scaled so that its range is from -1 to 1 and its middle 0; "what you would have to believe" is
the nearest point of that box at which the number changes sign, found by repeated linearisation with every point
solved again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.answers.gain import gain_from_settling
from detente.answers.model import Answers, Frame
from detente.answers.risk import HORIZON
from detente.answers.solved import Solved
from detente.chain.sensitivity import discounted_sensitivity
from detente.errors import ComputationError, OptionError
from detente.run import Quantity, Table
from detente.solver import Equilibrium, Reach, RestrictedMean, Sensitivity, Value
from detente.solver.linear import Factored

FAMILIES = ("relapse", "peace", "peace_time", "gain_from_settling", "value", "delay")
MAP_POINTS = 7
STEPS = 12
CLOSE = 1e-3  # relative to the number at the middle


@dataclass(frozen=True)
class DelayAnswer:
    """D_i from a state, for `Sensitivity.of`; the discount rate's own effect is added by `slopes`."""

    player: int
    successor: np.ndarray
    rate: float
    state: int

    def pull(self, equilibrium: Equilibrium, places) -> tuple[float, np.ndarray, np.ndarray]:
        """See `detente.solver.gradient.Answer`."""
        values, successor = equilibrium.unknowns, self.successor
        gain = gain_from_settling(values, successor)[self.player]
        number, by_rate = discounted_sensitivity(equilibrium.chain(), gain, self.rate, self.state, places)
        start = np.zeros((1, values.shape[1]))
        start[0, self.state] = 1.0
        spent = Factored(equilibrium.generator, np.array([self.rate])).solve(start, transposed=True)[0]
        open_ = successor >= 0
        weight = np.zeros(values.shape)
        np.add.at(weight[self.player], successor[open_], -spent[open_])
        weight[self.player] += np.where(open_, spent, 0.0)
        return -number, weight, -by_rate


def target_of(frame: Frame, rho: np.ndarray, id: str) -> Any:
    """The differentiable form of a number.

    Raises:
        OptionError: a number of a kind that has none, or an unknown id.
    """
    family, *rest = id.split(".")
    x = frame.start
    if family == "relapse" and not frame.war[x]:
        return Reach(frame.war, float(rest[0].removesuffix("y")), x)
    if family == "peace" and rest and rest[0].endswith("y"):
        return Reach(frame.peace, float(rest[0].removesuffix("y")), x)
    if family == "peace_time":
        return RestrictedMean(frame.peace, HORIZON, x)
    if family in ("gain_from_settling", "delay", "value") and rest and rest[0] in frame.players:
        i = frame.index(rest[0])
        if family == "value":
            return Value(i, x)
        package = rest[1] if len(rest) > 1 else next(iter(frame.settled), "")
        if package in frame.settled and frame.settled[package][x] >= 0:
            successor = frame.settled[package]
            return (
                Value(i, int(successor[x]), x)
                if family == "gain_from_settling"
                else DelayAnswer(i, successor, float(rho[i]), x)
            )
    raise OptionError.of(f"no derivative of '{id}'", f"a number of {', '.join(FAMILIES)} that can be asked here")


def slopes(solved: Solved, names: Sequence[str], ids: Sequence[str]) -> dict[str, dict[str, float]]:
    """dA/dtheta of numbers by id and parameter, at a solved game that comes from a case."""
    assert solved.family is not None
    family, parameters = solved.family, dict(solved.game.parameters)
    sensitivity = Sensitivity(solved.equilibrium, family, parameters, names)
    found = {}
    for id in ids:
        target = target_of(solved.frame, solved.game.discount_rate, id)
        found[id] = sensitivity.of(target)
        if isinstance(target, DelayAnswer):
            by_rate = _by_rate(solved, target)
            for name, rate in zip(names, sensitivity.by_discount[:, target.player], strict=True):
                found[id][name] += float(rate) * by_rate
    return found


def _by_rate(solved: Solved, target: DelayAnswer) -> float:
    """d D_i / d rho_i at a fixed gain: with W = (rho - G)^-1 gain, D = -W and dW / d rho = -(rho - G)^-1 W."""
    gain = gain_from_settling(solved.relative, target.successor)[[target.player]]
    lu = Factored(solved.equilibrium.generator, np.array([target.rate]))
    return float(lu.solve(lu.solve(gain))[0, target.state])


def headline(frame: Frame, numbers: Mapping[str, float]) -> list[str]:
    """The numbers whose derivatives every evaluation computes."""
    wanted = ["relapse.5y", "peace.10y", "peace_time.restricted"]
    for package in frame.settled:
        for family in ("gain_from_settling", "delay"):
            wanted += [f"{family}.{p}{frame.suffix(package)}" for p in frame.players]
    return [id for id in wanted if id in numbers]


def moved_linearly(number: float, slope: float, step: float, share: bool) -> float:
    """A number after a step of one assumption by its derivative; chances move on the log-odds scale."""
    if not share or not 0 < number < 1:
        return number + slope * step
    odds = np.log(number / (1 - number)) + slope * step / (number * (1 - number))
    return float(1 / (1 + np.exp(-odds)))


# ---- what you would have to believe ----------------------------------------------------------------------------------


@dataclass
class Landscape:
    """A number as a function of scaled assumptions z in [-1, 1]; every point is solved from the last."""

    template: Any
    frame: Frame
    id: str
    names: tuple[str, ...]
    middle: dict[str, float]
    half: np.ndarray
    solved: Solved
    threshold: float = 0.0

    @staticmethod
    def of(template: Any, frame: Frame, id: str) -> "Landscape":
        """The landscape around the middle of all ranges.

        Raises:
            UncertifiedError: no certified solution there.
            OptionError: the number has no derivative.
        """
        varied = [p for p in template.case.parameters.values() if p.low < p.high]
        middle = template.case.defaults()
        solved = Solved(frame, template.game(middle), family=template.family)
        target_of(frame, solved.game.discount_rate, id)
        half = np.array([(p.high - p.low) / 2 for p in varied])
        share = id.split(".", maxsplit=1)[0] in ("relapse", "peace")
        names = tuple(p.name for p in varied)
        return Landscape(template, frame, id, names, middle, half, solved, 0.5 if share else 0.0)

    def point(self, z: np.ndarray) -> dict[str, float]:
        """The parameters at scaled assumptions; ends of ranges are kept."""
        found = dict(self.middle)
        for name, half, value in zip(self.names, self.half, z):
            p = self.template.case.parameters[name]
            found[name] = float(np.clip(p.mid + value * half, p.low, p.high))
        return found

    def solve(self, z: np.ndarray) -> Solved:
        """The game there, solved from the last point."""
        self.solved = Solved(self.frame, self.template.game(self.point(z)), self.solved, self.template.family)
        return self.solved

    def number(self, solved: Solved) -> float:
        """The number less its threshold (0; one half for chances)."""
        target = target_of(self.frame, solved.game.discount_rate, self.id)
        places = (np.zeros(1, int), np.zeros(1, int))
        return float(target.pull(solved.equilibrium, places)[0]) - self.threshold

    def slope(self, solved: Solved) -> np.ndarray:
        """Derivatives by the scaled assumptions."""
        found = slopes(solved, self.names, [self.id])[self.id]
        return np.array([found[name] for name in self.names]) * self.half


@dataclass(frozen=True)
class Flip:
    """The nearest point found at which a number flips; `reached` false: none was found in the box."""

    reached: bool
    z: np.ndarray  # scaled assumptions
    number: float  # there, less the threshold
    steps: int


def nearest_flip(land: Landscape) -> Flip:
    """The nearest point of the box [-1, 1] at which the number crosses its threshold."""
    z = np.zeros(len(land.names))
    solved = land.solve(z)
    first = number = land.number(solved)
    for step in range(1, STEPS + 1):
        slope = land.slope(solved)
        new = least_norm(slope, float(slope @ z) - number)
        if np.abs(new - z).max() < 1e-6:
            break
        z = new
        solved = land.solve(z)
        number = land.number(solved)
        if abs(number) <= CLOSE * abs(first):
            return Flip(True, z, number, step)
    return Flip(number * first <= 0, z, number, step)


def least_norm(slope: np.ndarray, wanted: float) -> np.ndarray:
    """The shortest z in [-1, 1]^n with slope @ z = wanted; the corner nearest to it where there is none."""
    free = slope != 0
    z = np.zeros(len(slope))
    for _ in range(len(slope)):
        rest = wanted - float(slope[~free] @ z[~free])
        norm = float(slope[free] @ slope[free])
        if norm == 0:
            break
        z[free] = slope[free] * rest / norm
        over = free & (np.abs(z) > 1)
        if not over.any():
            break
        z[over] = np.sign(z[over])
        free &= ~over
    return z


def explore(
    template: Any,
    situation: str,
    id: str,
    pair: tuple[str, str] | None = None,
    workers: int | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Answers:
    """Tornado of one number by solving again, its nearest flip, and a map over two assumptions.

    Args:
        template: a compiled case.
        situation: date.
        id: the number; of the families in `FAMILIES`.
        pair: two assumptions for the map; default the two with the largest derivatives.
        workers: processes.
        progress: called with (share done, words).

    Raises:
        OptionError: unknown number or assumption.
    """
    from detente.answers.evaluate import Item, Job, gather, solution_of
    from detente.answers.frame import frame_of
    from detente.answers.registry import family_of
    from detente.draws import map_draws

    frame = frame_of(template, situation)
    land = Landscape.of(template, frame, id)
    at_middle = land.solved
    slope = land.slope(at_middle)
    order = np.argsort(-np.abs(slope))
    chosen = pair or (land.names[order[0]], land.names[order[1]])
    for name in chosen:
        if name not in land.names:
            raise OptionError.of(f"'{name}' is no assumption with a range", ", ".join(land.names[n] for n in order[:8]))
    report = progress or (lambda _share, _words: None)
    report(0.05, "the nearest flip")
    flip = nearest_flip(land)
    points = [("bar", land.names[n], end) for n in order[:10] for end in (-1.0, 1.0)]
    grid = np.linspace(-1, 1, MAP_POINTS)
    points += [("map", a, b) for a in grid for b in grid]
    spots = []
    for kind, one, other in points:
        z = np.zeros(len(land.names))
        if kind == "bar":
            z[land.names.index(one)] = other
        else:
            z[land.names.index(chosen[0])], z[land.names.index(chosen[1])] = one, other
        spots.append(land.point(z))
    family = family_of(id)
    items = [Item(tuple(spot[n] for n in template.parameter_names), (family,), near_middle=True) for spot in spots]
    job = Job(template, frame, at_middle.values)
    raw = map_draws(job, items, workers=workers, progress=lambda s, w: report(0.2 + 0.8 * s, w), words="point")
    lost = sum("failed" in row for row in raw)
    values = [row["numbers"].get(id) if "failed" not in row else None for row in raw]
    middle = land.number(at_middle) + land.threshold
    tables = _tables(land, id, middle, slope, flip, chosen, list(zip(points, spots, values)))
    good = [row for row in raw if "failed" not in row]
    if not good:
        raise ComputationError(f"no point around the middle has a certified solution: {raw[0]['failed']}")
    width = len(template.parameter_names)
    empty = np.zeros((len(good), width))
    warnings = [f"{lost} of {len(raw)} points without a certified solution"] if lost else []
    quantities = (_quantity(id, family, middle, flip, land),)
    return Answers(quantities, tables, solution_of(good, 0), tuple(warnings), {}, gather(good, empty, empty))


def _quantity(id: str, family: str, middle: float, flip: Flip, land: Landscape) -> Quantity:
    label = "Distance to the nearest assumptions at which the number flips (1: the end of one range)"
    if not flip.reached:
        label = "Length of the search for assumptions at which the number flips; none found within the ranges"
    order = np.argsort(-np.abs(flip.z))
    return Quantity(
        id=f"flip.{id}",
        question="sensitivity",
        family="flip",
        detail=id,
        label=label,
        unit="",
        mid=float(np.linalg.norm(flip.z)),
        reason_no_interval="one search from the middle of all ranges",
        assumptions=tuple(land.names[n] for n in order[:3]),
    )


def _tables(land: Landscape, id: str, middle: float, slope: np.ndarray, flip: Flip, chosen: tuple, found: list) -> dict:
    ends: dict[str, list] = {}
    cells = []
    for (kind, one, _other), spot, value in found:
        if kind == "bar":
            ends.setdefault(one, []).append(value)
        elif value is not None:
            cells.append((spot[chosen[0]], spot[chosen[1]], value, "+" if value - land.threshold > 0 else "-"))
    bars = tuple((id, name, *both) for name, both in ends.items() if None not in both)
    needed = []
    for n in np.argsort(-np.abs(flip.z)):
        if abs(flip.z[n]) > 0.01:
            p = land.template.case.parameters[land.names[n]]
            needed.append((p.name, p.low, p.mid, p.high, land.point(flip.z)[p.name]))
    steps = tuple((land.names[n], float(slope[n])) for n in np.argsort(-np.abs(slope)) if slope[n] != 0)
    said = "at these values the number crosses" if flip.reached else "within the ranges it does not cross"
    note = f"{said} {land.threshold:g}; in the middle it is {middle:.4g}. Assumptions not listed stay in the middle."
    return {
        "tornado": Table(title=f"What {id} hangs on", columns=("quantity", "parameter", "low", "high"), rows=bars),
        "believe": Table(
            title=f"What you would have to believe for {id} to flip",
            columns=("parameter", "low", "mid", "high", "needed"),
            rows=tuple(needed),
            note=note,
        ),
        "map": Table(
            title=f"{id} over {chosen[0]} and {chosen[1]}",
            columns=(chosen[0], chosen[1], "value", "sign"),
            rows=tuple(cells),
            note=f"sign: against {land.threshold:g}; all other assumptions in the middle",
        ),
        "derivatives": Table(
            title=f"Change of {id} per half range of an assumption, by derivative",
            columns=("parameter", "change"),
            rows=steps,
        ),
    }
