"""What the verbs on evidence share: how they stop, and what they found last."""

from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import Interrupted, OptionError

if TYPE_CHECKING:
    from detente.run import Part


def stopped(store: Path) -> Interrupted:
    """How a study ends that a user has stopped."""
    return Interrupted(f"stopped; what was finished is kept in {store}: run the command again to go on")


def kept_part(case: str | Path, name: str, out: str | Path | None = None) -> "Part":
    """What `accounts` or `fit` found last, where the files that it rests on are still the same.

    Args:
        case: a folder or the name of a shipped case.
        name: "accounts" or "fit".
        out: run folder in which it was kept, if not in the default place.

    Raises:
        CaseError: located mistakes in the case.
        OptionError: nothing is kept, or it rests on other files.
    """
    from detente.case import load_case
    from detente.evidence.part import kept, store_of

    loaded = load_case(case)
    store = store_of(loaded, out)
    for part in kept(loaded, store):
        if part.name == name:
            return part
    what = f"--summary: {store} keeps no result of '{name}' for the case as it is now"
    raise OptionError.of(what, hint=f"run `detente {name} {loaded.name}`")
