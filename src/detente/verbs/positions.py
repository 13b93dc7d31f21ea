"""`detente positions`: where simple models see the terms."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.errors import OptionError
from detente.verbs.frame.options import Draws, Json, MaybeCase, Seed

if TYPE_CHECKING:
    from detente.outside.view import OutsideView

PANEL = "Answers"


def run(
    case: str | Path | None = None, table: str | Path | None = None, *, draws: int = 200, seed: int = 0
) -> "OutsideView":
    """Forecasts of terms for the issues of a case, or for one table of positions.

    Raises:
        CaseError, OptionError: mistakes in the files or options, or neither a case nor a table.
    """
    from detente.outside.issue import read_issue
    from detente.outside.positions import positions_of_case, positions_of_issue
    from detente.outside.view import OutsideView

    if case is None and table is None:
        raise OptionError.of("name a case, or give a file with --table")
    if case is not None and table is not None:
        raise OptionError.of("a case and a table", "one of them")
    if table is not None:
        return positions_of_issue(read_issue(table), draws, seed)
    from detente.case import load_case

    loaded = load_case(str(case))
    view = positions_of_case(loaded, draws, seed)
    if view.tables:
        return view
    return OutsideView(words=(f"case '{loaded.name}' has no issue with positions (issues: ... positions: ...)",))


def command(
    case: MaybeCase = None,
    *,
    table: Annotated[str | None, typer.Option(help="CSV: actor, position, capability, salience (low..high).")] = None,
    draws: Draws = 200,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Where simple models see the terms: weighted mean, median, Nash bargaining, the challenge model."""
    from detente.verbs.frame.printed import show_view

    show_view(run(case, table, draws=draws, seed=seed), as_json)
