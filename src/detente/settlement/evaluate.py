"""One setting of levers in one draw: build the game, solve it, read off what the constraints need.

Costs are inside the game: a payer's flow falls by its share while peace holds (for a lever in force before signature:
while it does not), so that a payer for whom peace has become dear behaves accordingly. A game is solved from the
nearest solved setting of the same task; tasks are cut in a fixed order, so results do not depend on workers.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np

from detente.chain import Chain
from detente.draws import DRAW_FAULTS
from detente.game import Game
from detente.settlement.problem import Problem
from detente.settlement.search import Setting
from detente.settlement.stages import with_fading
from detente.solver import Equilibrium, solve


class PackageReading(TypedDict):
    """What one package brings in one solved game, lists in the order of the players."""

    values: list[float]  # at signature, utility
    war: float  # probability within the limit's years after signature
    peace: list[float]  # share of discounted time at peace
    leave: list[float | None]  # gain from the most tempting move out of peace, utility; None: there is no such move
    leave_faded: list[float | None]  # the same once leverage has faded
    price: list[float]  # added price of leaving at which a player stays for good, utility


class Reading(TypedDict):
    """What one solved game says, as plain JSON data; of a game without a certified solution only the reason."""

    certified: bool
    why: str  # why there is no certified solution
    rho: list[float]  # discount rate per player, 1/year
    start: list[float]  # value per player of going on, utility
    packages: list[PackageReading]


class SolvedTask(TypedDict):
    """What a task gives: readings in order, and the draw's own values where they were not known before."""

    base: str | None  # base64 of float64 (players, states)
    readings: list[Reading]


def lost(why: str) -> Reading:
    """The reading of a game that could not be solved."""
    return {"certified": False, "why": why, "rho": [], "start": [], "packages": []}


@dataclass(frozen=True)
class Measures:
    """What is added to the levers to make a settlement hold; used by the relaxations."""

    payments: tuple[tuple[str, str, float], ...] = ()  # payer ("" for an outsider), receiver, value/year while at peace
    prices: tuple[tuple[str, float], ...] = ()  # player, added price of breaking the settlement, utility

    @property
    def any(self) -> bool:
        """Whether there is any."""
        return bool(self.payments or self.prices)


NONE = Measures()


def add_flow(game: Game, player: int, label: str, flow: np.ndarray) -> Game:
    """The game with a labelled term added to a player's payoff flow; flow (states,), utility/year."""
    payoff = game.payoff_flow.copy()
    payoff[player] = payoff[player] + flow
    terms = list(game.terms)
    if terms:
        terms[player] = {**terms[player], label: terms[player].get(label, 0.0) + flow}
    return replace(game, payoff_flow=payoff, terms=tuple(terms))


def build_game(
    problem: Problem, setting: Setting, parameters: Mapping[str, float], measures: Measures = NONE
) -> tuple[Game, int]:
    """The game under a setting, and by how much the faded twin of a state is shifted (0 where nothing is staged).

    Args:
        problem: the problem.
        setting: amounts of the levers.
        parameters: one draw.
        measures: payments and prices on top of the levers.
    """
    game = _plain_game(problem, setting, parameters, measures)
    rate = problem.levers.fading_rate(setting)
    if rate is None:
        return game, 0
    rest = problem.levers.without_fading(setting)
    faded = _plain_game(problem, rest, parameters, measures)
    return with_fading(game, faded, problem.peace, rate), game.n_states


def _plain_game(problem: Problem, setting: Setting, parameters: Mapping[str, float], measures: Measures) -> Game:
    game = problem.template.game({**parameters, **problem.levers.parameters(setting)})
    peace = problem.peace.astype(float)
    for payer, lever, bill in problem.levers.bills(setting, parameters):
        when = 1.0 - peace if lever.before else peace
        game = add_flow(game, game.player(payer), f"cost of {lever.name}", -bill * when)
    for payer, receiver, flow in measures.payments:
        game = add_flow(game, game.player(receiver), "compensation", flow * peace)
        if payer:
            game = add_flow(game, game.player(payer), "compensation paid", -flow * peace)
    for player, price in measures.prices:
        game = add_price(game, game.player(player), problem.leave[game.player(player)], price)
    return game


def add_price(game: Game, player: int, moves: np.ndarray, price: float) -> Game:
    """The game in which a player pays more for some of its moves; moves (actions, states) bool, price in utility."""
    own = game.moves[player]
    impulses = own.impulses.copy()
    impulses[player] -= price * moves
    changed = replace(own, impulses=impulses)
    return replace(game, moves=tuple(changed if i == player else m for i, m in enumerate(game.moves)))


def read(problem: Problem, equilibrium: Equilibrium, shift: int) -> Reading:
    """What constraints need from a solved game, as plain data; nothing is read from one without a certificate."""
    if not equilibrium.certified:
        return lost(equilibrium.status.words)
    states = len(problem.peace)
    copies = equilibrium.values.shape[1] // states
    war = np.tile(problem.war, copies)
    reach = equilibrium.chain().reach_probability(war, [problem.limits.within])[0]
    op, rho = equilibrium.operator, equilibrium.game.discount_rate
    gain = equilibrium.choice.gain
    at_peace = np.tile(problem.peace, copies).astype(float)
    peace = {rate: rate * equilibrium.chain().discounted(at_peace, rate) for rate in sorted(set(rho.tolist()))}

    def reasons_to_leave(state: int) -> list[float | None]:
        out: list[float | None] = []
        for i, leave in enumerate(problem.leave):
            mine = np.nonzero((op.player == i) & (op.state == state))[0]
            which = mine[leave[op.action[mine], state % states]]
            out.append(float(gain[which].max()) if len(which) else None)
        return out

    lasting = [s for k in zip(problem.settled, problem.faded + shift) for s in map(int, k)]
    tempted = [any((reasons_to_leave(s)[i] or 0.0) > 0 for s in lasting) for i in range(len(rho))]
    prices = [price_of_staying(problem, equilibrium, i, lasting) if hot else {} for i, hot in enumerate(tempted)]
    return {
        "certified": True,
        "why": "",
        "rho": rho.tolist(),
        "start": equilibrium.values[:, problem.start].tolist(),
        "packages": [
            {
                "values": equilibrium.values[:, s].tolist(),
                "war": float(reach[s]),
                "peace": [float(peace[rate][s]) for rate in rho.tolist()],  # share of discounted time at peace
                "leave": reasons_to_leave(int(s)),
                "leave_faded": reasons_to_leave(int(f) + shift),
                "price": [max(p.get(int(s), 0.0), p.get(int(f) + shift, 0.0)) for p in prices],
            }
            for s, f in zip(problem.settled, problem.faded)
        ],
    }


def price_of_staying(problem: Problem, equilibrium: Equilibrium, player: int, states: list[int]) -> dict[int, float]:
    """Per state the added price of leaving at which a player that never leaves has no reason to, utility.

    In equilibrium a tempting move is soon made, so its gain over waiting another moment says little about its price.
    Here the player's moves out of peace are struck out, the others' strategies held, and one departure is compared.
    """
    op, choice = equilibrium.operator, equilibrium.choice
    mine = np.nonzero(op.player == player)[0]
    leaving = np.zeros(op.moves, bool)
    leaving[mine] = problem.leave[player][op.action[mine], op.state[mine] % len(problem.peace)]
    held = replace(choice, rate=np.where(leaving, 0.0, choice.rate))
    flow = op.payoff[player] + (op.pay @ held.rate).reshape(op.shape)[player]
    flow = flow + np.where(np.bincount(op.state[leaving], minlength=op.shape[1]) > 0, 0, op.reasons(choice)[player])
    values = Chain(op.generator(held)).discounted(flow, float(op.rho[player]))
    gain = op.difference @ values + op.impulse[:, player]
    return {s: float(max(0.0, gain[leaving & (op.state == s)].max(initial=0.0))) for s in states}


@dataclass(frozen=True)
class Task:
    """Some of the work of one draw: settings with measures, to be solved from the draw's own values."""

    parameters: Mapping[str, float]
    base: bytes | None  # the draw's values without levers, float64; None: solve for them
    wanted: tuple[tuple[Setting, Measures], ...]


@dataclass(frozen=True)
class Solver:
    """Solves tasks of a problem; goes to each worker once."""

    problem: Problem

    def __call__(self, task: Task) -> SolvedTask:
        """Solve and read; what cannot be solved is lost with its reason, and the rest goes on."""
        try:
            base, given = self.without_levers(task.parameters, task.base)
        except DRAW_FAULTS as error:
            return {"base": None, "readings": [lost(str(error)) for _ in task.wanted]}
        solved: dict[Setting, np.ndarray] = {(None,) * len(self.problem.levers): base.values}
        readings: list[Reading] = []
        for setting, measures in task.wanted:
            start = solved[min(solved, key=lambda s: sum(a != b for a, b in zip(s, setting)))]
            try:
                equilibrium, shift = self.equilibrium(setting, task.parameters, base, measures, start)
                readings.append(read(self.problem, equilibrium, shift))
            except DRAW_FAULTS as error:
                readings.append(lost(str(error)))
                continue
            if equilibrium.certified:
                solved[setting] = equilibrium.values[:, : base.values.shape[1]]
        return {"base": None if given else b64encode(base.values.tobytes()).decode(), "readings": readings}

    def without_levers(self, parameters: Mapping[str, float], values: bytes | None) -> tuple[Equilibrium, bool]:
        """The draw's own equilibrium, without levers, and whether its values were given."""
        game = self.problem.template.game(parameters)
        if values is None:
            return solve(game), False
        return solve(game, start=np.frombuffer(values).reshape(game.payoff_flow.shape).copy()), True

    def equilibrium(
        self,
        setting: Setting,
        parameters: Mapping[str, float],
        base: Equilibrium,
        measures: Measures = NONE,
        start: np.ndarray | None = None,
    ) -> tuple[Equilibrium, int]:
        """The equilibrium under a setting and the shift of faded states; see `build_game`.

        Args:
            setting: amounts of the levers.
            parameters: one draw.
            base: the draw's equilibrium without levers.
            measures: on top of the levers.
            start: values (players, states) of a game nearby; default those of `base`.
        """
        if not measures.any and all(amount is None for amount in setting):
            return base, 0
        game, shift = build_game(self.problem, setting, parameters, measures)
        near = base.values if start is None else start
        return solve(game, start=np.tile(near, (1, game.n_states // near.shape[1]))), shift
