"""What stands first: what the run cannot tell, then the summary in plain words, then the situation."""

from detente.report.answers import headline
from detente.report.context import Context
from detente.report.document import Block, Bullets, Facts, Inline, Line, Link, Paragraph, Section, Strong
from detente.report.numbers import is_signed, readable, words
from detente.run import Claim, Quantity
from detente.words.strings import label, string

AGREE = 0.9  # share of draws from which a sign counts as agreed


def cannot_tell(context: Context) -> Section:
    """Everything that should stop a reader from taking a number at face value."""
    run = context.run
    items: list[Line] = []
    if run.solution is not None and not run.solution.certified:
        items.append((Strong(string("cannot.uncertified")),))
    if baselines_better(context):
        items.append((Strong(string("cannot.baselines_better")),))
    items.append((string("cannot.spread"),))
    signed = [q for q in run.quantities if q.sign_share is not None and is_signed(q)]
    unclear = [q for q in signed if q.sign_share is not None and q.sign_share < AGREE]
    if unclear:
        text = string("cannot.sign", count=len(unclear), total=len(signed), names=words((q.label for q in unclear), 3))
        items.append((text,))
    for key, flagged in (
        ("not_record", [q for q in run.quantities if q.assumption_not_record]),
        ("choice", [q for q in run.quantities if q.choice_value_decides]),
        ("no_interval", [q for q in run.quantities if q.low is None or q.high is None]),
    ):
        if flagged:
            items.append((string(f"cannot.{key}", names=words((q.label for q in flagged), 3)),))
    undecided = [c for c in run.claims if _undecided(c)]
    if undecided:
        items.append((string("cannot.claims", count=len(undecided), total=len(run.claims)),))
    if run.accounts is None:
        items.append((string("cannot.no_accounts"),))
    elif "cannot tell" in run.accounts.verdict.lower():
        items.append((Strong(string("cannot.verdict")),))
    if run.settlement is None:
        items.append((string("cannot.no_settlement"),))
    if not scored(context):
        items.append((string("cannot.no_baselines"),))
    if run.solution is not None and (run.solution.equilibria_found or 0) > 1:
        items.append((string("cannot.one_of_many", count=run.solution.equilibria_found),))
    if run.solution is not None and run.solution.draws_left_out:
        items.append((string("cannot.left_out", count=run.solution.draws_left_out),))
    items.append((string("cannot.private"),))
    items += [(warning,) for warning in run.warnings]
    lead = Paragraph((string("cannot.lead"),), "lead")
    return Section("cannot_tell", string("section.cannot_tell"), (lead, Bullets(tuple(items))))


def _undecided(claim: Claim) -> bool:
    return claim.verdict in ("the record cannot tell", "outside the model")


def baselines_better(context: Context) -> bool:
    """Whether a baseline predicts held-out events better than the model does.

    Read from the log scores of a back-test.
    """
    held = context.run.accounts.baselines if context.run.accounts else None
    if held is None or not held.baselines:
        return False
    return held.model_log_score is None or max(held.baselines.values()) > held.model_log_score


def scored(context: Context) -> bool:
    """Whether the run sets the model against baselines at all."""
    return context.run.accounts is not None and context.run.accounts.baselines is not None


def summary(context: Context) -> Section:
    """The answers in sentences, middle and range in each."""
    items: list[Line] = []
    cards = headline(context)
    items += _by_sign(context, "gain_from_settling", "gain")
    items += _by_sign(context, "delay", "delay") or _by_sign(context, "delay_per_time", "delay")
    losses = [q for q in context.family("loss_share") if q.mid is not None and q.mid > 0]
    if losses:
        worst = max(losses, key=lambda q: q.mid or 0)
        items.append(_sentence(context, "summary.loss", worst, name=context.short_actor(worst.actor)))
    changes = [q for q in context.family("prolongation") if q.id.endswith(".peace10") and q.id.count(".") == 2]
    if changes:
        items.append(_named(context, "summary.prolong", changes, "full"))
    if context.run.settlement is not None:
        items.append((string("summary.settlement"),))
    if not items and not cards:
        items.append((string("summary.nothing"),))
    blocks: list[Block] = [cards] if cards else []
    blocks += [Bullets(tuple(items))] if items else []
    note = (string("page.interval_note"), " ", Link(string("section.cannot_tell"), "cannot_tell"), ".")
    blocks.append(Paragraph(note, "note"))
    return Section("summary", string("section.summary"), tuple(blocks))


def _sentence(context: Context, key: str, quantity: Quantity, **values: object) -> Line:
    before, after = string(key, number="\0", **values).split("\0")
    return (before, context.number(quantity), after)


def _by_sign(context: Context, name: str, kind: str) -> list[Line]:
    """Who is on which side of zero, package by package of terms."""
    groups: dict[str, list[Quantity]] = {}
    for q in context.family(name):
        if q.mid is not None and q.actor is not None:
            groups.setdefault(context.package(q), []).append(q)
    lines: list[Line] = []
    for package, quantities in groups.items():
        found = _sides(context, kind, quantities)
        if not package:
            lines += found
            continue
        joined: list[Inline] = [Strong(string("summary.under", package=readable(package)))]
        for line in found:
            joined += [" ", *line]
        lines.append(tuple(joined))
    return lines


def _sides(context: Context, kind: str, quantities: list[Quantity]) -> list[Line]:
    agreed = [q for q in quantities if q.sign_share is None or q.sign_share >= AGREE]
    above = [q for q in agreed if (q.mid or 0) > 0]
    below = [q for q in agreed if (q.mid or 0) < 0]
    unclear = [q for q in quantities if q not in above and q not in below]
    lines: list[Line] = []
    if kind == "gain" and len(above) == len(quantities):
        lines.append((string("summary.gain_all"),))
    elif kind == "gain" and not above:
        lines.append((string("summary.gain_none"),))
    elif kind == "gain":
        lines.append(_named(context, "summary.gain_some", above))
    elif above:
        lines.append(_named(context, "summary.delay_gain", above))
    if below:
        lines.append(_named(context, f"summary.{kind}_{'worse' if kind == 'gain' else 'cost'}", below))
    if unclear:
        lines.append(_named(context, f"summary.{kind}_open", unclear))
    return lines


def _named(context: Context, key: str, quantities: list[Quantity], part: str = "sign") -> Line:
    """A sentence with actors' names, each followed by its number (share of draws with that sign, or the whole)."""
    before, after = string(key, names="\0").split("\0")
    line: list[Inline] = [before]
    for n, q in enumerate(quantities):
        if n:
            line.append(f" {string('word.and')} " if n == len(quantities) - 1 else ", ")
        line.append(context.short_actor(q.actor or q.id.split(".")[1]))
        if part == "full":
            line += [": ", context.number(q)]
        elif q.sign_share is not None:
            line += [" (", context.number(q, "sign"), ")"]
    return (*line, after)


def situation(context: Context) -> Section:
    """State variables on the date, actors, size of the model."""
    run = context.run
    blocks: list[Block] = []
    if run.situation:
        blocks.append(Paragraph((string("situation.intro", date=run.date),)))
        pairs = tuple((label("state", k).capitalize(), (v.replace("_", " "),)) for k, v in run.situation.items())
        blocks.append(Facts(pairs))
    for name in ("situation", "actors", "packages", "instruments_open"):
        if name in run.tables:
            blocks.append(context.table_grid(name))
    if run.actors:
        blocks.append(Paragraph((Strong(string("situation.actors")), ": ", "; ".join(run.actors.values()), ".")))
    if {"states", "players"} <= set(run.model):
        blocks.append(Paragraph((string("situation.model", **run.model),), "note"))
    return Section("situation", string("section.situation"), tuple(blocks))
