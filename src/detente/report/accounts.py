"""Sections of evidence: rival accounts held against the record, the back-test, and the fit of the parameters."""

from detente.report.context import Context
from detente.report.document import Block, Bullets, Facts, Grid, Heading, Line, Paragraph, Section
from detente.report.grids import table_grid
from detente.report.pictures import draw
from detente.report.sections import unnamed
from detente.run import Accounts
from detente.run.accounts import BackTest, ParameterFit
from detente.words.numbers import significant, value_text
from detente.words.strings import label, string
from detente.words.text import readable

ACCOUNTS_RANK, FIT_RANK = 600, 610
FIT_TABLE, PAIRS_TABLE = "fit_parameters", "fit_pairs"
RECORDED = "recorded."  # how names of chances of being recorded begin


def accounts(context: Context) -> Section | None:
    """Rival accounts: the verdict first, then what it rests on, then how the model predicts beside simple rules."""
    held = context.run.accounts
    if held is None:
        return None
    blocks: list[Block] = [Paragraph((_sentence(held.verdict),), "lead"), Paragraph((string("accounts.intro"),))]
    blocks.append(Facts(_facts(held)))
    if held.edits_after_freezing:
        blocks.append(Heading(string("accounts.edits")))
        blocks.append(Bullets(tuple((edit,) for edit in held.edits_after_freezing)))
    if held.baselines is not None:
        blocks.append(Heading(string("accounts.baselines")))
        blocks.append(Paragraph((_sentence(held.baselines.words),)))
    blocks += unnamed(context, "accounts")
    if held.notes:
        blocks.append(Bullets(tuple((note,) for note in held.notes)))
    return Section("accounts", string("section.accounts"), tuple(blocks), ACCOUNTS_RANK)


def _facts(held: Accounts) -> tuple[tuple[str, Line], ...]:
    turn = held.bias_tolerance
    facts = [
        ("favoured", readable(held.favoured) if held.favoured else string("accounts.none")),
        ("marks", string("accounts.of", count=held.discriminating_marks, total=held.marks)),
        ("turn", string("accounts.of", count=turn.events_to_turn_the_sign, total=turn.of)),
        ("solves", string("accounts.failed", count=held.solves, failed=held.solves_without_equilibrium)),
        ("long_enough", string("word.yes") if held.design_check.long_enough else string("word.no")),
    ]
    if held.second_coding is not None:
        second = held.second_coding
        facts.append(
            ("coding", string("accounts.agree", share=value_text(second.share, "share"), events=second.events))
        )
    return tuple((string(f"accounts.fact_{name}"), (text,)) for name, text in facts)


def _sentence(words: str) -> str:
    """Words as a sentence of their own."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def baseline_wins(tested: BackTest | None) -> bool:
    """Whether a simple rule predicts held-out events better than the model does, by their log scores."""
    if tested is None or not tested.baselines:
        return False
    return tested.model_log_score is None or max(tested.baselines.values()) > tested.model_log_score


def fit(context: Context) -> Section | None:
    """What the record says of each parameter, and what it leaves as assumption."""
    held = context.run.fit
    if held is None:
        return None
    said = [string("fit.lead", until=held.until)]
    said += [string("fit.whole")] if held.whole else []
    said += [string("fit.refused")] if held.refused else []
    blocks: list[Block] = [Paragraph((" ".join(said),))]
    told = next((told for told in context.run.sections if told.id == "fit"), None)
    for n, picture in enumerate(told.pictures if told is not None else ()):
        made = draw(context, picture, f"fit_{n}")
        blocks += [made] if made is not None else []
        context.shown_tables.add(picture.table)
    blocks += [parameters_grid(context, held.parameters)] if held.parameters else []
    context.shown_tables.add(FIT_TABLE)  # the same, with more digits
    if PAIRS_TABLE in context.tables:
        context.shown_tables.add(PAIRS_TABLE)
        blocks.append(table_grid(context, PAIRS_TABLE))
    blocks += [Bullets(tuple((words,) for words in held.words))] if held.words else []
    return Section("fit", string("section.fit"), tuple(blocks), FIT_RANK)


def parameters_grid(context: Context, parameters: tuple[ParameterFit, ...]) -> Grid:
    """Parameters before and after the record was used, those first that it speaks to, and how far they have moved."""
    rows: list[tuple[Line, ...]] = []
    for p in sorted(parameters, key=lambda p: p.overlap):
        before = _between(p.prior[0], p.prior[2]) if p.prior is not None else "–"
        taught = string("word.judgement") if p.assumption_not_record else string("fit.record")
        named = (_recorded(p.name),) if p.name.startswith(RECORDED) else context.assumption_links((p.name,))
        rows.append((named, (before,), (_between(p.low, p.high),), (value_text(p.overlap, "share"),), (taught,)))
    data = context.tables.get(FIT_TABLE)
    header = tuple(label("column", c) for c in ("parameter", "before", "after", "overlap", "basis"))
    return Grid("", header, tuple(rows), (False, True, True, True, False), data, "fit")


def _between(low: float, high: float) -> str:
    return string("word.to", low=significant(low), high=significant(high))


def _recorded(name: str) -> str:
    """A chance of being recorded in words: "recorded.armenia.offer.1998" is one of an act, from a year on."""
    parts = name.removeprefix(RECORDED).split(".")
    since = parts.pop() if len(parts) > 1 and parts[-1].isdigit() else ""
    act = ": ".join(readable(part) for part in parts)
    return string("fit.recorded_since", act=act, year=since) if since else string("fit.recorded", act=act)
