"""What of a run is not public: entries, assumptions and numbers by id, and the words by which prose would name them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from detente.run import Quantity, Ref, Run, Table
from detente.run.table import NAMES

SEPARATORS = re.compile(r"[,;\s]+")
SHORTEST = 2  # letters from which an id is looked for in prose; one letter is no name
Named = tuple[str, str]  # kind and id


@dataclass(frozen=True)
class Hidden:
    """What must not appear in a redacted copy of a run."""

    run: Run  # with what was computed from the public record alone already in place

    @cached_property
    def marked(self) -> frozenset[Named]:
        """Entries and assumptions that are not public."""
        run = self.run
        refs = [*run.marked, *(Ref(kind="parameter", id=a.name) for a in run.assumptions if a.confidential)]
        events = run.timeline.events if run.timeline else ()
        bars = run.ledger.bars if run.ledger else ()
        refs += [Ref(kind="event", id=event.id) for event in events if event.confidential]
        refs += [Ref(kind="commitment", id=bar.commitment) for bar in bars if bar.confidential]
        return frozenset((ref.kind, ref.id) for ref in refs)

    @cached_property
    def nothing(self) -> bool:
        """Whether nothing in the run, and nothing in the files that it was made from, is marked."""
        run = self.run
        flagged = any(any(table.confidential) for table in run.tables.values())
        flagged |= any(item.confidential for item in (*run.quantities, *run.claims, *run.sections))
        return not (self.marked or flagged or run.sealed)

    @cached_property
    def quantities(self) -> frozenset[str]:
        """Numbers that go: they name a hidden assumption among what they hang on, or come from hidden entries alone.

        A number from assumptions only is not computed from the entries that speak to it. With those that go, others
        go that would give them away, and so on.
        """
        by_id = {q.id: q for q in self.run.quantities}
        gone: set[str] = set()
        left = [q.id for q in self.run.quantities if self._hangs(q)]
        while left:
            id = left.pop()
            if id in by_id and id not in gone:
                gone.add(id)
                left += by_id[id].relatives
        return frozenset(gone)

    def _hangs(self, q: Quantity) -> bool:
        named = any(("parameter", name) in self.marked for name in q.assumptions)
        computed = q.rests_on if q.basis == "posterior" else ()
        alone = bool(computed) and all((ref.kind, ref.id) in self.marked for ref in computed)
        return q.confidential or named or alone

    def holds(self, ref: Ref) -> bool:
        """Whether what a way back leads to is hidden."""
        return (ref.kind, ref.id) in self.marked or (ref.kind == "quantity" and ref.id in self.quantities)

    def public(self, refs: Iterable[Ref]) -> tuple[Ref, ...]:
        """The ways back that lead to something public."""
        return tuple(ref for ref in refs if not self.holds(ref))

    @cached_property
    def _prose(self) -> re.Pattern[str] | None:
        """Ids and labels of what is hidden, as whole words; those that public entries use too give nothing away."""
        run = self.run
        labels = {a.name: a.label for a in run.assumptions if ("parameter", a.name) in self.marked}
        names = {id for _, id in self.marked} | {label for label in labels.values() if label}
        names |= {name.replace("_", " ") for name in names}
        open_labels = [q.label for q in run.quantities if q.id not in self.quantities]
        open_labels += [text for a in run.assumptions if a.name not in labels for text in (a.name, a.label)]
        open_labels += [*run.actors, *run.actors.values(), *run.situation, *run.situation.values()]
        known = " ".join(open_labels).replace("_", " ").casefold()
        hidden = [n for n in names if len(n) >= SHORTEST and not re.search(rf"\b{re.escape(n.casefold())}\b", known)]
        spelt = "|".join(re.escape(name) for name in sorted(hidden, key=lambda n: (-len(n), n)))
        return re.compile(rf"(?<!\w)(?:{spelt})(?!\w)", re.IGNORECASE) if spelt else None

    def mentioned(self, *texts: str) -> bool:
        """Whether prose names something hidden."""
        return self._prose is not None and any(self._prose.search(text) for text in texts)

    def row(self, table: Table, row: int) -> bool:
        """Whether a row of a table is hidden.

        A row that knows what it rests on is judged by that; one that does not, by its words.
        """
        if table.confidential and table.confidential[row]:
            return True
        refs = table.rests_on[row] if table.rests_on else ()
        if any(self.holds(ref) for ref in refs):
            return True
        texts = [(column, cell) for column, cell in zip(table.columns, table.rows[row], strict=True)]
        for column, cell in texts:
            kind = NAMES.get(column)
            if kind is not None and isinstance(cell, str) and self._names(kind, cell):
                return True
        return not refs and self.mentioned(*(cell for _, cell in texts if isinstance(cell, str)))

    def _names(self, kind: str, cell: str) -> bool:
        gone = self.quantities if kind == "quantity" else {id for k, id in self.marked if k == kind}
        return any(part in gone for part in (cell, *SEPARATORS.split(cell)))


def knows_rows(table: Table) -> bool:
    """Whether a table says of its rows what they rest on, or which number or assumption they are about."""
    return any(table.rests_on) or any(NAMES.get(column) in ("quantity", "parameter") for column in table.columns)
