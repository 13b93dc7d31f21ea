"""`detente studio`: the local web application."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command()(studio)


def studio(
    case: Annotated[str, typer.Argument(help="A case folder, or the name of a shipped case.")] = "minsk",
    port: Annotated[int, typer.Option(help="Port on this machine; default any free one.", min=0, max=65535)] = 0,
    into: Annotated[
        str | None, typer.Option(help="Folder for saved scenarios; default beside the case, or ./CASE-scenarios.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address and open nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the address as JSON to stdout.")] = False,
) -> None:
    """Open the studio: move assumptions by hand and see at once what follows; on this machine only, nothing is sent."""
    from detente.studio.serve import serve

    serve(case, port=port, into=into, browser=not no_browser, as_json=as_json)
