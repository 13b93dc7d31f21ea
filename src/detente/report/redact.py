"""A copy of a run that can be shared: confidential entries are gone, and so are the numbers that would reveal them.

What goes, beside the entries themselves: quantities that name a confidential assumption or record entry among what they
hang on; the curves, tables and rows that repeat, split or mirror such a quantity; whatever mentions a confidential name
or text; hashes of the input files (a hash confirms a guess). Two runs that differ only in confidential matter give the
same copy: that is the property which the tests hold.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from detente.report.context import id_column
from detente.run import Assumption, Quantity, Run, Table
from detente.words.strings import string

FLAG = "confidential"
SHORTEST = 4  # letters from which a confidential text is looked for elsewhere
DIGITS = 5  # significant digits from which a number is recognisable
CURVES = {"risk_curve": "relapse", "relapse_by_cause": "relapse", "peace_curve": "peace", "triggers": "trigger"}
TWINS = {"delay": "delay_per_time", "delay_per_time": "delay", "loss": "loss_share", "loss_share": "loss"}
WHOLES = ("trigger",)  # shares that sum to one: one missing could be worked out
PARTS = ("gain_from_settling", "values", "value")  # values by term would give these away


@dataclass
class _Secrets:
    """What must not appear: whole texts, ids, recognisable numbers."""

    texts: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    numbers: set[float] = field(default_factory=set)

    def add(self, value: Any) -> None:
        """Everything in a confidential value."""
        if isinstance(value, str):
            self.texts.add(value)
        elif isinstance(value, bool) or value is None:
            return
        elif isinstance(value, int | float):
            if recognisable(value):
                self.numbers.add(float(value))
        elif isinstance(value, Mapping):
            for key, item in value.items():
                if key != FLAG:
                    self.add(item)
        elif isinstance(value, Iterable):
            for item in value:
                self.add(item)

    def settle(self, public: set[str]) -> None:
        """Forget texts that also stand in public entries, and build the pattern to look for the others."""
        self.texts = {t.strip() for t in self.texts if len(t.strip()) >= SHORTEST and t not in public} | self.ids
        spelt = "|".join(re.escape(text) for text in sorted(self.texts, key=lambda t: (-len(t), t)))
        self.pattern = re.compile(rf"(?<!\w)(?:{spelt})(?!\w)") if spelt else None

    def mentioned(self, value: Any) -> bool:
        """Whether a value, however nested, holds a confidential text, id or number."""
        if isinstance(value, str):
            return bool(self.pattern and self.pattern.search(value))
        if isinstance(value, bool) or value is None:
            return False
        if isinstance(value, int | float):
            return float(value) in self.numbers
        if isinstance(value, Mapping):
            return any(self.mentioned(k) or self.mentioned(v) for k, v in value.items())
        return any(self.mentioned(item) for item in value)


def recognisable(value: float) -> bool:
    """Whether a number has enough digits to be known again (0.1 or 3 stand for themselves)."""
    digits = f"{abs(value):.15e}".split("e")[0].replace(".", "").rstrip("0")
    return len(digits) >= DIGITS


def redact(run: Run) -> Run:
    """The run without its confidential entries and without what would reveal them.

    Args:
        run: any run; without confidential entries it comes back unchanged.

    Returns:
        A run whose `removed` says how much of what was taken out, never what it said.
    """
    secrets = _collect(run)
    quantities = _quantities(run, secrets)
    gone = {q.id for q in run.quantities} - {q.id for q in quantities}
    if not (gone or secrets.texts or secrets.ids or any(map(any, (t.confidential for t in run.tables.values())))):
        return run
    for q in run.quantities:
        if q.id in gone:
            secrets.add((q.low, q.mid, q.high))
    counts: dict[str, int] = {"quantities": len(gone)}
    tables: dict[str, Table] = {}
    for name, table in run.tables.items():
        kept = _table(name, table, secrets, gone)
        if kept is None:
            counts["tables"] = counts.get("tables", 0) + 1
        else:
            tables[name] = kept
            counts["rows"] = counts.get("rows", 0) + len(table.rows) - len(kept.rows)
    assumptions = tuple(_assumption(a, secrets) for a in run.assumptions if not a.confidential)
    claims = tuple(
        c
        for c in run.claims
        if not c.confidential and not _cites(c.model_dump(), gone) and not secrets.mentioned(c.model_dump())
    )
    warnings = tuple(w for w in run.warnings if not secrets.mentioned(w))
    counts["assumptions"] = len(run.assumptions) - len(assumptions)
    counts["claims"] = len(run.claims) - len(claims)
    counts["warnings"] = len(run.warnings) - len(warnings)
    clean = {
        name: None if secrets.mentioned(found.model_dump()) else found
        for name in ("accounts", "settlement", "outlook")
        if (found := getattr(run, name)) is not None
    }
    if run.timeline is not None:
        events = tuple(e for e in run.timeline.events if not e.confidential and not secrets.mentioned(e.model_dump()))
        clean["timeline"] = run.timeline.model_copy(update={"events": events})
    counts["parts"] = sum(getattr(run, name) != value for name, value in clean.items())
    hidden = string("redact.placeholder")
    return run.model_copy(
        update={
            **clean,
            "quantities": quantities,
            "tables": tables,
            "assumptions": assumptions,
            "claims": claims,
            "warnings": warnings,
            "title": hidden if secrets.mentioned(run.title) else run.title,
            "actors": {k: hidden if secrets.mentioned(v) else v for k, v in run.actors.items()},
            "situation": {k: v for k, v in run.situation.items() if not secrets.mentioned((k, v))},
            "inputs": {name: string("reproduce.withheld") for name in run.inputs},
            "removed": (*run.removed, *_report(counts)),
        }
    )


def _report(counts: dict[str, int]) -> tuple[str, ...]:
    lines = [string(f"redact.{name}", count=count) for name, count in counts.items() if count]
    return (*lines, string("redact.hashes"), string("redact.rest"))


def _collect(run: Run) -> _Secrets:
    secrets = _Secrets()
    public: set[str] = {*run.actors, *run.actors.values(), *run.tables, run.case, run.date}
    for a in run.assumptions:
        texts = (a.name, a.label, a.why, a.contested, a.sources)
        if a.confidential:
            secrets.add((texts, a.low, a.mid, a.high))
            secrets.ids.add(a.name)
        else:
            public.update((a.name, a.label, a.unit, a.basis, *a.sources))
    for q in run.quantities:
        if q.confidential:
            secrets.add((q.label, q.low, q.mid, q.high))
            secrets.ids.add(q.id)
        else:
            public.update((q.label, q.unit, q.question, *(ref.id for ref in q.rests_on)))
    for table in run.tables.values():
        public.update((table.title, *table.columns))
        for n, row in enumerate(table.rows):
            if table.confidential and table.confidential[n]:
                secrets.add(row)
                if (names := id_column(table)) is not None:
                    secrets.ids.add(str(row[names]))
            else:
                public.update(cell for cell in row if isinstance(cell, str))
    for claim in run.claims:
        if claim.confidential:
            secrets.add((claim.id, claim.claim))
        else:
            public.update(_strings(claim.model_dump()))
    for event in run.timeline.events if run.timeline else ():
        if event.confidential:
            secrets.add((event.id, event.text))
            secrets.ids.add(event.id)
    for part in (run.accounts, run.settlement, run.outlook):
        if part is not None:
            _gather(part.model_dump(), secrets, public)
    secrets.settle(public)
    return secrets


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, Iterable):
        for item in value:
            yield from _strings(item)


def _gather(value: Any, secrets: _Secrets, public: set[str]) -> None:
    """Sort the texts of a nested part into confidential and public ones."""
    if isinstance(value, Mapping):
        if value.get(FLAG):
            secrets.add(value)
            return
        for item in value.values():
            _gather(item, secrets, public)
    elif isinstance(value, str):
        public.add(value)
    elif isinstance(value, list | tuple):
        for item in value:
            _gather(item, secrets, public)


def _quantities(run: Run, secrets: _Secrets) -> tuple[Quantity, ...]:
    def hangs(q: Quantity) -> bool:
        named = any(name in secrets.ids for name in (*q.assumptions, *(ref.id for ref in q.rests_on)))
        return q.confidential or named or secrets.mentioned((q.id, q.label, q.reason_no_interval or ""))

    gone = {q.id for q in run.quantities if hangs(q)}
    for id in tuple(gone):
        family, _, rest = id.partition(".")
        if family in TWINS:
            gone.add(f"{TWINS[family]}.{rest}")
        if family in WHOLES:
            gone.update(q.id for q in run.quantities if q.id.startswith(f"{family}."))
    return tuple(q for q in run.quantities if q.id not in gone)


def _assumption(assumption: Assumption, secrets: _Secrets) -> Assumption:
    """A public assumption, with remarks that mention confidential matter taken out."""
    hidden = string("redact.placeholder")
    update: dict[str, Any] = {
        name: hidden for name in ("label", "why", "contested") if secrets.mentioned(getattr(assumption, name))
    }
    sources = tuple(s for s in assumption.sources if not secrets.mentioned(s))
    return assumption.model_copy(update={**update, "sources": sources})


def _table(name: str, table: Table, secrets: _Secrets, gone: set[str]) -> Table | None:
    """The table without confidential rows; None where it must go as a whole."""
    families = {id.split(".")[0] for id in gone}
    if CURVES.get(name) in families:
        return None
    if secrets.mentioned((table.title, table.columns)):
        return None
    actors = _actors_by_term(table, gone)
    kept = []
    for n, row in enumerate(table.rows):
        hidden = bool(table.confidential) and table.confidential[n]
        texts = [cell for cell in row if isinstance(cell, str)]
        if hidden or any(t in gone or t in actors for t in texts) or secrets.mentioned(row):
            if "years" in table.columns or (not hidden and "term" in table.columns):
                return None  # a curve gives its gap away, and terms sum to a total
            continue
        kept.append(n)
    note = "" if secrets.mentioned(table.note) else table.note
    return table.kept(kept).model_copy(update={"note": note})


def _actors_by_term(table: Table, gone: set[str]) -> set[str]:
    """Actors whose values by term would give a removed number away."""
    if "term" not in table.columns:
        return set()
    return {id.split(".")[1] for id in gone if "." in id and id.split(".")[0] in PARTS}


def _cites(claim: Mapping[str, Any], gone: set[str]) -> bool:
    return any(text in gone for text in _strings(claim))
