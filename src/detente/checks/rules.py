"""The rules for claims, held against the record and the answers of the case."""

from collections.abc import Iterator

from detente.answers.results import OWN_STAKE
from detente.case import Case
from detente.errors import CaseError, Diagnostic
from detente.record import Record
from detente.record.days import LAST_DAY
from detente.verdicts.queries import Queries
from detente.verdicts.references import Numbers, quantities_of, unknown_names, unknown_words
from detente.verdicts.rules import RULES, ClaimRules, RuleTest, read_rules

OF_OWN_STAKE = "loss_share"  # the family of shares of an actor's own stake


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
    yield from unknown_names(rules, record, case)
    yield from _idle(rules, record)
    numbers = quantities_of(case)
    yield from _of_any_size(rules, numbers)
    yield from _across_actors(rules, numbers)


def _idle(rules: ClaimRules, record: Record) -> Iterator[Diagnostic]:
    """Tests whose filter no event of any date fits though it should, and that do not say `why`."""
    queries = Queries(record.as_of(LAST_DAY), rules.sides)
    for claim, rule in rules.rules.items():
        for n, test in enumerate(rule.tests):
            known = not unknown_words(test, rules, queries.record)
            if (
                known
                and not test.why
                and not _expects_none(test)
                and _declared(test, rules)
                and not _any_event(test, queries)
            ):
                what = "no event of the record fits this test, whatever its date"
                yield rules.document.diagnostic(("claims", claim, "tests", n), what, severity="warning")


def _of_any_size(rules: ClaimRules, numbers: Numbers) -> Iterator[Diagnostic]:
    """Thresholds of 0 on estimated quantities: nine in ten draws may pass by a hair."""
    for claim, rule in rules.rules.items():
        for n, test in enumerate(rule.tests):
            if test.ids and test.threshold == 0 and not test.why and test.quantity in numbers:
                unit = numbers[test.quantity][1].unit
                what = f"a difference of any size passes '{test.relation}: 0'"
                expected = f"a size that matters{f', in {unit}' if unit else ''}, or a `why`"
                at = ("claims", claim, "tests", n, test.relation)
                yield rules.document.diagnostic(at, what, expected, severity="warning")


def _across_actors(rules: ClaimRules, numbers: Numbers) -> Iterator[Diagnostic]:
    """Differences of what two actors lose or gain, which is in two units."""
    for claim, rule in rules.rules.items():
        for n, test in enumerate(rule.tests):
            specs = [numbers[id][1] for id in test.ids if id in numbers]
            own = [spec for spec in specs if spec.unit in OWN_STAKE or spec.key.family == OF_OWN_STAKE]
            actors = dict.fromkeys(spec.key.actor for spec in own)
            if len(actors) > 1:
                what = f"stakes of {' and '.join(map(str, actors))} are set against each other"
                expected = "a test of each by its own stake"
                at = ("claims", claim, "tests", n, "minus")
                yield rules.document.diagnostic(at, what, expected, severity="warning", key=True)


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
