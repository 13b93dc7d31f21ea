"""A run becomes a document: what must be known first, the sections that the run asks for, and what is behind them."""

import dataclasses
from collections.abc import Callable
from typing import Any

from detente.report import back, front
from detente.report.accounts import accounts, fit
from detente.report.claims import claims
from detente.report.context import Context
from detente.report.document import Document, Section
from detente.report.outlook import outlook
from detente.report.record import ledger, timeline
from detente.report.sections import section
from detente.report.settlement import settlement
from detente.run import Run
from detente.words.strings import string
from detente.words.text import visible

# What a run holds as a model; everything else has a section of its own in the run.
MODELS: tuple[Callable[[Context], Section | None], ...] = (
    timeline, ledger, claims, accounts, fit, settlement, outlook
)  # fmt: skip
BACK: tuple[Callable[[Context], Section | None], ...] = (
    back.other_answers, back.other_tables, back.assumptions, back.method, back.limits, back.numbers, back.reproduce,
)  # fmt: skip


def build(run: Run) -> Document:
    """The dossier of a run, before it has a format; every text in it is one that every format can print.

    Args:
        run: any run; parts that it lacks are left out, or named among what the dossier cannot tell.
    """
    context = Context(run)
    models = [one for make in MODELS if (one := make(context)) is not None]
    shown = {one.id for one in models}  # what a run holds as a model is told from the model, once
    told = [made for one in run.sections if one.id not in shown and (made := section(context, one)) is not None]
    middle = sorted((*told, *models), key=lambda one: (one.rank, one.id))
    behind = [one for make in BACK if (one := make(context)) is not None]
    sections = (front.cannot_tell(context), front.summary(context, middle), front.situation(context), *middle, *behind)
    made = "page.made_from_fit" if run.fitted else "page.made_from"
    notes = [string(made, draws=run.draws, seed=run.seed, version=run.version), front.interval_note(run)]
    document = Document(
        title=run.title or run.case,
        kicker=string("page.kicker"),
        subtitle=string("page.as_of", date=run.date),
        notes=tuple(notes),
        sections=sections,
        footer=string("page.footer", version=run.version),
        banner=banner(run),
    )
    return printable(document)


def banner(run: Run) -> str:
    """That this is a redacted copy, and where it says what was removed; nothing for a run that is none."""
    if len(run.removed) == 1:  # nothing was marked
        return f"{string('page.redacted_copy')} {run.removed[0]}"
    return string("page.redacted") if run.removed else ""


def printable(value: Any) -> Any:
    """The same document with every character that cannot be printed made visible; data behind it stays as it is."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, tuple):
        return tuple(printable(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: printable(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **changed)
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    return value
