"""How margins move with the amount of a lever, by one adjoint solve each; for refining amounts between grid points."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detente.draws import DRAW_FAULTS
from detente.game import Game
from detente.settlement.evaluate import Solver, Task, build_game
from detente.settlement.problem import Problem, Requirement
from detente.settlement.search import Setting
from detente.solver import Equilibrium
from detente.solver.gradient import Reach, Sensitivity, Value

STEP = 1e-4  # of the difference quotient, relative to the amount: prices are linear in it, so its size hardly matters


@dataclass(frozen=True)
class LeaveGain:
    """E V_i(T) - V_i for one flat move of player i: the part of a reason to leave that follows from values."""

    player: int
    move: int

    def pull(
        self, equilibrium: Equilibrium, places: tuple[np.ndarray, np.ndarray]
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """See `detente.solver.gradient.Answer`."""
        weight = np.zeros(equilibrium.values.shape)
        weight[self.player] = equilibrium.operator.difference[[self.move]].toarray()[0]
        return float((weight * equilibrium.values).sum()), weight, np.zeros(len(places[0]))


@dataclass(frozen=True)
class Slopes:
    """d margin / d amount per constraint, for one lever and package; goes to workers.

    What a player compares with is taken as given, so gains of players that go on under another amount of the lever (one
    in force before signature, in which they have no say) have no slope here.
    """

    problem: Problem
    setting: Setting
    lever: int
    option: int

    def __call__(self, task: Task) -> list[float | None]:
        """Slopes in the order of the constraints; None where there is none, and throughout where the draw fails.

        `task.wanted` is not used. Slopes are guesses that are verified by solving: a draw without one is no loss.
        """
        try:
            return self._slopes(task)
        except DRAW_FAULTS:
            return [None] * len(self.problem.requirements(self.setting))

    def _slopes(self, task: Task) -> list[float | None]:
        problem, name = self.problem, self.problem.levers.bound[self.lever].name
        solver = Solver(problem)
        base, _ = solver.without_levers(task.parameters, task.base)
        equilibrium, shift = solver.equilibrium(self.setting, task.parameters, base)

        def family(amounts: Mapping[str, float]) -> Game:
            changed = list(self.setting)
            changed[self.lever] = amounts[name]
            return build_game(problem, tuple(changed), task.parameters)[0]

        amount = self.setting[self.lever]
        assert amount is not None
        tools = _Tools(problem, equilibrium, shift, Sensitivity(equilibrium, family, {name: amount}), name)
        before = problem.levers.bound[self.lever].before
        return [
            None if before and c.kind in ("gain", "no_loss") else tools.slope(c, self.option)
            for c in problem.requirements(self.setting)
        ]


@dataclass(frozen=True)
class _Tools:
    problem: Problem
    equilibrium: Equilibrium
    shift: int
    sensitivity: Sensitivity
    name: str

    def slope(self, constraint: Requirement, option: int) -> float | None:
        state = int(self.problem.settled[option])
        if constraint.kind == "relapse":
            copies = self.equilibrium.values.shape[1] // len(self.problem.war)
            war = np.tile(self.problem.war, copies)
            return -self.sensitivity.of(Reach(war, self.problem.limits.within, state))[self.name]
        player = self.problem.players.index(constraint.player)
        rho = float(self.equilibrium.game.discount_rate[player])
        if constraint.kind in ("gain", "no_loss"):
            return rho * self.sensitivity.of(Value(player, state))[self.name]
        if constraint.kind == "stay_faded":
            state = int(self.problem.faded[option]) + self.shift
        move = self.best_leave(player, state)
        if move is None:
            return None
        by_values = self.sensitivity.of(LeaveGain(player, move))[self.name]
        return -rho * (by_values + self.price_slope(player, move, state))

    def best_leave(self, player: int, state: int) -> int | None:
        """The flat move out of peace that tempts most in a state."""
        op = self.equilibrium.operator
        mine = np.nonzero((op.player == player) & (op.state == state))[0]
        states = len(self.problem.peace)
        which = mine[self.problem.leave[player][op.action[mine], state % states]]
        return int(which[np.argmax(self.equilibrium.choice.gain[which])]) if len(which) else None

    def price_slope(self, player: int, move: int, state: int) -> float:
        """d impulse / d amount of a flat move, of what the case says."""
        action = int(self.equilibrium.operator.action[move])
        (slope,) = self.sensitivity.derivative(
            self.name, lambda game: (game.moves[player].impulses[player, action, state],)
        )
        return float(slope)
