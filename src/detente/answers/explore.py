"""What one number hangs on: its tornado by solving again, the nearest assumptions that flip it, and a map over two.

Distance in assumption space is measured with every assumption scaled so that its range is from -1 to 1 and its middle
0; "what you would have to believe" is the nearest point of that box at which the number changes sign, found by repeated
linearisation with every point solved again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from detente.answers.answers import Answers
from detente.answers.catalogue import CATALOGUE, Catalogue
from detente.answers.derivatives import derivative, target_of
from detente.answers.drawn import Drawn, Ranges, drawn_from_fit
from detente.answers.evaluate import solution_of
from detente.answers.frame import Frame, frame_of
from detente.answers.job import Job, Spot, varied
from detente.answers.names import NumberSpec
from detente.answers.question import Question
from detente.answers.results import gather
from detente.answers.solved import SolvedGame
from detente.draws import Progress, map_draws
from detente.errors import ComputationError, OptionError, suggest
from detente.evidence.kept import KeptFit
from detente.run import Picture, Quantity, Ref, Section, Table
from detente.solver import Sensitivity

MAP_POINTS = 7  # per side of the map: 49 games, enough to see where the sign turns
BARS = 10  # assumptions whose ends are solved again
STEPS = 12  # linearisations until the nearest flip is given up
CLOSE = 1e-3  # of the number at the middle: how near to its threshold counts as a flip
NEEDED = 0.01  # of half a range: assumptions that need not move by more are not listed
RANK = 590  # its section stands after those of the questions


@dataclass
class Landscape:
    """A number as a function of scaled assumptions z in [-1, 1]; every point is solved from the last."""

    template: Any
    frame: Frame
    question: Question
    spec: NumberSpec
    names: tuple[str, ...]
    middle: dict[str, float]
    ranges: Ranges
    half: np.ndarray
    solved: SolvedGame
    threshold: float = 0.0
    basis: Literal["prior", "posterior"] = "prior"

    @staticmethod
    def of(
        template: Any, frame: Frame, id: str, drawn: Drawn | None = None, catalogue: Catalogue = CATALOGUE
    ) -> "Landscape":
        """The landscape around the middle of all ranges, or of the draws of a fit.

        Args:
            template: a compiled case.
            frame: its date.
            id: the number.
            drawn: draws of a fit; None: the stated ranges.
            catalogue: of the numbers that there are.

        Raises:
            UncertifiedError: no certified solution there.
            OptionError: no such number, or it has no derivative.
        """
        known = catalogue.numbers(frame)
        if id not in known:
            raise OptionError.of(f"no number '{id}' in this case", "the id of a number", suggest(id, known))
        question, spec = known[id]
        if reason := question.missing(frame):
            raise OptionError.of(f"'{id}' cannot be asked of this case on this date: {reason}")
        names = varied(template)
        own = {name: template.case.parameters[name] for name in names}
        stated = {name: (float(p.low), float(p.mid), float(p.high)) for name, p in own.items()}
        ranges = stated if drawn is None else {name: drawn.ranges[name] for name in names}
        middle = template.case.defaults() | {name: mid for name, (_, mid, _) in ranges.items()}
        solved = SolvedGame(frame, template.game(middle), family=template.family)
        if target_of(question, solved, spec.key) is None:
            works = dict.fromkeys(
                f"{s.key.family}.*" for q, s in known.values() if target_of(q, solved, s.key) is not None
            )
            raise OptionError.of(f"'ask sensitivity' cannot explain {id} yet", f"a number of {', '.join(works)}")
        half = np.array([(high - low) / 2 for low, _, high in ranges.values()])
        threshold = 0.5 if spec.unit == "probability" else 0.0
        basis = "prior" if drawn is None else drawn.basis
        return Landscape(template, frame, question, spec, names, middle, ranges, half, solved, threshold, basis)

    def point(self, z: np.ndarray) -> dict[str, float]:
        """The parameters at scaled assumptions; ends of ranges are kept."""
        found = dict(self.middle)
        for name, half, value in zip(self.names, self.half, z):
            low, mid, high = self.ranges[name]
            found[name] = float(np.clip(mid + value * half, low, high))
        return found

    @property
    def where(self) -> str:
        """What the middle is the middle of."""
        return "all ranges" if self.basis == "prior" else "the draws of the fit"

    def solve(self, z: np.ndarray) -> SolvedGame:
        """The game there, solved from the last point."""
        self.solved = SolvedGame(self.frame, self.template.game(self.point(z)), self.solved, self.template.family)
        return self.solved

    def number(self, solved: SolvedGame) -> float:
        """The number less its threshold (0; one half for chances)."""
        target = target_of(self.question, solved, self.spec.key)
        assert target is not None
        places = (np.zeros(1, int), np.zeros(1, int))
        return float(target.pull(solved.equilibrium, places)[0]) - self.threshold

    def slope(self, solved: SolvedGame) -> np.ndarray:
        """Derivatives by the scaled assumptions.

        Raises:
            ComputationError: the adjoint equations could not be solved.
        """
        target = target_of(self.question, solved, self.spec.key)
        assert target is not None and solved.family is not None
        sensitivity = Sensitivity(solved.equilibrium, solved.family, dict(solved.game.parameters), self.names)
        found = derivative(sensitivity, solved, target)
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
    progress: Progress | None = None,
    fitted: KeptFit | None = None,
) -> Answers:
    """Tornado of one number by solving again, its nearest flip, and a map over two assumptions.

    Args:
        template: a compiled case.
        situation: date.
        id: the number.
        pair: two assumptions for the map; default the two with the largest derivatives.
        workers: processes.
        progress: called with (share done, words).
        fitted: a fit to the record, whose draws' middle and ends are taken for those of the ranges.

    Raises:
        OptionError: unknown number or assumption, or a number without a derivative.
    """
    frame = frame_of(template, situation)
    drawn = None if fitted is None else drawn_from_fit(template, fitted, len(fitted.values), 0)
    land = Landscape.of(template, frame, id, drawn)
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
    sights = _Sights.of(land, order, chosen)
    rows = sights.solved(land, at_middle, workers, lambda share, words: report(0.2 + 0.8 * share, words))
    good = [row for row in rows if "failed" not in row]
    if not good:
        raise ComputationError(f"no point around the middle has a certified solution: {rows[0]['failed']}")
    values = [row["numbers"].get(id) if "failed" not in row else None for row in rows]
    middle = land.number(at_middle) + land.threshold
    quantity = _quantity(land, flip)
    tables = {
        "tornado": sights.bars(land, values),
        "believe": _believe(land, middle, flip),
        "map": sights.map(land, values),
        "derivatives": _derivatives(land, slope),
    }
    lost = len(rows) - len(good)
    warnings = [f"{lost} of {len(rows)} points around the middle have no certified solution."] if lost else []
    empty = np.zeros((len(good), len(template.parameter_names)))
    results = gather(good, {s.key.id: s for s in land.question.given(frame)}, frame.players, empty, empty)
    section = _section(land, quantity, flip, tables)
    return Answers((quantity,), tables, (section,), solution_of(good, 0), tuple(warnings), {}, results)


@dataclass(frozen=True)
class _Sights:
    """The points around the middle that are solved again: both ends of the largest assumptions, and a grid over two."""

    ends: tuple[tuple[str, float], ...]  # assumption, scaled value
    grid: tuple[tuple[float, float], ...]  # scaled values of the two assumptions of the map
    pair: tuple[str, str]
    points: tuple[dict[str, float], ...]  # the parameters, those of `ends` first

    @staticmethod
    def of(land: Landscape, order: np.ndarray, pair: tuple[str, str]) -> "_Sights":
        ends = tuple((land.names[n], end) for n in order[:BARS] for end in (-1.0, 1.0))
        line = np.linspace(-1, 1, MAP_POINTS)
        grid = tuple((float(a), float(b)) for a in line for b in line)
        spots = [{name: end} for name, end in ends] + [dict(zip(pair, point)) for point in grid]
        points = tuple(land.point(np.array([spot.get(name, 0.0) for name in land.names])) for spot in spots)
        return _Sights(ends, grid, pair, points)

    def solved(
        self, land: Landscape, middle: SolvedGame, workers: int | None, progress: Progress
    ) -> list[dict[str, Any]]:
        names = land.template.parameter_names
        spots = [Spot(tuple(p[n] for n in names), (land.question.id,), near_middle=True) for p in self.points]
        job = Job(land.template, land.frame, {land.question.id: land.question}, middle.values)
        return map_draws(job, spots, workers=workers, progress=progress, words="point")

    def bars(self, land: Landscape, values: Sequence[float | None]) -> Table:
        """The number at both ends of each assumption."""
        id, found = land.spec.key.id, dict(zip(self.ends, values))
        rows = []
        for name in dict.fromkeys(name for name, _ in self.ends):
            low, high = found[(name, -1.0)], found[(name, 1.0)]
            if low is not None and high is not None:
                rows.append((id, name, low, high))
        return Table(
            title=f"What {id} hangs on",
            columns=("quantity", "parameter", "low", "high"),
            rows=tuple(rows),
            rests_on=tuple((Ref(kind="quantity", id=id), Ref(kind="parameter", id=row[1])) for row in rows),
        )

    def map(self, land: Landscape, values: Sequence[float | None]) -> Table:
        """The number over two assumptions."""
        one, other = self.pair
        rows = tuple(
            (point[one], point[other], value, "+" if value - land.threshold > 0 else "-")
            for point, value in zip(self.points[len(self.ends) :], values[len(self.ends) :])
            if value is not None
        )
        return Table(
            title=f"{land.spec.key.id} over {one} and {other}",
            columns=(one, other, "value", "sign"),
            rows=rows,
            note=f"sign: against {land.threshold:g}; all other assumptions in the middle",
        )


def _quantity(land: Landscape, flip: Flip) -> Quantity:
    label = "Distance to the nearest assumptions at which the number flips (1: the end of one range)"
    if not flip.reached:
        label = "Length of the search for assumptions at which the number flips; none found within the ranges"
    order = np.argsort(-np.abs(flip.z))
    return Quantity(
        id=f"flip.{land.spec.key.id}",
        question="sensitivity",
        family="flip",
        detail=land.spec.key.id,
        label=label,
        unit="",
        mid=float(np.linalg.norm(flip.z)),
        reason_no_interval=f"one search from the middle of {land.where}",
        basis=land.basis,
        assumptions=tuple(land.names[n] for n in order[:3]),
    )


def _believe(land: Landscape, middle: float, flip: Flip) -> Table:
    needed = []
    for n in np.argsort(-np.abs(flip.z)):
        if abs(flip.z[n]) > NEEDED:
            name = land.names[n]
            needed.append((name, *land.ranges[name], land.point(flip.z)[name]))
    said = "at these values the number crosses" if flip.reached else "within the ranges it does not cross"
    return Table(
        title=f"What you would have to believe for {land.spec.key.id} to flip",
        columns=("parameter", "low", "mid", "high", "needed"),
        rows=tuple(needed),
        note=f"{said} {land.threshold:g}; in the middle it is {middle:.4g}. Assumptions not listed stay in the middle.",
        rests_on=tuple((Ref(kind="parameter", id=row[0]),) for row in needed),
    )


def _derivatives(land: Landscape, slope: np.ndarray) -> Table:
    steps = tuple((land.names[n], float(slope[n])) for n in np.argsort(-np.abs(slope)) if slope[n] != 0)
    return Table(
        title=f"Change of {land.spec.key.id} per half range of an assumption, by derivative",
        columns=("parameter", "change"),
        rows=steps,
        rests_on=tuple((Ref(kind="parameter", id=name),) for name, _ in steps),
    )


def _section(land: Landscape, quantity: Quantity, flip: Flip, tables: dict[str, Table]) -> Section:
    what, most = land.spec.label, ", ".join(quantity.assumptions)
    finding = (
        f"'{what}' flips at a distance of {quantity.mid:.2g} from the middle of {land.where}, mostly by {most}."
        if flip.reached
        else f"'{what}' does not flip anywhere within the ranges that was searched."
    )
    roles = {"label": "parameter", "low": "low", "high": "high"}
    return Section(
        id="sensitivity",
        title="What would you have to believe?",
        rank=RANK,
        finding=finding,
        quantities=(quantity.id,),
        pictures=(Picture(shape="tornado", title=f"What this hangs on: {what}", table="tornado", roles=roles),),
        tables=tuple(tables),
    )
