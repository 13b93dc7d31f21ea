"""A case held against its record: sources that it names, and a record that outlasts its world."""

from collections.abc import Iterator

from detente.case import Case
from detente.checks.writing import long_span
from detente.errors import Diagnostic, suggest
from detente.files.yaml import At
from detente.record import Record


def check_sources(case: Case, record: Record | None) -> Iterator[Diagnostic]:
    """Sources that the case names and its record does not have."""
    has_record = (case.folder / "record").is_dir()
    for at, source in _sources(case):
        if not has_record:
            what = f"source '{source}' is named, but the case has no record"
            yield case.remark(at, what, severity="warning")
        elif record is not None and source not in record.sources:
            what, hint = f"source '{source}' is not in the record", suggest(source, record.sources)
            yield case.remark(at, what, "an id in record/sources", hint)


def _sources(case: Case) -> Iterator[tuple[At, str]]:
    """Where the case names sources, and which."""
    named: dict[At, tuple[str, ...]] = {parameter.at: parameter.sources for parameter in case.parameters.values()}
    named |= {("packages", name): package.get("sources", ()) for name, package in case.packages.items()}
    named |= {("questions", "baserate", day): facts.sources for day, facts in case.questions.baserate.items()}
    for name, issue in case.issues.items():
        named[("issues", name)] = issue.sources
        named |= {("issues", name, "positions", actor): stand.sources for actor, stand in issue.positions.items()}
    return (((*at, "sources"), source) for at, sources in named.items() for source in sources)


def record_span(case: Case, record: Record | None) -> list[Diagnostic]:
    """A warning where the record spans decades and nothing in the case says how the world changed."""
    dates = [event.date for event in record.events.values()] if record is not None else []
    return list(long_span(case, dates, "record")) if dates else []
