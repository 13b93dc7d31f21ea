"""Scenarios as the studio reads and writes them: those of the case, and those saved in a folder beside it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from detente.case.outputs import file_name, is_shipped
from detente.errors import CaseError, Diagnostic, OptionError
from detente.files.access import read_bytes, unreadable
from detente.files.whole import sweep, write_text

if TYPE_CHECKING:
    from detente.case import Case, Scenario

NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")  # a name of the case language that is short enough for a file


def scenario_folder(case: "Case", into: str | Path | None) -> Path:
    """Where the studio saves scenarios: `into`, else beside a case of one's own, else `./CASE-scenarios`."""
    if into is not None:
        return Path(into)
    return Path(f"{file_name(case.name)}-scenarios") if is_shipped(case.folder) else case.folder / "scenarios"


class Scenarios:
    """The scenarios of a case: read when asked for, and again only when a file has changed."""

    def __init__(self, case: "Case", into: str | Path | None) -> None:
        self.folder = scenario_folder(case, into)
        self.folders = tuple(dict.fromkeys((case.folder / "scenarios", self.folder)))
        self.problems: tuple[Diagnostic, ...] = ()
        self._stamp: tuple | None = None
        self._found: dict[str, Scenario] = {}

    def read(self, case: "Case") -> dict[str, "Scenario"]:
        """All that can be used, by name; a file that cannot be is in `problems` and stops no other."""
        files = [path for folder in self.folders for path in scenario_files(folder)]
        now = tuple((path.as_posix(), stamp(path)) for path in files)
        if now != self._stamp:
            self._found, self.problems = read_scenarios(case, files)
            self._stamp = now
        return self._found


def stamp(path: Path) -> tuple[int, ...]:
    """Times and size of a file, which tell that it may have changed; nothing of one that has just been removed."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return ()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size


def scenario_files(folder: Path) -> Iterator[Path]:
    """All that is called like a scenario in a folder: files, and what should be one."""
    found = [path for suffix in ("yaml", "yml") for path in folder.glob(f"*.{suffix}")]
    yield from sorted(path for path in found if not path.name.startswith("."))


def read_scenarios(case: "Case", files: list[Path]) -> tuple[dict[str, "Scenario"], tuple[Diagnostic, ...]]:
    """Scenarios from their files, and what is wrong with those that cannot be used; of two with one name, the later."""
    from detente.case.scenarios import parse_scenario

    found: dict[str, Scenario] = {}
    problems: list[Diagnostic] = []
    for path in files:
        try:
            scenario = parse_scenario(case, read_bytes(path), f"scenarios/{path.name}")
        except CaseError as error:
            problems += error.diagnostics
        except OSError as error:
            problems.append(unreadable(error, f"scenarios/{path.name}"))
        else:
            found[scenario.name] = scenario
    return found, tuple(problems)


def save_scenario(case: "Case", scenario: "Scenario", folder: Path, overwrite: bool = False) -> Path:
    """Write a scenario into a folder, whole or not at all.

    Args:
        case: the case; its own files are never written.
        scenario: what to write.
        folder: where scenarios are kept.
        overwrite: replace a scenario of the same name in that folder.

    Returns:
        The file.

    Raises:
        OptionError: a name that cannot be a file name, or is taken.
    """
    from detente.case.scenarios import parse_scenario, scenario_text

    if not NAME.fullmatch(scenario.name):
        raise OptionError.of("this name cannot be used", "a small letter, then letters, digits and '_', at most 48")
    path = folder / f"{scenario.name}.yaml"
    if scenario.name in case.scenarios and not path.is_file():
        raise OptionError.of(f"the case has a scenario '{scenario.name}' of its own", "another name")
    if path.exists() and not overwrite:
        raise OptionError.of(f"there is a scenario '{scenario.name}' already", "another name, or replace it")
    sweep(folder)
    text = scenario_text(scenario)
    parse_scenario(case, text.encode("utf-8"), path.name)  # what cannot be read again is not written
    write_text(path, text)
    return path
