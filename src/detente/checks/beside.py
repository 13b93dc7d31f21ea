"""What stands in a folder beside the case: a record without a case, and files that nothing reads."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from detente.case.load import case_files
from detente.errors import Diagnostic, RecordError
from detente.files.folder import listed
from detente.files.mistakes import meant
from detente.files.yaml import read_yaml
from detente.record.gather import BOOK
from detente.record.kinds import KINDS
from detente.record.mapping import read_mapping
from detente.record.shelf import IMPORTED
from detente.verdicts.rules import RULES

CODINGS = ("coding.yaml", "coding_second.yaml")
TABLES = (".yaml", ".csv", ".parquet")  # forms of a list of the record
OF_A_RECORD = {f"{kind}{suffix}" for kind in KINDS for suffix in TABLES} | {BOOK, "record.yaml"}
KNOWN = {"case.yaml", RULES, *(f"record/{name}" for name in (*OF_A_RECORD, *CODINGS))}


def is_record(folder: Path) -> bool:
    """Whether a folder holds a record and no case."""
    names = {path.name for path in listed(folder)[0]}
    return "case.yaml" not in names and bool(names & {"record", IMPORTED, *OF_A_RECORD})


def check_stray(folder: Path, within: str = "") -> Iterator[Diagnostic]:
    """Files that look as if Detente read them and that it does not read; mappings for imports are checked.

    Args:
        folder: the folder.
        within: where in a case its files would stand: "record/" for the folder of a record itself.
    """
    for own, path in case_files(folder).items():
        name = within + own
        place = PurePosixPath(name)
        if name in KNOWN or place.match("accounts/*.y*ml") or place.match("scenarios/*.y*ml"):
            continue
        inside = place.parts[0] == "record" and len(place.parts) == 2
        if path.suffix in (".yaml", ".yml"):
            yield from _stray_yaml(f"{folder.name}/{own}", name, path)
        elif inside and path.suffix != ".md":
            yield _unread(f"{folder.name}/{own}", name)


def _stray_yaml(shown: str, name: str, path: Path) -> Iterator[Diagnostic]:
    document = read_yaml(path, shown)
    if "mapping" not in document.names():
        yield _unread(shown, name)
        return
    try:
        read_mapping(document)
    except RecordError as error:
        yield from error.diagnostics


def _unread(shown: str, name: str) -> Diagnostic:
    hint = meant(name, [*KNOWN, "accounts/NAME.yaml", "scenarios/NAME.yaml"])
    what, expected = (
        "no part of Detente reads this file",
        "case.yaml, claims_rules.yaml, accounts/, scenarios/, record/",
    )
    return Diagnostic(what, expected, hint, shown, 1, 1, "warning")
