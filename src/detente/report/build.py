"""A run becomes a document: sections in the order in which a reader should meet them."""

from collections.abc import Callable

from detente.report import answers, back, findings, front, history
from detente.report.context import Context
from detente.report.document import Document, Section
from detente.run import Run
from detente.words.strings import string

ORDER: tuple[Callable[[Context], Section | None], ...] = (
    front.cannot_tell,
    front.summary,
    front.situation,
    history.timeline,
    history.ledger,
    answers.risk,
    answers.who_pays,
    answers.gain,
    answers.delay,
    answers.prolongation,
    history.silence,
    answers.others,
    findings.accounts,
    back.claims,
    findings.settlement,
    back.outside,
    findings.baselines,
    answers.values,
    answers.sensitivity,
    back.other_tables,
    back.assumptions,
    back.method,
    back.limits,
    back.numbers,
    back.reproduce,
)


def build(run: Run) -> Document:
    """The dossier of a run, before it has a format.

    Args:
        run: any run; parts that it lacks are left out, or named among what the dossier cannot tell.
    """
    context = Context(run)
    sections = tuple(section for make in ORDER if (section := make(context)) is not None)
    made = string("page.made_from", draws=run.draws, seed=run.seed, version=run.version)
    notes = [made, string("page.interval_note")]
    if run.removed:
        notes.insert(0, string("page.redacted"))
    return Document(
        title=run.title or run.case,
        kicker=string("page.kicker"),
        subtitle=string("page.as_of", date=run.date),
        notes=tuple(notes),
        sections=sections,
        footer=string("page.footer", version=run.version),
    )
