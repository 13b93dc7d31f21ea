"""Coding files, held against the case that they code for and the record that they code."""

from collections.abc import Iterator
from pathlib import Path

from detente.case import Case
from detente.checks.beside import CODINGS
from detente.errors import Diagnostic, RecordError, suggest
from detente.evidence.coding import fits
from detente.evidence.rules import CodingFile, CodingRule, read_coding, unknown_names
from detente.files.folder import is_there
from detente.files.mistakes import meant
from detente.record import Record

FIELDS = {"type": "type", "tags": "tags", "not_tags": "tags", "format": "format"}  # words that events bear
ACTING = ("actors", "all_actors", "target", "named")


def check_codings(folder: Path, case: Case | None, record: Record | None) -> Iterator[Diagnostic]:
    """What is wrong with the coding files of a record, and rules of theirs that match nothing.

    Args:
        folder: of the record.
        case: whose states and acts are coded; None where there is none.
        record: whose events are coded; None where it could not be read.
    """
    for name in CODINGS:
        path = folder / name
        if is_there(path):
            yield from _check_coding(path, "/".join(path.parts[-3:]), case, record)


def _check_coding(path: Path, name: str, case: Case | None, record: Record | None) -> Iterator[Diagnostic]:
    try:
        coding = read_coding(path, name)
    except RecordError as error:
        yield from error.diagnostics
        return
    if case is not None:
        states = {variable.name: variable.values for variable in case.states.values()}
        acts = [move if kind == "action" else f"nature.{move}" for move, kind in case.moves().items()]
        yield from unknown_names(coding, states, acts)
    if record is not None:
        yield from _against_record(coding, record)


def _against_record(coding: CodingFile, record: Record) -> Iterator[Diagnostic]:
    """Events and actors that are not there; words that no event bears; rules that code nothing."""
    document = coding.document
    borne = {key: _words(record, field) for key, field in FIELDS.items()}
    acting = {a for e in record.events.values() for a in (*e.actors, *e.target, *e.named)} | set(record.actors)
    coded = _first_fits(coding, record)
    for rule in coding.rules:
        found = list(_unknown(coding, rule, record, borne, acting))
        yield from found
        if not found and not rule.unused and not coded.get(rule.at):
            any_fits = any(fits(rule, event) for event in record.events.values())
            what = "an earlier rule codes every event that this one fits" if any_fits else "no event fits this rule"
            hint = "if that is meant, say why: 'unused: ...'"
            yield document.diagnostic(rule.at, what, "", hint, severity="warning")
    for event, rule in coding.overrides.items():
        if event not in record.events:
            hint = suggest(event, record.events)
            yield document.diagnostic((*rule.at, "event"), f"the record has no event '{event}'", "an id", hint)


def _unknown(
    coding: CodingFile, rule: CodingRule, record: Record, borne: dict[str, set[str]], acting: set[str]
) -> Iterator[Diagnostic]:
    """What a rule asks for and the record does not have: ids and actors are errors, types and tags warnings."""
    for key, words in rule.when.items():
        at = (*rule.at, "when", key)
        for word in words:
            if key == "id" and word not in record.events:
                what, hint = f"the record has no event '{word}'", suggest(word, record.events)
                yield coding.document.diagnostic(at, what, "an id in record/events", hint)
            elif key in ACTING and word not in acting:
                yield coding.document.diagnostic(at, f"unknown actor '{word}'", "", suggest(word, sorted(acting)))
            elif key in borne and word not in borne[key]:
                what, hint = f"no event bears {FIELDS[key]} '{word}'", meant(word, sorted(borne[key]))
                yield coding.document.diagnostic(at, what, "", hint, severity="warning")


def _words(record: Record, field: str) -> set[str]:
    found: set[str] = set()
    for event in record.events.values():
        value = getattr(event, field)
        found |= {value} if isinstance(value, str) else set(value)
    return found


def _first_fits(coding: CodingFile, record: Record) -> dict[tuple[str | int, ...], int]:
    """Rule -> how many events it codes: those that no override and no earlier rule takes."""
    counts: dict[tuple[str | int, ...], int] = {}
    for event in record.events.values():
        if event.id in coding.overrides:
            continue
        rule = next((rule for rule in coding.rules if fits(rule, event)), None)
        if rule is not None:
            counts[rule.at] = counts.get(rule.at, 0) + 1
    return counts
