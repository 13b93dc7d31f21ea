"""The options that every verb takes, with one name and one help text each.

def command(case: CaseArgument, *, date: Date = None, draws: Draws = 100, seed: Seed = 0, ...) -> None:
    settings = Settings(draws=draws, seed=seed, workers=workers, executor=executor, date=date, out=out)
"""

from typing import Annotated

import typer
from typer.core import TyperCommand

from detente.errors import OptionError, suggest

CaseArgument = Annotated[str, typer.Argument(help="A case folder, or the name of a shipped case.")]
MaybeCase = Annotated[str | None, typer.Argument(help="A case folder, or the name of a shipped case.")]
Date = Annotated[str | None, typer.Option("--date", help="ISO date; default the case's own.")]
Draws = Annotated[int, typer.Option("--draws", help="How many draws.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the draws; the same seed gives the same numbers.")]
Fit = Annotated[
    str,
    typer.Option(
        "--fit",
        help="Draws of which fit to the record: as-of (until the date), whole (hindsight), none.",
    ),
]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Processes; default one per core. Never changes a number.")
]
Where = Annotated[
    str | None, typer.Option("--executor", help="dask://HOST:PORT or dask://local; default processes here.")
]
Out = Annotated[str | None, typer.Option("--out", help="Where to write; default in ./detente-out/.")]
Equilibria = Annotated[
    int | None,
    typer.Option("--equilibria", help="Look for further equilibria from N random starts, in one draw in ten."),
]
Scenario = Annotated[
    str | None, typer.Option("--scenario", help="With the changes of this scenario of the case, or of a scenario file.")
]
Json = Annotated[bool, typer.Option("--json", help="Machine output on stdout; the same as --format json.")]
Format = Annotated[str | None, typer.Option("--format", help="The form of the output.")]

OLD_NAMES = {"--as-of": "--date", "--until": "--date"}  # still taken, no longer shown


class Verb(TyperCommand):
    """A command that also takes the old names of its options; an option of its own under such a name comes first."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:
        """Read the arguments, old names put into new ones."""
        own = {name for parameter in self.params for name in parameter.opts}
        known = {old: new for old, new in OLD_NAMES.items() if old not in own and new in own}
        return super().parse_args(ctx, [_renamed(word, known) for word in _before_dashes(args)] + _after_dashes(args))


def _before_dashes(args: list[str]) -> list[str]:
    return args[: args.index("--")] if "--" in args else args


def _after_dashes(args: list[str]) -> list[str]:
    return args[args.index("--") :] if "--" in args else []


def _renamed(word: str, known: dict[str, str]) -> str:
    name, equals, value = word.partition("=")
    return f"{known[name]}{equals}{value}" if name in known else word


def chosen_form(form: str | None, as_json: bool, forms: tuple[str, ...]) -> str:
    """The form of the output: `--json` is short for `--format json`; the first form is the default.

    Raises:
        OptionError: an unknown form, or two that differ.
    """
    if form is not None and form not in forms:
        raise OptionError.of(f"--format {form}", f"one of {', '.join(forms)}", suggest(form, forms))
    if as_json and form not in (None, "json"):
        raise OptionError.of(f"--json and --format {form}", "one of them")
    return "json" if as_json else form or forms[0]
