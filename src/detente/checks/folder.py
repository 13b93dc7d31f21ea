"""Everything that is wrong with a folder: the case, its record, and whatever stands beside them, in one list."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detente.case import Case, find_case, read_case
from detente.checks.beside import check_stray, is_record
from detente.checks.coding import check_codings
from detente.checks.history import check_history
from detente.checks.recorded import check_sources, record_span
from detente.checks.rules import check_rules
from detente.checks.writing import check_writing
from detente.errors import Diagnostic, RecordError, once
from detente.files.access import unreadable
from detente.files.folder import is_there, listed
from detente.record import Record, load_record
from detente.settlement.levers import check_levers

if TYPE_CHECKING:
    from detente.game.diagnose import AnyTemplate

RANKS = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class FolderCheck:
    """What came of reading a folder; what could not be read, or is not there, is None."""

    name: str
    diagnostics: tuple[Diagnostic, ...]
    case: Case | None = None
    record: Record | None = None
    template: "AnyTemplate | None" = None  # the states of the case; only where nothing is wrong anywhere

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What stops the folder from being used."""
        return tuple(d for d in self.diagnostics if d.severity == "error")


def check_folder(where: str | Path) -> FolderCheck:
    """Read every file of a folder, and hold what they say against each other.

    Args:
        where: a case folder, the name of a shipped case, or a folder with a record and no case.

    Raises:
        CaseError: there is no such case, and no record either.
    """
    folder = Path(where)
    if is_record(folder):
        record, found = read_record(folder)
        inside = is_there(folder / "record")
        found += check_codings(folder / "record" if inside else folder, None, record)
        found += check_stray(folder, "" if inside else "record/")
        return FolderCheck(folder.resolve().name, _once(found), record=record)
    return _check_case(find_case(where))


def _check_case(folder: Path) -> FolderCheck:
    """A folder with a case."""
    from detente.checks.modelling import ask_states, ask_writing
    from detente.game.compile import Template
    from detente.game.diagnose import diagnose

    reading = read_case(folder)
    case, record, template = reading.case, None, None
    found = list(reading.diagnostics)
    if is_there(folder / "record"):
        record, more = read_record(folder)
        found += more
    if case is not None:
        template, more = diagnose(case)
        if reading.fatal:  # what is left of a broken case has gaps: only what is wrong all the same counts
            found += [d for d in more if d.severity == "error"]
        else:
            found += [
                *more,
                *check_levers(case),
                *check_writing(case),
                *ask_writing(case),
                *(ask_states(template) if isinstance(template, Template) else ()),
                *check_sources(case, record),
                *record_span(case, record),
                *check_history(case),
            ]
            found += [*check_rules(case, record), *check_codings(folder / "record", case, record)]
    found += check_stray(folder)
    name = case.name if case is not None else folder.name
    checked = FolderCheck(name, _once(found), case, record, template)
    return checked if not checked.errors else FolderCheck(name, checked.diagnostics, case, record)


def read_record(folder: Path) -> tuple[Record | None, list[Diagnostic]]:
    """The record of a folder (or in it), and what is wrong with it."""
    inside = folder / "record" if is_there(folder / "record") else folder
    refused = listed(inside, "/".join(inside.parts[-2:]))[1]
    if refused:
        return None, refused
    try:
        record = load_record(folder)
    except RecordError as error:
        return None, list(error.diagnostics)
    except OSError as error:
        return None, [unreadable(error, str(error.filename or folder))]
    return record, list(record.warnings)


def _once(found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each remark once, by file and place, errors before warnings."""
    return tuple(sorted(once(found), key=lambda d: (d.file, d.line, d.column, RANKS[d.severity])))
