"""The command line: thin; nothing heavy is imported before the verb is known.

Each module here adds one group of verbs to `app` through `register(app)` and imports the workflow inside its commands.
"""

import sys
from importlib import import_module, util

import typer

from detente.errors import ComputationError, Interrupted, MissingExtra, UserError

GROUPS = ("analyze", "case", "record", "answers", "evidence", "settle", "outside", "dossier", "studio")

app = typer.Typer(
    name="detente",
    help="An open workbench for mediated peace processes: record, game, intervals, what would hold.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _callback() -> None:
    """Keep one verb per command even while only one is registered."""


for _group in GROUPS:
    if util.find_spec(f"detente.cli.{_group}") is not None:
        import_module(f"detente.cli.{_group}").register(app)


def main() -> None:
    """Run the command line; user mistakes end with exit code 2 and no traceback."""
    try:
        app()
    except UserError as error:
        for diagnostic in error.diagnostics:
            print(diagnostic, file=sys.stderr)
        raise SystemExit(2) from None
    except (MissingExtra, ComputationError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None
    except (Interrupted, KeyboardInterrupt) as error:
        print(str(error) or "interrupted", file=sys.stderr)
        raise SystemExit(130) from None
