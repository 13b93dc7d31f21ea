"""A small mediated process for recovery tests: one mediator, one party, five states; invented, about nothing."""

from dataclasses import dataclass

import numpy as np

from detente.evidence.bank import SolvedDraw, fill, scaled
from detente.evidence.coded import Chance
from detente.evidence.jumps import jump_rates, jump_table
from detente.evidence.path import Channel
from detente.evidence.posterior import Proposal
from detente.evidence.priors import SCALE, Dimension, JointPrior, LogUniform, ParameterSpace, Uniform
from detente.evidence.score import Scorer
from detente.evidence.simulate import Scheme, Watch
from detente.evidence.thinning import Thinning
from detente.game import Game
from detente.solver import solve

# states: 0 dormant calm, 1 dormant tense, 2 talks calm, 3 talks tense, 4 peace
NONE = -1


def game(rent: float, peace: float, noise: float, spite: float) -> Game:
    flow = np.array([[0, 0, rent, rent, peace], [0, -0.3, 0, -0.3, 0.5]], float)
    mediator = np.array([[0, 1, 2, 3, 4], [2, 3, NONE, NONE, NONE], [NONE, 0, NONE, 2, NONE], [NONE, NONE, 4, 4, NONE]])
    party = np.array([[0, 1, 2, 3, 4], [1, NONE, 3, NONE, NONE]])
    costs = [np.zeros((4, 5)), np.zeros((2, 5))]
    costs[1][1] = spite - 0.2
    return Game.from_arrays(
        payoff_flow=flow,
        successors=[mediator, party],
        impulses=costs,
        tempo=52.0,
        nature_successors=np.array([[1, NONE, 3, NONE, NONE], [NONE, NONE, 0, 1, NONE], [NONE, NONE, NONE, NONE, 0]]),
        hazards=np.array([[0.4, 0, 0.4, 0, 0], [0, 0, 0.5, 0.5, 0], [0, 0, 0, 0, 0.4]], float),
        discount_rate=0.1,
        noise=noise,
        reference_rates=0.8,
        players=("mediator", "party"),
    )


SPACE = ParameterSpace(
    (
        Dimension("rent", Uniform(0.0, 1.0)),
        Dimension("peace", Uniform(-0.4, 1.2)),
        Dimension("noise", LogUniform(0.1, 1.2), Uniform(0.2, 0.6), "noise"),
        Dimension("spite", Uniform(0.0, 0.3)),
        Dimension(SCALE, LogUniform(0.25, 4.0), LogUniform(0.5, 2.0), "reference"),
    )
)
ACCOUNTS = {
    "prolong": JointPrior("prolong", {"rent": Uniform(0.6, 1.0), "peace": Uniform(-0.4, 0.0)}),
    "honest": JointPrior("honest", {"rent": Uniform(0.0, 0.2), "peace": Uniform(0.6, 1.2)}),
}
WIDE = JointPrior("reference", {}, True)
TABLE = jump_table(game(0.5, 0.3, 0.3, 0.1))


@dataclass
class ToySolver:
    factor: float = 1.0  # multiplies all reference rates: the wrong convention of a test

    def __call__(self, values: dict[str, float]) -> SolvedDraw:
        built = game(values["rent"], values["peace"], values["noise"], values["spite"])
        equilibrium = solve(scaled(built, values[SCALE] * self.factor))
        return ([jump_rates(equilibrium.game, equilibrium.strategies, TABLE)] if equilibrium.certified else []), ""


def bank(count: int, seed: int = 0, factor: float = 1.0, wide: int | None = None):
    proposals = [Proposal(WIDE, count if wide is None else wide), *(Proposal(p, count) for p in ACCOUNTS.values())]
    return fill(ToySolver(factor), TABLE, SPACE, proposals, seed=seed)


def channels() -> tuple[Channel, ...]:
    return (
        Channel("settle", TABLE.entries({"mediator.action 3"})),
        Channel("speak", TABLE.entries({"mediator.action 2"})),
        Channel("incident", TABLE.entries({"party.action 1", "nature.event 1"})),
    )


def scheme(years: float) -> Scheme:
    process = np.array([0, 0, 1, 1, 2])
    return Scheme(years, np.array([1.0, 0, 0, 0, 0]), channels(), (Watch(0.0, years, process),))


CHANCES = (
    Chance("settle", 0, 0.0, 0.8, 0.98),
    Chance("speak", 1, 0.0, 0.3, 0.95),
    Chance("incident", 2, 0.0, 0.3, 0.95),
)


def scorer(bank_, chances=CHANCES) -> Scorer:
    return Scorer(bank_, channels(), Thinning.of(chances, 3))
