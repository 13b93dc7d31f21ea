"""One draw, solved: the equilibrium, its chain, and counterfactuals solved from it, each computed once."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from detente.answers.frame import Frame
from detente.chain import Chain
from detente.errors import UncertifiedError
from detente.game import Family, Game
from detente.solver import Equilibrium, solve
from detente.solver.continuation import polish
from detente.solver.linear import Factored
from detente.solver.operator import Operator

SHORTEST = 1.0 / 64.0  # step along a path of games below which it is given up


class SolvedGame:
    """A certified equilibrium of one game, seen from the frame of a case and date.

    `start` may be values, or another solved game, to start from; an equilibrium of this game is taken as it is.

    Raises:
        UncertifiedError: no certified solution was found.
    """

    def __init__(
        self,
        frame: Frame,
        game: Game,
        start: "np.ndarray | SolvedGame | Equilibrium | None" = None,
        family: Family | None = None,
    ) -> None:
        self.frame = frame
        self.game = game
        self.family = family  # parameters -> game, where the game comes from a case
        self.equilibrium: Equilibrium = (
            start
            if isinstance(start, Equilibrium)
            else solve(game, start=start.equilibrium if isinstance(start, SolvedGame) else start)
        )
        self.equilibrium.require()
        self._variants: dict[str, SolvedGame | None] = {}

    @property
    def x0(self) -> int:
        """The state on the date."""
        return self.frame.start

    @property
    def values(self) -> np.ndarray:
        """Values (players, states), utility."""
        return self.equilibrium.values

    @property
    def relative(self) -> np.ndarray:
        """Values less a constant per player, (players, states): for differences, which then keep their digits."""
        return self.equilibrium.unknowns

    def more_than(self, other: "SolvedGame") -> np.ndarray:
        """What this game is worth more than another of the same states, (players, states), utility."""
        constant = self.equilibrium.operator.offset - other.equilibrium.operator.offset
        return self.relative - other.relative + constant[:, None]

    @cached_property
    def chain(self) -> Chain:
        """The chain that the equilibrium induces."""
        return self.equilibrium.chain()

    @cached_property
    def time_from_start(self) -> np.ndarray:
        """Discounted expected time in each state from the date's state, at each player's rate, (players, states)."""
        start = np.zeros(self.values.shape)
        start[:, self.x0] = 1.0
        return self._factored.solve(start, transposed=True)

    @cached_property
    def reasons(self) -> np.ndarray:
        """What reasons add to the values, (players, states)."""
        flow = self.equilibrium.operator.reasons(self.equilibrium.choice)
        return self.discounted(flow)

    @cached_property
    def _factored(self) -> Factored:
        return Factored(self.equilibrium.generator, self.game.discount_rate)

    def discounted(self, flow: np.ndarray) -> np.ndarray:
        """E of the discounted integral of each player's flow (players, states) under the equilibrium's chain."""
        return self._factored.solve(np.ascontiguousarray(flow))

    def variant(self, key: str, game: Game, path: Callable[[float], Game] | None = None) -> "SolvedGame | None":
        """The same with another game, solved from this solution; None where it has no certified solution.

        Args:
            key: names the variant; it is computed once.
            game: the other game.
            path: games on the way, from this one at 0 to the other at 1; followed where the direct way does not settle.
        """
        if key not in self._variants:
            start = self if path is None else followed(self.equilibrium, path) or self
            try:
                self._variants[key] = SolvedGame(self.frame, game, start, self.family)
            except UncertifiedError:
                self._variants[key] = None
        return self._variants[key]

    def moved(self, parameter: str, value: float) -> "SolvedGame | None":
        """The same with one parameter at another value; this one if it is there already.

        Raises:
            KeyError: the game does not come from a case, or has no such parameter.
        """
        if self.family is None or parameter not in self.game.parameters:
            raise KeyError(parameter)
        before, family = self.game.parameters[parameter], self.family
        if before == value:
            return self

        def path(share: float) -> Game:
            return family(
                {**self.game.parameters, parameter: value if share == 1 else before + share * (value - before)}
            )

        return self.variant(f"{parameter}={value!r}", path(1.0), path)

    def single(self, key: str, game: Game) -> "SolvedGame | None":
        """As `variant`, for a game of some of the players only: solved from nothing, same states."""
        if key not in self._variants:
            try:
                self._variants[key] = SolvedGame(self.frame, game)
            except UncertifiedError:
                self._variants[key] = None
        return self._variants[key]

    # ---- jumps -----------------------------------------------------------------------------------------------------

    def into(self, target: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
        """Rates (states,) of jumps into a mask from outside it, by (player or "nature", action or event), 1/year."""
        return into(self.equilibrium, target)


def followed(start: Equilibrium, path: Callable[[float], Game], tol: float = 1e-11) -> Equilibrium | None:
    """The equilibrium at the end of a path of games that starts at a solved one; None where it is lost on the way.

    Steps are halved where the correction does not settle, and doubled where it does.
    """
    share, step, end = 0.0, 1.0, None
    values = start.unknowns
    while share < 1.0:
        ahead = min(1.0, share + step)
        end = polish(Operator(path(ahead)), values, tol)
        if end.reached:
            share, step, values = ahead, 2.0 * step, end.values
        elif step <= SHORTEST:
            return None
        else:
            step /= 4.0
    return Equilibrium(end.system, end.values, tol, "a path from a solved game", branch="warm start")  # pyright: ignore


def into(equilibrium: Equilibrium, target: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """Rates (states,) of jumps into a mask from outside it, by (player or "nature", action or event), 1/year.

    Every act and event that can lead there is listed, also one whose rate happens to be 0.
    """
    op, game = equilibrium.operator, equilibrium.game
    found: dict[tuple[str, str], np.ndarray] = {}
    share = move_share(equilibrium, target)
    rate = equilibrium.choice.rate * share
    for i, moves in enumerate(game.moves):
        for a, name in enumerate(moves.names):
            which = (op.player == i) & (op.action == a) & (share > 0)
            if which.any():
                rates = np.bincount(op.state[which], weights=rate[which], minlength=game.n_states)
                found[(game.players[i], name)] = rates
    nature = game.nature
    if len(nature.names):
        lead = (nature.transition @ target.astype(float)).reshape(nature.hazards.shape) * ~target
        for name, reaching, rates in zip(nature.names, lead, nature.hazards * lead):
            if reaching.any():
                found[("nature", name)] = rates
    return found


def own_stake(values: np.ndarray) -> np.ndarray:
    """Largest less smallest value over reachable states, (players,): what is at stake for each, in its own unit."""
    return values.max(axis=1) - values.min(axis=1)


def move_share(equilibrium: Equilibrium, target: np.ndarray) -> np.ndarray:
    """Probability that each flat move leads from outside a mask into it, (moves,)."""
    op = equilibrium.operator
    return np.where(target[op.state], 0.0, op.difference @ target.astype(float))


def without_jumps(generator: sp.csr_array, source: np.ndarray, target: np.ndarray) -> sp.csr_array:
    """The generator with all jumps from a mask into another struck out."""
    matrix = sp.coo_array(generator)
    drop = source[matrix.row] & target[matrix.col] & (matrix.row != matrix.col)
    states = len(source)
    lost = np.bincount(matrix.row[drop], weights=matrix.data[drop], minlength=states).astype(float)
    kept = sp.csr_array((matrix.data[~drop], (matrix.row[~drop], matrix.col[~drop])), shape=(states, states))
    return sp.csr_array(kept + sp.diags_array(lost))
