"""What the rules of a case name, held against its record and its answers: a slip must not become a verdict."""

from collections.abc import Iterable, Iterator, Mapping

from detente.answers import CATALOGUE, Question
from detente.answers.frame import frame_without_states
from detente.answers.names import NumberSpec
from detente.case import Case
from detente.errors import CaseError, Diagnostic, suggest
from detente.files.yaml import At
from detente.record import Record
from detente.record.lists import Entries
from detente.verdicts.rules import ClaimRules, EventFilter, RuleTest

Numbers = Mapping[str, tuple[Question, NumberSpec]]  # what can be asked for in a case, by id


def quantities_of(case: Case) -> Numbers:
    """All numbers that answers on this case can hold, by id, whatever the date and the draws."""
    return CATALOGUE.numbers(frame_without_states(case))


def known_rules(rules: ClaimRules, record: Record, case: Case) -> ClaimRules:
    """The rules as they are, if everything that they name is known.

    Raises:
        CaseError: claims, commitments, actors, mediators or quantities that are not known, all at once.
    """
    problems = list(unknown_names(rules, record, quantities_of(case)))
    if problems:
        raise CaseError(problems)
    return rules


def unknown_names(rules: ClaimRules, record: Record, quantities: Iterable[str]) -> Iterator[Diagnostic]:
    """Everything in the rules that names what is not there."""
    checker = _RecordNames(rules, record, frozenset(quantities))
    for side, members in rules.sides.items():
        yield from checker.each(members, checker.actors, "actor", ("sides", side))
    for claim, rule in rules.rules.items():
        at = ("claims", claim)
        if claim not in record.claims:
            what, hint = f"the record has no claim '{claim}'", suggest(claim, record.claims)
            yield rules.document.diagnostic(at, what, "an id in record/claims", hint, key=True)
        for n, test in enumerate(rule.tests):
            yield from checker.test(test, (*at, "tests", n))


class _RecordNames:
    def __init__(self, rules: ClaimRules, record: Record, quantities: frozenset[str]) -> None:
        self.rules, self.record, self.quantities = rules, record, quantities
        acting = {a for e in record.events.values() for a in (*e.actors, *e.target, *e.named)}
        self.actors = frozenset(record.actors) | acting
        self.mediators = {response.mediator for response in record.responses.values()}

    def each(self, names: Iterable[str], known: Iterable[str], noun: str, at: At) -> Iterator[Diagnostic]:
        """Names that are not known."""
        choices = sorted(known)
        for n, name in enumerate(names):
            if name not in choices:
                place = (*at, n) if (*at, n) in self.rules.document.values else at
                yield self.rules.document.diagnostic(place, f"unknown {noun} '{name}'", "", suggest(name, choices))

    def test(self, test: RuleTest, at: At) -> Iterator[Diagnostic]:
        """What one test names."""
        for key, id in (("quantity", test.quantity), ("minus", test.minus)):
            if id:
                yield from self.each((id,), self.quantities, "quantity", (*at, key))
        for path, given in test.filters.items():
            yield from self.filter(given, (*at, *path))
        if test.responses is not None:
            place = (*at, "responses")
            yield from self.each((test.responses.mediator,), self.mediators, "mediator", (*place, "mediator"))
            yield from self.each(
                test.responses.sides, {*self.actors, *self.rules.sides}, "actor or side", (*place, "sides")
            )
        if test.status is not None:
            place = (*at, "status", "commitments")
            yield from self.each(test.status.commitments, self.record.commitments, "commitment", place)
        for key, query in (("lag", test.lag), ("asleep", test.asleep)):
            if query is not None:
                place = (*at, key, "commitment")
                yield from self.each((query.commitment,), self.record.commitments, "commitment", place)

    def filter(self, given: EventFilter, at: At) -> Iterator[Diagnostic]:
        """Actors that one filter names."""
        known = {*self.actors, *self.rules.sides}
        for key in ("by", "only", "target", "named"):
            yield from self.each(getattr(given, key), known, "actor or side", (*at, key))


def unknown_words(test: RuleTest, rules: ClaimRules, record: Entries) -> list[str]:
    """Types and tags in a test that no event of the record bears, and that the rules do not declare unused."""
    types = {event.type for event in record.events.values()} | set(rules.unused)
    tags = {tag for event in record.events.values() for tag in event.tags} | set(rules.unused)
    found = [f"type '{word}'" for given in test.filters.values() for word in given.type if word not in types]
    return found + [f"tag '{word}'" for given in test.filters.values() for word in given.tags if word not in tags]
