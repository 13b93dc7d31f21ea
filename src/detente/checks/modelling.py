"""Questions about how a conflict is modelled: what is no mistake of writing and still seldom meant.

Each is a note: the analyst may have a reason. What needs the states of the case only is in `ask_states`, what needs
solved games in `ask_solved`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from detente.answers.gap import first_entries
from detente.case import Case
from detente.errors import Diagnostic
from detente.game import Game
from detente.game.compile import Template
from detente.game.diagnose import corners
from detente.outside.past import PastCases
from detente.settlement.roles import Graph
from detente.solver import Equilibrium
from detente.words.dates import DAYS_PER_YEAR
from detente.words.numbers import range_text

WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
AMOUNT = rf"((?:\d+(?:\.\d+)?|{'|'.join(WORDS)})(?: and a half)?|half(?: an?)?)"  # not "a year": that is said of rates
LENGTH = re.compile(
    rf"(?<![\w.]){AMOUNT}(?:\s*(?:to|-|–|or|and)\s*{AMOUNT})?[\s-]+(hour|day|week|month|year)s?\b", re.IGNORECASE
)
YEARS = {
    "hour": 1 / 24 / DAYS_PER_YEAR,
    "day": 1 / DAYS_PER_YEAR,
    "week": 7 / DAYS_PER_YEAR,
    "month": 1 / 12,
    "year": 1,
}
APART = 3.0  # times: so far beyond the range a length in its reason is taken to speak of something else or be a slip
NEVER = 1e-3  # acts in `HORIZON` years from the date of the case: below it, an act is as good as absent
HORIZON = 20.0  # years
BAND_YEARS = 5  # years of the chance of war that is held against past cases
NOTHING = 1e-9  # share of the range of values below which a state variable changes no answer
NOTICED = 1e-9  # what a sum over shares may exceed 1 by rounding


def ask_writing(case: Case) -> Iterator[Diagnostic]:
    """Rates whose reason speaks of lengths of time that do not go with their range."""
    for parameter in case.parameters.values():
        if parameter.unit.replace(" ", "") not in ("1/year", "/year", "peryear") or parameter.low <= 0:
            continue
        lengths = [_span(found) for found in LENGTH.finditer(parameter.why)]
        shortest, longest = 1 / parameter.high, 1 / parameter.low
        if lengths and all(high * APART < shortest or low > APART * longest for low, high in lengths):
            spoken = ", ".join(_time(low) if low == high else f"{_time(low)} to {_time(high)}" for low, high in lengths)
            means = f"once in {_time(shortest)} to {_time(longest)}"
            what = f"the range of '{parameter.name}' means {means}, and its reason speaks of {spoken}"
            hint = "is the range in events per year? A length of d days is a rate of 365/d a year"
            yield case.remark(parameter.at, what, hint=hint, severity="note", key=True)


def _span(found: re.Match[str]) -> tuple[float, float]:
    """A length of time in words, from and to, in years."""
    unit, low = YEARS[found[3].lower()], _amount(found[1])
    return low * unit, (_amount(found[2]) if found[2] else low) * unit


def _amount(word: str) -> float:
    """A number in digits or words."""
    whole, half, _ = word.lower().partition("half")
    whole = whole.removesuffix(" and a ").strip()
    number = WORDS.index(whole) + 1.0 if whole in WORDS else float(whole or 0)
    return number + 0.5 * bool(half)


def _time(years: float) -> str:
    """A length of time in words."""
    if years >= 1:
        return f"{years:.3g} year{'s' * (years != 1)}"
    days = years * DAYS_PER_YEAR
    return f"{days:.3g} day{'s' * (days != 1)}"


# ---- what the states show ----------------------------------------------------------------------------------------


def ask_states(template: Template) -> Iterator[Diagnostic]:
    """What is counted twice or divided to more than the whole, who is paid and cannot act, who would not sign."""
    case = template.case
    games = [template.trial(values)[0] for values in corners(case)]
    for name, entry in case.counts.items():
        if not entry.why:
            pairs = [(actor, term) for actor, _, term in (text.partition(".") for text in entry.terms)]
            yield from _twice(template, games, name, pairs)
            if entry.divisible and pairs:
                yield from _divided(template, games, name, pairs)
    states = {date: template.state(date) for date in case.situations}
    graph = Graph(games[0], template.peace, template.war)
    yield from _gone(template, games[0], {date: graph.reachable(x) for date, x in states.items()})
    yield from _worse(template, games, states, {date: graph.signatories(x) for date, x in states.items()})


def _twice(
    template: Template, games: Sequence[Game], name: str, pairs: Sequence[tuple[str, str]]
) -> Iterator[Diagnostic]:
    """Two terms of one actor that count one thing in the same states."""
    for (actor, one), (same, other) in combinations(pairs, 2):
        i = template.players.index(actor)
        if actor == same and any(((game.terms[i][one] != 0) & (game.terms[i][other] != 0)).any() for game in games):
            what = f"{actor}.{one} and {actor}.{other} both count '{name}' in the same states"
            hint = "let one of them go, give them conditions that exclude each other, or add 'why: ...'"
            yield template.case.remark(("counts", name), what, hint=hint, severity="note", key=True)


def _divided(
    template: Template, games: Sequence[Game], name: str, pairs: Sequence[tuple[str, str]]
) -> Iterator[Diagnostic]:
    """Shares of one divisible stake that are together more than the whole."""
    sums = np.array([sum(game.terms[template.players.index(actor)][term] for actor, term in pairs) for game in games])
    corner, x = np.unravel_index(np.argmax(sums), sums.shape)
    if sums[corner, x] > 1 + NOTICED:
        where = ", ".join(f"{key} {value}" for key, value in template.space.describe(int(x)).items())
        what = f"the terms that divide '{name}' sum to {sums[corner, x]:.3g} in a state ({where})"
        hint = "shares of one stake sum to 1 at most; if terms can create value, count that in a term of its own"
        yield template.case.remark(("counts", name), what, hint=hint, severity="note", key=True)


def _gone(template: Template, game: Game, onward: Mapping[str, np.ndarray]) -> Iterator[Diagnostic]:
    """Actors that can never act again from a situation on, and are still paid differently from state to state."""
    for i, player in enumerate(template.players):
        acting = np.asarray(game.moves[i].available[1:].any(axis=0))
        if not acting.any():
            continue
        gone = [d for d, ahead in onward.items() if not acting[ahead].any() and np.ptp(game.payoff_flow[i, ahead]) > 0]
        if gone:
            what = f"from {gone[0]} on, {player} can never act again, and what it gets still varies"
            hint = "does it still exist? If not, let its payoffs end with it; if it does, what can it do?"
            yield template.case.remark(("payoffs", player), what, hint=hint, severity="note", key=True)


def _worse(
    template: Template, games: Sequence[Game], states: Mapping[str, int], signing: Mapping[str, tuple[int, ...]]
) -> Iterator[Diagnostic]:
    """Packages that give a signatory less a year, at every corner of the ranges, than it gets without them."""
    for package in template.packages:
        target = template.settled(package)
        for i, player in enumerate(template.players):
            dates = [
                date
                for date, x in states.items()
                if i in signing[date]
                and target[x] >= 0
                and all(game.payoff_flow[i, target[x]] < game.payoff_flow[i, x] for game in games)
            ]
            if dates:
                what = f"'{package}' gives {player} less a year than it has without it on {', '.join(dates)}"
                hint = "why would it sign? Fear of worse to come may be enough; else a gain is missing"
                at = ("packages", package) if package in template.case.packages else ("outcomes", "settle")
                yield template.case.remark(at, what, hint=hint, severity="note", key=True)


# ---- what solved games show --------------------------------------------------------------------------------------


def ask_solved(template: Template, found: Sequence[Equilibrium], matters: dict[str, float]) -> Iterator[Diagnostic]:
    """Acts that are never taken in any of several solved draws, and variables that change nothing there.

    Args:
        template: the states of the case.
        found: certified equilibria, at the middle of all ranges and at draws.
        matters: per state variable the largest share of the range of values that it moves, in any of them.
    """
    yield from _never(template, found)
    for name, share in matters.items():
        if share <= NOTHING:
            what = f"'{name}' changes no answer: states that differ in nothing else are worth the same to all"
            yield template.case.remark(("states", name), what, hint="does it belong here?", severity="note", key=True)


def ask_class(template: Template, draws: Iterable[Equilibrium], past: PastCases) -> Iterator[Diagnostic]:
    """That no draw of the ranges says of war what past cases say, where that is so.

    Args:
        template: the states of the case.
        draws: certified equilibria of some draws; taken one by one until the class's band is reached.
        past: the reference class on the date of the case.
    """
    band = past.spread(BAND_YEARS)
    if band is None:
        return
    case = template.case
    start, found = template.state(case.as_of), list[float]()
    for equilibrium in draws:
        entries = first_entries(equilibrium, template.threshold, start, np.array([float(BAND_YEARS)]))
        found.append(float(entries.sum()))
        if min(found) <= band[2] and max(found) >= band[0]:
            return
    if found:
        own, past_range = (range_text(low, high, "probability") for low, high in ((min(found), max(found)), band[::2]))
        what = (
            f"war within {BAND_YEARS} years: past cases say {past_range}, and none of {len(found)} draws of the ranges "
            f"says so ({own})"
        )
        hint = f"`detente outlook {case.name}` says where the difference comes from"
        at = ("outcomes", "war") if case.threshold is None else ("threshold", "states")
        yield case.remark(at, what, hint=hint, severity="warning")


def _never(template: Template, found: Sequence[Equilibrium]) -> Iterator[Diagnostic]:
    starts = sorted({template.state(date) for date in template.case.situations})
    nowhere = np.zeros(template.space.size, bool)
    chains = [e.chain() for e in found]
    spent = [np.max([chain.time_spent(nowhere, HORIZON, x) for x in starts], axis=0) for chain in chains]
    for i, player in enumerate(template.players):
        counts = np.array([e.rates(i) @ time for e, time in zip(found, spent, strict=True)])  # (draws, actions)
        for a, name in enumerate(found[0].game.moves[i].names):
            if a > 0 and counts[:, a].max() < NEVER:
                at = template.case.actions[player][name].at
                what = f"{player}.{name} is as good as never taken in {HORIZON:g} years, in any of {len(found)} draws"
                hint = "is its cost in the right unit? If it must be so rare, the case is simpler without it"
                yield template.case.remark(at, what, hint=hint, severity="note", key=True)
