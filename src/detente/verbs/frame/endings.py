"""How a command ends: what is said, and the exit code.

0 done; 1 it could not be computed or written; 2 a mistake in a file or an option; 130 stopped by the user.
"""

import errno
from collections.abc import Iterator
from dataclasses import dataclass, replace

from detente.errors import ComputationError, Diagnostic, Interrupted, MissingExtra, UserError
from detente.files.access import REASONS

REASON = {  # of errors of the system that no file is named for
    errno.ENOSPC: "the disk is full",
    errno.EPIPE: "nobody reads it any more",
    errno.EDQUOT: "your share of the disk is used up",
}


@dataclass(frozen=True)
class Ending:
    """The end of a command.

    Attributes:
        code: exit code.
        sentences: what to say on stderr.
        told: the same for the studio's page, without places on this machine.
        fault: an error of ours, to be shown as it is.
    """

    code: int
    sentences: tuple[str, ...] = ()
    told: str = ""
    fault: BaseException | None = None

    @property
    def state(self) -> str:
        """As a job of the studio ends."""
        return {0: "done", 130: "stopped"}.get(self.code, "failed")

    @staticmethod
    def of_exit(code: object) -> "Ending":
        """The end of a command that has said what there was to say; 130 where it was interrupted."""
        if code == 130:
            return _interrupted("")
        number = code if isinstance(code, int) else 0 if code is None else 1
        return Ending(number, (code,) if isinstance(code, str) else ())


def ending_of(error: BaseException) -> Ending:
    """How to end after an error."""
    if isinstance(error, UserError):
        told = "; ".join(_without_place(d) for d in error.diagnostics)
        return Ending(2, tuple(map(str, error.diagnostics)), told)
    if isinstance(error, MissingExtra | ComputationError):
        return Ending(1, (str(error),), str(error))
    stops = [cause for cause in _causes(error) if isinstance(cause, Interrupted | KeyboardInterrupt)]
    if stops:  # also where an interrupt broke something on its way
        return _interrupted(str(stops[0]))
    if isinstance(error, BrokenPipeError):
        return Ending(1, (), "nobody reads what it prints")
    if isinstance(error, OSError):
        return _of_system(error)
    told = "an error inside Detente; details are in log.txt in the job's folder"
    return Ending(1, (), told, error)


def _interrupted(words: str) -> Ending:
    return Ending(130, (words or "interrupted",), "stopped; what was finished is kept")


def _of_system(error: OSError) -> Ending:
    """What the system refused: a path can be changed by who gave it (2), the rest cannot (1)."""
    number = error.errno or 0
    if error.filename is None:
        reason = REASON.get(number, (error.strerror or str(error)).lower())
        return Ending(1, (f"the output cannot be written: {reason}",), reason)
    reason, expected = REASONS.get(number, ((error.strerror or str(error)).lower(), ""))
    what = Diagnostic(f"this cannot be read or written: {reason}", expected.format(do="use"), file=str(error.filename))
    return Ending(2, (str(what),), _without_place(what))


def _without_place(diagnostic: Diagnostic) -> str:
    return str(replace(diagnostic, file="", line=0, column=0))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that it arose from or while handling."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        found = waiting.pop()
        if found is not None and id(found) not in seen:
            seen.add(id(found))
            yield found
            waiting += [found.__cause__, found.__context__]
