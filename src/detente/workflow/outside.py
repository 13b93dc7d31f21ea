"""The verbs `baserate` and `positions`: from options to what happened in past cases, and to forecasts of terms."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import Diagnostic, OptionError, check_number

if TYPE_CHECKING:
    from detente.outside.view import OutsideView

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


def baserate(options: BaseRateOptions) -> "OutsideView":
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


def positions(
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
