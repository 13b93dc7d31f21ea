"""What only the states of a case can show: conditions that never hold, values never reached, what moves nothing.

All of it is found by looking at every reachable state, and at the ends of every parameter's range.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from detente.case import Action, Case, Expr, NatureEvent, Parameter
from detente.errors import CaseError, Diagnostic
from detente.game.asynchronous import Game
from detente.game.compile import Template, lay_out
from detente.game.formula import PROBABILITY_SLACK
from detente.game.simultaneous import SimultaneousGame
from detente.game.states import is_true
from detente.game.together import SimultaneousTemplate

FULL_PRODUCT = 200_000  # combinations looked at to show that a condition can never hold: milliseconds
AnyTemplate = Template | SimultaneousTemplate
RANDOM = 20  # draws of the ranges, beside their corners, at which shares are added up
CROWDED = 0.25  # reference weights beside `wait`, above which the ceiling on activity begins to bind


def diagnose(case: Case) -> tuple[Template | SimultaneousTemplate | None, list[Diagnostic]]:
    """Find the states of a case and remark on them.

    Returns:
        The template, or None where no states could be found, and the remarks; with errors, it must not be used.
    """
    impossible = list(_impossible(case))
    try:
        template, problems = lay_out(case)
    except CaseError as error:
        return None, [*impossible, *error.diagnostics]
    known = {d.spot for d in impossible}
    found = [
        *_conditions(template),
        *_values(template),
        *_outcomes(template),
        *_effects(template),
        *_ranges(template),
        *_shares(template),
    ]
    if isinstance(template, Template):
        found += [*_terms(template), *_crowded(template), *_repeatable(template)]
    return template, [*impossible, *problems, *(d for d in found if d.spot not in known)]


def _moves(case: Case) -> Iterator[tuple[str, Action | NatureEvent]]:
    for actor, actions in case.actions.items():
        yield from ((f"{actor}.{name}", action) for name, action in actions.items())
    yield from case.nature.items()


def _conditions_of(case: Case) -> Iterator[tuple[str, Expr]]:
    yield from ((f"the condition of {name}", move.when) for name, move in _moves(case))
    yield "the condition of peace", case.outcomes.peace
    yield "the condition of war", case.outcomes.war
    if case.threshold is not None:
        yield "the condition of the threshold", case.threshold.states


def _impossible(case: Case) -> Iterator[Diagnostic]:
    """Conditions that hold in no combination of values at all."""
    for what, condition in _conditions_of(case):
        sizes = [len(case.states[name].values) for name in sorted(condition.variables)]
        if condition.parameters or int(np.prod(sizes, dtype=float)) > FULL_PRODUCT:
            continue
        grid = np.indices(sizes).reshape(len(sizes), -1) if sizes else np.zeros((0, 1), int)
        codes = dict(zip(sorted(condition.variables), grid, strict=True))
        if not is_true(condition, codes, grid.shape[1]).any():
            yield case.remark(condition.at, f"{what} is never true: '{condition.text}'", "values that go together")


def _conditions(template: AnyTemplate) -> Iterator[Diagnostic]:
    """Conditions that hold in no reachable state."""
    for what, condition in _conditions_of(template.case):
        if not template.mask(condition).any():
            text = f"{what} is true in no state that can be reached"
            yield template.case.remark(condition.at, text, severity="warning")


def _values(template: AnyTemplate) -> Iterator[Diagnostic]:
    for name, variable in template.case.states.items():
        reached = np.unique(template.codes[name])
        for code, value in enumerate(variable.values):
            if code in reached:
                continue
            at = ("states", name, "ordered" if variable.ordered else "values")
            place = at if variable.packages else (*at, code)
            what = f"value '{value}' of '{name}' is never reached"
            hint = "let something lead there, or take it out"
            yield template.case.remark(place, what, hint=hint, severity="warning")


def _outcomes(template: AnyTemplate) -> Iterator[Diagnostic]:
    for package in template.packages:
        target = template.settled(package)
        if not template.peace[target[target >= 0]].all():
            at = ("outcomes", "settle") if package == "settled" else ("outcomes", "settle", package)
            what = f"settling '{package}' does not lead to peace"
            yield template.case.remark(
                at, what, f"effects that make '{template.case.outcomes.peace.text}' true", key=True
            )


def _effects(template: AnyTemplate) -> Iterator[Diagnostic]:
    """Moves that are meant to change something and never do."""
    for name, move in _moves(template.case):
        mask = template.mask(move.when)
        here, codes = template.packed[mask], {n: c[mask] for n, c in template.codes.items()}
        for n, (_, effects) in enumerate(move.outcomes):
            if effects and here.size and (template.radix.moved(here, codes, effects)[0] == here).all():
                at = (*move.at, "then") if len(move.outcomes) == 1 else (*move.at, "then", n)
                what = f"{name} changes nothing in any state in which it is possible"
                yield template.case.remark(at, what, hint="check 'when' and 'then'", severity="warning", key=True)


def _terms(template: Template) -> Iterator[Diagnostic]:
    games = [template.trial(values)[0] for values in corners(template.case)]
    for i, player in enumerate(template.players):
        for label in template.case.payoffs[player]:
            flows = [game.terms[i][label] for game in games]
            at = ("payoffs", player, label)
            if all((flow == 0).all() for flow in flows):
                what = f"payoff '{label}' of {player} is idle: zero in every state that can be reached"
                yield template.case.remark(at, what, severity="warning", key=True)
            elif all((flow == flow[0]).all() for flow in flows):
                what = f"payoff '{label}' of {player} is idle: the same in every state, it moves no choice"
                yield template.case.remark(at, what, severity="warning", key=True)


def corners(case: Case) -> list[dict[str, float]]:
    """The middle of all ranges, all low ends and all high ends, as parameters by name."""
    parameters = case.parameters.values()
    return [{}, {p.name: p.low for p in parameters}, {p.name: p.high for p in parameters}]


def _shares(template: AnyTemplate) -> Iterator[Diagnostic]:
    """Shares of the alternatives of a decision that are out of 0 to 1, or do not sum to 1, anywhere in the ranges."""
    case = template.case
    points = np.random.default_rng(0).random((RANDOM if case.decisions else 0, len(case.parameters)))
    places = [case.defaults() | corner for corner in corners(case)] + [case.drawn(point) for point in points]
    for name, shares in case.decisions.items():
        actor, _, act = name.partition(".")
        acts = [case.actions.get(actor, {}).get(f"{act}_{other}") for other in shares]
        here = np.any([template.mask(own.when) for own in acts if own is not None], axis=0)
        if None in acts or not here.any():
            continue
        found = [[share.evaluate(template.codes, place) for share in shares.values()] for place in places]
        values = np.array([[np.broadcast_to(one, here.shape)[here] for one in own] for own in found], float)
        for n, (other, share) in enumerate(shares.items()):
            worst = _furthest(values[:, n], 0.5)
            if not abs(worst - 0.5) <= 0.5 + PROBABILITY_SLACK:
                yield case.remark(share.at, f"share {worst:.6g} of '{other}' in {name}", "between 0 and 1")
        worst = _furthest(values.sum(axis=1), 1.0)
        if not abs(worst - 1) <= PROBABILITY_SLACK:
            first = next(iter(shares.values()))
            what = f"shares of {name} sum to {worst:.6g}"
            yield case.remark(first.at[:-2], what, "1", "give the last alternative '1 - ...'", key=True)


def _furthest(values: np.ndarray, middle: float) -> float:
    """The value that is furthest from another; one that is no number counts as the furthest."""
    return float(values.flat[np.argmax(np.abs(values - middle))])


def _ends(parameter: Parameter) -> tuple[float, ...]:
    if parameter.low < parameter.high:
        return parameter.low, parameter.high
    return (parameter.mid + max(1.0, abs(parameter.mid)) / 2,)


def _ranges(template: AnyTemplate) -> Iterator[Diagnostic]:
    """Impossible numbers within the ranges, and parameters that move nothing."""
    seen = set[tuple[str, int, int, tuple[str, ...]]]()
    problems = [d for values in corners(template.case) for d in template.trial(values)[1]]
    base = list(_arrays(template.trial()[0]))
    for parameter in template.case.parameters.values():
        moved = False
        for end in _ends(parameter):
            game, found = template.trial({parameter.name: end})
            if parameter.low < parameter.high:
                problems += [replace(d, what=f"{d.what}, with {parameter.name} = {end:g}") for d in found]
            moved = moved or any(not np.array_equal(a, b) for a, b in zip(base, _arrays(game)))
        if not moved and _is_used(template.case, parameter.name):
            what = f"parameter '{parameter.name}' is idle: it moves nothing in any state that can be reached"
            yield template.case.remark(parameter.at, what, severity="warning", key=True)
    for problem in problems:
        if problem.spot not in seen:
            seen.add(problem.spot)
            yield problem


def _is_used(case: Case, name: str) -> bool:
    return any(name in expression.parameters for expression in case.expressions())


def _arrays(game: Game | SimultaneousGame | None) -> Iterator[np.ndarray]:
    if game is None:  # impossible at these values, which is reported
        return
    if isinstance(game, SimultaneousGame):
        yield from (game.payoffs, game.transition, game.noise, game.period_discount)
        return
    yield from (game.payoff_flow, game.tempo, game.discount_rate, game.noise, game.nature.hazards)
    yield game.nature.transition.data
    for moves in game.moves:
        yield from (moves.impulses, moves.reference_rate, moves.transition.data)


def _crowded(template: Template) -> Iterator[Diagnostic]:
    if template.case.play.shocks != "reference":
        return
    high, _ = template.trial({p.name: p.high for p in template.case.parameters.values()})
    for i, player in enumerate(template.players):
        weights = high.reference_weights(i)[1:].sum(axis=0)
        worst = int(np.argmax(weights)) if weights.size else 0
        if weights.size and weights[worst] > CROWDED:
            what = f"reference rates of {player} come near its tempo: together {weights[worst]:.2f} of it in a state"
            hint = "raise play.tempo or lower the rates; tempo is only a ceiling"
            yield template.case.remark(("actions", player), what, hint=hint, severity="warning", key=True)


def _repeatable(template: Template) -> Iterator[Diagnostic]:
    """Acts that can be taken again and again in one state: welcome ones are an error, others a question.

    A welcome one pays for nothing, as often as an occasion comes up. An unwelcome one costs nothing but is a decision
    taken once for each occasion of its kind: then something in the state should say that it was taken.
    """
    games = [game for values in corners(template.case) if (game := template.trial(values)[0]) is not None]
    for i, player in enumerate(template.players):
        for a, name in enumerate(games[0].moves[i].names[1:], start=1):
            paid = [game.moves[i].impulses[i, a][_stays(game, i, a)] for game in games]
            at = template.case.actions[player][name].at
            best = max((float(own.max()) for own in paid if own.size), default=0.0)
            if best > 0:
                what = f"{player}.{name} pays {best:.3g} each time and leaves the state as it is: a money pump"
                yield template.case.remark(at, what, "a cost, or a change of state", key=True)
            elif any(own.size for own in paid):
                what = f"{player}.{name} can leave the state as it is, and so be taken again and again"
                hint = "if it is one decision for each occasion, let it move a variable that the next occasion resets"
                yield template.case.remark(at, what, hint=hint, severity="note", key=True)


def _stays(game: Game, player: int, action: int) -> np.ndarray:
    """Mask (states,) of where an action is possible and surely leaves the state as it is."""
    moves, k = game.moves[player], game.n_states
    rows = moves.transition[action * k : (action + 1) * k]
    return moves.available[action] & (rows.diagonal() >= 1.0)


def importance(template: AnyTemplate, values: np.ndarray) -> Mapping[str, float]:
    """How much each state variable matters to values, as a share of their range.

    Args:
        template: the states.
        values: (players, states), utility.

    Returns:
        Per variable the mean spread of a player's values over states that differ in this variable alone, divided by
        the spread over all states; the largest over players. A variable that never differs alone is left out: the
        others say what it says.
    """
    total = np.maximum(values.max(axis=1) - values.min(axis=1), 1e-300)
    result: dict[str, float] = {}
    for name, stride in zip(template.radix.names, template.radix.strides, strict=True):
        rest = template.packed - template.codes[name] * stride
        order = np.argsort(rest, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(rest[order]) != 0])
        sorted_values = values[:, order]
        spread = np.maximum.reduceat(sorted_values, starts, axis=1) - np.minimum.reduceat(sorted_values, starts, axis=1)
        several = np.diff(np.r_[starts, len(order)]) > 1
        if several.any():
            result[name] = float((spread[:, several].mean(axis=1) / total).max())
    return result
