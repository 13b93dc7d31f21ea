"""What the verbs on evidence share: how they stop, and what to say where they have found nothing yet."""

from pathlib import Path

from detente.errors import Interrupted, OptionError


def stopped(store: Path) -> Interrupted:
    """How a study ends that a user has stopped."""
    return Interrupted(f"stopped; what was finished is kept in {store}: run the command again to go on")


def nothing_kept(store: Path, verb: str, command: str, why: str = "") -> OptionError:
    """That `--summary` has nothing to show: which command finds it."""
    what = f"--summary: {why or f'{store} keeps no result of {verb!r} for the case as it is now'}"
    return OptionError.of(what, hint=f"run `{command}`")
