"""`detente studio`: the local web application."""

from typing import Annotated

import typer

from detente.verbs.frame.options import CaseArgument, Json

PANEL = "Begin"


def run(
    case: str = "minsk", *, port: int = 0, into: str | None = None, browser: bool = True, json: bool = False
) -> None:
    """Serve the studio until it is stopped, on this machine only.

    Args:
        case: a folder, or the name of a shipped case.
        port: on this machine; 0 for any free one.
        into: folder for saved scenarios; default beside the case, or `./CASE-scenarios`.
        browser: open a browser.
        json: print the address as JSON.

    Raises:
        CaseError: there is no such case.
        OptionError: the port is in use.
    """
    from detente.studio.serve import serve

    serve(case, port=port, into=into, browser=browser, as_json=json)


def command(
    case: CaseArgument = "minsk",
    port: Annotated[int, typer.Option(help="Port on this machine; default any free one.", min=0, max=65535)] = 0,
    into: Annotated[
        str | None, typer.Option(help="Folder for saved scenarios; default beside the case, or ./CASE-scenarios.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address and open nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Open the studio: move assumptions by hand and see at once what follows; on this machine only, nothing is sent."""
    run(case, port=port, into=into, browser=not no_browser, json=as_json)
