"""`detente new`, `check`, `schema` and `doctor`: writing and checking cases."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from detente.workflow.case import CheckReport

CaseArgument = Annotated[str, typer.Argument(help="A case folder, or the name of a shipped case.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print machine output to stdout.")]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command()(new)
    app.command()(check)
    app.command()(schema)
    app.command()(doctor)


def new(
    name: Annotated[str, typer.Argument(help="Name of the new case and of its folder.")],
    start: Annotated[str | None, typer.Option("--from", help="A case to copy; default a commented starter.")] = None,
    into: Annotated[str, typer.Option("--into", help="Where to make the folder.")] = ".",
) -> None:
    """Start a case: a folder with a commented case.yaml that runs as it is."""
    from detente.workflow.case import new as work

    folder = work(name, start, into)
    print(folder.as_posix())
    typer.echo(f"next: edit {folder.as_posix()}/case.yaml, then: detente check {folder.as_posix()}", err=True)


def check(
    case: CaseArgument,
    solve: Annotated[bool, typer.Option(help="Solve once, for the time it takes and what matters least.")] = True,
    as_json: AsJson = False,
) -> None:
    """Check a case: all mistakes at once, each with file, line and column; exit code 2 if there are any."""
    from detente.workflow.case import check as work

    note_shadow(case)
    report = work(case, solve)
    print(report.as_json() if as_json else summary(report))
    if report.errors:
        raise typer.Exit(2)


def schema(
    out: Annotated[str | None, typer.Option(help="Write to this file instead of stdout.")] = None,
) -> None:
    """Print the JSON Schema of the files of a case folder, for editors."""
    from detente.workflow.case import schema as work

    text = work(out)
    if out is None:
        print(text, end="")


def doctor(as_json: AsJson = False) -> None:
    """Say what is installed and works here; exit code 1 if something needed does not."""
    from detente.workflow.case import as_rows
    from detente.workflow.case import doctor as work

    findings = work()
    if as_json:
        import json

        print(json.dumps(as_rows(findings), indent=1, ensure_ascii=False))
    else:
        for finding in findings:
            mark = "ok" if finding.ok else "MISSING" if finding.needed else "-"
            print(f"{mark:8}{finding.what:16}{finding.words}")
    if any(finding.needed and not finding.ok for finding in findings):
        raise typer.Exit(1)


def note_shadow(case: str) -> None:
    """Say on stderr when a local folder hides a shipped case of the same name."""
    from detente.case.load import find_case, shipped_cases, shipped_folder

    if case in shipped_cases() and find_case(case).resolve() != shipped_folder() / case:
        typer.echo(f"note: the folder ./{case} is used, not the shipped case of this name", err=True)


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
    if report.seconds is not None:
        words = "certified" if report.certified else "NOT certified"
        lines.append(f"one solve: {report.seconds:.2f} s, {words}")
    if report.moves:
        lines += ["", "what each action is worth to an actor that is indifferent to it (rate * noise / discount rate):"]
        width = max(len(f"{m.actor}.{m.action}") for m in report.moves)
        lines += [f"  {f'{m.actor}.{m.action}':{width}}  {m.rate:6.3g}/year  {m.worth:6.2f}" for m in report.moves]
    if report.choices:
        lines += [
            "",
            "what remains to be chosen (reference rates, per year): in peace, otherwise, worth of the difference",
        ]
        lines += [
            f"  {c.actor:16} {c.peace:6.2f} {c.otherwise:6.2f} {c.worth:+7.2f}{_flag(c.share)}" for c in report.choices
        ]
    if len(report.importance) > 1:
        least = list(report.importance.items())[:3]
        words = ", ".join(f"{name} ({share:.1%} of the range of values)" for name, share in least)
        lines += ["", f"variables that matter least: {words}"]
    return "\n".join([*lines, "", _counts(report)])


def _flag(share: float | None) -> str:
    """Say where fewer or more options alone move an actor's values visibly."""
    return f"  = {share:.0%} of its range of values: look at the choice value" if share and share > 0.1 else ""


def _counts(report: "CheckReport") -> str:
    errors, warnings = len(report.errors), len(report.warnings)
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"
