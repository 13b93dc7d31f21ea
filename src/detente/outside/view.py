"""The outside view of a case: base rates beside what the model says, and why the two may differ."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from detente.outside.classes import Curves, ReferenceClass, curves_of, shipped_curves
from detente.outside.episodes import Episodes
from detente.outside.facts import EndOfFighting, facts_of
from detente.outside.hazard import forecast
from detente.run import Cell, Quantity, Table

if TYPE_CHECKING:
    from detente.case import Case

HORIZONS = (1, 2, 5, 10)
QUESTION = "base_rate"
NO_FACTS = (
    "The case says nothing about how its last fighting ended, so it has no reference class. To have one, add to "
    "case.yaml: "
    "questions: {baserate: {DATE: {outcome: ceasefire, ended: DATE, prior_episodes: 0}}}."
)
WITHIN_STATES = "The past cases are conflicts within states, of any size; wars between states are not among them."
DIFFERENT_EVENTS = (
    "The two views count different events: the base rate counts at least 25 battle-related deaths in a calendar "
    "year over "
    "the same incompatibility, the model counts its own war states."
)
FIRST_YEAR = (
    "In the base rate the first calendar year after the end is nearly free of recurrence by definition (an "
    "episode ends "
    "only if a year without activity follows), so compare from two years on."
)


class View(NamedTuple):
    """Tables by id, quantities and sentences, ready for a run."""

    tables: dict[str, Table]
    quantities: tuple[Quantity, ...]
    words: tuple[str, ...]


def for_case(
    case: "Case",
    date: str,
    *,
    inside: Iterable[Quantity] = (),
    episodes: Episodes | None = None,
    source: str = "",
    replicates: int = 200,
    seed: int = 0,
) -> View:
    """Base rates for a case on a date, beside the model's chances of relapse.

    Args:
        case: with facts under `questions: baserate`; without them the view says how to add them.
        date: ISO date.
        inside: quantities of a run; those with ids `relapse.1y`, `relapse.2y`, ... are compared.
        episodes: a user's labelled file; default the shipped figures.
        source: what that file is, for the note.
        replicates: bootstrap refits of the hazard model, which is used only where `episodes` are given.
        seed: of the bootstrap.
    """
    facts = facts_of(case, date)
    if facts is None:
        return View({}, (), (NO_FACTS,))
    curves = shipped_curves() if episodes is None else curves_of(episodes, source or "the user's file of episodes")
    chosen, fitting = curves.choose(facts.outcome, facts.first)
    elapsed = facts.elapsed(date)
    quantities = list(_quantities(chosen, curves, elapsed))
    words = [
        f"Reference class: past episodes that ended by {chosen.words} ({curves.tables[chosen].n} episodes). "
        f"The case: {facts.words}.",
        WITHIN_STATES,
        f"Source: {curves.source}.",
    ]
    if facts.date != date:
        words.append(f"The facts are those given for {facts.date}, the latest date not after {date}.")
    if elapsed > 0:
        words.append(f"Peace has held for {elapsed:.1f} years of observation, which is taken off the curve.")
    if episodes is not None:
        quantities.append(_model_quantity(facts, case.name, episodes, replicates, seed))
    words += _blind_spots(facts, episodes)
    tables = {"base_rates_classes": _classes_table(chosen, fitting, curves, elapsed)}
    matched = {q.id: q for q in inside if q.id.startswith("relapse.")}
    if matched:
        tables["base_rates_inside"], said = compare(quantities, matched)
        words += said
    return View(tables, tuple(quantities), tuple(words))


def _quantities(chosen: ReferenceClass, curves: Curves, elapsed: float) -> Iterable[Quantity]:
    table = curves.tables[chosen]
    for horizon in HORIZONS:
        found = table.recurrence(horizon, elapsed)
        years = "1 year" if horizon == 1 else f"{horizon} years"
        label = f"Base rate: the conflict is active again within {years} ({table.n} past episodes, {chosen.words})"
        yield Quantity(
            id=f"{QUESTION}.{horizon}y",
            question=QUESTION,
            family=QUESTION,
            detail=f"{horizon}y",
            label=label,
            unit="probability",
            low=found[0] if found else None,
            mid=found[1] if found else None,
            high=found[2] if found else None,
            reason_no_interval=None if found else "fewer than five past episodes were observed that long",
        )


def _model_quantity(facts: EndOfFighting, name: str, episodes: Episodes, replicates: int, seed: int) -> Quantity:
    found = forecast(episodes, facts.episode(name), replicates=replicates, seed=seed)
    return Quantity(
        id=f"{QUESTION}.model_5y",
        question=QUESTION,
        family=QUESTION,
        detail="model_5y",
        label="Recurrence model: the conflict is active again within 5 calendar years of the end of its last episode",
        unit="probability",
        low=float(found.low[0]),
        mid=float(found.p[0]),
        high=float(found.high[0]),
    )


def _classes_table(chosen: ReferenceClass, fitting: Iterable[ReferenceClass], curves: Curves, elapsed: float) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for cell in fitting:
        table = curves.tables[cell]
        row: list[Cell] = [cell.words, "used" if cell == chosen else "", table.n]
        for horizon in HORIZONS:
            row += list(table.recurrence(horizon, elapsed) or (None, None, None))
        rows.append(tuple(row))
    ends = ("low", "mid", "high")
    return Table(
        title="How often the conflict was active again in past episodes that are like this one",
        columns=("class", "used", "episodes", *(f"{h} y, {end}" for h in HORIZONS for end in ends)),
        rows=tuple(rows),
        units={f"{h} y, {end}": "probability" for h in HORIZONS for end in ends},
        note=f"90 % intervals; years from now, given {elapsed:.2f} years without activity. {curves.source}",
    )


def compare(outside: Iterable[Quantity], inside: dict[str, Quantity]) -> tuple[Table, list[str]]:
    """Both views per horizon, and in words where and why they may differ.

    Args:
        outside: `base_rate.Ny` quantities.
        inside: `relapse.Ny` quantities by id.
    """
    rows: list[tuple[Cell, ...]] = []
    apart: dict[str, list[str]] = {"higher": [], "lower": [], "within": []}
    for base in outside:
        name = base.id.split(".", 1)[1]
        model = inside.get(f"relapse.{name}")
        if model is None:
            continue
        verdict = _verdict(base, model)
        if verdict in apart:
            apart[verdict].append(name.removesuffix("y"))
        rows.append((name.removesuffix("y"), base.low, base.mid, base.high, model.low, model.mid, model.high, verdict))
    table = Table(
        title="Relapse: the model beside past cases",
        columns=(
            "years",
            "past, low",
            "past, mid",
            "past, high",
            "model, low",
            "model, mid",
            "model, high",
            "model is",
        ),
        rows=tuple(rows),
        units={f"{who}, {end}": "probability" for who in ("past", "model") for end in ("low", "mid", "high")},
        note=(
            "Past: 90 % interval from the number of cases. Model: spread over the stated assumptions, not a "
            "confidence interval."
        ),
    )
    return table, _reasons(apart) if rows else []


def _reasons(apart: dict[str, list[str]]) -> list[str]:
    """Why the model may lie above or below past cases at these horizons."""
    words = []
    if apart["higher"]:
        words.append(
            f"The model puts relapse higher than the base rate within {_list(apart['higher'])} years. It may know "
            "something particular (unmet demands, a changed balance of force, open provocations); or its attack and "
            "accident rates may be too high, since most conflicts of this kind have "
            "such features and did not relapse so often."
        )
    if apart["lower"]:
        words.append(
            f"The model puts relapse lower than the base rate within {_list(apart['lower'])} years. It may know of "
            "a restraint that past cases lacked (peacekeepers, a guarantee, a settled outcome); or it leaves "
            "out ways back to war (new actors, splinter groups, neighbours) that past cases had."
        )
    if apart["within"] and not apart["higher"] and not apart["lower"]:
        words.append("The two views agree: the middle of the model lies within the interval of past cases.")
    return [*words, DIFFERENT_EVENTS, FIRST_YEAR]


def _verdict(base: Quantity, model: Quantity) -> str:
    """Where the middle of the model lies against the interval of past cases."""
    if base.low is None or base.high is None or model.mid is None:
        return "not comparable"
    if base.low <= model.mid <= base.high:
        return "within"
    return "higher" if model.mid > base.high else "lower"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _blind_spots(facts: EndOfFighting, episodes: Episodes | None) -> list[str]:
    """What the case knows and the figures do not use."""
    names = {"peacekeepers": "peacekeepers", "third_party": "a third party"}
    unused = [
        words
        for key, words in names.items()
        if facts.numbers.get(key) and (episodes is None or key not in episodes.columns)
    ]
    if not unused:
        return []
    return [
        f"The case has {' and '.join(unused)}; the figures cannot tell past cases with and without. Studies that "
        "could found less recurrence with peacekeepers deployed (Fortna 2008, Does Peacekeeping Work?; Kreutz 2010), "
        "so these base rates may be too high here."
    ]
