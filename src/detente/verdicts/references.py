"""What the rules of a case name, held against its record and its answers: a slip must not become a verdict."""

from collections.abc import Collection, Iterator

from detente.errors import CaseError, Diagnostic, suggest
from detente.files.yaml import At
from detente.record import Record
from detente.verdicts.rules import ClaimRules, EventFilter, RuleTest

UNUSED = "or list it under 'unused', where its absence is a finding"


def refuse_unknown(rules: ClaimRules, record: Record, quantities: Collection[str]) -> None:
    """Refuse rules that name a claim, quantity, tag, type, actor or commitment that does not exist.

    Args:
        rules: as read.
        record: the whole record, not cut at a date.
        quantities: ids of all numbers that can be asked for in the case, whatever the date.

    Raises:
        CaseError: located mistakes, all at once.
    """
    problems = list(unknown_names(rules, record, quantities))
    if problems:
        raise CaseError(problems)


def unknown_names(rules: ClaimRules, record: Record, quantities: Collection[str]) -> Iterator[Diagnostic]:
    """Everything in the rules that names what is not there; see `refuse_unknown`."""
    names = _Names(rules, record, quantities)
    for claim, rule in rules.rules.items():
        at: At = ("claims", claim)
        if claim not in record.claims:
            what, hint = f"the record has no claim '{claim}'", suggest(claim, record.claims)
            yield rules.document.diagnostic(at, what, "an id in record/claims", hint, key=True)
        for n, test in enumerate(rule.tests):
            yield from names.in_test(test, (*at, "tests", n))


class _Names:
    """Everything in a record and its answers that a rule may name."""

    def __init__(self, rules: ClaimRules, record: Record, quantities: Collection[str]) -> None:
        events = record.events.values()
        acting = {actor for e in events for actor in (*e.actors, *e.target, *e.named)}
        self.document = rules.document
        self.quantities = quantities
        self.types = {e.type for e in events} | set(rules.unused)
        self.tags = {tag for e in events for tag in e.tags} | set(rules.unused)
        self.actors = {*record.actors, *acting, *rules.sides}
        self.mediators = {r.mediator for r in record.responses.values()}
        self.commitments = set(record.commitments)

    def each(
        self, names: Collection[str], known: Collection[str], noun: str, at: At, other: str = ""
    ) -> Iterator[Diagnostic]:
        """Names that are not known."""
        for name in names:
            if name not in known:
                hint = "; ".join(part for part in (suggest(name, sorted(known)), other) if part)
                yield self.document.diagnostic(at, f"unknown {noun} '{name}'", "", hint)

    def in_test(self, test: RuleTest, at: At) -> Iterator[Diagnostic]:
        """Unknown names in one test."""
        for key, id in (("quantity", test.quantity), ("minus", test.minus)):
            yield from self.each((id,) if id else (), self.quantities, "quantity", (*at, key))
        for path, given in test.filters.items():
            yield from self.in_filter(given, (*at, *path))
        if test.responses is not None:
            place = (*at, "responses")
            yield from self.each((test.responses.mediator,), self.mediators, "mediator", (*place, "mediator"))
            yield from self.each(test.responses.sides, self.actors, "actor or side", (*place, "sides"))
        if test.status is not None:
            place = (*at, "status", "commitments")
            yield from self.each(test.status.commitments, self.commitments, "commitment", place)
        for key, query in (("lag", test.lag), ("asleep", test.asleep)):
            if query is not None:
                place = (*at, key, "commitment")
                yield from self.each((query.commitment,), self.commitments, "commitment", place)

    def in_filter(self, given: EventFilter, at: At) -> Iterator[Diagnostic]:
        """Unknown names in one filter of events."""
        yield from self.each(given.type, self.types, "type of event", (*at, "type"), UNUSED)
        yield from self.each(given.tags, self.tags, "tag", (*at, "tags"), UNUSED)
        for key in ("by", "only", "target", "named"):
            yield from self.each(getattr(given, key), self.actors, "actor or side", (*at, key))
