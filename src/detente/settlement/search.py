"""The search over settings of levers: anytime, resumable, with common draws.

A *setting* gives each lever an amount (None: not used). An evaluator answers, for settings and draws, with one result
per option (package): its margins and objectives. What cannot reach the wanted share of draws any more is dropped before
it is evaluated on the rest (branch and bound over draws: the bound is exact, as the draws are common and counted).

Where every setting can be looked at within the budget the result is exact on the grid. Otherwise the search goes
outward from no lever, from each lever alone and from all together, always next to what is best so far, and says that it
did not look everywhere.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from detente.draws import Progress
from detente.settlement.frontier import cannot_hold, draws_needed, holds, level, nondominated

FIRST_LOOK = 0.6  # share of the budget spent on few draws; the rest follows what may hold through all of them
Setting = tuple[float | None, ...]
Candidate = tuple[Setting, int]  # a setting and the position of an option


class OptionResult(Protocol):
    """What one draw says about one option under one setting."""

    @property
    def margins(self) -> tuple[float, ...]:
        """Per constraint; at least 0 where it holds."""
        ...

    @property
    def objectives(self) -> tuple[float, ...]:
        """Larger is better; cost is not among them."""
        ...


Looker = Callable[[Sequence[Setting], Sequence[int], str], None]  # settings, draws, what it is for
Evaluator = Callable[[Sequence[Setting], Sequence[int]], Mapping[tuple[Setting, int], Sequence[OptionResult]]]


@dataclass(frozen=True)
class LeverGrid:
    """The settings that may be chosen: per lever None and its amounts in order; pairs that exclude each other."""

    names: tuple[str, ...]
    levels: tuple[tuple[float | None, ...], ...]
    excludes: frozenset[frozenset[int]] = frozenset()

    @property
    def off(self) -> Setting:
        """No lever used."""
        return (None,) * len(self.names)

    def allowed(self, setting: Setting) -> bool:
        """Whether no two levers in use exclude each other."""
        used = [n for n, amount in enumerate(setting) if amount is not None]
        return not any(frozenset(pair) in self.excludes for pair in itertools.combinations(used, 2))

    def settings(self, within: Callable[[Setting], bool] | None = None) -> Iterator[Setting]:
        """All allowed settings, depth first; a branch that excludes itself or fails `within` is cut.

        Args:
            within: a test that, once failed by a partial setting (the rest not used), fails for all that extend it,
                such as a cap on an additive cost.
        """

        def extend(head: Setting) -> Iterator[Setting]:
            padded = head + self.off[len(head) :]
            if not self.allowed(padded) or (within is not None and not within(padded)):
                return
            if len(head) == len(self.names):
                yield head
                return
            for amount in self.levels[len(head)]:
                yield from extend((*head, amount))

        yield from extend(())

    def neighbours(self, setting: Setting) -> list[Setting]:
        """Allowed settings that differ by one step of one lever, or use a lever in place of one that it excludes."""
        found = []
        for n, amount in enumerate(setting):
            position = self.levels[n].index(amount)
            for step in (-1, 1):
                if 0 <= position + step < len(self.levels[n]):
                    other = list(setting)
                    other[n] = self.levels[n][position + step]
                    for pair in self.excludes:
                        if other[n] is not None and n in pair:
                            (rival,) = pair - {n}
                            other[rival] = None
                    found.append(tuple(other))
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class SearchRules:
    """What counts as good enough, and how much to compute."""

    draws: int
    share: float  # of draws in which every constraint must hold
    first: int = 4  # draws of the first round
    budget: int = 2000  # evaluations: settings times draws
    keep: int = 6  # candidates followed through all draws although they cannot hold, for the relaxations
    resolution: float = 0.0  # differences in an objective below this count as none


@dataclass
class Explored:
    """What is known so far; `results[setting][draw]` holds one result per option."""

    space: LeverGrid
    rules: SearchRules
    cost: Callable[[Setting], float]
    results: dict[Setting, dict[int, Sequence[OptionResult]]] = field(default_factory=dict)
    evaluations: int = 0
    exhaustive: bool = True
    finished: bool = False

    def margins(self, candidate: Candidate) -> np.ndarray:
        """(draws seen, constraints)."""
        setting, option = candidate
        return np.array([r[option].margins for _, r in sorted(self.results[setting].items())])

    def objectives(self, candidate: Candidate) -> np.ndarray:
        """(draws seen, objectives)."""
        setting, option = candidate
        return np.array([r[option].objectives for _, r in sorted(self.results[setting].items())])

    def candidates(self) -> list[Candidate]:
        """All candidates seen, in the order in which they were first evaluated."""
        return [(s, k) for s, by_draw in self.results.items() for k in range(len(next(iter(by_draw.values()))))]

    def complete(self, candidate: Candidate) -> bool:
        """Whether the candidate was evaluated on every draw."""
        return len(self.results[candidate[0]]) == self.rules.draws

    def alive(self, candidate: Candidate) -> bool:
        """Whether the candidate can still hold in the wanted share of draws."""
        return not cannot_hold(self.margins(candidate), self.rules.draws, self.rules.share)

    def share(self, candidate: Candidate) -> float:
        """Share of the draws seen in which every constraint holds."""
        return float(holds(self.margins(candidate)).mean())

    def feasible(self) -> list[Candidate]:
        """Complete candidates that hold in the wanted share of draws."""
        needed = draws_needed(self.rules.draws, self.rules.share)
        return [c for c in self.candidates() if self.complete(c) and holds(self.margins(c)).sum() >= needed]

    def point(self, candidate: Candidate) -> tuple[float, ...]:
        """What the frontier compares: the level of each objective at the wanted share of draws, then minus the cost."""
        levels = [level(column, self.rules.share) for column in self.objectives(candidate).T]
        if self.rules.resolution:
            step = self.rules.resolution
            levels = [round(x / step) * step if math.isfinite(x) else x for x in levels]
        return (*levels, -self.cost(candidate[0]))

    def frontier(self) -> list[Candidate]:
        """The feasible candidates that no other dominates."""
        good = self.feasible()
        if not good:
            return []
        mask = nondominated(np.array([self.point(c) for c in good]), tol=1e-12)
        return [c for c, kept in zip(good, mask) if kept]

    def shortfall(self, candidate: Candidate) -> float:
        """How far the candidate is from feasible: the sum of what its constraints lack at the wanted share of draws."""
        margins = self.margins(candidate)
        return float(sum(max(0.0, -level(column, self.rules.share)) for column in margins.T))

    def nearest(self, count: int, complete: bool = False) -> list[Candidate]:
        """The candidates that lack least, best first; at most half of them with the same option.

        Args:
            count: how many at most.
            complete: only those evaluated on every draw.
        """
        pool = [c for c in self.candidates() if not complete or self.complete(c)]
        ranked = sorted(pool, key=lambda c: (self.shortfall(c), -self.share(c), self.cost(c[0])))
        taken: list[Candidate] = []
        for candidate in ranked:
            if len(taken) < count and sum(c[1] == candidate[1] for c in taken) < max(1, (count + 1) // 2):
                taken.append(candidate)
        return taken


def search(
    space: LeverGrid,
    evaluate: Evaluator,
    cost: Callable[[Setting], float],
    rules: SearchRules,
    *,
    progress: Progress | None = None,
    each_round: Callable[[Explored], None] | None = None,
    within: Callable[[Setting], bool] | None = None,
) -> Explored:
    """Search the space; deterministic, and whatever was found before an interrupt has been handed to `each_round`.

    Args:
        space: the settings.
        evaluate: gives the results of settings on draws (numbers from 0); called once per round.
        cost: of a setting; smaller is better.
        rules: share of draws, budget.
        progress: called with (share done, words).
        each_round: called after every round with what is known so far.
        within: see `LeverGrid.settings`.

    Returns:
        What was found; `.frontier()` may be empty, and then `.nearest()` says what came closest.
    """
    found = Explored(space, rules, cost)
    tell = progress or (lambda _share, _words: None)
    done = each_round or (lambda _found: None)

    def run(settings: Sequence[Setting], draws: Sequence[int], words: str) -> None:
        tell(min(0.99, found.evaluations / max(1, rules.budget)), words)
        news = False
        for missing, group in _by_missing(found, settings, draws).items():
            news = True
            for (setting, draw), results in evaluate(group, missing).items():
                found.results.setdefault(setting, {})[draw] = results
                found.evaluations += 1
        if news:
            done(found)

    first = min(rules.first, rules.draws)
    everything = list(itertools.islice(space.settings(within), rules.budget // first + 1))
    if len(everything) * first <= FIRST_LOOK * rules.budget:
        run(everything, range(first), f"{len(everything)} settings on {first} draws")
    else:
        found.exhaustive = False
        _outward(found, run, within, first)
    _through_all_draws(found, run, first)
    found.finished = True
    done(found)
    return found


def _by_missing(
    found: Explored, settings: Sequence[Setting], draws: Sequence[int]
) -> dict[tuple[int, ...], list[Setting]]:
    """Settings by the draws on which they were not evaluated yet; those without any are left out."""
    groups: dict[tuple[int, ...], list[Setting]] = {}
    for setting in settings:
        missing = tuple(d for d in draws if d not in found.results.get(setting, {}))
        if missing:
            groups.setdefault(missing, []).append(setting)
    return groups


def _outward(found: Explored, run: Looker, within: Callable[[Setting], bool] | None, first: int) -> None:
    """Best first: from none, each alone and all together, then the neighbours of the best not yet expanded."""
    space, rules = found.space, found.rules
    limit = int(FIRST_LOOK * rules.budget)
    expanded: set[Setting] = set()
    batch = _starts(space)
    while batch and found.evaluations < limit:
        batch = [s for s in batch if space.allowed(s) and (within is None or within(s)) and s not in found.results]
        batch = batch[: max(1, (limit - found.evaluations) // first)]
        run(batch, range(first), f"{len(found.results)} settings looked at, going outward")
        best = [c[0] for c in _promising(found) if c[0] not in expanded]
        batch = []
        for setting in list(dict.fromkeys(best))[:4]:
            expanded.add(setting)
            batch += [s for s in space.neighbours(setting) if s not in found.results]
        if not batch and len(expanded) < len(found.results):
            rest = [s for s in found.results if s not in expanded]
            expanded.update(rest)
            batch = [t for s in rest for t in space.neighbours(s) if t not in found.results]
        batch = list(dict.fromkeys(batch))


def _starts(space: LeverGrid) -> list[Setting]:
    starts = [space.off]
    for n, levels in enumerate(space.levels):
        for amount in dict.fromkeys((levels[-1], levels[len(levels) // 2])):
            if amount is not None:
                starts.append((*space.off[:n], amount, *space.off[n + 1 :]))
    for order in (range(len(space.names)), reversed(range(len(space.names)))):
        full = list(space.off)
        for n in order:
            full[n] = space.levels[n][-1]
            if not space.allowed(tuple(full)):
                full[n] = None
        starts.append(tuple(full))
    return list(dict.fromkeys(starts))


def _promising(found: Explored) -> list[Candidate]:
    """Candidates that may hold and are not dominated, then those that lack least."""
    alive = [c for c in found.candidates() if found.alive(c)]
    if alive:
        mask = nondominated(np.array([found.point(c) for c in alive]))
        alive = [c for c, kept in zip(alive, mask) if kept]
    return [*alive, *found.nearest(8)]


def _through_all_draws(found: Explored, run: Looker, first: int) -> None:
    """Follow what may still hold through blocks of draws, dropping what cannot; then the nearest, if none holds."""
    rules = found.rules
    seen = first
    while seen < rules.draws:
        settings = list(dict.fromkeys(c[0] for c in found.candidates() if found.alive(c) and _seen(found, c) >= seen))
        if not settings:
            break
        room = max(0, rules.budget - found.evaluations)
        block = min(rules.draws - seen, max(2, seen))
        if len(settings) * block > room:
            found.exhaustive = False
            settings = _spread(found, settings, max(1, room // max(1, rules.draws - seen)))
        run(
            settings,
            range(seen, seen + block),
            f"{len(settings)} settings that may hold, draws {seen + 1} to {seen + block}",
        )
        seen += block
    if not found.feasible():
        for _ in range(3):  # what looked near on a few draws may turn out farther than the next
            settings = list(dict.fromkeys([found.space.off, *(c[0] for c in found.nearest(rules.keep))]))
            run(settings, range(rules.draws), "following what comes closest through all draws")


def _seen(found: Explored, candidate: Candidate) -> int:
    return len(found.results[candidate[0]])


def _spread(found: Explored, settings: Sequence[Setting], count: int) -> list[Setting]:
    """At most `count` of the settings: the best by each objective in turn, so that all ends of the frontier stay."""
    inside = set(settings)
    alive = [c for c in found.candidates() if c[0] in inside and found.alive(c)]
    points = np.array([found.point(c) for c in alive])
    orders = [[alive[k] for k in np.argsort(-points[:, n], kind="stable")] for n in range(points.shape[1])]
    taken: dict[Setting, None] = {}
    for row in zip(*orders):
        for candidate in row:
            if len(taken) < count:
                taken.setdefault(candidate[0])
    return list(taken)
