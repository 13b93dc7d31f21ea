"""Sliders: every assumption with its range, reason and sources, grouped by the actor whose interests it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.case import Case, Expr, Parameter
    from detente.studio.view import View

STEPS = 200  # of a slider, end to end


@dataclass(frozen=True)
class Control:
    """One slider."""

    name: str
    label: str
    low: float
    high: float
    value: float
    default: float
    step: float
    unit: str
    why: str
    basis: str
    sources: tuple[str, ...]
    contested: str
    fixed: bool


@dataclass(frozen=True)
class Group:
    """An actor (or what belongs to none) with its payoff terms, the prices of its acts, and its sliders."""

    id: str
    title: str
    kind: str
    terms: tuple[tuple[str, str], ...]
    acts: tuple[tuple[str, str, str], ...]  # act, condition, price
    controls: tuple[Control, ...]


def control(parameter: "Parameter", default: float, view: "View") -> Control:
    """The slider of an assumption; `default` is where it stands in the scenario."""
    width = parameter.high - parameter.low
    return Control(
        name=parameter.name,
        label=parameter.label or parameter.name.replace("_", " ").replace(".", ": "),
        low=parameter.low,
        high=parameter.high,
        value=view.set.get(parameter.name, default),
        default=default,
        step=width / STEPS,
        unit=parameter.unit,
        why=parameter.why,
        basis=parameter.basis,
        sources=tuple(parameter.sources),
        contested=contested(parameter.contested),
        fixed=not 0 < width < float("inf"),
    )


def contested(value: Any) -> str:
    """Who contests an assumption and how, in words."""
    if not value:
        return ""
    if isinstance(value, Mapping):
        by = value.get("by", ())
        names = by if isinstance(by, str) else ", ".join(map(str, by))
        return f"{names}: {value.get('view', '')}" if names else str(value.get("view", ""))
    return str(value)


def controls_of(case: "Case", now: "Case", view: "View") -> list[Control]:
    """All sliders in file order; `now` is the case with the view's scenario."""
    defaults = now.defaults()
    return [control(p, defaults[n], view) for n, p in case.parameters.items()]


def uses(case: "Case") -> dict[str, list[str]]:
    """For each assumption, the actors in whose payoffs or acts it stands."""
    found: dict[str, list[str]] = {name: [] for name in case.parameters}

    def note(player: str, expressions: "Iterable[Expr | None]") -> None:
        for expression in expressions:
            for name in expression.parameters if expression is not None else ():
                if player not in found.setdefault(name, []):
                    found[name].append(player)

    for player in case.players:
        note(player, case.payoffs[player].values())
        for action in case.actions[player].values():
            note(player, (action.cost, action.rate, *action.impulses.values(), *(p for p, _ in action.outcomes)))
    return found


def groups_of(case: "Case", now: "Case", view: "View") -> list[Group]:
    """One group per actor, one for what several share, one for nature and play."""
    known, users = {c.name: c for c in controls_of(case, now, view)}, uses(case)
    groups = []
    for player in case.players:
        own = tuple(c for n, c in known.items() if users.get(n) == [player])
        terms = tuple((label, expression.text) for label, expression in case.payoffs[player].items())
        acts = tuple(
            (action.label or name.replace("_", " "), action.when.text, action.cost.text)
            for name, action in now.actions[player].items()
        )
        actor = case.actors[player]
        groups.append(Group(player, actor.label, ", ".join((actor.kind, *actor.also)), terms, acts, own))
    shared = tuple(c for n, c in known.items() if len(users.get(n, ())) > 1)
    rest = tuple(c for n, c in known.items() if not users.get(n))
    groups += [Group(id, "", "", (), (), part) for id, part in (("shared", shared), ("nature", rest)) if part]
    return groups
