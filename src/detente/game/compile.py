"""From a case to arrays: states, successors and conditions once, what depends on parameters for each draw.

Every expression is split into what depends on states alone, computed here, and what is left for a draw; the patterns of
the sparse transition matrices never change, so that a draw costs a few vectorised evaluations and no search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import scipy.sparse as sp

from detente.case import Action, Case, Expr, NatureEvent
from detente.case.parts import Effects
from detente.errors import CaseError, Diagnostic, OptionError
from detente.game.asynchronous import Game
from detente.game.derivative import Family
from detente.game.formula import Draw, Formula, split
from detente.game.layout import Layout
from detente.game.moves import Moves, Nature
from detente.game.slopes import parameter_slopes
from detente.game.space import StateSpace, Variable
from detente.game.states import Radix, is_true, reachable
from detente.game.together import SimultaneousTemplate, lay_out_simultaneous


@dataclass(frozen=True, eq=False)
class Pattern:
    """The fixed sparsity of a transition matrix whose rows are (row, state) pairs.

    `parts` has, for each uncertain row: its number, the probabilities of its outcomes, per outcome the places in the
    data of its entries, and the states in which it is available.
    """

    rows: int
    indices: np.ndarray
    indptr: np.ndarray
    base: np.ndarray  # data that no parameter moves
    parts: tuple[tuple[int, tuple[Formula, ...], tuple[np.ndarray, ...], np.ndarray], ...]

    def matrix(self, draw: Draw) -> sp.csr_array:
        """The transition matrix at a draw."""
        data = self.base
        if self.parts:
            data = data.copy()
            for _, formulas, slots, here in self.parts:
                for slot, probability in zip(slots, draw.probabilities(formulas, here), strict=True):
                    data[slot] += probability[here]
        return sp.csr_array((data, self.indices, self.indptr), shape=(self.rows * draw.size, draw.size))


@dataclass(frozen=True, eq=False)
class PlayerPlan:
    """What one player's moves are made of."""

    names: tuple[str, ...]
    available: np.ndarray  # (actions, states) bool
    pattern: Pattern
    impulses: tuple[tuple[int, int, int, Formula], ...]  # player, action, sign, formula
    rates: tuple[Formula | None, ...]  # of actions 1, 2, ...


@dataclass(frozen=True, eq=False)
class Template(Layout):
    """A case with its states found: `game(parameters)` is fast."""

    terms: tuple[tuple[tuple[str, Formula], ...], ...]
    moves: tuple[PlayerPlan, ...]
    event_names: tuple[str, ...]
    event_masks: np.ndarray
    hazards: tuple[Formula, ...]
    event_pattern: Pattern

    def game(self, parameters: Mapping[str, Any] | None = None) -> Game:
        """The game at given parameters.

        Args:
            parameters: values by name; those left out keep their middle.

        Raises:
            OptionError: an unknown parameter.
            CaseError: at these parameters a probability, rate or payoff is not possible.
        """
        return _Arrays(self, self.draw(parameters)).game()

    def ahead(self, start: int) -> np.ndarray:
        """States that can come after a state, itself among them, by acts, events and settling: (states,) bool."""
        found = reachable(self.case, self.radix, start=self.packed[[start]])[0]
        return np.isin(self.packed, found)

    @cached_property
    def family(self) -> Family:
        """The games of this case by parameters, with the ends of their ranges, for derivatives."""
        ends = {p.name: (p.low, p.high) for p in self.case.parameters.values() if p.low < p.high}
        return Family(self.game, ends, partial(parameter_slopes, self))

    def trial(self, parameters: Mapping[str, Any] | None = None) -> tuple[Game, list[Diagnostic]]:
        """The game at given parameters and everything impossible about it, for `check`; the game may be unusable."""
        problems: list[Diagnostic] = []
        return _Arrays(self, self.draw(parameters), problems).game(), problems


class _Arrays(Draw):
    """The arrays of one draw."""

    def __init__(self, template: Template, values: Mapping[str, Any], problems: list[Diagnostic] | None = None) -> None:
        super().__init__(template, values, problems)
        self.template = template

    def game(self) -> Game:
        template, play = self.template, self.template.case.play
        players = template.players
        terms = tuple({label: self.values(f) for label, f in own} for own in template.terms)
        flow = np.zeros((len(players), self.size))
        for i, own in enumerate(terms):
            for value in own.values():
                flow[i] += value
        tempo = np.array([play.tempo[p] for p in players])
        return Game(
            players=players,
            moves=tuple(self.moves(plan) for plan in template.moves),
            nature=self.nature(),
            payoff_flow=flow,
            tempo=np.repeat(tempo[:, None], self.size, axis=1),
            discount_rate=np.array([self.setting(play.discount_rate[p]) for p in players]),
            noise=np.array([self.setting(play.noise[p]) for p in players]),
            shocks=play.shocks,  # pyright: ignore[reportArgumentType]
            terms=terms,
            space=template.space,
            parameters=dict(self.parameters),
            ceiling=play.ceiling,
        )

    def moves(self, plan: PlayerPlan) -> Moves:
        impulses = np.zeros((len(self.template.players), *plan.available.shape))
        for player, action, sign, formula in plan.impulses:
            impulses[player, action] += sign * self.values(formula, plan.available[action])
        rates = np.zeros(plan.available.shape)
        default = self.setting(self.template.case.play.reference_rate)
        for a, formula in enumerate(plan.rates, start=1):
            mask = plan.available[a]
            rates[a] = np.where(mask, default, 0.0) if formula is None else self.rates(formula, mask)
        return Moves(plan.names, plan.available, plan.pattern.matrix(self), impulses, rates)

    def nature(self) -> Nature:
        template = self.template
        hazards = np.zeros((len(template.hazards), self.size))
        for e, formula in enumerate(template.hazards):
            hazards[e] = self.rates(formula, template.event_masks[e])
        return Nature(template.event_names, hazards, template.event_pattern.matrix(self))


def compile_case(case: Case) -> Template:
    """Find the reachable states of a case and lay out its arrays; see `compile_simultaneous` for the other timing.

    Returns:
        A template; its order of states depends on the order of variables and values in the file alone.

    Raises:
        CaseError: a step leaves its scale, a condition depends on a parameter, or there are too many states.
        OptionError: the case has simultaneous moves.
    """
    template, problems = lay_out(case)
    if not isinstance(template, Template):
        hint = "compile_simultaneous(case) gives its game; solve and enumerate_equilibria take it"
        raise OptionError.of(f"case '{case.name}' has simultaneous moves", "asynchronous moves", hint)
    if problems:
        raise CaseError(problems)
    return template


def lay_out(case: Case) -> tuple[Template | SimultaneousTemplate, tuple[Diagnostic, ...]]:
    """A template even where steps leave their scales, and a remark for each; for `check`.

    Raises:
        CaseError: a condition depends on a parameter, or there are too many states.
    """
    _refuse_uncertain_conditions(case)
    if case.timing == "simultaneous":
        return lay_out_simultaneous(case)
    radix = Radix.of(case)
    packed, problems = reachable(case, radix)
    return _Compiler(case, radix, packed).template(), problems


def _refuse_uncertain_conditions(case: Case) -> None:
    conditions = [case.outcomes.peace, case.outcomes.war]
    conditions += [action.when for actions in case.actions.values() for action in actions.values()]
    conditions += [event.when for event in case.nature.values()]
    problems = []
    for condition in conditions:
        if condition.parameters:
            what = f"a condition that depends on parameter '{min(condition.parameters)}'"
            hint = "let the rate, probability or cost depend on it instead"
            problems.append(case.remark(condition.at, what, "a condition on states alone", hint))
    if problems:
        raise CaseError(problems)


class _Compiler:
    def __init__(self, case: Case, radix: Radix, packed: np.ndarray) -> None:
        self.case, self.radix, self.packed = case, radix, packed
        self.size = packed.size
        self.codes = radix.unpack(packed)

    def formula(self, expression: Expr, what: str) -> Formula:
        return split(expression, what, self.codes)

    def template(self) -> Template:
        case = self.case
        variables = tuple(Variable(v.name, v.values, v.ordered) for v in case.states.values())
        codes = np.array([self.codes[name] for name in case.states])
        events = tuple(case.nature.values())
        masks = [is_true(event.when, self.codes, self.size) for event in events]
        return Template(
            case=case,
            space=StateSpace(variables, codes),
            packed=self.packed,
            radix=self.radix,
            codes=self.codes,
            terms=tuple(
                tuple((label, self.formula(e, f"payoff '{label}' of {p}")) for label, e in case.payoffs[p].items())
                for p in case.players
            ),
            moves=tuple(self.plan(i, p) for i, p in enumerate(case.players)),
            event_names=tuple(case.nature),
            event_masks=np.array(masks, dtype=bool).reshape(len(events), self.size),
            hazards=tuple(self.formula(event.rate, f"the rate of {event.name}") for event in events),
            event_pattern=self.pattern(events, masks),
        )

    def plan(self, i: int, player: str) -> PlayerPlan:
        actions = tuple(self.case.actions[player].values())
        masks = [is_true(action.when, self.codes, self.size) for action in actions]
        impulses: list[tuple[int, int, int, Formula]] = []
        for a, action in enumerate(actions, start=1):
            name = f"{player}.{action.name}"
            impulses.append((i, a, -1, self.formula(action.cost, f"the cost of {name}")))
            for other, expression in action.impulses.items():
                if other in self.case.players:
                    j = self.case.players.index(other)
                    impulses.append((j, a, 1, self.formula(expression, f"the impulse of {name} to {other}")))
        rates = tuple(
            None if action.rate is None else self.formula(action.rate, f"the rate of {player}.{action.name}")
            for action in actions
        )
        everywhere = np.ones(self.size, dtype=bool)
        return PlayerPlan(
            names=("wait", *(action.name for action in actions)),
            available=np.array([everywhere, *masks]),
            pattern=self.pattern((None, *actions), [everywhere, *masks]),
            impulses=tuple(impulses),
            rates=rates,
        )

    def pattern(self, rows: Sequence[Action | NatureEvent | None], masks: Sequence[np.ndarray]) -> Pattern:
        """The sparsity of a transition matrix; None is a row that stays where it is."""
        heads: list[np.ndarray] = []
        targets: list[np.ndarray] = []
        weights: list[float] = []
        parts: list[tuple[int, tuple[Formula, ...], tuple[int, ...], np.ndarray]] = []
        for r, (row, mask) in enumerate(zip(rows, masks, strict=True)):
            outside = np.flatnonzero(~mask) if row is not None else np.arange(self.size)
            heads.append(r * self.size + outside)
            targets.append(outside)
            weights.append(1.0)
            if row is None:
                continue
            here = np.flatnonzero(mask)
            certain = len(row.outcomes) == 1 and row.outcomes[0][0].at == ()
            if not certain:
                formulas = tuple(self.formula(p, f"an outcome of {row.name}") for p, _ in row.outcomes)
                numbers = tuple(range(len(heads), len(heads) + len(row.outcomes)))
                parts.append((r, formulas, numbers, here))
            for _, effects in row.outcomes:
                heads.append(r * self.size + here)
                targets.append(self.successors(here, effects))
                weights.append(1.0 if certain else 0.0)
        return self.assemble(len(rows), heads, targets, weights, parts)

    def successors(self, here: np.ndarray, effects: Effects) -> np.ndarray:
        local = {name: column[here] for name, column in self.codes.items()}
        target, _ = self.radix.moved(self.packed[here], local, effects)
        return np.searchsorted(self.packed, target)

    def assemble(
        self,
        rows: int,
        heads: list[np.ndarray],
        targets: list[np.ndarray],
        weights: list[float],
        parts: list[tuple[int, tuple[Formula, ...], tuple[int, ...], np.ndarray]],
    ) -> Pattern:
        row = np.concatenate(heads) if heads else np.zeros(0, int)
        column = np.concatenate(targets) if targets else np.zeros(0, int)
        keys, slots = np.unique(row * self.size + column, return_inverse=True)
        pieces = np.split(slots, np.cumsum([len(h) for h in heads])[:-1]) if heads else []
        base = np.zeros(len(keys))
        for piece, weight in zip(pieces, weights, strict=True):
            base[piece] += weight
        indptr = np.searchsorted(keys, np.arange(rows * self.size + 1) * self.size)
        indices = keys % self.size
        index_type = np.int32 if rows * self.size * max(1, self.size) < 2**31 or len(keys) < 2**31 else np.int64
        uncertain = tuple((r, f, tuple(pieces[n] for n in numbers), here) for r, f, numbers, here in parts)
        return Pattern(rows, indices.astype(index_type), indptr.astype(index_type), base, uncertain)
