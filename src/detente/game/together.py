"""A case in which all players choose at once, period by period (`timing: simultaneous`), as arrays.

In each period every player takes one of its available actions (it waits only where it has none). What their actions do
to one state variable is combined by the case's `together:` rule: the highest or lowest proposal, or the first player's
in file order. Then nature moves: at most one event, with its rate read as a probability per period. Payoffs are per
period: terms in the state before the moves, minus the own cost, plus impulses of the others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np

from detente.case import Action, Case, Effect
from detente.case.parts import Effects
from detente.errors import CaseError, Diagnostic
from detente.game.formula import PROBABILITY_SLACK, Draw, Formula, split
from detente.game.layout import Layout
from detente.game.simultaneous import SimultaneousGame, simultaneous
from detente.game.space import StateSpace, Variable
from detente.game.states import MAX_STATES, Radix, beyond, is_true

MAX_JOINT = 5_000  # joint actions, each of which is laid out by itself: some ten seconds
MAX_ENTRIES = 20_000_000  # states * joint actions * states of the transition array: 160 megabytes
WAIT = "wait"


@dataclass(frozen=True)
class Choice:
    """One action of one player, or waiting."""

    player: int
    name: str
    action: Action | None


@dataclass(frozen=True, eq=False)
class Joint:
    """One action of each player with one outcome of each: where it leads, and the probabilities to multiply."""

    actions: tuple[int, ...]
    possible: np.ndarray  # (states,) bool
    target: np.ndarray  # (states,) int
    factors: tuple[tuple[int, int, int], ...]  # player, action, outcome


@dataclass(frozen=True, eq=False)
class SimultaneousTemplate(Layout):
    """A case with simultaneous moves and its states found; `game(parameters)` gives a `SimultaneousGame`."""

    names: tuple[tuple[str, ...], ...]
    available: tuple[np.ndarray, ...]  # per player (actions, states) bool
    terms: tuple[tuple[Formula, ...], ...]
    impulses: tuple[tuple[int, int, int, int, Formula], ...]  # who gets it, who acts, action, sign, formula
    outcomes: Mapping[tuple[int, int], tuple[Formula, ...]]  # of player's action: probabilities
    joint: tuple[Joint, ...]
    events: tuple[tuple[Formula, np.ndarray, np.ndarray], ...]  # probability, states, targets of its outcomes
    event_outcomes: tuple[tuple[Formula, ...], ...]

    def game(self, parameters: Mapping[str, Any] | None = None) -> SimultaneousGame:
        """The game at given parameters; see `Template.game`.

        Raises:
            OptionError: an unknown parameter.
            CaseError: at these parameters a probability or payoff is not possible.
        """
        return _Arrays(self, self.draw(parameters)).game()

    def trial(self, parameters: Mapping[str, Any] | None = None) -> tuple[SimultaneousGame | None, list[Diagnostic]]:
        """The game and everything impossible about it, for `check`; None where there is something."""
        problems: list[Diagnostic] = []
        arrays = _Arrays(self, self.draw(parameters), problems)
        parts = arrays.parts()
        return (None if problems else arrays.assembled(*parts)), problems


class _Arrays(Draw):
    def __init__(
        self, template: SimultaneousTemplate, values: Mapping[str, Any], problems: list[Diagnostic] | None = None
    ) -> None:
        super().__init__(template, values, problems)
        self.template = template
        self.shape = tuple(len(names) for names in template.names)

    def game(self) -> SimultaneousGame:
        return self.assembled(*self.parts())

    def parts(self) -> tuple[np.ndarray, np.ndarray]:
        return self.payoffs(), self.transition()

    def assembled(self, payoffs: np.ndarray, transition: np.ndarray) -> SimultaneousGame:
        play, players = self.template.case.play, self.template.players
        return simultaneous(
            payoffs,
            transition,
            period_discount=float(play.discount_factor or 0.0),
            noise=np.array([self.setting(play.noise[p]) for p in players], dtype=float),
            shocks="none" if play.shocks == "none" else "standard",
            available=self.template.available,
            players=players,
        )

    def payoffs(self) -> np.ndarray:
        """(players, states, one axis of actions per player), utility per period."""
        found = np.zeros((len(self.shape), self.size, *self.shape))
        spread = (slice(None), *([None] * len(self.shape)))
        for i, terms in enumerate(self.template.terms):
            for term in terms:
                found[i] += self.values(term)[spread]
        for gets, acts, action, sign, formula in self.template.impulses:
            place = (slice(None), *(action if j == acts else slice(None) for j in range(len(self.shape))))
            value = sign * self.values(formula, self.template.available[acts][action])
            found[gets][place] += value[(slice(None), *([None] * (len(self.shape) - 1)))]
        return found

    def transition(self) -> np.ndarray:
        """(states, one axis of actions per player, states): the moves, then nature."""
        here = np.arange(self.size)
        chances = {
            key: self.probabilities(formulas, np.flatnonzero(self.template.available[key[0]][key[1]]))
            for key, formulas in self.template.outcomes.items()
        }
        moved = np.zeros((self.size, *self.shape, self.size))
        for joint in self.template.joint:
            chance = np.ones(self.size)
            for player, action, outcome in joint.factors:
                chance = chance * chances[player, action][outcome]
            states = np.flatnonzero(joint.possible)
            moved[(states, *joint.actions, joint.target[states])] += chance[states]
        idle = moved.sum(axis=-1) == 0  # not available together: any row will do
        moved[(*np.nonzero(idle), np.nonzero(idle)[0])] = 1.0
        return moved @ self.nature(here)

    def nature(self, here: np.ndarray) -> np.ndarray:
        """(states, states): at most one event a period."""
        matrix, total = np.zeros((self.size, self.size)), np.zeros(self.size)
        for (rate, mask, targets), formulas in zip(self.template.events, self.template.event_outcomes, strict=True):
            chance = self.rates(rate, mask)
            total += chance
            for value, target in zip(self.probabilities(formulas, np.flatnonzero(mask)), targets, strict=True):
                matrix[here, target] += np.where(mask, chance * value, 0.0)
            if (total > 1 + PROBABILITY_SLACK).any():
                self.fail(rate, f"chances of nature's events sum to {total.max():.6g} in a state", "at most 1")
        matrix[here, here] += 1 - total
        return matrix


def compile_simultaneous(case: Case) -> SimultaneousTemplate:
    """Find the reachable states of a case with simultaneous moves and lay out its arrays.

    Raises:
        CaseError: `discount_factor` is missing, two players change a variable at once without a rule, a step leaves its
            scale, or the game is too large.
    """
    template, problems = lay_out_simultaneous(case)
    if problems:
        raise CaseError(problems)
    return template


def lay_out_simultaneous(case: Case) -> tuple[SimultaneousTemplate, tuple[Diagnostic, ...]]:
    """A template even where something about the moves is wrong, and the remarks; for `check`."""
    compiler = _Compiler(case)
    template = compiler.template()
    return template, tuple(compiler.problems.values())


class _Compiler:
    def __init__(self, case: Case) -> None:
        self.case, self.radix = case, Radix.of(case)
        self.problems: dict[tuple[str | int, ...], Diagnostic] = {}
        if case.play.discount_factor is None:
            what = "simultaneous moves need a discount factor per period"
            self.problems["play",] = case.remark(("play",), what, "play: {discount_factor: 0.9}", key=True)
        self.choices = [self.own_choices(i) for i in range(len(case.players))]
        self.packed = self.reachable()
        self.codes = self.radix.unpack(self.packed)

    def own_choices(self, i: int) -> tuple[Choice, ...]:
        actions = self.case.actions[self.case.players[i]]
        return tuple(Choice(i, name, action) for name, action in actions.items())

    def availability(self, codes: Mapping[str, np.ndarray], size: int) -> list[np.ndarray]:
        """Per player (actions, states): its own actions, then waiting where it has none."""
        result: list[np.ndarray] = []
        for own in self.choices:
            masks = [is_true(choice.action.when, codes, size) for choice in own if choice.action is not None]
            free = ~np.any(masks, axis=0) if masks else np.ones(size, bool)
            result.append(np.array([*masks, free]))
        return result

    def branches(self) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], list[tuple[int, Effects]]]]:
        """Actions of all players, an outcome of each, and the effects by player."""
        options = [range(len(own) + 1) for own in self.choices]
        for actions in product(*options):
            taken = [own[a].action if a < len(own) else None for own, a in zip(self.choices, actions, strict=True)]
            counts = [range(len(action.outcomes)) if action else range(1) for action in taken]
            for outcomes in product(*counts):
                effects = [
                    (i, action.outcomes[o][1])
                    for i, (action, o) in enumerate(zip(taken, outcomes, strict=True))
                    if action is not None
                ]
                yield actions, outcomes, effects

    def combined(
        self, packed: np.ndarray, codes: Mapping[str, np.ndarray], effects: list[tuple[int, Effects]]
    ) -> np.ndarray:
        """Where the players' effects lead together, (states,) packed."""
        result = packed.copy()
        proposals: dict[str, list[tuple[Effect, np.ndarray]]] = {}
        for _, own in effects:
            for effect in own:
                proposals.setdefault(effect.variable, []).append((effect, self.proposal(effect, codes)))
        for name, offers in proposals.items():
            position = self.radix.names.index(name)
            stack = np.array([offer for _, offer in offers])
            rule = self.case.together.get(name, "")
            if rule == "" and len(packed) and (stack != stack[0]).any():
                self.clash(name, offers[-1][0])
            new = stack.max(axis=0) if rule == "highest" else stack.min(axis=0) if rule == "lowest" else stack[0]
            result += (new - codes[name]) * self.radix.strides[position]
        return result

    def proposal(self, effect: Effect, codes: Mapping[str, np.ndarray]) -> np.ndarray:
        old = codes[effect.variable]
        if effect.code is not None:
            return np.full_like(old, effect.code)
        size = len(self.case.states[effect.variable].values)
        new = np.clip(old + effect.step, 0, size - 1)
        out = new != old + effect.step
        if out.any() and not effect.stop and effect.at not in self.problems:
            first = {name: int(column[np.argmax(out)]) for name, column in codes.items()}
            self.problems[effect.at] = beyond(self.case, effect, first)
        return new

    def clash(self, name: str, effect: Effect) -> None:
        if effect.at not in self.problems:
            what = f"two players may change '{name}' in the same period"
            hint = f"add 'together: {{{name}: highest}}' (or lowest, or first)"
            self.problems[effect.at] = self.case.remark(effect.at, what, "a rule that says who prevails", hint)

    def successors(self, packed: np.ndarray) -> np.ndarray:
        codes = self.radix.unpack(packed)
        masks = self.availability(codes, packed.size)
        found: list[np.ndarray] = []
        for actions, _, effects in self.branches():
            possible = np.all([masks[i][a] for i, a in enumerate(actions)], axis=0)
            found.append(self.combined(*self.part(packed, codes, possible), effects))
        for event in self.case.nature.values():
            possible = is_true(event.when, codes, packed.size)
            found += [
                self.combined(*self.part(packed, codes, possible), [(-1, effects)]) for _, effects in event.outcomes
            ]
        for name, effects in self.case.outcomes.settle.items():
            open_ = is_true(self.case.outcomes.open[name], codes, packed.size)
            found.append(self.combined(*self.part(packed, codes, open_), [(-1, effects)]))
        return np.unique(np.concatenate(found)) if found else packed[:0]

    @staticmethod
    def part(
        packed: np.ndarray, codes: Mapping[str, np.ndarray], mask: np.ndarray
    ) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
        return packed[mask], {name: column[mask] for name, column in codes.items()}

    def reachable(self) -> np.ndarray:
        case, joint = self.case, prod(len(own) + 1 for own in self.choices)
        if joint > MAX_JOINT:
            what, hint = f"{joint:,} joint actions", "simultaneous moves multiply; use asynchronous timing"
            raise CaseError(case.remark(("actions",), what, f"at most {MAX_JOINT:,}", hint, key=True))
        known = np.unique(np.array([self.radix.pack(case, s) for s in case.situations.values()], dtype=np.int64))
        frontier = known
        while frontier.size:
            frontier = np.setdiff1d(self.successors(frontier), known, assume_unique=True)
            known = np.union1d(known, frontier)
            if known.size > MAX_STATES or known.size**2 * joint > MAX_ENTRIES:
                what = f"more than {known.size:,} states with {joint:,} joint actions"
                hint = "simultaneous moves multiply; use asynchronous timing, or fewer states"
                raise CaseError(case.remark(("states",), what, f"{MAX_ENTRIES:,} numbers at most", hint, key=True))
        return known

    def template(self) -> SimultaneousTemplate:
        case, size = self.case, self.packed.size
        masks = self.availability(self.codes, size)
        waits = [bool(m[-1].any()) or len(m) == 1 for m in masks]
        names = [
            (*(choice.name for choice in own), *((WAIT,) if wait else ()))
            for own, wait in zip(self.choices, waits, strict=True)
        ]
        return SimultaneousTemplate(
            case=case,
            space=StateSpace(
                tuple(Variable(v.name, v.values, v.ordered) for v in case.states.values()),
                np.array([self.codes[name] for name in case.states]),
            ),
            packed=self.packed,
            radix=self.radix,
            codes=self.codes,
            names=tuple(names),
            available=tuple(m if wait else m[:-1] for m, wait in zip(masks, waits, strict=True)),
            terms=tuple(
                tuple(split(e, f"payoff '{label}' of {p}", self.codes) for label, e in case.payoffs[p].items())
                for p in case.players
            ),
            impulses=tuple(self.impulses()),
            outcomes=self.outcomes(),
            joint=tuple(self.joint(masks, waits)),
            events=tuple(self.events()),
            event_outcomes=tuple(
                tuple(split(p, f"an outcome of {event.name}", self.codes) for p, _ in event.outcomes)
                for event in case.nature.values()
            ),
        )

    def impulses(self) -> Iterator[tuple[int, int, int, int, Formula]]:
        players = self.case.players
        for i, own in enumerate(self.choices):
            for a, choice in enumerate(own):
                if choice.action is not None:
                    name = f"{players[i]}.{choice.name}"
                    yield i, i, a, -1, split(choice.action.cost, f"the cost of {name}", self.codes)
                    for other, expression in choice.action.impulses.items():
                        what = f"the impulse of {name} to {other}"
                        yield players.index(other), i, a, 1, split(expression, what, self.codes)

    def outcomes(self) -> dict[tuple[int, int], tuple[Formula, ...]]:
        return {
            (i, a): tuple(split(p, f"an outcome of {choice.name}", self.codes) for p, _ in choice.action.outcomes)
            for i, own in enumerate(self.choices)
            for a, choice in enumerate(own)
            if choice.action is not None
        }

    def joint(self, masks: list[np.ndarray], waits: list[bool]) -> Iterator[Joint]:
        counts = [len(own) for own in self.choices]
        for actions, outcomes, effects in self.branches():
            if any(a == count and not wait for a, count, wait in zip(actions, counts, waits, strict=True)):
                continue
            possible = np.all([masks[i][a] for i, a in enumerate(actions)], axis=0)
            target = np.arange(self.packed.size)
            here, local = self.part(self.packed, self.codes, possible)
            target[possible] = np.searchsorted(self.packed, self.combined(here, local, effects))
            factors = tuple((i, a, outcomes[i]) for i, a in enumerate(actions) if a < counts[i])
            yield Joint(actions, possible, target, factors)

    def events(self) -> Iterator[tuple[Formula, np.ndarray, np.ndarray]]:
        for event in self.case.nature.values():
            mask = is_true(event.when, self.codes, self.packed.size)
            here, local = self.part(self.packed, self.codes, mask)
            targets = np.tile(np.arange(self.packed.size), (len(event.outcomes), 1))
            for n, (_, effects) in enumerate(event.outcomes):
                targets[n, mask] = np.searchsorted(self.packed, self.combined(here, local, [(-1, effects)]))
            yield split(event.rate, f"the rate of {event.name}", self.codes), mask, targets
