"""A copy of a run that can be shared: marked entries are gone, and so is what would reveal them.

Everything in a run knows what it rests on, so a copy is filtered row by row. What sums over entries of the record is
taken from what was computed again from the public record alone (`run.public`). Beside the marked entries go: numbers
that name a marked assumption among what they hang on, with the curves and splits of them; sentences that name something
marked; hashes and names of input files. Two runs that differ only in marked entries and words give the same copy: that
is what the tests hold. Numbers that stay were computed with marked assumptions in place and move with them. The copy
says this, and how much of what was removed, never what it said.
"""

from typing import Any

from detente.report.hidden import Hidden, knows_rows
from detente.run import (
    Assumption,
    Bar,
    Claim,
    Happening,
    Model,
    Picture,
    Quantity,
    Run,
    SecondOpinion,
    Section,
    Stamp,
    Table,
)
from detente.run.accounts import ParameterFit
from detente.run.settlement import FailsWhen
from detente.words.numbers import listed
from detente.words.strings import string

OF_THE_RECORD = ("timeline", "ledger", "claims")  # contents that a public part replaces


def redact(run: Run) -> Run:
    """The run without what is marked confidential and without what would reveal it.

    Args:
        run: any run; one that is a redacted copy already comes back unchanged.

    Returns:
        A run whose `removed` says how much of what was taken out, or that nothing was marked.
    """
    if run.removed:
        return run
    if Hidden(run).nothing:
        return run.model_copy(update={"removed": (string("redact.nothing"),), "public": {}})
    opened = _open(run)
    copy = _filtered(opened, Hidden(opened))
    return copy.model_copy(update={"removed": _report(run, copy)})


def _open(run: Run) -> Run:
    """The run with what was computed again from the public record in place of what was not."""
    update: dict[str, Any] = {"tables": dict(run.tables), "sections": list(run.sections)}
    for name, public in run.public.items():
        stamp = run.parts[name]
        kept = {k: table for k, table in update["tables"].items() if k not in stamp.tables}
        update["tables"] = {**kept, **public.tables}
        sections = [s for s in update["sections"] if s.part != name]
        update["sections"] = sections + [s.model_copy(update={"part": name}) for s in public.sections]
        update |= {content: getattr(public, content) for content in stamp.content if content in OF_THE_RECORD}
    update["sections"] = tuple(sorted(update["sections"], key=lambda s: (s.rank, s.id)))
    return run.model_copy(update=update)


def _filtered(run: Run, hidden: Hidden) -> Run:
    split = _splits(run, hidden)
    tables = {name: _table(table, hidden) for name, table in run.tables.items() if name not in split}
    kept = {name: table for name, table in tables.items() if table is not None}
    update: dict[str, Any] = {
        "inputs": {},
        "title": _veiled(run.title, hidden),
        "marked": (),
        "sealed": False,
        "public": {},
        "quantities": tuple(_quantity(q, hidden) for q in run.quantities if q.id not in hidden.quantities),
        "tables": kept,
        "sections": tuple(s for told in run.sections if (s := _section(told, hidden)) is not None),
        "assumptions": tuple(_assumption(a, hidden) for a in run.assumptions if not _marked(a, hidden)),
        "claims": tuple(c for claim in run.claims if (c := _claim(claim, hidden)) is not None),
        "warnings": _sentences(tuple(w for w in run.warnings if w not in _withheld(run)), hidden),
        **_record(run, hidden),
        **_findings(run, hidden),
    }
    copy = run.model_copy(update=update)
    return copy.model_copy(update={"parts": {name: _stamp(s, copy, hidden) for name, s in run.parts.items()}})


def _withheld(run: Run) -> frozenset[str]:
    """Warnings that say how a record compares which is not all public."""
    if run.history is None or not run.history.confidential:
        return frozenset()
    return frozenset(run.parts[run.part_of("history")].warnings) if run.part_of("history") else frozenset()


def _marked(assumption: Assumption, hidden: Hidden) -> bool:
    return ("parameter", assumption.name) in hidden.marked


def _sentences(texts: tuple[str, ...], hidden: Hidden) -> tuple[str, ...]:
    return tuple(text for text in texts if not hidden.mentioned(text))


def _veiled(text: str, hidden: Hidden) -> str:
    """A sentence that must stand, or a word in its place."""
    return string("redact.placeholder") if hidden.mentioned(text) else text


def _quantity(q: Quantity, hidden: Hidden) -> Quantity:
    reason = q.reason_no_interval and _veiled(q.reason_no_interval, hidden)
    update = {"rests_on": hidden.public(q.rests_on), "label": _veiled(q.label, hidden), "reason_no_interval": reason}
    return q.model_copy(update=update)


def _assumption(assumption: Assumption, hidden: Hidden) -> Assumption:
    """A public assumption without its hidden sources, and without remarks that name something hidden."""
    update: dict[str, Any] = {
        name: _veiled(getattr(assumption, name), hidden) for name in ("label", "why", "contested")
    }
    update["sources"] = tuple(s for s in assumption.sources if ("source", s) not in hidden.marked)
    update["contested_by"] = tuple(c for c in assumption.contested_by if ("claim", c) not in hidden.marked)
    if assumption.contested_by and not update["contested_by"]:  # the view is that of marked claims alone
        update["contested"] = ""
    return assumption.model_copy(update=update)


def _splits(run: Run, hidden: Hidden) -> frozenset[str]:
    """Tables beside a number that goes, which may repeat or split it and do not say which of their rows do."""
    beside: set[str] = set()
    for told in run.sections:
        if told.names() & hidden.quantities:
            beside |= {*told.tables, *(picture.table for picture in told.pictures)}
    return frozenset(name for name in beside if name in run.tables and not knows_rows(run.tables[name]))


def _table(table: Table, hidden: Hidden) -> Table | None:
    """The table without hidden rows; None where nothing is left or its own words name something hidden."""
    if hidden.mentioned(table.title, *table.columns):
        return None
    kept = table.kept([n for n in range(len(table.rows)) if not hidden.row(table, n)])
    if table.rows and not kept.rows:
        return None
    return kept.model_copy(update={"note": "" if hidden.mentioned(table.note) else table.note})


def _section(told: Section, hidden: Hidden) -> Section | None:
    """The section without hidden numbers; its sentences stay only where they can sum up nothing that is hidden.

    Sentences about numbers say what those numbers say; others may sum over the entries that the section rests on.
    """
    if told.confidential:
        return None
    rests = hidden.public(told.rests_on)
    counts = bool(told.names()) or len(rests) == len(told.rests_on)
    whole = counts and not told.names() & hidden.quantities
    pictures = tuple(p for picture in told.pictures if (p := _picture(picture, hidden)) is not None)
    update: dict[str, Any] = {
        "rests_on": rests,
        "pictures": pictures,
        "title": _veiled(told.title, hidden),
        "finding": told.finding if whole and not hidden.mentioned(told.finding) else "",
        "paragraphs": _sentences(told.paragraphs, hidden) if whole else (),
        **{name: _open_ids(getattr(told, name), hidden) for name in ("headline", "quantities")},
    }
    return told.model_copy(update=update)


def _open_ids(ids: tuple[str, ...], hidden: Hidden) -> tuple[str, ...]:
    return tuple(id for id in ids if id not in hidden.quantities)


def _picture(picture: Picture, hidden: Hidden) -> Picture | None:
    quantities, compare = _open_ids(picture.quantities, hidden), _open_ids(picture.compare, hidden)
    if picture.table and quantities != picture.quantities:
        return None
    if not picture.table and picture.quantities and not quantities:
        return None
    words = "" if (quantities, compare) != (picture.quantities, picture.compare) else picture.alt
    update = {"quantities": quantities, "compare": compare, "title": _veiled(picture.title, hidden)}
    return picture.model_copy(update={**update, "alt": "" if hidden.mentioned(words) else words})


def _claim(claim: Claim, hidden: Hidden) -> Claim | None:
    """A claim without its hidden entries; None where it is hidden itself or judged by a number that goes."""
    judged = any(ref.kind == "quantity" and hidden.holds(ref) for ref in claim.rests_on)
    if claim.confidential or ("claim", claim.id) in hidden.marked or judged:
        return None
    tests = tuple(test.model_copy(update={"rests_on": hidden.public(test.rests_on)}) for test in claim.tests)
    return claim.model_copy(update={"tests": tests, "record": hidden.public(claim.record)})


def _record(run: Run, hidden: Hidden) -> dict[str, Any]:
    """Timeline and ledger without hidden events and commitments, and without links to them."""

    def happening(event: Happening) -> Happening:
        touches = tuple(t for t in event.touches if ("commitment", t.rpartition(":")[0]) not in hidden.marked)
        responds = tuple(id for id in event.responds_to if ("event", id) not in hidden.marked)
        sources = tuple(id for id in event.sources if ("source", id) not in hidden.marked)
        rests = hidden.public(event.rests_on)
        update = {"touches": touches, "responds_to": responds, "sources": sources, "rests_on": rests}
        return event.model_copy(update=update)

    def bar(entry: Bar) -> Bar:
        sources = tuple(id for id in entry.sources if ("source", id) not in hidden.marked)
        return entry.model_copy(update={"sources": sources, "rests_on": hidden.public(entry.rests_on)})

    events = [e for e in (run.timeline.events if run.timeline else ()) if ("event", e.id) not in hidden.marked]
    bars = [b for b in (run.ledger.bars if run.ledger else ()) if ("commitment", b.commitment) not in hidden.marked]
    events, bars = [e for e in events if not e.confidential], [b for b in bars if not b.confidential]
    return {
        "timeline": run.timeline.model_copy(update={"events": tuple(map(happening, events))})
        if run.timeline and events
        else None,
        "ledger": run.ledger.model_copy(update={"bars": tuple(map(bar, bars))}) if run.ledger and bars else None,
    }


def _findings(run: Run, hidden: Hidden) -> dict[str, Any]:
    """What the parts found, without what is said of hidden numbers and assumptions, or in words that name some."""
    found: dict[str, Any] = {}
    for name in ("other_model", "accounts", "fit", "history", "scores", "settlement", "outlook", "chances"):
        held = getattr(run, name)
        if held is not None:
            found[name] = None if getattr(held, "confidential", False) else _model(held, hidden)
    return found


def _model(value: Any, hidden: Hidden) -> Any:
    """A model of the run, field by field: entries about a hidden assumption go, sentences that name one are veiled."""
    if isinstance(value, str):
        return _veiled(value, hidden)
    if isinstance(value, tuple):
        return tuple(_model(item, hidden) for item in value if not _about_hidden(item, hidden))
    if isinstance(value, dict):
        return {key: _model(item, hidden) for key, item in value.items()}
    if isinstance(value, Model):
        fields = {name: _model(getattr(value, name), hidden) for name in type(value).model_fields}
        return value.model_copy(update=fields)
    return value


def _about_hidden(item: Any, hidden: Hidden) -> bool:
    """Whether an entry of a list is about a hidden assumption, or a sentence that names something hidden."""
    match item:
        case str():
            return hidden.mentioned(item)
        case ParameterFit(name=name) | FailsWhen(parameter=name):
            return ("parameter", name) in hidden.marked
        case SecondOpinion(quantity=id):
            return id in hidden.quantities
        case _:
            return False


def _stamp(stamp: Stamp, copy: Run, hidden: Hidden) -> Stamp:
    """What a part brought, as far as the copy has it; its key is a hash of its inputs and goes."""
    update: dict[str, Any] = {
        "key": "",
        "quantities": tuple(id for id in stamp.quantities if id not in hidden.quantities),
        "tables": tuple(name for name in stamp.tables if name in copy.tables),
        "content": tuple(name for name in stamp.content if getattr(copy, name)),
        "warnings": tuple(w for w in _sentences(stamp.warnings, hidden) if w in copy.warnings),
    }
    return stamp.model_copy(update=update)


def _report(run: Run, copy: Run) -> tuple[str, ...]:
    """How much of what was removed."""

    def events(of: Run) -> int:
        return len(of.timeline.events) if of.timeline else 0

    def commitments(of: Run) -> int:
        return len(of.ledger.bars) if of.ledger else 0

    def rows(of: Run) -> int:
        return sum(len(table.rows) for name, table in of.tables.items() if name in copy.tables)

    def told(of: Run) -> int:
        return sum(bool(s.finding) + len(s.paragraphs) + len(s.pictures) for s in of.sections) + len(of.sections)

    def facts(of: Run) -> int:
        lists = [of.accounts.parameters if of.accounts else (), of.fit.parameters if of.fit else ()]
        groups = (of.settlement.packages, of.settlement.near) if of.settlement else ()
        return sum(map(len, lists)) + sum(len(p.fails_when) for group in groups for p in group)

    counts = {
        "events": events(run) - events(copy),
        "commitments": commitments(run) - commitments(copy),
        "claims": len(run.claims) - len(copy.claims),
        "assumptions": len(run.assumptions) - len(copy.assumptions),
        "quantities": len(run.quantities) - len(copy.quantities),
        "tables": len(run.tables) - len(copy.tables),
        "rows": rows(run) - rows(copy),
        "sections": told(run) - told(copy),
        "facts": facts(run) - facts(copy),
        "warnings": len(run.warnings) - len(copy.warnings),
    }
    lines = [string(f"redact.{name}", count=count) for name, count in counts.items() if count > 0]
    lines += [string("redact.again", parts=listed(run.public))] if run.public else []
    return (*lines, string("redact.hashes"), string("redact.rest"))
