"""In which folder the results of a case lie: one rule for all verbs and for the studio.

Results of a case lie in `detente-out/NAME-WHAT` of the folder in which Detente is run; NAME is the case's short name.
Where several case folders have one name, the plain name belongs to the shipped case of that name, else to the folder
that took it first; results of every other folder lie in `detente-out/NAME.XXXXXX-WHAT`, six digits made from the
folder's path. Whose a name is stands in `detente-out/.cases/NAME`. A name whose folder is gone may be taken.
"""

import re
from pathlib import Path

from detente.case.case import Case
from detente.case.content import RESULTS
from detente.files.keys import digest
from detente.files.shipped import shipped_cases, shipped_folder
from detente.files.whole import write_text

DIGITS = 6  # of a path's digest: 1 in 16 million that two folders of one name meet


def is_shipped(folder: Path) -> bool:
    """Whether a case folder is one that came with Detente, and so is never written to."""
    return shipped_folder() in folder.resolve().parents


def results_folder(name: str, folder: Path, what: str, *, take: bool = True) -> Path:
    """Where results of a case lie, relative to the folder in which Detente is run.

    Args:
        name: the case's short name.
        folder: the case folder.
        what: which results, such as "2021-08-05" or "evidence".
        take: take the plain name if it is free; False only looks.

    Raises:
        OSError: the name cannot be noted.
    """
    plain, home = file_name(name), folder.resolve()
    if is_shipped(home) or (plain not in shipped_cases() and _holds(Path(RESULTS) / ".cases" / plain, home, take)):
        return Path(RESULTS) / f"{plain}-{what}"
    return Path(RESULTS) / f"{plain}.{digest(home.as_posix().encode())[:DIGITS]}-{what}"


def run_folder(case: Case, date: str, *, take: bool = True) -> Path:
    """Where a run of a case and date lies; a run of a changed case lies in a folder named after its scenarios too."""
    changes = "".join(f"-with-{file_name(scenario.name)}" for scenario in case.changes)
    return results_folder(case.name, case.folder, f"{date}{changes}", take=take)


def file_name(name: str) -> str:
    """A name as a part of a path: letters, digits, marks, `.`, `_` and `-` stay, the rest becomes `-`."""
    return re.sub(r"[^\w.-]+", "-", name).lstrip(".") or "case"


def _holds(note: Path, home: Path, take: bool) -> bool:
    """Whether the name in a note belongs to a case folder, or is free and was taken for it."""
    owner = _owner(note)
    if owner == home:
        return True
    if owner is not None and (owner / "case.yaml").is_file():
        return False
    if not take:
        return True
    write_text(note, f"{home}\n")
    return _owner(note) == home  # another process may have taken it at the same moment


def _owner(note: Path) -> Path | None:
    try:
        return Path(note.read_text("utf-8").rstrip("\n"))
    except FileNotFoundError:
        return None
