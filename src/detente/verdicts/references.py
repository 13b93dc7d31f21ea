"""What the rules of a case name, held against its record and its answers: a slip must not become a verdict."""

from collections.abc import Iterable, Iterator, Mapping

from detente.answers import CATALOGUE, Question
from detente.answers.frame import frame_without_states
from detente.answers.names import NumberSpec
from detente.case import Case
from detente.case.parts import Scenario
from detente.errors import CaseError, Diagnostic, suggest
from detente.files.yaml import At
from detente.record import Record
from detente.record.entries import Claim
from detente.record.lists import Entries
from detente.verdicts.rules import ClaimRules, EventFilter, RuleTest, ScenarioSet
from detente.words.dates import nearest

Numbers = Mapping[str, tuple[Question, NumberSpec]]  # what can be asked for in a case, by id


def quantities_of(case: Case) -> Numbers:
    """All numbers that answers on this case can hold, by id, whatever the date and the draws."""
    return CATALOGUE.numbers(frame_without_states(case))


def known_rules(rules: ClaimRules, record: Record, case: Case) -> ClaimRules:
    """The rules as they are, if everything that they name is known.

    Raises:
        CaseError: claims, commitments, actors, mediators, types, tags, quantities, scenarios or dates that are not
            known, all at once.
    """
    problems = list(unknown_names(rules, record, case))
    if problems:
        raise CaseError(problems)
    return rules


def unknown_names(rules: ClaimRules, record: Record, case: Case) -> Iterator[Diagnostic]:
    """Everything in the rules that names what is not there."""
    checker = _RecordNames(rules, record, frozenset(quantities_of(case)))
    for side, members in rules.sides.items():
        yield from checker.each(members, checker.actors, "actor", ("sides", side))
    yield from _speakers(rules, record, checker.actors)
    for claim, rule in rules.rules.items():
        at = ("claims", claim)
        if claim not in record.claims:
            what, hint = f"the record has no claim '{claim}'", suggest(claim, record.claims)
            yield rules.document.diagnostic(at, what, "an id in record/claims", hint, key=True)
        if rule.date is not None and rule.date not in case.situations and any(test.ids for test in rule.tests):
            what = f"a quantity is tested at {rule.date}, of which the case has no situation"
            expected, hint = f"one of {', '.join(case.situations)}", nearest(rule.date, case.situations)
            yield rules.document.diagnostic((*at, "date"), what, expected, hint)
        for n, test in enumerate(rule.tests):
            yield from checker.test(test, (*at, "tests", n))
            yield from _scenario(rules, test, rule.date or case.as_of, case, (*at, "tests", n, "scenario"))


def _speakers(rules: ClaimRules, record: Record, actors: Iterable[str]) -> Iterator[Diagnostic]:
    """Groups of speakers: words that fit nobody, and claims that fall to two of them."""
    known, said = {*actors, *rules.sides}, [claim.by for claim in record.claims.values()]
    for group, words in rules.speakers.items():
        for n, word in enumerate(words):
            if word not in known and not any(by.startswith(word) for by in said):
                at: At = ("speakers", group, n)
                place = at if at in rules.document.values else ("speakers", group)
                what = f"'{word}' makes no claim of the record"
                hint = suggest(word, [*known, *said])
                yield rules.document.diagnostic(place, what, "an actor, a side, or how a claim's `by` begins", hint)
    for claim in record.claims.values():
        found = groups_of(claim, rules)
        if len(found) > 1:
            what = f"claim '{claim.id}' falls to {' and '.join(found)}"
            yield rules.document.diagnostic(("speakers", found[1]), what, "one group for each", key=True)


def groups_of(claim: Claim, rules: ClaimRules) -> list[str]:
    """Whose claim it is, as the rules name the groups of speakers."""

    def fits(word: str) -> bool:
        return claim.actor in rules.sides.get(word, (word,)) or claim.by.startswith(word)

    return [group for group, words in rules.speakers.items() if any(map(fits, words))]


def _scenario(rules: ClaimRules, test: RuleTest, when: str, case: Case, at: At) -> Iterator[Diagnostic]:
    """A scenario that the case does not have, or that sets what it does not have."""
    given = test.scenario
    if given is None:
        return
    if not isinstance(given, ScenarioSet):
        if given not in case.scenarios:
            hint = suggest(given, case.scenarios)
            expected = "the name of one in scenarios/, or {set: {NAME: VALUE}}"
            yield rules.document.diagnostic(at, f"unknown scenario '{given}'", expected, hint)
        return
    for name, value in given.set_.items():
        place = (*at, "set", name)
        if name in case.states:
            values = case.states[name].values
            if value not in values:
                what = f"'{value}' is not a value of '{name}'"
                yield rules.document.diagnostic(place, what, "", suggest(value, values))
        elif name not in case.parameters:
            what, hint = (
                f"unknown parameter or state variable '{name}'",
                suggest(name, [*case.parameters, *case.states]),
            )
            yield rules.document.diagnostic(place, what, "", hint, key=True)
        elif _number(value) is None:
            yield rules.document.diagnostic(place, f"'{value}' is not a number", "a value of the parameter")


def scenario_of(case: Case, given: "str | ScenarioSet", when: str) -> Scenario:
    """The scenario of a test: one of the case, or the one that sets these values at a date."""
    if not isinstance(given, ScenarioSet):
        return case.scenario(given)
    words = str(given)
    parameters = {name: float(value) for name, value in given.set_.items() if name in case.parameters}
    values = {name: value for name, value in given.set_.items() if name in case.states}
    situations = {when: {**case.situations[when], **values}} if values else {}
    return Scenario(words, "", "", parameters, {}, {}, situations, "")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


class _RecordNames:
    def __init__(self, rules: ClaimRules, record: Record, quantities: frozenset[str]) -> None:
        self.rules, self.record, self.quantities = rules, record, quantities
        acting = {a for e in record.events.values() for a in (*e.actors, *e.target, *e.named)}
        self.actors = frozenset(record.actors) | acting
        self.mediators = {response.mediator for response in record.responses.values()}
        self.types, self.tags = _borne(record, rules)

    def each(
        self, names: Iterable[str], known: Iterable[str], noun: str, at: At, other: str = ""
    ) -> Iterator[Diagnostic]:
        """Names that are not known; `other`: what may be meant where none of the known ones is like it."""
        choices = sorted(known)
        for n, name in enumerate(names):
            if name not in choices:
                place = (*at, n) if (*at, n) in self.rules.document.values else at
                hint = suggest(name, choices)
                hint = hint if hint.startswith("did you mean") else other or hint
                yield self.rules.document.diagnostic(place, f"unknown {noun} '{name}'", "", hint)

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
        """Actors, types and tags that one filter names."""
        known, other = {*self.actors, *self.rules.sides}, "or list it under 'unused', if its absence is a finding"
        for key, names in (
            ("by", given.by),
            ("with", given.together),
            ("only", given.only),
            ("target", given.target),
            ("named", given.named),
        ):
            yield from self.each(names, known, "actor or side", (*at, key))
        for key, names, borne in (("type", given.type, self.types), ("tags", given.tags, self.tags)):
            yield from self.each(names, borne, f"{key.removesuffix('s')}", (*at, key), other)


def _borne(record: Entries, rules: ClaimRules) -> tuple[set[str], set[str]]:
    """Types and tags that some event bears, or that the rules declare unused."""
    events, unused = record.events.values(), set(rules.unused)
    return {event.type for event in events} | unused, {tag for event in events for tag in event.tags} | unused


def unknown_words(test: RuleTest, rules: ClaimRules, record: Entries) -> list[str]:
    """Types and tags in a test that no event of a record bears, and that the rules do not declare unused."""
    types, tags = _borne(record, rules)
    found = [f"type '{word}'" for given in test.filters.values() for word in given.type if word not in types]
    return found + [f"tag '{word}'" for given in test.filters.values() for word in given.tags if word not in tags]
