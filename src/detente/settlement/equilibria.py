"""In how many of the equilibria that can be found does a settlement hold?"""

from dataclasses import dataclass

from detente.draws import DRAW_FAULTS, map_draws
from detente.settlement.draws import CommonDraws
from detente.settlement.evaluate import NONE, Reading, Solver, Task, build_game, read
from detente.settlement.judge import judge, references
from detente.settlement.problem import Problem
from detente.settlement.search import Candidate, Setting
from detente.solver import Equilibrium
from detente.solver.enumerate import same


@dataclass(frozen=True)
class Count:
    """Equilibria found (a lower bound) over some draws, and those in which every constraint holds."""

    draws: int
    found: int
    hold: int

    @property
    def share(self) -> float:
        """Share of the equilibria found in which every constraint holds."""
        return self.hold / self.found if self.found else 0.0


@dataclass(frozen=True)
class Enumerate:
    """Reads one setting in every equilibrium of a draw that several starts lead to; goes to workers."""

    problem: Problem
    setting: Setting
    starts: int
    thorough: bool

    def __call__(self, task: Task) -> list[Reading]:
        """Readings, one per certified equilibrium, the one near the draw's own first; none where the draw fails."""
        from detente.solver import enumerate_equilibria

        solver = Solver(self.problem)
        try:
            base, _ = solver.without_levers(task.parameters, task.base)
            game, shift = build_game(self.problem, self.setting, task.parameters)
            first, _ = solver.equilibrium(self.setting, task.parameters, base)
            found = [first, *enumerate_equilibria(game, starts=self.starts, seed=0, continuation=self.thorough)]
        except DRAW_FAULTS:
            return []  # no equilibrium was found in this draw, and none is counted
        kept: list[Equilibrium] = []
        for equilibrium in found:
            if equilibrium.certified and not any(same(equilibrium, k) for k in kept):
                kept.append(equilibrium)
        return [read(self.problem, e, shift) for e in kept]


def count_equilibria(draws: CommonDraws, candidate: Candidate, number: int, starts: int, thorough: bool) -> Count:
    """Count over the first draws (the first is the middle of all ranges) in which equilibria the candidate holds.

    What players compare with is their going on in the principal equilibrium.

    Args:
        draws: common draws; the candidate must have been read in them.
        candidate: setting and package.
        number: of draws.
        starts: of the solver in each.
        thorough: whether branches are also followed around their folds.
    """
    setting, option = candidate
    problem = draws.problem
    chosen = range(min(number, len(draws)))
    if setting not in draws.in_equilibria:
        draws.in_equilibria[setting] = map_draws(
            Enumerate(problem, setting, starts, thorough),
            [Task(draws.parameters[d], draws.base(d), ()) for d in chosen],
            executor=draws.executor,
            workers=draws.workers,
        )
    found = hold = 0
    for d, several in zip(chosen, draws.in_equilibria[setting]):
        going_on = {s: draws.readings[(d, s, NONE)] for s in references(problem, setting).values()}
        for reading in several:
            found += 1
            hold += min(judge(problem, setting, reading, going_on)[option].margins) >= 0
    return Count(len(chosen), found, hold)
