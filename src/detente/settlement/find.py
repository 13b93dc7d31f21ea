"""The whole search for a case: grid, draws, refinement, equilibria, relaxations, explanations."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from detente.draws import Progress, map_draws, reasons_in_words
from detente.errors import ComputationError
from detente.settlement.draws import CommonDraws
from detente.settlement.equilibria import Count, count_equilibria
from detente.settlement.evaluate import Task
from detente.settlement.explain import BindingConstraint, Departure, Separator, binding, departures, separators
from detente.settlement.frontier import holds
from detente.settlement.relax import NeededMeasures, estimate, margins_of, price_of, relax, shortfall
from detente.settlement.search import Candidate, Explored, SearchRules, Setting, search
from detente.settlement.slopes import Slopes


@dataclass(frozen=True)
class SearchPlan:
    """How much to compute."""

    draws: int = 32
    steps: int = 2  # intervals of a lever's range on the first grid
    first: int = 4  # draws of the first round
    budget: int = 1500  # settings times draws in the search
    refined: int = 4  # points of the frontier whose amounts are refined
    near: int = 3  # candidates whose relaxation is verified where nothing holds, and as many more to first order
    rounds: int = 4  # how often measures may be raised
    explained: int = 10  # points that are explained
    equilibria: int = 2  # draws in which further equilibria are looked for
    starts: int = 6  # starts for each of them
    counted: int = 10  # points for which that is done
    thorough: bool = False  # whether branches are also followed around their folds
    resolution: float = 0.001  # differences in durability or gain below this count as none


QUICK = SearchPlan(
    draws=10, steps=1, first=2, budget=200, refined=0, near=1, rounds=3, explained=6, equilibria=1, starts=2, counted=2
)  # fmt: skip


@dataclass(frozen=True)
class ExplainedPoint:
    """One package under one setting, explained."""

    candidate: Candidate
    share: float  # of draws in which every constraint holds
    binding: BindingConstraint
    relaxation: NeededMeasures
    separators: tuple[Separator, ...]
    departures: tuple[Departure, ...]
    equilibria: Count | None


@dataclass
class SearchResult:
    """What the search found."""

    found: Explored
    draws: CommonDraws
    plan: SearchPlan
    packages: list[ExplainedPoint] = field(default_factory=list)  # the frontier
    fragile: list[ExplainedPoint] = field(
        default_factory=list
    )  # hold in enough draws, but not in enough of the equilibria
    near: list[ExplainedPoint] = field(default_factory=list)  # where nothing holds: what comes closest, cheapest first
    beyond: list[Candidate] = field(default_factory=list)  # on the frontier, but not explained: too many


def find(
    draws: CommonDraws,
    plan: SearchPlan,
    *,
    progress: Progress | None = None,
    each_round: Callable[[Explored], None] | None = None,
) -> SearchResult:
    """Search, refine and explain; deterministic.

    Args:
        draws: the problem and its common draws.
        plan: how much to compute.
        progress: called with (share done, words).
        each_round: called after every round of the search with what is known so far.

    Raises:
        ComputationError: not one draw has a certified solution.
    """
    tell = progress or (lambda _share, _words: None)
    problem, share = draws.problem, draws.problem.limits.share
    rules = SearchRules(
        len(draws), share, plan.first, plan.budget, keep=max(4, 2 * plan.near), resolution=plan.resolution
    )
    found = search(
        problem.levers.space(plan.steps),
        draws.evaluate,
        problem.levers.cost,
        rules,
        progress=_scaled(tell, 0.0, 0.6),
        each_round=each_round,
    )
    if draws.all_left_out:
        reasons = reasons_in_words(draws.left_out.values())
        raise ComputationError(f"not one draw has a certified solution: {reasons}; hint: more noise, narrower ranges")
    if plan.refined:
        tell(0.6, "refining amounts")
        refine(found, draws, plan.refined)
    result = SearchResult(found, draws, plan)
    frontier = _ends_first(found)
    if frontier:
        result.beyond = frontier[plan.explained :]
        for n, candidate in enumerate(frontier[: plan.explained]):
            tell(0.65 + 0.3 * n / len(frontier), f"explaining point {n + 1} of the frontier")
            point = explain(draws, candidate, plan if n < plan.counted else replace(plan, equilibria=0))
            enough = point.equilibria is None or point.equilibria.share >= share - 1e-9
            (result.packages if enough else result.fragile).append(point)
    if not result.packages:
        tell(0.8, "looking for the cheapest relaxation")
        result.near = nearest(found, draws, plan, {p.candidate for p in result.fragile})
    tell(1.0, "done")
    return result


def _scaled(tell: Progress, start: float, end: float) -> Progress:
    return lambda share, words: tell(start + share * (end - start), words)


def _ends_first(found: Explored) -> list[Candidate]:
    """The frontier, ordered so that any beginning of it spans it: each next point is farthest from those before."""
    points = found.frontier()
    if len(points) < 3:
        return points
    values = np.array([found.point(c) for c in points])
    span = np.ptp(values, axis=0)
    values = (values - values.min(axis=0)) / np.where(span > 0, span, 1.0)
    order = list(dict.fromkeys(int(k) for k in (*np.argmax(values, axis=0), int(np.argmax(values.sum(axis=1))))))
    while len(order) < len(points):
        distance = np.abs(values[:, None] - values[order][None]).max(axis=2).min(axis=1)
        distance[order] = -1.0
        order.append(int(np.argmax(distance)))
    return [points[k] for k in order]


# ---- explaining ---------------------------------------------------------------------------------------------------


def explain(
    draws: CommonDraws, candidate: Candidate, plan: SearchPlan, relaxation: NeededMeasures | None = None
) -> ExplainedPoint:
    """A point with its binding constraint, what would relax it, what separates failing draws, and who must not leave.

    Args:
        draws: common draws; the candidate must have been read in all of them.
        candidate: setting and package.
        plan: how much to compute.
        relaxation: if found already; else what would make it hold in every draw, to first order.
    """
    share = draws.problem.limits.share
    margins = margins_of(draws, candidate)
    return ExplainedPoint(
        candidate=candidate,
        share=float(holds(margins).mean()),
        binding=binding(draws.problem.requirements(candidate[0]), margins, share),
        relaxation=relaxation or estimate(draws, candidate, 1.0),
        separators=tuple(separators(draws, candidate, margins.min(axis=1))),
        departures=tuple(departures(draws, candidate, share)),
        equilibria=count_equilibria(draws, candidate, plan.equilibria, plan.starts, plan.thorough)
        if plan.equilibria
        else None,
    )


def nearest(found: Explored, draws: CommonDraws, plan: SearchPlan, also: set[Candidate]) -> list[ExplainedPoint]:
    """What comes closest to holding, with verified relaxations, cheapest working one first."""
    problem, share = draws.problem, draws.problem.limits.share
    pool = dict.fromkeys([*(c for c in found.candidates() if found.complete(c)), *also])
    ranked = sorted(pool, key=lambda c: price_of(shortfall(problem.requirements(c[0]), margins_of(draws, c), share)))
    tried = [(c, relax(draws, c, share, plan.rounds)) for c in ranked[: plan.near]]
    others = ranked[plan.near :]
    packages = {c[1] for c, _ in tried}
    more = [c for n, c in enumerate(others) if c[1] not in packages and c[1] not in {x[1] for x in others[:n]}]
    tried += [(c, estimate(draws, c, share)) for c in [*more, *(c for c in others if c not in more)][: plan.near]]
    tried.sort(key=lambda pair: (not pair[1].works, pair[1].share is None, pair[1].price))
    shorter = replace(plan, equilibria=0)
    return [explain(draws, c, plan if n == 0 else shorter, r) for n, (c, r) in enumerate(tried)]


# ---- refining -----------------------------------------------------------------------------------------------------


CAUTION = 0.9  # share of the room that the slopes give: margins curve, and a guess should hold at the first try
WORTHWHILE = 0.02  # share of a lever's range below which a lower amount is not worth a solution
FLAT = 1e-9  # margin per unit of a lever below which the margin does not depend on it


def refine(found: Explored, draws: CommonDraws, points: int) -> None:
    """Lower each amount on the frontier to where, by the slopes of the margins, the wanted share of draws still holds.

    New settings are solved in every draw and join what was found; a guess that does not hold stays with the rest.
    """
    space, feasible = found.space, set(found.feasible())
    for setting, option in _ends_first(found)[:points]:
        for lever, amount in enumerate(setting):
            if amount is None:
                continue
            below = space.levels[lever][space.levels[lever].index(amount) - 1]
            if (_with(setting, lever, below), option) in feasible:
                continue  # the lever is not needed at this amount: a point of its own
            floor = draws.problem.levers.bound[lever].bounds[0] if below is None else below
            lower = lower_amount(draws, (setting, option), lever) if floor < amount else amount
            if floor < lower < amount - WORTHWHILE * (amount - floor):
                changed = _with(setting, lever, round(lower, 4))
                for (s, d), results in draws.evaluate([changed], range(len(draws))).items():
                    found.results.setdefault(s, {})[d] = results
                    found.evaluations += 1


def _with(setting: Setting, lever: int, amount: float | None) -> Setting:
    return (*setting[:lever], amount, *setting[lever + 1 :])


def lower_amount(draws: CommonDraws, candidate: Candidate, lever: int, tightest: int = 3) -> float:
    """The least amount of a lever at which the candidate is expected to hold where it holds now.

    Takes the slopes of all margins in the few draws that have least to spare (among those that hold).

    Args:
        draws: common draws.
        candidate: a setting that holds, and the package.
        lever: position of the lever, in use with an amount.
        tightest: number of draws.
    """
    setting, option = candidate
    margins = margins_of(draws, candidate)
    good = np.nonzero(holds(margins))[0]
    spare = np.where(np.isfinite(margins[good]), margins[good], np.inf).min(axis=1)
    chosen = [int(d) for d in good[np.argsort(spare, kind="stable")[:tightest]]]
    slopes = map_draws(
        Slopes(draws.problem, setting, lever, option),
        [Task(draws.parameters[d], draws.base(d), ()) for d in chosen],
        executor=draws.executor,
        workers=draws.workers,
    )
    room = [
        margins[d, n] / slope
        for d, row in zip(chosen, slopes)
        for n, slope in enumerate(row)
        if slope is not None and slope > FLAT
    ]
    amount = setting[lever]
    if amount is None or not room:
        return draws.problem.levers.bound[lever].bounds[0]
    return float(amount - CAUTION * min(room))
