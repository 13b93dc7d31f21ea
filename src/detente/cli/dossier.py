"""`detente dossier` and `detente export`: render or convert what is there, without analysing again."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command()(dossier)
    app.command()(export)


def dossier(
    run_folder: Annotated[str, typer.Argument(help="A folder that `detente analyze` wrote.")],
    *,
    format: Annotated[str | None, typer.Option(help="html, docx, pdf or md; default the ending of --out.")] = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="Leave out what is confidential or would reveal it.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="File to write; default in the run folder.")] = None,
    paper: Annotated[str, typer.Option(help="a4 or letter, for Word and PDF.")] = "a4",
    as_json: Annotated[bool, typer.Option("--json", help="Print the path as JSON.")] = False,
) -> None:
    """Render the dossier of a run again, in any format, without solving."""
    from detente.workflow.dossier import dossier as work

    _print([work(run_folder, format, redact, out, paper, _note)], as_json)


def export(
    where: Annotated[str, typer.Argument(metavar="CASE", help="A run folder, a case folder, or a shipped case.")],
    *,
    to: Annotated[str | None, typer.Option(help="prism, csv, xlsx or netcdf; default the ending of --out.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder (prism, csv) or file (xlsx, netcdf) to write.")] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Leave out what is confidential; for a run.")] = False,
    date: Annotated[str | None, typer.Option(help="A situation of the case, for the initial state.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the paths as JSON.")] = False,
) -> None:
    """Write a run's tables, or a case's solved model, for other programs."""
    from detente.workflow.dossier import export as work

    _print(work(where, to, out, redact, date, _note), as_json)


def _note(words: str) -> None:
    typer.echo(f"note: {words}", err=True)


def _print(paths: list[Path], as_json: bool) -> None:
    import json

    if as_json:
        print(json.dumps({"files": [path.as_posix() for path in paths]}, ensure_ascii=False))
    else:
        for path in paths:
            print(path)
