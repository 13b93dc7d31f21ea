"""The rules for claims, held against the record and the answers of the case."""

import datetime
from collections.abc import Iterator

from detente.case import Case
from detente.errors import CaseError, Diagnostic
from detente.files.mistakes import meant
from detente.record import Record
from detente.record.days import LAST_YEAR
from detente.verdicts.queries import Queries
from detente.verdicts.references import quantities_of, unknown_names, unknown_words
from detente.verdicts.rules import ClaimRules, RuleTest, read_rules

RULES = "claims_rules.yaml"
LATEST = datetime.date(LAST_YEAR, 12, 31)  # a day by which everything that a record can hold was known


def check_rules(case: Case, record: Record | None) -> Iterator[Diagnostic]:
    """What is wrong with `claims_rules.yaml`, and rules that match nothing."""
    path = case.folder / RULES
    try:
        rules = read_rules(path, case.folder.name)
    except CaseError as error:
        yield from error.diagnostics
        return
    if record is None:
        if rules.rules and not (case.folder / "record").is_dir():
            yield rules.document.diagnostic((), "rules for claims, but the case has no record", severity="warning")
        return
    yield from unknown_names(rules, record, quantities_of(case))
    yield from _idle(rules, record)


def _idle(rules: ClaimRules, record: Record) -> Iterator[Diagnostic]:
    """Tests whose words no event bears, or whose filter no event of any date fits though it should."""
    queries = Queries(record.as_of(LATEST), rules.sides)
    known = {event.type for event in record.events.values()} | {t for e in record.events.values() for t in e.tags}
    for claim, rule in rules.rules.items():
        for n, test in enumerate(rule.tests):
            at = ("claims", claim, "tests", n)
            strange = unknown_words(test, rules, record)
            if strange:
                other = "or list it under 'unused', if its absence is a finding"
                hint = meant(strange[0].split("'")[1], known) or other
                what = f"no event of the record bears {', '.join(strange)}: the test stays open"
                yield rules.document.diagnostic(at, what, "", hint, severity="warning")
            elif not _expects_none(test) and _declared(test, rules) and not _any_event(test, queries):
                what = "no event of the record fits this test, whatever its date"
                yield rules.document.diagnostic(at, what, severity="warning")


def _expects_none(test: RuleTest) -> bool:
    """Whether finding nothing is what the test asks for."""
    return (test.relation == "at_most" and test.threshold < 1) or (test.relation == "below" and test.threshold <= 1)


def _declared(test: RuleTest, rules: ClaimRules) -> bool:
    """Whether no word of the test is declared to be borne by no event."""
    return not any(word in rules.unused for given in test.filters.values() for word in (*given.type, *given.tags))


def _any_event(test: RuleTest, queries: Queries) -> bool:
    """Whether each filter of the test fits some event when dates are left aside."""
    undated = [given.model_copy(update={"after": None, "until": None}) for given in test.filters.values()]
    return all(queries.matching(given) for given in undated)
