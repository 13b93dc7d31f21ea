"""Who signs, who can block, who can leave, and what fades: read off the graph of the game, not asserted.

*Signatory*: without its moves peace cannot be reached from the situation. *Blocker*: before signature and short of
war it has a move that sets the process back (after it the shortest way to peace leads through the same state again), or
that starts a war; or, after signature, a move that leaves peace. *Clock*: a state variable that, in peace,
only nature moves, and only in one direction (a guarantee that fades, peacekeepers whose term ends). A case may name
signatories and blockers itself under `questions: settle:`.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

from detente.game import Game


@dataclass(frozen=True)
class Block:
    """How one player can stand in the way: names of moves, "leave" (after signature), "refuse" or "war" (before)."""

    player: int
    leave: tuple[str, ...]
    refuse: tuple[str, ...]
    war: tuple[str, ...]


class Graph:
    """Moves and events of a game as sets of jumps; computed once per case."""

    def __init__(self, game: Game, peace: np.ndarray, war: np.ndarray) -> None:
        self.game, self.peace, self.war = game, peace, war
        self.states = game.n_states
        self.player_jumps = [
            _jumps(m.transition, m.available & (m.reference_rate > 0) if game.rated else m.available)
            for m in game.moves
        ]
        self.nature_jumps = _jumps(game.nature.transition, game.nature.hazards > 0, first=0)

    def adjacency(self, without: int | None = None) -> sp.csr_array:
        """(states, states): 1 where one move or event leads from row to column."""
        parts = [jumps for i, jumps in enumerate(self.player_jumps) if i != without]
        rows = np.concatenate([p[1] for p in (*parts, self.nature_jumps)])
        cols = np.concatenate([p[2] for p in (*parts, self.nature_jumps)])
        matrix = sp.csr_array((np.ones(len(rows)), (rows, cols)), shape=(self.states, self.states))
        matrix.data[:] = 1.0
        return matrix

    def reachable(self, start: int, inside: np.ndarray | None = None, without: int | None = None) -> np.ndarray:
        """Mask (states,) of what can be reached from `start` through states of `inside` (start included)."""
        matrix = self.adjacency(without)
        if inside is not None:
            keep = sp.diags_array(inside.astype(float))
            matrix = sp.csr_array(keep @ matrix @ keep)
            matrix.eliminate_zeros()
        order = csgraph.breadth_first_order(matrix, start, directed=True, return_predecessors=False)
        mask = np.zeros(self.states, bool)
        mask[order] = True
        return mask

    def steps_to_peace(self) -> np.ndarray:
        """(states,): least number of moves or events to peace; infinite where there is no way."""
        backwards = sp.csr_array(self.adjacency().T)
        targets = np.nonzero(self.peace)[0]
        if not len(targets):
            return np.full(self.states, np.inf)
        return csgraph.dijkstra(backwards, indices=targets, unweighted=True, min_only=True)

    def signatories(self, start: int) -> tuple[int, ...]:
        """Players without whose moves peace cannot be reached; if nobody is needed, all whose moves enter peace."""
        needed = [
            i
            for i in range(self.game.n_players)
            if not (self.reachable(start, without=i) & self.peace).any() and (self.reachable(start) & self.peace).any()
        ]
        if needed:
            return tuple(needed)
        seen = self.reachable(start)
        return tuple(
            i
            for i, (_, source, target) in enumerate(self.player_jumps)
            if (seen[source] & ~self.peace[source] & self.peace[target]).any()
        )

    def blockers(self, start: int, settled: np.ndarray) -> tuple[Block, ...]:
        """Players who can refuse, start a war or leave; `settled` are the states that settlement leads to.

        Before signature only states that can be reached without war count; after it, what nature can lead to in peace.
        """
        before = ~self.peace & ~self.war
        before = self.reachable(start, before) & before if before[start] else np.zeros(self.states, bool)
        after = np.zeros(self.states, bool)
        for state in settled:
            after |= self.reachable(int(state), self.peace)
        steps = self.steps_to_peace()
        found = []
        for i, (action, source, target) in enumerate(self.player_jumps):
            names = self.game.moves[i].names
            leave = after[source] & ~self.peace[target]
            war = before[source] & self.war[target]
            refuse = before[source] & ~self.war[target] & self._set_back(source, target, steps)
            block = Block(i, *(_names(names, action[mask]) for mask in (leave, refuse, war)))
            if block.leave or block.refuse or block.war:
                found.append(block)
        return tuple(found)

    def _set_back(self, source: np.ndarray, target: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """Mask of the jumps after which a shortest way to peace leads through their source again.

        A move onto another, longer way to peace (another format, say) is not a setback in this sense.
        """
        found = np.zeros(len(source), bool)
        edges = sp.coo_array(self.adjacency())
        nearer = steps[edges.row] == steps[edges.col] + 1
        forward = sp.csr_array((np.ones(nearer.sum()), (edges.row[nearer], edges.col[nearer])), shape=edges.shape)
        lost = np.where(np.isfinite(steps[target]) & np.isfinite(steps[source]), steps[target] - steps[source], 0)
        walk = forward
        for k in range(1, int(lost.max(initial=0)) + 1):
            these = np.nonzero(lost == k)[0]
            if len(these):
                found[these] = np.asarray(walk[target[these], source[these]]).ravel() > 0
            walk = sp.csr_array(walk @ forward)
        return found

    def leave_moves(self, player: int) -> np.ndarray:
        """(actions, states) bool: moves of the player that lead out of peace with positive probability."""
        mask = np.zeros(self.game.moves[player].available.shape, bool)
        action, source, target = self.player_jumps[player]
        out = self.peace[source] & ~self.peace[target]
        mask[action[out], source[out]] = True
        return mask

    def clocks(self) -> dict[str, int]:
        """State variables that in peace only nature moves, in one direction: name -> +1 or -1."""
        space = self.game.space
        if space is None:
            return {}
        found = {}
        _, source, target = self.nature_jumps
        inside = self.peace[source] & self.peace[target]
        moved: list[np.ndarray] = [
            space.codes[:, t[both]] != space.codes[:, s[both]]
            for _, s, t in self.player_jumps
            for both in [self.peace[s] & self.peace[t]]
        ]
        by_players = np.any(np.concatenate(moved, axis=1), axis=1, keepdims=True)[:, 0]
        change = space.codes[:, target[inside]] - space.codes[:, source[inside]]
        for n, variable in enumerate(space.variables):
            signs = set(np.sign(change[n][change[n] != 0]).tolist())
            if len(signs) == 1 and not by_players[n]:
                found[variable.name] = int(signs.pop())
        return found

    def run_down(self, clocks: dict[str, int]) -> np.ndarray:
        """Mask (states,) of the states in peace in which every clock has run down."""
        mask = self.peace.copy()
        mask[self._clock_jumps(clocks)[0]] = False
        return mask

    def _clock_jumps(self, clocks: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
        """(from, to) of nature's jumps in peace that change clocks only."""
        space = self.game.space
        if space is None or not clocks:
            return np.zeros(0, int), np.zeros(0, int)
        which = [space.variable(name) for name in clocks]
        others = [n for n in range(len(space.variables)) if n not in which]
        _, source, target = self.nature_jumps
        same = (space.codes[others][:, source] == space.codes[others][:, target]).all(axis=0)
        only = self.peace[source] & self.peace[target] & same
        return source[only], target[only]

    def faded(self, state: int, clocks: dict[str, int]) -> int:
        """The state in peace after every clock has run down, other variables as they are."""
        source, target = self._clock_jumps(clocks)
        for _ in range(self.states):
            following = target[source == state]
            if not len(following):
                return state
            state = int(following[0])
        return state


def _jumps(transition: sp.csr_array, usable: np.ndarray, first: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(action, from, to) of every jump with positive probability that changes the state, from row `first` on."""
    states = usable.shape[1]
    entries = sp.coo_array(transition)
    action, source = entries.row // states, entries.row % states
    keep = (entries.data > 0) & (source != entries.col) & usable[action, source] & (action >= first)
    return action[keep], source[keep], entries.col[keep]


def _names(names: tuple[str, ...], actions: np.ndarray) -> tuple[str, ...]:
    return tuple(names[a] for a in np.unique(actions))
