"""How the outlook is told: the part that it adds to a run, with its tables, pictures and sentences."""

from collections.abc import Iterable
from typing import Any

from detente.answers.outlook import GAP_YEARS
from detente.case.content import content_of
from detente.outside.scores import CLIP
from detente.run import Cell, Chance, Chances, OwnPast, Part, Picture, Section, Table
from detente.run.outlook import Spread
from detente.words.numbers import percent, points_text, range_text, significant

NAME = "chances"
RANK = 101  # of the section: before what each question says
PAST, FITTED, PRIOR, POOL = "past cases", "model, after the record", "model, assumptions only", "both together"
EVENTS = {"war": "Fighting above the threshold", "peace": "Settlement"}
GAP_WORDS = {
    "past_cases": "what past cases say",
    "attack": "the model's wars that begin with an act",
    "accident": "the model's wars that begin by accident",
    "settlement": "what settling averts in the model",
    "definition": "what the model's threshold counts beyond its wars",
}
COUNTED = "What counts: {means}."
NOT_STATED = (
    "The case does not say which of its states pass the threshold of past cases (25 battle deaths in a year), so its "
    "states of war are taken and the definitions may differ; `threshold:` in case.yaml says it."
)
AFTER = "Fighting is under way on the date: the years of renewed fighting count from its end, as the model has it."
POOL_WORDS = (
    "Together: the means of past cases and of the model in log odds, the model with a weight of {weight:g}; chances "
    "closer to 0 or 1 than {clip:g} count as that close."
)
NO_WEIGHT = "The model has no weight here: it fails on war or peace when its histories are held against the record."


def chances_part(case: Any, found: Chances, warnings: tuple[str, ...], command: str) -> Part:
    """The part of a run.

    Args:
        case: the case, for the content key.
        found: what `outlook` gives.
        warnings: what to say beside it.
        command: makes it again.
    """
    tables = {
        "outlook_war": chances_table("war", found.war, f" What counts: {found.threshold}."),
        "outlook_peace": chances_table("peace", found.peace),
        **({} if found.gap.difference is None else {"outlook_gap": gap_table(found)}),
    }
    kept = {name: table for name, table in tables.items() if table.rows}
    return Part(
        name=NAME,
        key=content_of(case),
        command=command,
        tables=kept,
        sections=(section_of(found, kept),),
        warnings=warnings,
        chances=found,
    )


def chances_table(event: str, chances: Iterable[Chance], note: str = "") -> Table:
    """A row for each horizon and each way of knowing; the pool has no interval, and none of its own without a class."""
    rows: list[tuple[Cell, ...]] = []
    for one in chances:
        within = f"within {one.years} year{'s' * (one.years != 1)}"
        marks = ((PAST, one.past), (FITTED, one.posterior), (PRIOR, one.prior))
        rows += [(within, kind, *ends) for kind, ends in marks if ends is not None]
        if one.pool is not None and one.past is not None:
            rows.append((within, POOL, None, one.pool, None))
    return Table(
        title=f"{EVENTS[event]}: past cases, the model, and both together",
        columns=("horizon", "kind", "low", "mid", "high"),
        rows=tuple(rows),
        units=dict.fromkeys(("low", "mid", "high"), "probability"),
        note=f"Low and high: 5th and 95th percentile.{note}",
    )


def gap_table(found: Chances) -> Table:
    """The parts of the gap, and what they sum to."""
    gap = found.gap
    rows: list[tuple[Cell, ...]] = [(GAP_WORDS[p.name], p.low, p.mean, p.high) for p in gap.parts]
    rows.append(("past cases less the model", None, gap.difference, None))
    return Table(
        title=f"Fighting within {gap.years} years: why past cases and the model differ",
        columns=("part", "low", "mean", "high"),
        rows=tuple(rows),
        units=dict.fromkeys(("low", "mean", "high"), "probability"),
        note="Means over draws; they sum to the last row.",
    )


def section_of(found: Chances, tables: dict[str, Table]) -> Section:
    """The section of the page."""
    marks, bars = {"label": "horizon", "kind": "kind"}, {"label": "part", "mid": "mean"}
    pictures = [
        Picture(
            shape="intervals",
            title=table.title,
            table=name,
            roles=bars if name == "outlook_gap" else marks,
            hollow=(PRIOR,),
            percent=True,
        )
        for name, table in tables.items()
    ]
    return Section(
        id=NAME,
        title="Outlook: fighting and settlement within 1, 2, 5 and 10 years",
        rank=RANK,
        finding=finding(found),
        paragraphs=tuple(words(found)),
        pictures=tuple(pictures),
        tables=tuple(tables),
    )


def finding(found: Chances) -> str:
    """One sentence: fighting within five years, by each."""
    one = next(chance for chance in found.war if chance.years == GAP_YEARS)
    model = one.posterior or one.prior
    assert model is not None
    which = "the model, fitted to the record," if one.posterior else "the model, on assumptions only,"
    said = [f"{which} {_spread(model)}"]
    if one.past is not None:
        said.insert(0, f"past cases say {_spread(one.past)}")
    if one.pool is not None and one.past is not None:
        said.append(f"together {percent(one.pool)}")
    return f"{EVENTS['war']} within {one.years} years: {', '.join(said)}."


def words(found: Chances) -> list[str]:
    """What belongs beside the numbers, a paragraph each."""
    said = [COUNTED.format(means=found.threshold) if found.stated else NOT_STATED]
    said += [AFTER] if found.after_fighting else []
    said += [gap_words(found)]
    if any(one.past is not None for one in found.war):
        said.append(POOL_WORDS.format(weight=found.weight, clip=CLIP) if found.weight else NO_WEIGHT)
    said += [f"There is no number after the record: {found.why_no_posterior}."] if found.why_no_posterior else []
    said += list(dict.fromkeys(_no_class(one) for one in (*found.war, *found.peace) if one.why_no_class))
    said += list(dict.fromkeys(f"No chance of settlement: {o.why_no_model}." for o in found.peace if o.why_no_model))
    return [*(sentence[0].upper() + sentence[1:] for sentence in said), own_words(found.own_past), *found.past_words]


def _no_class(one: Chance) -> str:
    """Why past cases give no number: of one horizon, or of any."""
    reason = one.why_no_class
    return reason if reason.endswith(".") else f"Past cases give no number for {one.years} years: {reason}."


def gap_words(found: Chances) -> str:
    """Why past cases and the model differ, in the sizes of the parts."""
    gap, size = found.gap, {part.name: abs(part.mean) for part in found.gap.parts}
    sign = "adds" if next(p.mean for p in gap.parts if p.name == "definition") <= 0 else "takes away"
    built = (
        f"Within {gap.years} years and on average over the draws, acts begin {_points(size['attack'])} of the model's "
        f"war and accidents {_points(size['accident'])}; settling averts {_points(size['settlement'])}, and what the "
        f"threshold counts beyond war {sign} {_points(size['definition'])}: {percent(gap.model)} in all."
    )
    if gap.past is None or gap.difference is None:
        return built
    if abs(gap.difference) < 0.005:
        return f"Past cases and the model say the same. {built}"
    less = "more" if gap.difference > 0 else "less"
    return f"Past cases ({percent(gap.past)}) say {_points(abs(gap.difference))} {less} than the model. {built}"


def own_words(own: OwnPast) -> str:
    """This conflict's own past, and that it is in no number above."""
    if own.per_year is None or own.years is None:
        return f"This conflict's own past gives no rate: {own.why}"
    low, mid, high = (significant(value) for value in own.per_year)
    wars = "war" if own.count == 1 else "wars"
    five = own.within[f"{GAP_YEARS}y"]
    return (
        f"This conflict's own past, shown apart and in no number above, since a fit meets the same record: "
        f"{own.count} {wars} began in {own.years:.1f} years without war since {own.since}, which is a rate of {mid} a "
        f"year ({low} to {high}), or {_spread(five)} within {GAP_YEARS} years."
    )


def _spread(ends: Spread) -> str:
    return f"{percent(ends[1])} ({range_text(ends[0], ends[2], 'probability')})"


def _points(value: float) -> str:
    text = points_text(value).removeprefix("+")
    return f"{text} point{'s' * (text != '1')}"
