"""Chances of war and peace by time, from the chain of an equilibrium.

Where war is under way on the date, "war resumes" means again, and time counts from the end of the present fighting.
With W the states at war, the fighting ends in state y with probability p(y) = u Q(W, y), where u solves
u (-Q(W, W)) = e(x0) (the expected time in each state of this war; paths that never leave it are left out), and

    P(war resumes within t of its end) = sum_y p(y) P_y(war within t).
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sl

from detente.answers.solved import SolvedGame
from detente.chain import Chain
from detente.chain.sensitivity import reach_sensitivity
from detente.chain.structure import can_reach
from detente.errors import ComputationError
from detente.solver import Equilibrium

HORIZON = 30.0  # years of restricted means: about as far as a settlement is planned for
YEARS = 10  # horizon of counts, causes and the chance of peace that counterfactuals are compared by, years
RESUMES = 5.0  # years of the chance of resumed war that counterfactuals are compared by
GRID = np.arange(0, 20.5, 0.5)  # years of the curves; holds every year that a number is given for
MEDIAN = 0.5


class EndOfWar:
    """How a war that is under way in a state ends; paths that never leave it are left out.

    Attributes:
        time: (states,) expected years in each state of this war.
        sure: probability that it ends.
        into: (states,) probability that it ends in this state, given that it ends.

    Raises:
        ComputationError: no path leads out of it.
    """

    def __init__(self, chain: Chain, war: np.ndarray, start: int) -> None:
        self.chain, self.war = chain, war
        self.inside = war & can_reach(chain.jumps, ~war)
        if not self.inside[start]:
            raise ComputationError("in this model the present fighting never ends, so that war cannot resume")
        block = sp.diags_array(chain.exit[self.inside]) - chain.jumps[self.inside][:, self.inside]
        self._factor = sl.splu(sp.csc_array(block))
        first = np.zeros(int(self.inside.sum()))
        first[int(np.count_nonzero(self.inside[:start]))] = 1.0
        self.time = np.zeros(chain.n_states)
        self.time[self.inside] = np.maximum(self._factor.solve(first, trans="T"), 0.0)
        ends = np.where(war, 0.0, chain.jumps.T @ self.time)
        self.sure = float(ends.sum())
        self.into = ends / self.sure

    def expected(self, worth: np.ndarray) -> np.ndarray:
        """E of `worth` (states,) in the state in which the war ends, 0 where it does not; `worth` itself outside it."""
        out = np.where(self.war, 0.0, worth)
        out[self.inside] = self._factor.solve(self.chain.jumps[self.inside] @ out)
        return out


def beginning(solved: SolvedGame) -> np.ndarray:
    """Where waiting for the next war begins, a distribution (states,): the date's state, or where this war ends."""
    if solved.frame.at_war:
        return EndOfWar(solved.chain, solved.frame.war, solved.x0).into
    start = np.zeros(solved.game.n_states)
    start[solved.x0] = 1.0
    return start


def war_curve(solved: SolvedGame, times: np.ndarray) -> np.ndarray:
    """P(war resumes within t), (times,); t counts from the date, or from the end of a war that is under way."""
    chain, war = solved.chain, solved.frame.war
    if not solved.frame.at_war:
        return chain.reach_curve(war, times, solved.x0)
    return np.minimum(chain.reach_probability(war, times) @ beginning(solved), 1.0)


def peace_curve(solved: SolvedGame, times: np.ndarray) -> np.ndarray:
    """P(peace is reached by t) from the date's state, (times,)."""
    return solved.chain.reach_curve(solved.frame.peace, times, solved.x0)


def fighting_curve(solved: SolvedGame, times: np.ndarray) -> np.ndarray:
    """P(the present fighting has ended by t) from the date's state, (times,)."""
    return solved.chain.reach_curve(~solved.frame.war, times, solved.x0)


def median_of_fighting(solved: SolvedGame) -> float:
    """Years after which the present fighting has ended in half of all paths; infinite where fewer than half end."""
    chain, war = solved.chain, solved.frame.war
    n = int(war.sum())
    out = np.asarray(chain.jumps[war][:, ~war].sum(axis=1)).reshape(-1, 1)
    blocks = [[chain.jumps[war][:, war], out], [sp.csr_array((1, n)), None]]
    small = Chain(sp.csr_array(sp.block_array(blocks)))
    ended = np.zeros(n + 1, bool)
    ended[n] = True
    return float(small.time_quantile(ended, MEDIAN)[int(np.count_nonzero(war[: solved.x0]))])


def time_to_peace(solved: SolvedGame) -> float:
    """E min(time to peace, 30 years) from the date's state."""
    return float(solved.chain.restricted_mean_time(solved.frame.peace, HORIZON)[solved.x0])


def peace_before_war(solved: SolvedGame) -> float:
    """P(peace is ever reached, and before war resumes) from the date's state."""
    war, peace, chain = solved.frame.war, solved.frame.peace, solved.chain
    stopped = Chain(sp.csr_array(sp.diags_array((~war).astype(float)) @ chain.jumps)).ever_reach(peace)
    return float(beginning(solved) @ stopped)


def at(curve: np.ndarray, years: float) -> float:
    """The value of a curve on the common grid at a year."""
    return float(curve[int(np.argmin(np.abs(GRID - years)))])


@dataclass(frozen=True)
class Resumes:
    """P(war resumes within `time` years of the end of a war that is under way in `state`), for `Sensitivity.of`."""

    war: np.ndarray
    time: float
    state: int

    def pull(self, equilibrium: Equilibrium, places) -> tuple[float, np.ndarray, np.ndarray]:
        """See `detente.solver.gradient.Answer`.

        The chance is E[F; ends] / P(ends) with F(y) the chance of another war from where this one ends. It moves with F
        at held ends, and with every jump (x, y) out of a state x of this war by its time there.
        """
        chain = equilibrium.chain()
        end = EndOfWar(chain, self.war, self.state)
        number, by_rate = reach_sensitivity(chain, self.war, self.time, end.into, places)
        after = chain.reach_probability(self.war, [self.time])[0]
        excess = end.expected(after) - number * end.expected(np.ones(chain.n_states))
        rows, columns = places
        by_rate = by_rate + end.time[rows] / end.sure * (excess[columns] - excess[rows])
        return number, np.zeros(equilibrium.values.shape), by_rate
