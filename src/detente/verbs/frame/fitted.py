"""Which fit to the record an answering verb draws from, by its option `--fit`."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import OptionError
from detente.words.numbers import listed

if TYPE_CHECKING:
    from detente.case import Case
    from detente.evidence.kept import KeptFit
    from detente.run import Fit

AS_OF, WHOLE, NONE = "as-of", "whole", "none"
NO_FIT = "no fit to the record until the date is kept: assumptions only"
HINDSIGHT = "Hindsight: the fit has seen the whole record, also what came after the date."


def fitted_for(
    case: "Case", when: str, fit: str, account: str | None = None, out: str | Path | None = None
) -> tuple["KeptFit | None", tuple[str, ...]]:
    """The fit that draws come from, and what to say about it.

    Args:
        case: the case, perhaps with a scenario.
        when: the situation's date.
        fit: "as-of": until that date, where such a fit is kept; "whole": to the whole record; "none": no fit.
        account: whose ranges; None: the case's own.
        out: a run folder in which the fit may be kept.

    Raises:
        OptionError: the fit to the whole record was asked for, and there is none that can be used.
    """
    if fit == NONE:
        return None, ()
    from detente.evidence.kept import fit_name, kept_fit

    whole = fit == WHOLE
    found, why = kept_fit(case, fit_name(when, account, whole), account, None if whole else when, out)
    if found is not None and found.fit.refused:
        found, why = None, unsettled(found.fit, case.name)
    if found is None and whole:
        words = ["detente", "fit", case.name, "--whole", *(["--account", account] if account else [])]
        raise OptionError.of(f"--fit whole: {why or 'no such fit is kept'}", hint=f"run `{shlex.join(words)}`")
    if found is None:
        return None, (f"Assumptions only: {why}.",) if why else ()
    return found, (HINDSIGHT,) if whole else ()


def why_none(fit: str, said: tuple[str, ...]) -> str:
    """Why answers rest on assumptions only, where `fitted_for` gave no fit.

    Args:
        fit: what was asked for.
        said: what `fitted_for` said.
    """
    if fit == NONE:
        return "none was asked for: assumptions only"
    return f"{said[0].removeprefix('Assumptions only: ').rstrip('.')}: assumptions only" if said else NO_FIT


def unsettled(fit: "Fit", case: str) -> str:
    """That the chains of a fit cannot be read yet."""
    from detente.evidence.diagnostics import MIXED
    from detente.evidence.posterior import LEAST

    lacks = [f"{fit.ess_min:.0f} effective draws of {LEAST:.0f}"] if fit.ess_min < LEAST else []
    if fit.rhat_max is None or fit.rhat_max > MIXED:
        lacks.append("chains that do not agree" if fit.method == "chains" else "parts that do not agree")
    again = f"`detente fit {case} --steps N` makes longer chains"
    if fit.method == "tempered":
        again = f"`detente fit {case} --draws N` carries more of them along"
    return f"the fit to the record until {fit.until} has {listed(lacks)}, so its draws are not used; {again}"
