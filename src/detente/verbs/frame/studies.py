"""What the verbs on evidence share: the command that makes a part again, the cap on solves, and how a study stops."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import Interrupted

if TYPE_CHECKING:
    from detente.case import Case
    from detente.evidence.study import Settings

CAP_HELP = "Stop after solving this many games (each takes about one second on minsk)."


def command_of(verb: str, case: "Case", when: str, settings: "Settings", quick: bool = False) -> str:
    """The command that makes a part again, without paths or workers."""
    words = [
        "detente",
        verb,
        case.name,
        "--date",
        when,
        "--cap",
        str(settings.cap),
        "--seed",
        str(settings.seed),
    ]
    if verb == "accounts":
        words += ["--records", str(settings.records), *(["--quick"] if quick else [])]
    return shlex.join(words)


def stopped(store: Path) -> Interrupted:
    """How a study ends that a user has stopped."""
    return Interrupted(f"stopped; what was finished is kept in {store}: run the command again to go on")
