"""The chance of war in one solved game, split by what begins it, what settlement averts, and what counts as war.

With h years, strategies held, and first entries counted from the date (or from the end of fighting that is under way):

    M = P(the threshold states are entered within h)          what is set beside past cases
    W = the same for the states of the case's own war
    N = W with every jump into peace struck out               nobody can settle any more
    N = attack + accident                                     by what makes the jump that enters war: an act, or nature

    settlement = N - W        what settling averts
    definition = M - W        what the threshold counts beyond war
    M = attack + accident - settlement + definition

This is an identity, not an approximation: the split of N is that of a first-passage probability by the cause of the
entering jump (`Chain.reach_by_cause`). With C of past cases,

    C - M = C - attack - accident + settlement - definition,

so that each part is 0 where its cause is switched off: no act that begins war, no accident, no way into peace, one
definition. Where nothing leads into peace N is W to the last digit, and so is M where the masks are the same.
"""

from dataclasses import dataclass

import numpy as np

from detente.answers.chances import EndOfWar
from detente.answers.solved import into, without_jumps
from detente.chain import Chain
from detente.solver import Equilibrium

NATURE = "nature"


@dataclass(frozen=True)
class Masks:
    """States by what they count as, each (states,) bool, and the state on the date."""

    start: int
    threshold: np.ndarray
    war: np.ndarray
    peace: np.ndarray


@dataclass(frozen=True)
class Split:
    """The parts of the chance of war within some years; see the module."""

    chance: float  # M
    attack: float
    accident: float
    settlement: float
    definition: float


def first_entries(equilibrium: Equilibrium, target: np.ndarray, start: int, times: np.ndarray) -> np.ndarray:
    """P(target is entered by t, by an act; by nature), (2, times), from the date or the end of its fighting.

    Raises:
        ComputationError: the state is in the target and no path leaves it.
    """
    chain = equilibrium.chain()
    return _entries(equilibrium, chain, target, beginning(chain, target, start), times)


def beginning(chain: Chain, fighting: np.ndarray, start: int) -> np.ndarray:
    """The state on the date as a distribution (states,), or where the fighting that is under way there ends."""
    if fighting[start]:
        return EndOfWar(chain, fighting, start).into
    out = np.zeros(chain.n_states)
    out[start] = 1.0
    return out


def split(equilibrium: Equilibrium, masks: Masks, years: float) -> Split:
    """The chance of war within some years, in parts.

    Raises:
        ComputationError: fighting is under way and never ends.
    """
    chain, times = equilibrium.chain(), np.array([years])
    begin = beginning(chain, masks.war, masks.start)
    own = _entries(equilibrium, chain, masks.war, begin, times)
    if np.array_equal(masks.war, masks.threshold):
        wider = own
    else:
        wider = first_entries(equilibrium, masks.threshold, masks.start, times)
    closed = without_jumps(chain.generator, ~masks.peace, masks.peace & ~masks.war)
    struck = Chain(closed)
    unsettled = own if struck.jumps.nnz == chain.jumps.nnz else _entries(equilibrium, struck, masks.war, begin, times)
    attack, accident = float(unsettled[0, 0]), float(unsettled[1, 0])
    war, chance = float(own.sum()), float(wider.sum())
    return Split(chance, attack, accident, attack + accident - war, chance - war)


def _entries(
    equilibrium: Equilibrium, chain: Chain, target: np.ndarray, begin: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """(2, times): by an act, by nature."""
    rates = np.zeros((2, chain.n_states))
    for (who, _), rate in into(equilibrium, target).items():
        rates[int(who == NATURE)] += rate
    found = chain.reach_by_cause(target, {"act": rates[0], "nature": rates[1]}, times)
    return np.array([found["act"] @ begin, found["nature"] @ begin])
