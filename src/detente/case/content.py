"""Which files of a case folder count for what, and the content keys made of them.

A result is fresh while its key is that of the case as it stands; it is stale as soon as a file that counts is another.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from detente.files.keys import content_key, digests

if TYPE_CHECKING:
    from detente.case.case import Case
    from detente.case.parts import Scenario

RESULTS = "detente-out"  # the folder of results, which may lie inside a case folder and is no part of the case
FITS = "fits"  # in a case folder: fits that came with the case, which are results too
OTHERS = (RESULTS, FITS)
SUFFIXES = (".yaml", ".csv", ".parquet")


def files_of(folder: Path) -> dict[str, Path]:
    """Every file of a case folder that says something, by name relative to it; no hidden files, results or fits."""
    found = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES}
    return {
        name.as_posix(): path
        for name, path in found.items()
        if path.is_file() and name.parts[0] not in OTHERS and not any(part.startswith(".") for part in name.parts)
    }


def content_of_folder(folder: Path) -> str:
    """The content key of a case folder. Scenarios do not count: a case stays the same when one is saved beside it.

    Raises:
        OSError: a file cannot be read.
    """
    files = files_of(folder)
    return content_key(digests({name: path for name, path in files.items() if not name.startswith("scenarios/")}))


def content_of(case: "Case") -> str:
    """The content key of a case: its folder as it was read, and the scenarios that were applied to it."""
    return content_key(case.content, [changes_text(scenario) for scenario in case.changes])


def changes_text(scenario: "Scenario") -> str:
    """What a scenario changes, without its name, title and reason."""
    from detente.case.scenarios import scenario_text

    return scenario_text(replace(scenario, name="changes", title="", why=""))
