"""`detente analyze`: the main job."""

from typing import Annotated

import typer

CaseArgument = Annotated[str, typer.Argument(help="A case folder, or the name of a shipped case.")]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command()(analyze)


def analyze(
    case: CaseArgument,
    date: Annotated[str | None, typer.Option(help="A situation of the case (ISO date); default its as_of.")] = None,
    out: Annotated[str | None, typer.Option(help="Folder to write; default ./detente-out/CASE-DATE/.")] = None,
    draws: Annotated[int, typer.Option(help="Draws from the stated ranges.")] = 100,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    workers: Annotated[int | None, typer.Option(help="Processes; never changes a number.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the run as JSON.")] = False,
) -> None:
    """Analyse a case: who gains from delay, how likely war is to resume, what settling brings; writes a dossier."""
    from detente.words.progress import progress_bar
    from detente.workflow.analyze import analyze as work
    from detente.workflow.summary import summary

    with progress_bar() as progress:
        run, folder = work(case, date, out, draws, seed, workers, progress)
    if as_json:
        print(run.model_dump_json(by_alias=True, indent=1))
    else:
        print(summary(run, folder))
