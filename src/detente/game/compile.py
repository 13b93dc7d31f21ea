"""From a case to arrays: states, successors and conditions once, what depends on parameters for each draw.

Every expression is split into what depends on states alone, computed here, and what is left for a draw; the patterns of
the sparse transition matrices never change, so that a draw costs a few vectorised evaluations and no search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from detente.case.evaluate import evaluate, fold
from detente.case.model import Action, Case, Effects, Event, Expr
from detente.case.nodes import Node
from detente.errors import CaseError, Diagnostic
from detente.game.layout import Layout
from detente.game.model import Game, Moves, Nature, StateSpace, Variable
from detente.game.states import Radix, is_true, reachable
from detente.text import At

PROBABILITY_SLACK = 1e-9


@dataclass(frozen=True, eq=False)
class Formula:
    """An expression split for a state space."""

    node: Any  # resolved tree with state-only parts computed
    at: At
    what: str

    def values(self, codes: Mapping[str, np.ndarray], parameters: Mapping[str, complex], size: int) -> np.ndarray:
        """Its values, broadcast to (states,)."""
        found = np.asarray(evaluate(self.node, codes, parameters))
        found = found if found.dtype.kind in "fc" else found.astype(float)
        return found if found.shape == (size,) else np.broadcast_to(found, (size,))


@dataclass(frozen=True, eq=False)
class Pattern:
    """The fixed sparsity of a transition matrix whose rows are (row, state) pairs.

    `slot` maps every (row, outcome, state) entry to its place in the data; `formula` None means probability 1.
    """

    rows: int
    indices: np.ndarray
    indptr: np.ndarray
    base: np.ndarray  # data that no parameter moves
    parts: tuple[tuple[int, tuple[Formula, ...], tuple[np.ndarray, ...], np.ndarray], ...]
    # per uncertain row: row, probabilities, slots (states available,), available states

    def matrix(
        self, codes: Mapping[str, np.ndarray], parameters: Mapping[str, complex], size: int, fail: Any
    ) -> sp.csr_array:
        """The transition matrix at a draw."""
        data = self.base
        if self.parts:
            drawn = [[f.values(codes, parameters, size) for f in part[1]] for part in self.parts]
            data = data.astype(np.result_type(data, *(p for row in drawn for p in row)))
            for (_, formulas, slots, here), probabilities in zip(self.parts, drawn, strict=True):
                _check_probabilities(formulas, probabilities, here, fail)
                for slot, probability in zip(slots, probabilities, strict=True):
                    data[slot] += probability[here]
        shape = (self.rows * size, size)
        return sp.csr_array((data, self.indices, self.indptr), shape=shape)


def _check_probabilities(
    formulas: Sequence[Formula], values: Sequence[np.ndarray], here: np.ndarray, fail: Any
) -> None:
    total = np.zeros(len(here))
    for formula, value in zip(formulas, values, strict=True):
        own = np.real(value)[here]
        if not (own >= -PROBABILITY_SLACK).all() or not (own <= 1 + PROBABILITY_SLACK).all():
            fail(formula, f"probability {_extreme(own):.6g}", "between 0 and 1")
        total += own
    if len(here) and not (np.abs(total - 1) <= PROBABILITY_SLACK).all():
        worst = total[np.argmax(np.abs(total - 1))]
        fail(formulas[0], f"probabilities sum to {worst:.6g}", "1", "give the last outcome '1 - ...'")


def _extreme(values: np.ndarray) -> float:
    bad = values[~np.isfinite(values)]
    return float(bad[0]) if bad.size else float(values[np.argmax(np.abs(values - 0.5))])


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
            parameters: values by name; those left out keep their middle. Complex values give complex arrays, for
                derivatives by a complex step.

        Raises:
            OptionError: an unknown parameter.
            CaseError: at these parameters a probability, rate or payoff is not possible.
        """
        return _Draw(self, self.draw(parameters)).game()

    def trial(self, parameters: Mapping[str, Any] | None = None) -> tuple[Game, list[Diagnostic]]:
        """The game at given parameters and everything impossible about it, for `check`; the game may be unusable."""
        problems: list[Diagnostic] = []
        return _Draw(self, self.draw(parameters), problems).game(), problems


class _Draw:
    """The arrays of one draw."""

    def __init__(self, template: Template, values: Mapping[str, Any], problems: list[Diagnostic] | None = None) -> None:
        self.template, self.parameters, self.problems = template, values, problems
        self.size = template.space.size
        self.kind = complex if any(isinstance(v, complex) for v in values.values()) else float

    def fail(self, formula: Formula, what: str, expected: str, hint: str = "") -> None:
        problem = self.template.case.remark(formula.at, f"{what} in {formula.what}", expected, hint)
        if self.problems is None:
            raise CaseError(problem)
        self.problems.append(problem)

    def values(self, formula: Formula) -> np.ndarray:
        found = formula.values(self.template.codes, self.parameters, self.size)
        if not np.isfinite(found).all():
            self.fail(formula, "a value that is not finite", "a finite number")
        return found

    def rates(self, formula: Formula, mask: np.ndarray) -> np.ndarray:
        found = np.where(mask, formula.values(self.template.codes, self.parameters, self.size), 0.0)
        if not np.isfinite(found).all() or (np.real(found) < 0).any():
            self.fail(formula, f"rate {_extreme(np.real(found)):.6g}", "a finite number of at least 0")
        return found

    def setting(self, value: float | str) -> Any:
        return self.parameters[value] if isinstance(value, str) else value

    def game(self) -> Game:
        template, play = self.template, self.template.case.play
        players = template.players
        terms = tuple({label: self.values(f) for label, f in own} for own in template.terms)
        flow = np.zeros((len(players), self.size), dtype=self.kind)
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
        )

    def moves(self, plan: PlayerPlan) -> Moves:
        impulses = np.zeros((len(self.template.players), *plan.available.shape), dtype=self.kind)
        for player, action, sign, formula in plan.impulses:
            found = np.where(plan.available[action], formula.values(self.template.codes, self.parameters, self.size), 0)
            if not np.isfinite(found).all():
                self.fail(formula, "a value that is not finite", "a finite number")
            impulses[player, action] += sign * found
        rates = np.zeros(plan.available.shape, dtype=self.kind)
        default = self.setting(self.template.case.play.reference_rate)
        for a, formula in enumerate(plan.rates, start=1):
            mask = plan.available[a]
            rates[a] = np.where(mask, default, 0.0) if formula is None else self.rates(formula, mask)
        transition = plan.pattern.matrix(self.template.codes, self.parameters, self.size, self.fail)
        return Moves(plan.names, plan.available, transition, impulses, rates)

    def nature(self) -> Nature:
        template = self.template
        hazards = np.zeros((len(template.hazards), self.size), dtype=self.kind)
        for e, formula in enumerate(template.hazards):
            hazards[e] = self.rates(formula, template.event_masks[e])
        transition = template.event_pattern.matrix(template.codes, self.parameters, self.size, self.fail)
        return Nature(template.event_names, hazards, transition)


def compile_case(case: Case) -> Template:
    """Find the reachable states of a case and lay out its arrays.

    Returns:
        A template; its order of states depends on the order of variables and values in the file alone.

    Raises:
        CaseError: a step leaves its scale, a condition depends on a parameter, or there are too many states.
    """
    template, problems = lay_out(case)
    if problems:
        raise CaseError(problems)
    return template


def lay_out(case: Case) -> tuple[Template, tuple[Diagnostic, ...]]:
    """A template even where steps leave their scales, and a remark for each; for `check`.

    Raises:
        CaseError: a condition depends on a parameter, or there are too many states.
    """
    _refuse_uncertain_conditions(case)
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
        node: Node = expression.node
        return Formula(fold(node, self.codes), expression.at, what)

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

    def pattern(self, rows: Sequence[Action | Event | None], masks: Sequence[np.ndarray]) -> Pattern:
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
