"""What can happen next in a state of an equilibrium: whose move, which, where it leads, how often."""

from dataclasses import dataclass

import scipy.sparse as sp

from detente.solver.equilibrium import Equilibrium


@dataclass(frozen=True)
class Jump:
    """One way out of a state.

    Attributes:
        who: a player; "" for nature.
        move: action or event.
        to: the state it leads to.
        rate: 1/year.
    """

    who: str
    move: str
    to: int
    rate: float


def jumps_from(equilibrium: Equilibrium, state: int) -> list[Jump]:
    """Everything that can change a state, the most frequent first."""
    game = equilibrium.game
    k = game.n_states
    found: list[Jump] = []
    for i, player in enumerate(game.players):
        rates, moves = equilibrium.rates(i)[:, state], game.moves[i]
        for a, name in enumerate(moves.names):
            if a and moves.available[a, state]:
                found += _led(player, name, moves.transition, a * k + state, float(rates[a]), state)
    for e, name in enumerate(game.nature.names):
        found += _led("", name, game.nature.transition, e * k + state, float(game.nature.hazards[e, state]), state)
    return sorted(found, key=lambda jump: -jump.rate)


def _led(who: str, move: str, transition: sp.csr_array, row: int, rate: float, state: int) -> list[Jump]:
    part = slice(transition.indptr[row], transition.indptr[row + 1])
    ends = zip(transition.indices[part], transition.data[part], strict=True)
    return [Jump(who, move, int(y), float(p * rate)) for y, p in ends if y != state and p * rate > 0]
