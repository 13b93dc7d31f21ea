"""The outside view of a case: base rates beside what the model says, and why the two may differ."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from detente.outside.classes import Curves, ReferenceClass, curves_of, shipped_curves
from detente.outside.episodes import Episodes
from detente.outside.facts import EndOfFighting, facts_of
from detente.outside.hazard import forecast
from detente.outside.standing import at_war, fighting
from detente.outside.view import OutsideView
from detente.run import Cell, Picture, Quantity, Section, Table
from detente.words.dates import check_date
from detente.words.numbers import percent

if TYPE_CHECKING:
    from detente.case import Case

HORIZONS = (1, 2, 5, 10)  # years
TOLD = 5  # years: the horizon that the finding names, far enough from the first year, which is quiet by definition
QUESTION = "base_rate"
RANK = 800  # of the section: after everything that the model says
NO_FACTS = (
    "The case says nothing about how the last fighting before {date} had ended, so it has no reference class. To have "
    "one, add to case.yaml: "
    "questions: {{baserate: {{{date}: {{outcome: ceasefire, ended: DATE, prior_episodes: 0}}}}}}."
)
NO_RATE = (
    "There is no base rate for {date}: {why}. A base rate counts from the end of the last fighting, and the facts have "
    "to be those of that end."
)
UNCHECKED = (
    "the latest facts are those of {facts}, and there is no record that would show whether war came in between; add "
    "facts for {date} under questions: baserate"
)
WITHIN_STATES = "The past cases are conflicts within states, of any size; wars between states are not among them."
DIFFERENT_EVENTS = (
    "The two views count different events. The base rate counts at least 25 battle-related deaths in a calendar year "
    "over the same incompatibility; the model counts its own war states."
)
FIRST_YEAR = (
    "In the base rate the first calendar year after the end is nearly free of recurrence by definition, because an "
    "episode ends only if a year without activity follows. Compare from two years on."
)


def base_rates(
    case: "Case",
    date: str,
    *,
    inside: Iterable[Quantity] = (),
    episodes: Episodes | None = None,
    source: str = "",
    replicates: int = 200,
    seed: int = 0,
) -> OutsideView:
    """Base rates for a case on a date, beside the model's chances of relapse.

    Args:
        case: with facts under `questions: baserate`; without them the view says how to add them.
        date: ISO date.
        inside: quantities of a run; its chances of relapse are compared.
        episodes: a user's labelled file; default the shipped figures.
        source: what that file is, for the note.
        replicates: bootstrap refits of the hazard model, which is used only where `episodes` are given.
        seed: of the bootstrap.

    Raises:
        OptionError: not a date.
        CaseError, RecordError: mistakes in the facts or the record, located.
    """
    check_date("date", date)
    facts = facts_of(case, date)
    reason = why_none(case, facts, date)
    if facts is None or reason:
        return OutsideView(words=(reason,))
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
        words.append(
            f"The facts are those given for {facts.date}; the record has no event of the type war_start since."
        )
    if elapsed > 0:
        words.append(f"{elapsed:.1f} years without war, from the January after the end, are taken off the curve.")
    if episodes is not None:
        quantities.append(_model_quantity(facts, case.name, episodes, replicates, seed))
    words += _blind_spots(facts, episodes)
    tables = {"base_rates_classes": _classes_table(chosen, fitting, curves, elapsed)}
    matched = {q.detail: q for q in inside if q.family == "relapse"}
    if matched:
        tables["base_rates_inside"], said = compare(quantities, matched)
        words += said
    finding = _finding(quantities, chosen, curves)
    compared = [q.id for detail, q in matched.items() if detail in {base.detail for base in quantities}]
    section = _section(finding, tuple(words), [q.id for q in quantities], compared, tuple(tables))
    return OutsideView(tables, tuple(quantities), tuple(words), (section,))


def why_none(case: "Case", facts: EndOfFighting | None, date: str) -> str:
    """Why there is no base rate on a date: no facts, war under way, or facts of an earlier war; "" where there is."""
    if date in case.situations and at_war(case, date):
        return NO_RATE.format(date=date, why=f"in the case's situation of {date} war is under way")
    if facts is None:
        return NO_FACTS.format(date=date)
    found = fighting(case, facts, date)
    why = found.under_way or found.since
    if not why and facts.date != date and not found.checked:
        why = UNCHECKED.format(facts=facts.date, date=date)
    return NO_RATE.format(date=date, why=why) if why else ""


def _finding(quantities: Iterable[Quantity], chosen: ReferenceClass, curves: Curves) -> str:
    for q in quantities:
        if q.detail == f"{TOLD}y" and q.mid is not None and q.low is not None and q.high is not None:
            low, mid, high = (percent(part) for part in (q.low, q.mid, q.high))
            return (
                f"Of {curves.tables[chosen].n} past episodes like this one ({chosen.words}), {mid} were active again "
                f"within {TOLD} years of such a time without war (90 % interval {low} to {high})."
            )
    return f"Too few past episodes ({chosen.words}) were observed for as long as {TOLD} years from now."


def _section(
    finding: str, words: tuple[str, ...], quantities: list[str], compared: list[str], tables: tuple[str, ...] = ()
) -> Section:
    title = "Chance that the conflict is active again: past cases, and the model's own war beside them"
    drawn, beside = tuple(quantities), tuple(compared)
    return Section(
        id="base_rates",
        title="What happened in past cases like this one",
        rank=RANK,
        finding=finding,
        paragraphs=words,
        quantities=drawn,
        pictures=(Picture(shape="intervals", title=title, quantities=drawn, compare=beside, percent=True),)
        if drawn
        else (),
        tables=tables,
    )


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
        outside: base rates.
        inside: chances of relapse by horizon ("5y").
    """
    rows: list[tuple[Cell, ...]] = []
    apart: dict[str, list[str]] = {"higher": [], "lower": [], "within": []}
    for base in outside:
        model = inside.get(base.detail)
        if model is None:
            continue
        years, place = base.detail.removesuffix("y"), _place(base, model)
        if place in apart:
            apart[place].append(years)
        rows.append((years, base.low, base.mid, base.high, model.low, model.mid, model.high, place))
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
        note="Past: 90 % interval from the number of cases. Model: spread over its draws.",
    )
    return table, _reasons(apart) if rows else []


def _reasons(apart: dict[str, list[str]]) -> list[str]:
    """Why the model may lie above or below past cases at these horizons."""
    words: list[str] = []
    if apart["higher"]:
        words.append(
            f"The model puts relapse higher than the base rate within {_list(apart['higher'])} years. It may know "
            "something particular, such as unmet demands, a changed balance of force or open provocations. Or its "
            "rates of attack and accident are too high: most conflicts of this kind have such features and did not "
            "relapse so often."
        )
    if apart["lower"]:
        words.append(
            f"The model puts relapse lower than the base rate within {_list(apart['lower'])} years. It may know of a "
            "restraint that past cases lacked, such as peacekeepers, a guarantee or a settled outcome. Or it leaves "
            "out ways back to war that past cases had, such as new actors, splinter groups or neighbours."
        )
    if apart["within"] and not apart["higher"] and not apart["lower"]:
        words.append("The two views agree: the middle of the model lies within the interval of past cases.")
    return [*words, DIFFERENT_EVENTS, FIRST_YEAR]


def _place(base: Quantity, model: Quantity) -> str:
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
        f"The case has {' and '.join(unused)}, and the figures cannot tell past cases with and without. Studies that "
        "could found less recurrence where peacekeepers were deployed (Fortna 2008, Does Peacekeeping Work?; Kreutz "
        "2010). So these base rates may be too high here."
    ]
