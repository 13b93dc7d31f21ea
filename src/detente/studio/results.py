"""What verbs have left about the case that is open, and whether it still is about the case as it stands.

The command line and the jobs of the studio write into the same folders; each part of a run carries the content key of
what it was computed from. A part with another key is stale: it is said, and none of its numbers is drawn.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from detente.case.outputs import run_folder
from detente.checks.fresh import key_now, keys
from detente.errors import OptionError
from detente.files.access import read_bytes, unreadable
from detente.run import Part, Run, read_run

if TYPE_CHECKING:
    from detente.case import Case


@dataclass(frozen=True)
class KeptRun:
    """A part of a run as it lies in its folder.

    Attributes:
        state: "none" (nothing is there), "fresh", "stale" (computed from other files or changes) or "broken".
        run: the run that holds it; only where it is fresh.
        why: what is wrong with what lies there.
    """

    state: str
    run: Run | None = None
    why: str = ""


NOTHING = KeptRun("none")


def kept_part(case: "Case", date: str, part: str) -> KeptRun:
    """A part of the run of a case (with the changes that were applied to it) and a date."""
    return kept_in(run_folder(case, date, take=False), part, key_now(part, keys(case, date)))


def kept_in(folder: Path, part: str, key: str) -> KeptRun:
    """A part of the run in a folder, held against the key that it must have to be fresh."""
    if not (folder / "run.json").exists() and not (folder / "run.json").is_symlink():
        return NOTHING
    try:
        run = read_run(folder)
    except OptionError as error:
        return KeptRun("broken", why="; ".join(d.what for d in error.diagnostics))
    except UnicodeDecodeError:
        return KeptRun("broken", why="run.json is not text")
    except OSError as error:
        return KeptRun("broken", why=unreadable(error, "run.json").what)
    stamp = run.parts.get(part)
    if stamp is None:
        return NOTHING
    return KeptRun("fresh", run) if stamp.key == key else KeptRun("stale")


@dataclass(frozen=True)
class KeptStudy:
    """The study of rival accounts as it lies in its folder; states as in `KeptRun`."""

    state: str
    part: Part | None = None
    why: str = ""


def kept_study(case: "Case") -> KeptStudy:
    """What the last `detente accounts` found."""
    from detente.evidence.kept import store_of  # what they compute with takes seconds to load
    from detente.evidence.part import ACCOUNTS, accounts_key

    path = store_of(case, take=False) / ACCOUNTS
    if not path.exists() and not path.is_symlink():
        return KeptStudy("none")
    try:
        part = Part.model_validate_json(read_bytes(path))
    except ValidationError:
        return KeptStudy("broken", why="accounts.json is not what `detente accounts` writes")
    except OSError as error:
        return KeptStudy("broken", why=unreadable(error, "accounts.json").what)
    if part.accounts is None:
        return KeptStudy("broken", why="accounts.json holds no study of accounts")
    return KeptStudy("fresh", part) if part.key == accounts_key(case) else KeptStudy("stale")
