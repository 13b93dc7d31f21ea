"""Remarks about a case that need no states: reasons that are missing, names that nothing uses, long spans."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from detente.case import Account, Case, Expr, Parameter
from detente.case.nodes import Constant, walk
from detente.case.objections import unheard
from detente.case.parse import parse
from detente.case.parts import Effects
from detente.errors import Diagnostic, suggest
from detente.files.mistakes import is_number
from detente.files.yaml import At
from detente.words.dates import DAYS_PER_YEAR

LONG_SPAN = 30  # years: about a generation of leaders; over less, one world is a fair simplification


def check_writing(case: Case) -> list[Diagnostic]:
    """Warnings about a case as it is written, in file order."""
    return [
        *_reasons(case),
        *_literals(case),
        *_unused(case),
        *_without_effect(case),
        *_span(case),
        *_tempo(case),
        *_accounts(case),
        *_objections(case),
    ]


def _reasons(case: Case) -> Iterator[Diagnostic]:
    for parameter in case.parameters.values():
        needed = (("why", parameter.why), ("basis", _basis(parameter) or parameter.fixed))
        missing = [word for word, stands in needed if not stands]
        if missing:
            what = f"parameter '{parameter.name}' has no {' and no '.join(missing)}"
            hint = "add 'why: ...' and 'basis: judgement' or 'sources: [...]'"
            yield case.remark(parameter.at, what, hint=hint, severity="warning", key=True)
    for name, package in case.packages.items():
        if not package.get("why"):
            what = f"package '{name}' has no why"
            yield case.remark(("packages", name), what, hint="add 'why: ...'", severity="warning", key=True)


PLAIN = (-1.0, 0.0, 1.0)  # numbers that say "none", "all" or "as it is", and are no assumptions
HIDDEN = "make it a parameter with a range, unit, why and basis; a definition or a switch is one with 'fixed: yes'"


def _literals(case: Case) -> Iterator[Diagnostic]:
    """Assumptions that stand as bare numbers: in no table, moved by no draw, seen by no reader of the answers."""
    for expression in (*case.expressions(), *case.derived.values(), *(lever.cost for lever in case.levers.values())):
        found = [node.value for node in walk(parse(expression.text)) if isinstance(node, Constant)]
        yield from _hidden(case, expression.at, found)
    for name, variable in case.states.items():
        if not variable.packages:
            for attribute, entries in variable.attributes.items():
                yield from _hidden(case, ("states", name, attribute), entries)
    for name, package in case.packages.items():
        for key, value in package.items():
            yield from _hidden(case, ("packages", name, key), [value])
    play = case.play
    for key, values in (("discount_rate", play.discount_rate.values()), ("noise", play.noise.values())):
        yield from _hidden(case, ("play", key), dict.fromkeys(values))
    for parameter in case.parameters.values():
        if parameter.low == parameter.high and not parameter.fixed:
            what = f"parameter '{parameter.name}' has one value and no range"
            hint = "give it a range; for a definition or a switch write 'fixed: yes'"
            yield case.remark(parameter.at, what, hint=hint, severity="warning", key=True)


def _tempo(case: Case) -> Iterator[Diagnostic]:
    """A ceiling on activity that plays no part."""
    if case.play.shocks == "occasions" and "tempo" in case.documents["case.yaml"].names("play"):
        what, hint = "'tempo' plays no part where acts come up on occasions of their own", "take it out"
        yield case.remark(("play", "tempo"), what, hint=hint, severity="warning", key=True)


def _hidden(case: Case, at: At, values: Iterable[Any]) -> Iterator[Diagnostic]:
    numbers = [f"{value:g}" for value in values if is_number(value) and value not in PLAIN]
    if numbers:
        what = f"bare number{'s' * (len(numbers) > 1)} {', '.join(numbers)}: nobody sees what is assumed here"
        yield case.remark(at, what, hint=HIDDEN, severity="warning")


def _basis(parameter: Parameter) -> bool:
    return bool(parameter.basis or parameter.sources)


def _unused(case: Case) -> Iterator[Diagnostic]:
    used: set[str] = set()
    for expression in case.expressions():
        used |= expression.parameters
    play = (*case.play.discount_rate.values(), *case.play.noise.values(), case.play.reference_rate)
    used |= {value for value in play if isinstance(value, str)}
    used |= {name for lever in case.levers.values() for name in lever.cost.parameters}
    for name, parameter in case.parameters.items():
        if name not in used:
            what = f"parameter '{name}' is idle: nothing in the game uses it"
            yield case.remark(parameter.at, what, hint="use it or take it out", severity="warning", key=True)
    rate = case.play.reference_rate
    if isinstance(rate, str) and all(a.rate is not None for own in case.actions.values() for a in own.values()):
        what = "reference_rate is idle: every action has a rate of its own"
        yield case.remark(("play", "reference_rate"), what, severity="warning", key=True)


def relevant_variables(case: Case) -> frozenset[str]:
    """State variables on which some payoff, choice or outcome depends, directly or through what moves them."""
    seeds: list[Expr] = [case.outcomes.peace, case.outcomes.war]
    seeds += [term for terms in case.payoffs.values() for term in terms.values()]
    for actions in case.actions.values():
        for action in actions.values():
            seeds += [action.when, action.cost, *action.impulses.values(), *([action.rate] if action.rate else [])]
    found = {name for expression in seeds for name in expression.variables}
    while True:
        more = {name for expression in _movers(case, found) for name in expression.variables} - found
        if not more:
            return frozenset(found)
        found |= more


def _movers(case: Case, relevant: set[str]) -> Iterator[Expr]:
    """Rates, conditions and probabilities of what moves a relevant variable."""
    for event in case.nature.values():
        if _touches(event.outcomes, relevant):
            yield from (event.when, event.rate, *(p for p, _ in event.outcomes))
    for actions in case.actions.values():
        for action in actions.values():
            if _touches(action.outcomes, relevant):
                yield from (p for p, _ in action.outcomes)


def _touches(outcomes: tuple[tuple[Expr, Effects], ...], variables: set[str]) -> bool:
    return any(effect.variable in variables for _, effects in outcomes for effect in effects)


def _without_effect(case: Case) -> Iterator[Diagnostic]:
    """Variables that matter to nothing, and parameters that move such variables only."""
    relevant = set(relevant_variables(case))
    for name in case.states:
        if name not in relevant:
            what = f"state variable '{name}' matters to nothing: no payoff, condition or cost depends on it"
            yield case.remark(("states", name), what, hint="use it or take it out", severity="warning", key=True)
    felt = {name for expression in _movers(case, relevant) for name in expression.parameters}
    for terms in case.payoffs.values():
        felt |= {name for term in terms.values() for name in term.parameters}
    for actions in case.actions.values():
        for action in actions.values():
            own = [action.cost, *action.impulses.values(), *([action.rate] if action.rate else [])]
            felt |= {name for expression in own for name in expression.parameters}
    for name in {name for expression in case.expressions() for name in expression.parameters} - felt:
        what = f"parameter '{name}' is idle: it moves only what matters to nothing"
        yield case.remark(case.parameters[name].at, what, hint="use it or take it out", severity="warning", key=True)


def _span(case: Case) -> Iterator[Diagnostic]:
    yield from long_span(case, [date.fromisoformat(day) for day in case.situations], "situations")


def long_span(case: Case, days: Sequence[date], what: str) -> Iterator[Diagnostic]:
    """A warning where dates span thirty years and nothing in the case says how the world changed meanwhile.

    Args:
        case: the case.
        days: dates.
        what: what they are the dates of: situations, or the record.
    """
    span = (max(days) - min(days)).days / DAYS_PER_YEAR if days else 0.0
    if span >= LONG_SPAN and not any(v.era or name == "era" for name, v in case.states.items()):
        words = f"{what} span {span:.0f} years, and no state variable says how the world changed"
        hint = "add an era that nature moves, or mark a variable with 'era: true'"
        yield case.remark(("situations",), words, hint=hint, severity="warning", key=True)


def _accounts(case: Case) -> Iterator[Diagnostic]:
    for account in case.accounts.values():
        for rival in account.opposed_by:
            if rival not in case.accounts:
                yield _of_account(case, account, f"no account '{rival}'", suggest(rival, case.accounts))


def _objections(case: Case) -> Iterator[Diagnostic]:
    """Parties whose strongest objection is lacking where those of others stand."""
    for name in unheard(case.actors, case.objections):
        what = f"the objections have none of '{name}'"
        hint = f"add what {name} would object to most, in its own words"
        yield case.remark(("objections",), what, hint=hint, severity="warning", key=True)


def _of_account(case: Case, account: Account, what: str, hint: str) -> Diagnostic:
    return case.documents[account.file].diagnostic(("opposed_by",), what, "", hint, severity="warning")
