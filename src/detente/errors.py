"""One error tree; every message says what, where, what was expected, and a hint.

    DetenteError
    ├── UserError            a mistake in a file or an option: located diagnostics, exit code 2, never a traceback
    │   ├── CaseError        in a case file, account, scenario or lever file
    │   ├── RecordError      in a record file
    │   ├── FileError        a file that cannot be read or written, or is not of its kind
    │   └── OptionError      on the command line or in a function's arguments
    ├── MissingExtra         an optional dependency is not installed (the hint names the extra)
    ├── ComputationError     a result that cannot be given to the stated accuracy
    │   └── UncertifiedError the equilibrium has no certificate; no answer is reported from it
    └── Interrupted          stopped by the user; what was finished is on disk

Non-convergence of a solver is a `Status` on its result, not an exception.
"""

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One located remark about a user's file; `line` and `column` count from 1, 0 means unknown.

    `about` says for whom it holds, where what stands there is written once for several.
    """

    what: str
    expected: str = ""
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    severity: Severity = "error"
    about: tuple[str, ...] = ()

    @property
    def spot(self) -> tuple[str, int, int, tuple[str, ...]]:
        """Where it leads, and for whom: what is written once for several may be right for some."""
        return self.file, self.line, self.column, self.about

    def __str__(self) -> str:
        where = ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])
        parts = [f"{self.what} (for {', '.join(self.about)})" if self.about else self.what]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.hint:
            parts.append(f"hint: {self.hint}")
        prefix = "" if self.severity == "error" else f"{self.severity}: "
        return f"{where}: {prefix}{'; '.join(parts)}" if where else f"{prefix}{'; '.join(parts)}"


def once(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Each remark once; the same one about several is one about them all, or about nobody where one is."""
    about: dict[Diagnostic, list[tuple[str, ...]]] = {}
    for one in found:
        about.setdefault(replace(one, about=()), []).append(one.about)
    return [
        replace(one, about=tuple(dict.fromkeys(name for names in own for name in names)) if all(own) else ())
        for one, own in about.items()
    ]


class DetenteError(Exception):
    """Base of all errors that Detente raises on purpose."""


class UserError(DetenteError):
    """One or more mistakes in what a user wrote; carries every diagnostic found, not only the first."""

    def __init__(self, diagnostics: Iterable[Diagnostic] | Diagnostic) -> None:
        self.diagnostics = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))


class CaseError(UserError):
    """A case, account, scenario or lever file is wrong."""


class RecordError(UserError):
    """A record file is wrong."""


class FileError(UserError):
    """A file cannot be read or written, or is not of the kind that was expected."""


class OptionError(UserError):
    """An option or argument is wrong: `OptionError.of("unknown actor 'armenja'", hint="did you mean 'armenia'?")`."""

    @classmethod
    def of(cls, what: str, expected: str = "", hint: str = "") -> "OptionError":
        """An error that is not tied to a place in a file."""
        return cls(Diagnostic(what, expected, hint))


class MissingExtra(DetenteError):
    """An optional dependency is needed for what was asked."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs the package '{package}'; hint: pip install 'detente[{extra}]'")


class ComputationError(DetenteError):
    """A number cannot be computed to the stated accuracy; the message says why and what to try."""


class UncertifiedError(ComputationError):
    """A workflow was about to report from an equilibrium without a certificate."""


class Interrupted(DetenteError):
    """The user stopped a computation; the message says what is kept and how to resume."""


def check_number(
    option: str, value: float, low: float, high: float = math.inf, *, above: bool = False, whole: bool = False
) -> None:
    """Refuse a number that an option cannot take; NaN is never taken.

    Args:
        option: its name, as in the function and on the command line.
        value: what was given.
        low: the smallest that can be taken.
        high: the largest.
        above: `low` itself is refused.
        whole: fractions are refused.

    Raises:
        OptionError: names the option, the value and what was expected.
    """
    fits = (value > low if above else value >= low) and value <= high and (not whole or float(value).is_integer())
    if not fits:
        ends = f"above {low:g}" if above else f"of at least {low:g}"
        if high < math.inf:
            ends = f"above {low:g}, at most {high:g}" if above else f"from {low:g} to {high:g}"
        raise OptionError.of(f"--{option.replace('_', '-')} {value}", f"a {'whole ' if whole else ''}number {ends}")


def suggest(word: str, choices: Iterable[str]) -> str:
    """A hint such as "did you mean 'phase'?", the list of choices when it is short, or nothing."""
    names = list(choices)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"one of: {', '.join(names)}" if 0 < len(names) <= 8 else ""
