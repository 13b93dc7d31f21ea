"""What questions know of a case and a date beside the game: states by role, names, and what `questions:` binds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from detente.errors import OptionError, suggest
from detente.game.diagnose import corners


@dataclass(frozen=True)
class Frame:
    """States by role, names and bindings of a case on a date. Sent to workers.

    `settled[package][x]` is the state to which nature's settlement under that package leads from x, -1 where x is
    settled.
    """

    start: int
    date: str
    players: tuple[str, ...]
    peace: np.ndarray  # (states,) bool
    war: np.ndarray  # (states,) bool
    settled: Mapping[str, np.ndarray]
    kinds: Mapping[str, str] = field(default_factory=dict)  # actor -> party, mediator, patron, domestic
    also: Mapping[str, str] = field(default_factory=dict)  # actor -> a second role, such as co-chair
    labels: Mapping[str, str] = field(default_factory=dict)
    short: Mapping[str, str] = field(default_factory=dict)  # actor -> the short name that the case gives it
    marked: frozenset[str] = frozenset()  # players of whom a payoff or cost is made with a confidential assumption
    bindings: Mapping[str, Any] = field(default_factory=dict)  # the case's `questions`
    masks: Mapping[str, np.ndarray] = field(default_factory=dict)  # named in the bindings -> (states,) bool
    joining: Mapping[str, int] = field(default_factory=dict)  # actor -> the state in which it decides whether to join
    several: bool = False  # whether the case has several packages, so that ids name them, whatever can be signed today
    absent: frozenset[str] = frozenset()  # players that neither act nor get anything from the date on

    @property
    def unsettled(self) -> np.ndarray:
        """Mask (states,) of the states that are not at peace."""
        return ~self.peace

    @property
    def at_war(self) -> bool:
        """Whether war is under way on the date."""
        return bool(self.war[self.start])

    @property
    def in_peace(self) -> bool:
        """Whether a settlement is in force on the date."""
        return bool(self.peace[self.start])

    def name(self, actor: str) -> str:
        """The case's short name for an actor, else its label without a bracket at its end."""
        label = self.labels.get(actor, actor.replace("_", " "))
        return self.short.get(actor) or re.sub(r"\s*\([^()]*\)$", "", label) or label

    def named(self, package: str) -> str | None:
        """The package as part of a key: None where there is only one."""
        return package if self.several else None

    def under(self, package: str) -> str:
        """What a package adds to a label."""
        return f" under '{package}'" if self.several else ""

    def of_kind(self, *kinds: str) -> tuple[str, ...]:
        """Players of these kinds, in the order of the case."""
        return tuple(p for p in self.players if self.kinds.get(p) in kinds)

    @property
    def package(self) -> str:
        """The package that summaries speak of: bound as `package`, else the first."""
        bound = self.bindings.get("package")
        return str(bound) if bound in self.settled else next(iter(self.settled), "")

    def moves(self, role: str) -> dict[str, list[str]]:
        """A binding as name -> list of `actor.action`; empty if absent.

        A bare list of `actor.action` is one group per actor, and `action` under an actor's name is that actor's.
        """
        bound = self.bindings.get(role) or {}
        groups: dict[str, list[str]] = {}
        for name, given in bound.items() if isinstance(bound, Mapping) else (("", bound),):
            for move in [given] if isinstance(given, str) else given:
                actor, dot, _ = str(move).partition(".")
                spelt = str(move) if dot or name not in self.players else f"{name}.{actor}"
                groups.setdefault(name or actor, []).append(spelt)
        return groups

    def index(self, actor: str) -> int:
        """Position of a player.

        Raises:
            ValueError: no such player.
        """
        return self.players.index(actor)


def frame_of(template: Any, situation: str | Mapping[str, str], package: str | None = None) -> Frame:
    """The frame of a compiled case from a date.

    Args:
        template: `compile_case(case)`.
        situation: date of a situation, or values by state variable.
        package: only this package.

    Raises:
        OptionError: unknown date or package.
    """
    case = template.case
    start = int(template.state(situation))
    names = list(case.outcomes.settle)
    if package is not None:
        if package not in names:
            raise OptionError.of(f"unknown package '{package}'", f"one of {', '.join(names)}", suggest(package, names))
        names = [package]
    words = _words(case)
    bindings = words["bindings"]
    values = case.situations[situation] if isinstance(situation, str) else situation
    return Frame(
        start=start,
        date=situation if isinstance(situation, str) else "",
        players=tuple(template.players),
        peace=np.asarray(template.mask(case.outcomes.peace)),
        war=np.asarray(template.mask(case.outcomes.war)),
        settled=_settled(template, names, start, package is not None),
        several=len(names) > 1,
        absent=_absent(template, start),
        **words,
        masks={"provoked": np.asarray(template.mask(bindings["provoked"]))} if "provoked" in bindings else {},
        joining=_decisions(template, bindings, values),
    )


def _absent(template: Any, start: int) -> frozenset[str]:
    """Players without an act or a payoff in any state that can come: who was dissolved has no answers."""
    ahead, case = template.ahead(start), template.case
    acting = {
        actor
        for actor, actions in case.actions.items()
        if any(template.mask(action.when)[ahead].any() for action in actions.values())
    }
    games = [template.game(values) for values in corners(case)] if acting != set(template.players) else []
    return frozenset(
        player
        for i, player in enumerate(template.players)
        if player not in acting and not any(game.payoff_flow[i, ahead].any() for game in games)
    )


def _settled(template: Any, names: Sequence[str], start: int, asked: bool) -> dict[str, np.ndarray]:
    """Package -> the state that signing it leads to, of the packages that can be signed on the date.

    Raises:
        OptionError: one package is asked for, and cannot be signed then.
    """
    found = {name: np.asarray(template.settled(name)) for name in names}
    if template.peace[start]:
        return found
    known = {name: successor for name, successor in found.items() if successor[start] >= 0}
    if asked and not known:
        raise OptionError.of(f"no text of '{names[0]}' can be signed on the date", "a package whose `when` holds there")
    return known


def frame_without_states(case: Any) -> Frame:
    """What questions know of a case whatever the date: enough to say which numbers there can be."""
    nowhere = np.zeros(1, bool)
    return Frame(
        start=0,
        date="",
        players=tuple(case.actors),
        peace=nowhere,
        war=nowhere,
        settled=dict.fromkeys(case.outcomes.settle, np.zeros(1, int)),
        several=len(case.outcomes.settle) > 1,
        **_words(case),
    )


def _words(case: Any) -> dict[str, Any]:
    """Names, roles and bindings of a case."""
    return {
        "kinds": {name: actor.kind for name, actor in case.actors.items()},
        "also": {name: ", ".join(actor.also) for name, actor in case.actors.items()},
        "labels": {name: actor.label for name, actor in case.actors.items()},
        "short": {name: actor.short for name, actor in case.actors.items() if getattr(actor, "short", "")},
        "marked": _marked(case),
        "bindings": case.questions.bindings(),
    }


def _marked(case: Any) -> frozenset[str]:
    """Actors of whose value a term is made with a confidential assumption, which the term would give away."""
    secret = {parameter.name for parameter in case.parameters.values() if parameter.confidential}
    terms = [(actor, term) for actor, own in case.payoffs.items() for term in own.values()]
    for actor, actions in case.actions.items():
        for action in actions.values():
            terms += [(actor, action.cost), *action.impulses.items()]
    return frozenset(actor for actor, term in terms if secret & term.parameters)


def _decisions(template: Any, bindings: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, int]:
    """States in which actors decide whether to join; those out of reach from this date are left out."""
    states: dict[str, int] = {}
    for actor, entry in (bindings.get("joining") or {}).items():
        try:
            states[actor] = int(template.state({**values, **entry.get("at", {})}))
        except OptionError:
            continue
    return states
