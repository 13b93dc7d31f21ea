"""A game with asynchronous moves in continuous time, as arrays: what the solver reads, whoever wrote it.

Player i gets an opportunity at rate `tempo[i, x]`, chooses an action, and the state jumps to a draw from `T(x, a)`;
nature's events come at their hazards. Row `a * K + x` of a `transition` matrix is the distribution of T(x, a), so that
`E V(T(x, a))` for all a and x at once is `(transition @ V).reshape(A, K)`. Action 0 is `wait`: always available, costs
nothing, leaves x as it is. Symbols and units: docs/notation.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from detente.case.parts import CEILING
from detente.errors import OptionError
from detente.game import arrays
from detente.game.moves import Moves, Nature
from detente.game.players import Players
from detente.game.simultaneous import SimultaneousGame, simultaneous
from detente.game.space import StateSpace

Shocks = Literal["occasions", "uncounted", "reference", "standard", "none"]
OCCASIONS = ("occasions", "uncounted")  # each action on occasions of its own
SHOCKS: tuple[Shocks, ...] = get_args(Shocks)


@dataclass(frozen=True)
class Game(Players):
    """A continuous-time dynamic game with asynchronous moves; see docs/notation.md for symbols and units."""

    moves: tuple[Moves, ...]
    nature: Nature
    payoff_flow: np.ndarray  # (players, states) utility/year
    tempo: np.ndarray  # (players, states) 1/year
    discount_rate: np.ndarray  # (players,) 1/year
    noise: np.ndarray  # (players,) utility
    shocks: Shocks = "occasions"
    terms: tuple[Mapping[str, np.ndarray], ...] = ()  # per player: label -> (states,); they sum to payoff_flow
    space: StateSpace | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)  # what it was built from
    ceiling: float = CEILING  # `OCCASIONS`: rates stay below so many times the reference rate

    @property
    def n_states(self) -> int:
        """Number of states K."""
        return self.payoff_flow.shape[1]

    @property
    def rated(self) -> bool:
        """Whether actions have reference rates."""
        return self.shocks in (*OCCASIONS, "reference")

    @property
    def opportunities(self) -> np.ndarray:
        """alpha_i(x), (players, states), 1/year: `tempo`; with `OCCASIONS` the ceilings of all actions together."""
        if self.shocks not in OCCASIONS:
            return self.tempo
        totals = [np.where(moves.available, moves.reference_rate, 0.0)[1:].sum(axis=0) for moves in self.moves]
        return self.ceiling * np.array(totals).reshape(self.tempo.shape)

    def reference_weights(self, player: int) -> np.ndarray:
        """w_i(a|x), shape (actions, states): r0 / tempo, 1 for `wait`; without reference rates 1 where available.

        With `OCCASIONS` the reference rates r0 themselves, 1/year.
        """
        moves = self.moves[player]
        if self.shocks in OCCASIONS:
            return np.where(moves.available, moves.reference_rate, 0.0)
        if self.shocks != "reference":
            return moves.available.astype(float)
        weights = np.where(moves.available, moves.reference_rate / self.tempo[player], 0.0)
        weights[0] = 1.0
        return weights

    def centred_flow(self) -> tuple[np.ndarray, np.ndarray]:
        """Each player's mean payoff flow over states, (players,), and payoff_flow less it, utility/year.

        Choices follow from differences between states. Where `terms` add up to the flow, each is centred by itself, so
        that a large constant in one term costs the others no digits.
        """
        level, rest = np.zeros(self.n_players), np.zeros(self.payoff_flow.shape)
        for i, flow in enumerate(self.payoff_flow):
            parts = list(self.terms[i].values()) if self.terms else []
            if not np.array_equal(sum(parts, np.zeros(len(flow))), flow):
                parts = [flow]
            for part in parts:
                mean = float(part.mean())
                level[i] += mean
                rest[i] += part - mean
        return level, rest

    def check(self) -> None:
        """Refuse arrays that do not fit together or hold impossible numbers.

        Raises:
            OptionError: with the name, shape and place of the first that does not.
        """
        n, k = len(self.players), self.payoff_flow.shape[-1] if self.payoff_flow.ndim else 0
        if self.payoff_flow.shape != (n, k) or k == 0 or len(self.moves) != n:
            what = f"payoff_flow has shape {self.payoff_flow.shape}, moves are those of {len(self.moves)} players"
            raise OptionError.of(what, f"({n}, states) and {n} players")
        arrays.finite("payoff_flow", self.payoff_flow)
        for name, shape in (("tempo", (n, k)), ("discount_rate", (n,)), ("noise", (n,))):
            value = getattr(self, name)
            if np.shape(value) != shape:
                raise OptionError.of(f"{name} has shape {np.shape(value)}", str(shape))
            arrays.positive(name, value, [shape])
        if self.shocks not in SHOCKS:
            raise OptionError.of(f"shocks {self.shocks!r}", " or ".join(map(repr, SHOCKS)))
        if not 1.0 < self.ceiling < np.inf:
            raise OptionError.of(f"a ceiling of {self.ceiling:g} times the reference rate", "more than 1, and finite")
        for i, moves in enumerate(self.moves):
            self._check_moves(f"moves[{i}]", moves, (n, k))
        hazards = self.nature.hazards
        if hazards.shape[1:] != (k,) or self.nature.transition.shape != (hazards.size, k):
            what = f"nature has hazards {hazards.shape} and a transition {self.nature.transition.shape}"
            raise OptionError.of(what, f"(events, {k}) and (events * {k}, {k})")
        arrays.rates("nature.hazards", hazards)
        arrays.distributions("nature.transition", self.nature.transition)

    @staticmethod
    def _check_moves(name: str, moves: Moves, shape: tuple[int, int]) -> None:
        n, k = shape
        a = len(moves.names)
        shapes = (moves.available.shape, moves.transition.shape, moves.impulses.shape, moves.reference_rate.shape)
        wanted = ((a, k), (a * k, k), (n, a, k), (a, k))
        if shapes != wanted or moves.available.dtype != bool:
            what = f"{name} has available, transition, impulses and reference_rate of shapes {shapes}"
            raise OptionError.of(what, f"{wanted}, the first of them bool")
        if not moves.available[0].all():
            raise OptionError.of(f"{name}: action 0 is not available everywhere", "`wait` as action 0")
        arrays.finite(f"{name}.impulses", moves.impulses)
        arrays.refuse(f"{name}.impulses", moves.impulses[:, :1], moves.impulses[:, :1] != 0, "0: waiting costs nothing")
        arrays.rates(f"{name}.reference_rate", moves.reference_rate, moves.available)
        arrays.distributions(f"{name}.transition", moves.transition)
        if np.abs(moves.transition[:k].diagonal() - 1.0).max() > arrays.SUMS_TO_ONE:
            raise OptionError.of(f"{name}: action 0 changes the state", "`wait` as action 0")

    @staticmethod
    def from_arrays(
        payoff_flow: np.ndarray,
        successors: Sequence[np.ndarray],
        impulses: Sequence[np.ndarray],
        tempo: float | np.ndarray,
        nature_successors: np.ndarray,
        hazards: np.ndarray,
        discount_rate: float | np.ndarray,
        noise: float | np.ndarray,
        shocks: Shocks = "occasions",
        reference_rates: float | Sequence[np.ndarray] = 0.1,
        players: Sequence[str] | None = None,
        ceiling: float = CEILING,
    ) -> "Game":
        """Build a game from arrays.

        Args:
            payoff_flow: (players, states), utility/year.
            successors: per player (actions, states) int; -1: not available; action 0 is `wait`, its successor x itself.
            impulses: per player (actions, states), to the mover; or (players, actions, states), utility; 0 for `wait`,
                ignored where the action is not available.
            tempo: scalar, (players,) or (players, states), 1/year.
            nature_successors: (events, states) int; -1 where the event cannot happen.
            hazards: (events, states), 1/year; 0 where the event cannot happen.
            discount_rate: scalar or (players,), 1/year.
            noise: scalar or (players,), utility.
            shocks: "occasions", "uncounted", "reference", "standard" or "none" (docs/notation.md).
            reference_rates: scalar, or per player (actions, states), 1/year; row 0 and unavailable entries are ignored.
            players: names; default "1", "2", ...
            ceiling: with "occasions" and "uncounted", rates stay below so many times the reference rate.

        Raises:
            OptionError: a shape or value is wrong; the message gives the array, its shape and the place.
        """
        flow = arrays.numbers("payoff_flow", payoff_flow)
        if flow.ndim != 2 or flow.size == 0:
            raise OptionError.of(f"payoff_flow has shape {flow.shape}", "(players, states)")
        arrays.finite("payoff_flow", flow)
        n, k = flow.shape
        own = list(reference_rates) if np.iterable(reference_rates) else [reference_rates] * n
        for name, given in (("successors", successors), ("impulses", impulses), ("reference_rates", own)):
            if len(given) != n:
                raise OptionError.of(f"{len(given)} arrays of {name}", f"one per player ({n})")
        if shocks not in SHOCKS:
            raise OptionError.of(f"shocks {shocks!r}", " or ".join(map(repr, SHOCKS)))
        return Game(
            players=arrays.names(players, n),
            moves=tuple(
                arrays.moves(i, *given, shape=(n, k)) for i, given in enumerate(zip(successors, impulses, own))
            ),
            nature=arrays.nature(nature_successors, hazards, k),
            payoff_flow=flow,
            tempo=arrays.positive("tempo", tempo, [(n,), (n, k)]),
            discount_rate=arrays.positive("discount_rate", discount_rate, [(n,)]),
            noise=arrays.positive("noise", noise, [(n,)]),
            shocks=shocks,
            terms=tuple({"flow": flow[i]} for i in range(n)),
            ceiling=ceiling,
        )

    @staticmethod
    def simultaneous(
        payoffs: np.ndarray,
        transition: np.ndarray,
        period_discount: float | np.ndarray,
        noise: float | np.ndarray,
        shocks: Literal["standard", "none"] = "standard",
        **kwargs,
    ) -> SimultaneousGame:
        """A game in which all choose at once: `detente.game.simultaneous.simultaneous`."""
        return simultaneous(payoffs, transition, period_discount, noise, shocks, **kwargs)
