"""How moves are chosen at given gains: rates, their slopes, and what choosing adds to the chooser's own value.

With dq the payoff of a move relative to not making it, utility:

- `LogitChoice`: at an opportunity (rate alpha) one of all available actions, sigma_a = w_a exp(dq_a / tau - L) with
  L = log(1 + sum_a w_a exp(dq_a / tau)); choosing is worth alpha (tau L - sum_a sigma_a dq_a), or nothing for "none".
- `OccasionChoice`: each action on private occasions of its own, r = r0 x / (1 + (x - 1) / C) with x = exp(dq / tau) and
  C the ceiling; a reason counts exactly as far as it makes up for what the act gives up, r max(-dq, 0). So the own
  equation gains r max(dq, 0) a year, which has a kink at dq = 0: Newton is semismooth there. Under "uncounted" reasons
  move acts and count for nothing.

Both work on the flat arrays of `detente.solver.flat`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from detente.solver.logit import logit_beside_waiting

if TYPE_CHECKING:
    from detente.solver.flat import FlatGame

REASONS = "reasons"  # label of what choosing adds to values, in tables
TINY = float(np.finfo(float).tiny)  # stands for a share of 0 in logarithms


@dataclass(frozen=True)
class Choice:
    """What all players choose at given values; flat over moves (M,) or segments (S,)."""

    gain: np.ndarray  # (M,) dq: payoff of the move relative to waiting, utility
    share: np.ndarray  # (M,) share of the mover's opportunities in which it is made
    rate: np.ndarray  # (M,) tempo * share, 1/year
    surplus: np.ndarray  # (S,) L: log of the sum of weights relative to waiting; empty under `OccasionChoice`


class ChoiceRule(ABC):
    """A rule by which moves follow from their gains."""

    counted: bool  # whether private reasons are part of values

    @abstractmethod
    def log_weights(self, op: "FlatGame", weights: np.ndarray) -> np.ndarray:
        """What is added to dq / tau, (M,), from the weights or reference rates of the moves (M,)."""

    @abstractmethod
    def choose(self, op: "FlatGame", exponent: np.ndarray, gain: np.ndarray) -> Choice:
        """The choice at exponents dq / tau + log weight (M,), and gains dq (M,)."""

    @abstractmethod
    def pull(self, op: "FlatGame", choice: Choice) -> np.ndarray:
        """(M,), 1/(year utility): rates move by pull * `steer`(changes of gains)."""

    @abstractmethod
    def steer(self, op: "FlatGame", choice: Choice, change: np.ndarray) -> np.ndarray:
        """Changes of gains, (M,) or (M, columns), less what the same change of all moves of a segment brings."""

    @abstractmethod
    def steered(self, op: "FlatGame", choice: Choice, weight: np.ndarray) -> np.ndarray:
        """The transpose of `steer`, (M,)."""

    @abstractmethod
    def own(self, choice: Choice, pull: np.ndarray) -> np.ndarray | None:
        """(M,), 1/year: how the mover's own equation moves with dq beyond the generator; None where it does not."""

    @abstractmethod
    def value(self, op: "FlatGame", choice: Choice) -> np.ndarray:
        """What choosing adds to the mover's flow, (players * states,), utility/year."""

    @abstractmethod
    def held_value(self, op: "FlatGame", choice: Choice, rate: np.ndarray) -> np.ndarray:
        """The same where moves are made at other rates (M,), 1/year, than those that follow from their gains."""

    @abstractmethod
    def by_gain(self, op: "FlatGame", choice: Choice, weight: np.ndarray, own: np.ndarray) -> np.ndarray:
        """(M,) derivative by gains of sum_m weight_m r_m + sum own y, y what choosing adds to the mover's flow.

        Args:
            op: the game.
            choice: what is chosen.
            weight: (M,) by the rate of each move.
            own: (M,) by what choosing adds to the flow of its mover in its state.
        """

    @abstractmethod
    def by_weight(self, op: "FlatGame", choice: Choice, weight: np.ndarray, own: np.ndarray) -> np.ndarray:
        """(M,) the same by the weights or reference rates of moves."""

    @abstractmethod
    def gap(self, op: "FlatGame", choice: Choice, now: Choice) -> np.ndarray | None:
        """Best-response gap, (players * states,), utility, of fixed strategies whose own exact values give the gains
        of `now`; None where it is not defined.
        """

    @abstractmethod
    def options(self, op: "FlatGame") -> np.ndarray:
        """The same for a player who is indifferent between all moves, (players * states,), as far as noise enters."""

    @abstractmethod
    def best_deviation(self, op: "FlatGame", choice: Choice, gain: np.ndarray) -> float:
        """The largest gain, utility, from another choice at one opportunity, no reasons counted."""


class LogitChoice(ChoiceRule):
    """One choice among all actions at an opportunity."""

    def __init__(self, counted: bool) -> None:
        self.counted = counted

    def log_weights(self, op: "FlatGame", weights: np.ndarray) -> np.ndarray:
        """See `ChoiceRule`."""
        with np.errstate(divide="ignore"):  # an action of rate 0 stays among the moves, with weight 0
            return np.log(weights)

    def choose(self, op: "FlatGame", exponent: np.ndarray, gain: np.ndarray) -> Choice:
        """See `ChoiceRule`."""
        share, surplus = logit_beside_waiting(exponent, op.starts, op.segment)
        return Choice(gain, share, op.tempo * share, surplus)

    def pull(self, op: "FlatGame", choice: Choice) -> np.ndarray:
        """See `ChoiceRule`."""
        return choice.rate / op.noise

    def steer(self, op: "FlatGame", choice: Choice, change: np.ndarray) -> np.ndarray:
        """See `ChoiceRule`."""
        share = choice.share if change.ndim == 1 else choice.share[:, None]
        return change - np.add.reduceat(share * change, op.starts, axis=0)[op.segment]

    def steered(self, op: "FlatGame", choice: Choice, weight: np.ndarray) -> np.ndarray:
        """See `ChoiceRule`."""
        return weight - choice.share * np.add.reduceat(weight, op.starts)[op.segment]

    def own(self, choice: Choice, pull: np.ndarray) -> np.ndarray | None:
        """None: by the envelope theorem, or (reasons not counted) part of what the move is worth to its mover."""
        return None

    def by_gain(self, op: "FlatGame", choice: Choice, weight: np.ndarray, own: np.ndarray) -> np.ndarray:
        """By the envelope theorem what a move is worth to its mover drops out where reasons are counted."""
        spent = own * choice.gain if self.counted else 0.0
        return self.steered(op, choice, self.pull(op, choice) * (weight - spent))

    def by_weight(self, op: "FlatGame", choice: Choice, weight: np.ndarray, own: np.ndarray) -> np.ndarray:
        """Rates move with tau log w as with gains; reasons have alpha tau sigma / w beside."""
        left = weight - own * choice.gain if self.counted else weight
        spent = np.add.reduceat(choice.rate * left, op.starts)[op.segment]
        more = own * op.noise * op.tempo if self.counted else 0.0
        return np.exp(choice.gain / op.noise - choice.surplus[op.segment]) * (op.tempo * left - spent + more)

    def value(self, op: "FlatGame", choice: Choice) -> np.ndarray:
        """-alpha tau sum_a sigma log(sigma / w); nothing where reasons are not counted."""
        found = np.zeros(op.shape[0] * op.shape[1])
        if self.counted:
            used = np.add.reduceat(choice.share * choice.gain, op.starts)
            found[op.group] = op.tempo[op.starts] * (op.noise[op.starts] * choice.surplus - used)
        return found

    def held_value(self, op: "FlatGame", choice: Choice, rate: np.ndarray) -> np.ndarray:
        """See `ChoiceRule`; waiting included."""
        found = np.zeros(op.shape[0] * op.shape[1])
        if self.counted:
            share = np.divide(rate, op.tempo, out=np.zeros(op.moves), where=op.tempo > 0)
            terms = np.add.reduceat(share * self._log_ratio(op, share), op.starts) + self._waiting(op, share)
            found[op.group] = -op.tempo[op.starts] * op.noise[op.starts] * terms
        return found

    def gap(self, op: "FlatGame", choice: Choice, now: Choice) -> np.ndarray | None:
        """tau L - sum_a sigma (dq - tau log(sigma / w))."""
        found, noise = np.zeros(op.shape[0] * op.shape[1]), op.noise[op.starts]
        kept = choice.share * (now.gain - op.noise * self._log_ratio(op, choice.share))
        used = np.add.reduceat(kept, op.starts) - noise * self._waiting(op, choice.share)
        found[op.group] = np.abs(noise * now.surplus - used)
        return found

    @staticmethod
    def _log_ratio(op: "FlatGame", share: np.ndarray) -> np.ndarray:
        """log(sigma / w), (M,); 0 where sigma is."""
        return np.where(share > 0, np.log(np.maximum(share, TINY)) - op.log_weight, 0.0)

    @staticmethod
    def _waiting(op: "FlatGame", share: np.ndarray) -> np.ndarray:
        """sigma log sigma of waiting, (S,)."""
        waiting = np.maximum(1.0 - np.add.reduceat(share, op.starts), 0.0)
        return np.where(waiting > 0, waiting * np.log(np.maximum(waiting, TINY)), 0.0)

    def options(self, op: "FlatGame") -> np.ndarray:
        """alpha tau log(sum of weights)."""
        found = np.zeros(op.shape[0] * op.shape[1])
        if self.counted:
            total = np.log1p(np.add.reduceat(np.exp(op.log_weight), op.starts))
            found[op.group] = op.tempo[op.starts] * op.noise[op.starts] * total
        return found

    def best_deviation(self, op: "FlatGame", choice: Choice, gain: np.ndarray) -> float:
        """See `ChoiceRule`."""
        best = np.maximum(np.maximum.reduceat(gain, op.starts), 0.0)
        return float((best - np.add.reduceat(choice.share * gain, op.starts)).max())


class OccasionChoice(ChoiceRule):
    """Each action on occasions of its own, at rate r0 where the mover is indifferent; `tempo` is the ceiling of each.

    In these terms, with C the ceiling, r = C r0 / (1 + (C - 1) / x) = C r0 expit(dq / tau - log(C - 1)).
    """

    def __init__(self, counted: bool) -> None:
        self.counted = counted

    def log_weights(self, op: "FlatGame", weights: np.ndarray) -> np.ndarray:
        """-log(C - 1) for every move; the rate r0 is in the ceiling."""
        return np.full(len(weights), -np.log(op.game.ceiling - 1.0))

    def choose(self, op: "FlatGame", exponent: np.ndarray, gain: np.ndarray) -> Choice:
        """See `ChoiceRule`."""
        rate = op.ceiling * expit(exponent)
        share = np.divide(rate, op.tempo, out=np.zeros(len(rate)), where=op.tempo > 0)
        return Choice(gain, share, rate, np.empty(0))

    def pull(self, op: "FlatGame", choice: Choice) -> np.ndarray:
        """r (1 - r / (C r0)) / tau."""
        spent = np.divide(choice.rate, op.ceiling, out=np.zeros(op.moves), where=op.ceiling > 0)
        return choice.rate * (1.0 - spent) / op.noise

    def steer(self, op: "FlatGame", choice: Choice, change: np.ndarray) -> np.ndarray:
        """The changes as they are: no action crowds out another."""
        return change

    def steered(self, op: "FlatGame", choice: Choice, weight: np.ndarray) -> np.ndarray:
        """See `steer`."""
        return weight

    def own(self, choice: Choice, pull: np.ndarray) -> np.ndarray | None:
        """d r max(dq, 0) / d dq - r, of which the generator has r; None where reasons are not counted."""
        if not self.counted:
            return None
        return np.where(choice.gain > 0, pull * choice.gain, -choice.rate)

    def by_gain(self, op: "FlatGame", choice: Choice, weight: np.ndarray, own: np.ndarray) -> np.ndarray:
        """See `ChoiceRule`; at the kink the side of gains."""
        given_up = np.maximum(-choice.gain, 0.0) if self.counted else 0.0
        moved = self.pull(op, choice) * (weight + own * given_up)
        return moved - own * choice.rate * (choice.gain < 0) if self.counted else moved

    def by_weight(self, op: "FlatGame", choice: Choice, weight: np.ndarray, own: np.ndarray) -> np.ndarray:
        """Rates are in proportion to reference rates: r / r0, which at r0 = 0 is C expit(exponent)."""
        given_up = np.maximum(-choice.gain, 0.0) if self.counted else 0.0
        share = op.game.ceiling * expit(choice.gain / op.noise + op.log_weight)
        return share * (weight + own * given_up)

    def value(self, op: "FlatGame", choice: Choice) -> np.ndarray:
        """r max(-dq, 0), summed over moves: reasons that make up for what acts give up."""
        return self.held_value(op, choice, choice.rate)

    def held_value(self, op: "FlatGame", choice: Choice, rate: np.ndarray) -> np.ndarray:
        """See `ChoiceRule`."""
        made_up = rate * np.maximum(-choice.gain, 0.0) if self.counted else np.zeros(op.moves)
        return np.bincount(op.player * op.shape[1] + op.state, weights=made_up, minlength=op.shape[0] * op.shape[1])

    def gap(self, op: "FlatGame", choice: Choice, now: Choice) -> np.ndarray | None:
        """Not defined: nobody chooses among actions."""
        return None

    def options(self, op: "FlatGame") -> np.ndarray:
        """0: an act to which the mover is indifferent is worth nothing."""
        return np.zeros(op.shape[0] * op.shape[1])

    def best_deviation(self, op: "FlatGame", choice: Choice, gain: np.ndarray) -> float:
        """See `ChoiceRule`; at one occasion of one action."""
        taken = np.divide(choice.rate, op.ceiling, out=np.zeros(op.moves), where=op.ceiling > 0)
        return float(np.maximum(gain * (1.0 - taken), -gain * taken).max())


RULES: dict[str, ChoiceRule] = {
    "occasions": OccasionChoice(counted=True),
    "uncounted": OccasionChoice(counted=False),
    "reference": LogitChoice(counted=True),
    "standard": LogitChoice(counted=True),
    "none": LogitChoice(counted=False),
}
