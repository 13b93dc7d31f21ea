"""`detente baserate`: how often war came back in past cases like this one; or forecasts for a file of episodes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.errors import Diagnostic, OptionError, check_number
from detente.verbs.frame.options import Date, Json, MaybeCase, Seed

if TYPE_CHECKING:
    from detente.outside.view import OutsideView

PANEL = "Answers"
YEARS = (1800, 2100)  # calendar years outside which a year is taken for a slip, as in imported lists


@dataclass(frozen=True)
class BaseRateOptions:
    """What `baserate` is asked for; see `detente.outside.recurrence` for what it does with files."""

    case: str | Path | None = None
    date: str | None = None
    run: str | Path | None = None
    train: str | Path | None = None
    predict: str | Path | None = None
    out: str | Path | None = None
    agreements: str | Path | None = None
    survival: str | None = None  # models, joined by comma
    validate: bool = False
    curves: str | Path | None = None
    known_until: int | None = None
    replicates: int = 200
    seed: int = 0


def run(options: BaseRateOptions) -> "OutsideView":
    """Everything that one call asks for.

    Raises:
        CaseError, RecordError, OptionError: mistakes in files, options that need others, or nothing asked for.
        MissingExtra: a survival model without lifelines.
    """
    from detente.outside import recurrence
    from detente.outside.view import OutsideView, together

    o = options
    _check(o)
    views: list[OutsideView] = []
    if o.train is not None and o.predict is not None and o.out is not None:
        views.append(
            recurrence.predict_recurrence(
                o.train, o.predict, o.out, known_until=o.known_until, replicates=o.replicates, seed=o.seed
            )
        )
    if o.train is not None and o.curves is not None:
        views.append(recurrence.write_curves(o.train, o.curves, known_until=o.known_until))
    if o.train is not None and o.validate:
        views.append(recurrence.validate_recurrence(o.train, known_until=o.known_until))
    if o.survival is not None or o.agreements is not None:
        models = [name.strip() for name in (o.survival or "kaplan-meier").split(",")]
        views.append(recurrence.survival_models(o.train, o.agreements, models, o.known_until))
    if o.case is not None:
        views.append(case_base_rates(o))
    return together(views)


def _check(o: BaseRateOptions) -> None:
    """Refuse options that need others, all at once."""
    check_number("replicates", o.replicates, 1, whole=True)
    check_number("seed", o.seed, 0, whole=True)
    if o.known_until is not None:
        check_number("known_until", o.known_until, *YEARS, whole=True)
    problems: list[Diagnostic] = []
    if (o.predict is None) != (o.out is None) or (o.predict is not None and o.train is None):
        problems.append(Diagnostic("forecasts for a file", "--train FILE --predict FILE --out FILE, all three"))
    alone = {"--curves": o.curves is not None, "--validate": o.validate}
    problems += [
        Diagnostic(f"{name} without a file of episodes", "--train FILE")
        for name, asked in alone.items()
        if asked and o.train is None
    ]
    if o.survival is not None and o.train is None and o.agreements is None:
        problems.append(Diagnostic("--survival without a file", "--train FILE or --agreements FILE"))
    if o.run is not None and o.case is None:
        problems.append(Diagnostic("--run without a case", "CASE --run FOLDER"))
    asked = (o.case, o.predict, o.out, o.curves, o.survival, o.agreements)
    if not problems and not o.validate and all(part is None for part in asked):
        expected = "a CASE, or --train FILE with --predict and --out, --validate or --curves"
        problems.append(Diagnostic("nothing to do", expected))
    if problems:
        raise OptionError(problems)


def case_base_rates(options: BaseRateOptions) -> "OutsideView":
    """Base rates for a case on a date, beside the relapse chances of a run.

    Raises:
        CaseError, RecordError, OptionError: mistakes in the files or options.
    """
    from detente.case import load_case
    from detente.outside.base_rates import base_rates
    from detente.outside.episodes import read_episodes
    from detente.run import read_run

    o = options
    loaded = load_case(str(o.case))
    return base_rates(
        loaded,
        o.date or loaded.as_of,
        inside=() if o.run is None else read_run(Path(o.run)).quantities,
        episodes=None if o.train is None else read_episodes(o.train, True, o.known_until),
        source="" if o.train is None else f"computed from {Path(o.train).name}",
        replicates=o.replicates,
        seed=o.seed,
    )


def command(
    case: MaybeCase = None,
    *,
    date: Date = None,
    run_folder: Annotated[str | None, typer.Option("--run", help="A run folder to compare with.")] = None,
    train: Annotated[str | None, typer.Option(help="CSV of labelled conflict episodes.")] = None,
    predict: Annotated[str | None, typer.Option(help="CSV of episodes to forecast.")] = None,
    out: Annotated[str | None, typer.Option(help="CSV to write forecasts to.")] = None,
    agreements: Annotated[str | None, typer.Option(help="CSV of UCDP peace agreements.")] = None,
    survival: Annotated[str | None, typer.Option(help="kaplan-meier, weibull, cox; several by comma.")] = None,
    validate: Annotated[bool, typer.Option("--validate", help="Score the model within the training file.")] = False,
    curves: Annotated[str | None, typer.Option(help="CSV to write the counts per reference class to.")] = None,
    known_until: Annotated[int | None, typer.Option(help="Last year whose activity the labels know.")] = None,
    replicates: Annotated[int, typer.Option(help="Bootstrap refits over conflicts.")] = 200,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """How often war came back in past cases like this one; or forecasts for a file of episodes."""
    from detente.verbs.frame.printed import show_view

    options = BaseRateOptions(
        case=case,
        date=date,
        run=run_folder,
        train=train,
        predict=predict,
        out=out,
        agreements=agreements,
        survival=survival,
        validate=validate,
        curves=curves,
        known_until=known_until,
        replicates=replicates,
        seed=seed,
    )
    show_view(run(options), as_json)
