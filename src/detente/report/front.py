"""What stands first: what the run cannot tell, then the findings of its sections, then the situation."""

from detente.report.accounts import baseline_wins
from detente.report.context import Context
from detente.report.document import Block, Bullets, Cards, Facts, Grid, Line, Link, Paragraph, Section, Strong
from detente.report.numbers import sign_text, vanishes
from detente.run import Claim, Quantity, Run
from detente.run.history import standing
from detente.words.numbers import listed, percent
from detente.words.strings import label, string
from detente.words.text import readable

AGREE = 0.9  # share of draws from which a sign counts as agreed
NAMED = 3  # numbers that are named as examples
CARDS = 4  # headline numbers that stand at the head


def cannot_tell(context: Context) -> Section:
    """Everything that should stop a reader from taking a number at face value."""
    run = context.run
    items: list[Line] = []
    if run.solution is not None and not run.solution.certified:
        items.append((Strong(string("cannot.uncertified")),))
    if run.accounts is not None and baseline_wins(run.accounts.baselines):
        items.append((Strong(string("cannot.baselines_better")),))
    if run.quantities:
        items.append((string("cannot.spread_fit" if run.fitted else "cannot.spread"),))
    items += _doubts(context) + _missing(context)
    if run.solution is not None and (run.solution.equilibria_found or 0) > 1:
        items.append((string("cannot.one_of_many", count=run.solution.equilibria_found),))
    if run.solution is not None and run.solution.draws_left_out:
        items.append((string("cannot.left_out", count=run.solution.draws_left_out),))
    items.append((string("cannot.private"),))
    items += [(warning,) for warning in run.warnings]
    lead = Paragraph((string("cannot.lead"),), "lead")
    return Section("cannot_tell", string("section.cannot_tell"), (lead, Bullets(tuple(items))))


def _doubts(context: Context) -> list[Line]:
    """Numbers whose sign is open, that no record can identify, that hang on the choice model or have no range."""
    every = context.run.quantities
    signed = [q for q in every if sign_text(q)]
    unclear = [q for q in signed if q.sign_share is not None and q.sign_share < AGREE]
    items: list[Line] = []
    if unclear:
        names = listed((q.label for q in unclear), NAMED)
        items.append((string("cannot.sign", count=len(unclear), total=len(signed), names=names),))
    for key, flagged in (
        ("not_record", [q for q in every if q.assumption_not_record]),
        ("choice", [q for q in every if q.depends_on_choice and not vanishes(q)]),
        ("no_interval", [q for q in every if q.low is None or q.high is None]),
    ):
        if flagged:
            items.append((string(f"cannot.{key}", names=listed((q.label for q in flagged), NAMED)),))
    return items


def _missing(context: Context) -> list[Line]:
    """What was not decided, and what was not run."""
    run = context.run
    items: list[Line] = []
    undecided = [claim for claim in run.claims if _undecided(claim)]
    if undecided:
        items.append((string("cannot.claims", count=len(undecided), total=len(run.claims)),))
    if run.accounts is None:
        items.append((string("cannot.no_accounts"),))
    elif run.accounts.favoured is None:
        items.append((Strong(string("cannot.verdict")),))
    if run.settlement is None and "settlement" not in run.parts:  # a redacted copy may be without what was found
        items.append((string("cannot.no_settlement"),))
    if "backtest" not in run.parts and (run.accounts is None or run.accounts.baselines is None):
        items.append((string("cannot.no_scores", case=run.case),))
    if "chances" not in run.parts:
        items.append((string("cannot.no_chances", case=run.case, date=run.date),))
    return items


def _undecided(claim: Claim) -> bool:
    return claim.verdict in ("the record cannot tell", "outside the model")


def summary(context: Context, sections: list[Section]) -> Section:
    """The headline numbers, and what each section found, in the order of the sections."""
    told = {section.id: section for section in context.run.sections}
    ids = [id for section in context.run.sections for id in section.headline]
    numbers, fallen = _standing(context, context.found(ids))
    blocks: list[Block] = [Paragraph((why,), "warning") for why in fallen]
    blocks += [Cards(tuple((q.label, context.number(q)) for q in numbers[:CARDS]))] if numbers else []
    blocks += [_forecasts(context)] if context.run.chances is not None else []
    items: list[Line] = []
    for section in sections:
        if context.run.history is not None and context.run.history.fallen(section.id):
            continue
        found = told[section.id].finding if section.id in told else _finding(context, section.id)
        if found:
            items.append((found, " ", Link(string("summary.more"), section.id)))
    blocks += [Bullets(tuple(items))] if items else []
    if not blocks and not context.run.quantities:
        blocks.append(Paragraph((string("summary.nothing"),)))
    note = (interval_note(context.run), " ", Link(string("section.cannot_tell"), "cannot_tell"), ".")
    blocks.append(Paragraph(note, "note"))
    return Section("summary", string("section.summary"), tuple(blocks))


def _forecasts(context: Context) -> Grid:
    """Fighting within 1, 2, 5 years and settlement within 5, 10: past cases, the model before and after, the pool."""
    chances = context.run.chances
    assert chances is not None
    rows: list[tuple[Line, ...]] = []
    for event, years in (("war", 1), ("war", 2), ("war", 5), ("peace", 5), ("peace", 10)):
        one = next(c for c in getattr(chances, event) if c.years == years)
        spans = [string("word.to", low=percent(s[0]), high=percent(s[2])) if s else "–" for s in
                 (one.past, one.prior, one.posterior)]  # fmt: skip
        pool = percent(one.pool) if one.pool is not None else "–"
        span = string("forecasts.year") if years == 1 else string("forecasts.years", count=years)
        rows.append(((string(f"forecasts.{event}", span=span),), *((span,) for span in spans), (pool,)))
    header = tuple(label("column", c) for c in ("forecast", "past_cases", "before", "after", "together"))
    return Grid(string("forecasts.title"), header, tuple(rows), (False, True, True, True, True))


def _standing(context: Context, headline: list[Quantity]) -> tuple[list[Quantity], list[str]]:
    """Headline numbers, with base rates in the place of those that the model has no right to, and why."""
    numbers: dict[str, Quantity] = {}
    fallen: list[str] = []
    for quantity in headline:
        found, why = standing(context.run.history, quantity, context.run.quantities)
        if found is not None:
            numbers.setdefault(found.id, found)
        fallen += [why] if why else []
    return list(numbers.values()), list(dict.fromkeys(fallen))


def interval_note(run: Run) -> str:
    """What the ranges of a run are."""
    return string("page.interval_note_fit" if run.fitted else "page.interval_note")


def _finding(context: Context, id: str) -> str:
    """What the models of a run found, where they say it in a sentence."""
    run = context.run
    if id == "settlement" and run.settlement is not None:
        return run.settlement.finding
    if id == "accounts" and run.accounts is not None:
        return string("summary.accounts", verdict=run.accounts.verdict.rstrip("."))
    return ""


def situation(context: Context) -> Section:
    """State variables on the date, actors, size of the model."""
    run = context.run
    blocks: list[Block] = []
    if run.situation:
        blocks.append(Paragraph((string("situation.intro", date=run.date),)))
        pairs = tuple((label("state", k).capitalize(), (readable(v),)) for k, v in run.situation.items())
        blocks.append(Facts(pairs))
    if run.actors:
        blocks.append(Paragraph((Strong(string("situation.actors")), ": ", "; ".join(run.actors.values()), ".")))
    if {"states", "players"} <= set(run.model):
        blocks.append(Paragraph((string("situation.model", **run.model),), "note"))
    return Section("situation", string("section.situation"), tuple(blocks))
