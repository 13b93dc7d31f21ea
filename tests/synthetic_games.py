"""Small games and frames for tests of answers."""

import numpy as np

from detente.answers.frame import Frame
from detente.game import Game


def waiting(players: int, states: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Successors and impulses of players who can only wait."""
    return [np.arange(states)[None, :]] * players, [np.zeros((1, states))] * players


def broker_game(b: float = 0.5, r: float = 0.05, settled: float = 4.0, war: float = 20.0) -> tuple[Game, Frame]:
    """A mediator without actions, paid b while unsettled; states unsettled, war (ends at -war), settled."""
    successors, impulses = waiting(1, 3)
    game = Game.from_arrays(
        payoff_flow=np.array([[b, -war * r, settled * r]]),
        successors=successors,
        impulses=impulses,
        tempo=52.0,
        nature_successors=np.array([[1, 1, 2]]),
        hazards=np.zeros((1, 3)),
        discount_rate=r,
        noise=0.1,
        players=["m"],
    )
    frame = Frame(
        start=0,
        date="",
        players=("m",),
        peace=np.array([False, False, True]),
        war=np.array([False, True, False]),
        settled={"settled": np.array([2, -1, -1])},
        kinds={"m": "mediator"},
    )
    return game, frame


def random_game(seed: int, players: int = 3, states: int = 24, noise: float = 0.5) -> tuple[Game, Frame]:
    """A random game with peace (the first quarter), war (the second) and two ways to settle."""
    rng = np.random.default_rng(seed)
    quarter = states // 4
    here = np.arange(states)
    successors, impulses, rates = [], [], []
    for _ in range(players):
        moves = rng.integers(0, states, (3, states))
        moves[0] = here
        moves[2] = np.where(rng.random(states) < 0.4, -1, moves[2])
        successors.append(moves)
        impulses.append(-rng.random((players, 3, states)) * np.array([0, 1, 1])[None, :, None])
        rates.append(rng.uniform(0.05, 0.3, (3, states)))
    game = Game.from_arrays(
        payoff_flow=rng.normal(size=(players, states)),
        successors=successors,
        impulses=impulses,
        tempo=20.0,
        nature_successors=rng.integers(0, states, (3, states)),
        hazards=rng.uniform(0, 0.5, (3, states)),
        discount_rate=rng.uniform(0.05, 0.2, players),
        noise=noise,
        reference_rates=rates,
        players=["a", "b", "m"][:players],
    )
    peace, war = here < quarter, (here >= quarter) & (here < 2 * quarter)
    to = rng.integers(0, quarter, (2, states))
    frame = Frame(
        start=states - 1,
        date="",
        players=game.players,
        peace=peace,
        war=war,
        settled={"one": np.where(peace, -1, to[0]), "two": np.where(peace, -1, to[1])},
        several=True,
        kinds={"a": "party", "b": "party", "m": "mediator"},
    )
    return game, frame


def attrition_game(cost: float, noise: float, prize: float = 10.0, rho: float = 0.05) -> tuple[Game, Frame]:
    """Two parties wait at a cost; who concedes leaves the other the prize. States: waiting, a won, b won."""
    successors = [np.array([[0, 1, 2], [2, -1, -1]]), np.array([[0, 1, 2], [1, -1, -1]])]
    flow = np.array([[-cost, prize * rho, 0.0], [-cost, 0.0, prize * rho]])
    game = Game.from_arrays(
        payoff_flow=flow,
        successors=successors,
        impulses=[np.zeros((2, 3))] * 2,
        tempo=52.0,
        nature_successors=np.zeros((0, 3), int),
        hazards=np.zeros((0, 3)),
        discount_rate=rho,
        noise=noise,
        reference_rates=0.1,
        players=["a", "b"],
    )
    peace = np.array([False, True, True])
    frame = Frame(0, "", ("a", "b"), peace, np.zeros(3, bool), {"settled": np.array([1, -1, -1])})
    return game, frame
