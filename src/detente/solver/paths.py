"""Paths of play with marks: who moved, which action, which of nature's events; moves that change nothing included.

A state's events race: every move other than `wait` at rate tempo * sigma, every event of nature at its hazard. The one
that comes first is a mark, also where its outcome is the state itself (one more failed statement).
"""

from dataclasses import dataclass

import numpy as np

from detente.solver.flat import Choice, FlatGame


@dataclass(frozen=True, slots=True)
class Mark:
    """One event on a path: `player` is None for nature, `name` the action or event, states before and after."""

    time: float
    player: str | None
    name: str
    before: int
    after: int


class Simulator:
    """Draws paths from one solved game; tables are made once per state visited."""

    def __init__(self, operator: FlatGame, choice: Choice) -> None:
        self.operator = operator
        self.choice = choice
        order = np.argsort(operator.state, kind="stable")
        self.order = order
        self.bounds = np.searchsorted(operator.state[order], np.arange(operator.shape[1] + 1))
        self.tables: dict[int, tuple] = {}

    def path(self, x0: int, horizon: float, rng: np.random.Generator) -> tuple[Mark, ...]:
        """Marks from state x0 until the horizon (years), reproducible from the generator's seed."""
        marks: list[Mark] = []
        now, x = 0.0, int(x0)
        while True:
            cumulative, events = self.tables.get(x) or self._table(x)
            if not events:
                return tuple(marks)
            now += rng.exponential() / cumulative[-1]
            if now >= horizon:
                return tuple(marks)
            pick = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
            player, name, matrix, row = events[min(pick, len(events) - 1)]
            after = _outcome(matrix, row, rng)
            marks.append(Mark(now, player, name, x, after))
            x = after

    def _table(self, x: int) -> tuple:
        game, k = self.operator.game, self.operator.shape[1]
        rates, events = [], []
        for m in self.order[self.bounds[x] : self.bounds[x + 1]]:
            if self.choice.rate[m] > 0:
                i, a = int(self.operator.player[m]), int(self.operator.action[m])
                rates.append(float(self.choice.rate[m]))
                events.append((game.players[i], game.moves[i].names[a], game.moves[i].transition, a * k + x))
        for e, name in enumerate(game.nature.names):
            if game.nature.hazards[e, x] > 0:
                rates.append(float(game.nature.hazards[e, x]))
                events.append((None, name, game.nature.transition, e * k + x))
        self.tables[x] = (np.cumsum(rates), events)
        return self.tables[x]


def _outcome(matrix, row: int, rng: np.random.Generator) -> int:
    part = slice(matrix.indptr[row], matrix.indptr[row + 1])
    targets = matrix.indices[part]
    if len(targets) == 1:
        return int(targets[0])
    cumulative = np.cumsum(matrix.data[part])
    pick = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
    return int(targets[min(pick, len(targets) - 1)])
