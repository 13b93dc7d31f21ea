"""What is asked of a settlement in a case at a date: roles, constraints, limits; read off the compiled case."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.errors import CaseError, OptionError, check_number
from detente.game import Game
from detente.run.settlement import Limits
from detente.settlement.levers import Levers, bind
from detente.settlement.roles import Block, Graph
from detente.settlement.search import Setting

if TYPE_CHECKING:
    from detente.case import Case
    from detente.game.compile import Template


LONGEST = 1000.0  # years: a longer horizon is taken for a slip


def limits(risk: float = 0.05, within: float = 10.0, share: float = 0.9) -> Limits:
    """How safe is safe enough.

    Args:
        risk: largest chance of war within `within` years after signature.
        within: years.
        share: of draws in which every constraint must hold.

    Raises:
        OptionError: one is out of range.
    """
    check_number("risk", risk, 0, 1)
    check_number("within", within, 0, LONGEST, above=True)
    check_number("share", share, 0, 1, above=True)
    return Limits(risk=risk, within=within, share=share)


@dataclass(frozen=True)
class Requirement:
    """One thing that must hold; `player` is who it is about ("" for the risk of war)."""

    kind: str  # "gain", "no_loss", "stay", "stay_faded", "relapse"
    player: str
    words: str

    @property
    def id(self) -> str:
        """Kind and player joined by a dot."""
        return f"{self.kind}.{self.player}" if self.player else self.kind


@dataclass(frozen=True)
class Problem:
    """A case at a date, ready for the search.

    `settled[k]` is the state that package k leads to, `faded[k]` the state that follows when every clock has run down;
    both in the compiled case's own states.
    """

    case: "Case"
    template: "Template"
    date: str
    limits: Limits
    start: int
    packages: tuple[str, ...]
    settled: np.ndarray  # (packages,) int
    faded: np.ndarray  # (packages,) int
    peace: np.ndarray  # (states,) bool
    war: np.ndarray  # (states,) bool
    leave: tuple[np.ndarray, ...]  # per player (actions, states) bool: moves that break the settlement
    signatories: tuple[str, ...]
    blocks: tuple[Block, ...]
    clocks: tuple[str, ...]
    levers: Levers

    @property
    def players(self) -> tuple[str, ...]:
        """Players in the order of values."""
        return tuple(self.template.players)

    def label(self, player: str) -> str:
        """A player's name for people."""
        return self.case.actors[player].label

    def requirements(self, setting: Setting) -> tuple[Requirement, ...]:
        """What must hold under a setting, in a fixed order."""
        found = [Requirement("gain", p, f"{self.label(p)} gains by signing") for p in self.signatories]
        found += [Requirement("no_loss", p, words) for p, words in self._others(setting).items()]
        for block in self.blocks:
            if block.leave:
                name = self.players[block.player]
                how = ", ".join(m.replace("_", " ") for m in block.leave)
                found.append(Requirement("stay", name, f"{self.label(name)} has no reason to {how} after signature"))
                words = f"{self.label(name)} has no reason to {how} once leverage has faded"
                found.append(Requirement("stay_faded", name, words))
        limits = self.limits
        words = f"the chance of war within {limits.within:g} years is at most {100 * limits.risk:.3g} %"
        return (*found, Requirement("relapse", "", words))

    def _others(self, setting: Setting) -> dict[str, str]:
        """Who besides the signatories must not lose, and why."""
        reasons: dict[str, list[str]] = {}
        for block in self.blocks:
            moves = ", ".join(m.replace("_", " ") for m in (*block.refuse, *block.war, *block.leave))
            reasons.setdefault(self.players[block.player], []).append(f"can block: {moves}")
        for lever, _ in self.levers.used(setting):
            for p in lever.paid_by:
                reasons.setdefault(p, []).append(f"pays for {lever.name.replace('_', ' ')}")
            for p in lever.consent:
                reasons.setdefault(p, []).append(f"must consent to {lever.name.replace('_', ' ')}")
        return {
            p: f"{self.label(p)} does not lose ({'; '.join(dict.fromkeys(reasons[p]))})"
            for p in self.players
            if p in reasons and p not in self.signatories
        }


def pose(case: "Case", template: "Template", date: str, limits: Limits) -> Problem:
    """Read roles, settled states and clocks off a compiled case.

    Args:
        case: the case.
        template: its compiled form.
        date: a situation of the case.
        limits: what is safe enough.

    Raises:
        CaseError: levers that contradict each other, a settlement that the case does not allow, or simultaneous moves.
    """
    if case.timing == "simultaneous":
        what = "settle reads games with asynchronous moves"
        raise CaseError(
            case.remark(("timing",), what, "timing: asynchronous", "levers act through rates and moves in time")
        )
    game = template.game(None)
    peace, war = template.mask(case.outcomes.peace), template.mask(case.outcomes.war)
    graph = Graph(game, peace, war)
    start = template.state(date)
    if peace[start]:
        raise OptionError.of(f"on {date} the case is at peace already", "a situation before a settlement")
    states = {name: int(template.settled(name)[start]) for name in case.outcomes.settle}
    packages = tuple(name for name, state in states.items() if state >= 0)
    settled = np.array([states[name] for name in packages])
    if not packages:
        raise CaseError(case.remark(("outcomes", "settle"), f"no settlement can be reached from {date}"))
    signatories, blocks = _roles(case, graph, start, settled)
    clocks = graph.clocks()
    faded = np.array([graph.faded(int(s), clocks) for s in settled])
    own = _own_clocks(case, template, game, graph, clocks)
    return Problem(
        case=case,
        template=template,
        date=date,
        limits=limits,
        start=start,
        packages=packages,
        settled=settled,
        faded=faded,
        peace=peace,
        war=war,
        leave=tuple(graph.leave_moves(i) for i in range(game.n_players)),
        signatories=signatories,
        blocks=blocks,
        clocks=tuple(clocks),
        levers=bind(case, signatories, own),
    )


def _roles(case: "Case", graph: Graph, start: int, settled: np.ndarray) -> tuple[tuple[str, ...], tuple[Block, ...]]:
    """Signatories and blockers: as the case names them under `questions: settle:`, else from the graph."""
    players = graph.game.players
    named = case.questions.settle
    needed = [players[i] for i in graph.signatories(start)]
    parties = [p for p in needed if case.actors[p].kind == "party"]
    signing = (named.signatories if named else ()) or parties or needed
    if not signing:
        hint = "name them: questions: {settle: {signatories: [...]}}"
        raise CaseError(
            case.remark(("outcomes", "settle"), "no actor has a move that leads to peace", "a signatory", hint)
        )
    blocks = _with_withholding(graph.blockers(start, settled), [players.index(p) for p in needed if p not in signing])
    if named is not None and named.has("blockers"):
        keep = set(named.blockers) | set(signing)
        blocks = tuple(b for b in blocks if players[b.player] in keep)
        known = {players[b.player] for b in blocks}
        blocks += tuple(
            Block(players.index(name), (), ("named in the case",), ()) for name in named.blockers if name not in known
        )
    return tuple(p for p in players if p in signing), blocks


def _with_withholding(blocks: tuple[Block, ...], needed: list[int]) -> tuple[Block, ...]:
    """Players who are needed for peace without signing it can block by doing nothing."""
    by_player = {b.player: b for b in blocks}
    for i in needed:
        known = by_player.get(i, Block(i, (), (), ()))
        by_player[i] = Block(i, known.leave, (*known.refuse, "do nothing"), known.war)
    return tuple(by_player[i] for i in sorted(by_player))


def _own_clocks(
    case: "Case", template: "Template", off: Game, graph: Graph, clocks: dict[str, int]
) -> dict[str, tuple[str, ...]]:
    """Levers that lose all effect in peace once the case's own clocks have run down: lever -> the clocks."""
    if not clocks or off.space is None:
        return {}
    ended = graph.run_down(clocks)
    found = {}
    for name, lever in case.levers.items():
        if lever.decays is None:
            continue
        on = template.game({**case.defaults(), **{p: high for p, (_, high) in lever.change.items()}})
        if _same_in(off, on, ended):
            alone = (c for c in clocks if _same_in(off, on, graph.run_down({c: clocks[c]})))
            found[name] = tuple(alone) or tuple(clocks)
    return found


def _same_in(a: Game, b: Game, mask: np.ndarray) -> bool:
    """Whether two games of one case give the same payoffs, prices, rates and chances in the states of a mask."""
    rows = np.nonzero(mask)[0]
    if not np.array_equal(a.payoff_flow[:, mask], b.payoff_flow[:, mask]):
        return False
    if not np.array_equal(a.nature.hazards[:, mask], b.nature.hazards[:, mask]):
        return False
    for m, n in zip((*a.moves, a.nature), (*b.moves, b.nature)):
        actions = len(m.names)
        picked = (np.arange(actions)[:, None] * a.n_states + rows[None, :]).ravel()
        if abs(m.transition[picked] - n.transition[picked]).sum() > 0:
            return False
    return all(
        np.array_equal(m.impulses[:, :, mask], n.impulses[:, :, mask])
        and np.array_equal(m.reference_rate[:, mask], n.reference_rate[:, mask])
        for m, n in zip(a.moves, b.moves)
    )
