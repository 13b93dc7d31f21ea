"""`detente check`: all mistakes of a case at once, each with file, line and column."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.verbs.frame.options import CaseArgument, Json
from detente.verbs.frame.printed import show_exact, show_text

if TYPE_CHECKING:
    from detente.checks.describe import CheckReport, Reasons

PANEL = "Begin"
REASONS = 0.05  # share of an actor's stake from which reasons are asked about


def run(case: str | Path, solve: bool = True, mirror: tuple[str, str] | None = None) -> "CheckReport":
    """Read every file of a folder and report all that is wrong; see `detente.checks.describe.check`.

    Raises:
        CaseError: there is no such case at all.
        OptionError: `mirror` names no actors of the case.
    """
    from detente.checks.describe import check

    return check(case, solve, mirror)


def command(
    case: CaseArgument,
    solve: Annotated[bool, typer.Option(help="Solve once, for the time it takes and what matters least.")] = True,
    mirror: Annotated[
        tuple[str, str] | None, typer.Option(metavar="ACTOR ACTOR", help="What two actors do not have alike.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a case: all mistakes at once, each with file, line and column; exit code 2 if there are any."""
    from detente.verbs.frame.records import note_shadow

    note_shadow(case)
    report = run(case, solve, mirror)
    show_exact(report.as_json()) if as_json else show_text(summary(report))
    if report.errors:
        raise typer.Exit(2)


def summary(report: "CheckReport") -> str:
    """The report for people."""
    lines = [str(d) for d in report.diagnostics]
    if report.errors:
        return "\n".join([*lines, "", _counts(report)])
    if report.entries:
        held = ", ".join(f"{count:,} {kind}" for kind, count in report.entries.items())
        return "\n".join([*lines, "", f"{report.case}: a record without a case: {held}", "", _counts(report)])
    lines += ["", f"{report.case}: {report.states:,} states of {report.combinations:,} combinations can be reached"]
    lines.append(f"players: {', '.join(report.players)}; parameters: {report.parameters}")
    if report.objections or report.notes:
        lines.append(f"objections: {report.objections}; notes of what was tried: {report.notes}")
    if report.seconds is not None:
        words = "certified" if report.certified else "NOT certified"
        lines.append(f"one solve: {report.seconds:.2f} s, {words}")
    if report.reasons:
        width = max(len("actor"), *(len(r.actor) for r in report.reasons))
        lines += ["", "reasons that make up for acts against one's own interest, as a share of the stake:"]
        lines.append(f"  {'actor':{width}}  in peace | otherwise")
        lines += [
            f"  {r.actor:{width}}  {_percent(r.peace):>8} | {_percent(r.otherwise):>9}{_asked(r)}"
            for r in report.reasons
        ]
    if report.asymmetries:
        unexplained = sum(not a.why for a in report.asymmetries)
        lines += [
            "",
            f"not alike for the two actors: {len(report.asymmetries)}, of which {unexplained} without a reason",
        ]
        lines += [f"  {a.what}{f': {a.why}' if a.why else ''}" for a in report.asymmetries if a.why]
    if len(report.importance) > 1:
        least = list(report.importance.items())[:3]
        words = ", ".join(f"{name} ({share:.1%} of the range of values)" for name, share in least)
        lines += ["", f"variables that matter least: {words}"]
    return "\n".join([*lines, "", _counts(report)])


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"


def _asked(reasons: "Reasons") -> str:
    """Ask where reasons weigh visibly."""
    if max(reasons.peace or 0.0, reasons.otherwise or 0.0) <= REASONS:
        return ""
    return "\n    more than a twentieth: which acts does it take against its interest, and how often? (docs/engine.md)"


def _counts(report: "CheckReport") -> str:
    errors, warnings = len(report.errors), len(report.warnings)
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"
