"""The outside view and positions: from files or a case to tables, quantities and words."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import Diagnostic, OptionError
from detente.files.whole import write_text
from detente.run import Outlook, Quantity, Table, read_run

if TYPE_CHECKING:
    from detente.case import Case
    from detente.outside import Episodes

PREDICTION = ("conflict_id", "conflictepisode", "p_recur5", "low", "high")


@dataclass(frozen=True)
class Findings:
    """What a verb found, ready to print: tables by id, quantities, sentences."""

    tables: dict[str, Table]
    quantities: tuple[Quantity, ...] = ()
    words: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """Plain data for machine output."""
        return {
            "tables": {name: table.model_dump(mode="json") for name, table in self.tables.items()},
            "quantities": [quantity.model_dump(mode="json") for quantity in self.quantities],
            "words": list(self.words),
        }


@dataclass(frozen=True)
class Request:
    """What `baserate` is asked for; see the functions below for each part."""

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


def base_rates(request: Request) -> Findings:
    """Everything that one call of `baserate` asks for, in one set of findings.

    Raises:
        CaseError, OptionError: mistakes in files, options that need others, or nothing asked for.
        MissingExtra: a survival model without lifelines.
    """
    r = request
    _check(r)
    parts: list[Findings] = []
    if r.train is not None and r.predict is not None and r.out is not None:
        parts.append(
            predict_recurrence(
                r.train, r.predict, r.out, known_until=r.known_until, replicates=r.replicates, seed=r.seed
            )
        )
    if r.train is not None and r.curves is not None:
        write_curves(r.train, r.curves, known_until=r.known_until)
        parts.append(Findings({}, (), (f"Counts per reference class in {r.curves}.",)))
    if r.train is not None and r.validate:
        parts.append(validate_recurrence(r.train, known_until=r.known_until))
    if r.survival is not None or r.agreements is not None:
        models = [name.strip() for name in (r.survival or "kaplan-meier").split(",")]
        parts.append(survival_models(r.train, r.agreements, models, r.known_until))
    if r.case is not None:
        parts.append(
            case_base_rates(
                r.case,
                r.date,
                run=r.run,
                train=r.train,
                known_until=r.known_until,
                replicates=r.replicates,
                seed=r.seed,
            )
        )
    return Findings(
        {name: table for part in parts for name, table in part.tables.items()},
        tuple(quantity for part in parts for quantity in part.quantities),
        tuple(sentence for part in parts for sentence in part.words),
    )


def _check(r: Request) -> None:
    """Refuse options that need others, all at once."""
    problems = []
    if (r.predict is None) != (r.out is None) or (r.predict is not None and r.train is None):
        problems.append(Diagnostic("forecasts for a file", "--train FILE --predict FILE --out FILE, all three"))
    alone = {"--curves": r.curves is not None, "--validate": r.validate}
    problems += [
        Diagnostic(f"{name} without a file of episodes", "--train FILE")
        for name, asked in alone.items()
        if asked and r.train is None
    ]
    if r.survival is not None and r.train is None and r.agreements is None:
        problems.append(Diagnostic("--survival without a file", "--train FILE or --agreements FILE"))
    if r.run is not None and r.case is None:
        problems.append(Diagnostic("--run without a case", "CASE --run FOLDER"))
    asked = (r.case, r.predict, r.out, r.curves, r.survival, r.agreements)
    if not problems and not r.validate and all(part is None for part in asked):
        expected = "a CASE, or --train FILE with --predict and --out, --validate or --curves"
        problems.append(Diagnostic("nothing to do", expected))
    if problems:
        raise OptionError(problems)


def predict_recurrence(
    train: str | Path,
    predict: str | Path,
    out: str | Path,
    *,
    known_until: int | None = None,
    replicates: int = 200,
    seed: int = 0,
) -> Findings:
    """Forecast recurrence within five calendar years for every row of a file, and write one row per row, in order.

    Args:
        train: labelled episodes (`next_active_year`).
        predict: episodes; labels there are never looked at.
        out: CSV to write: conflict_id, conflictepisode, p_recur5, low, high (90 % interval).
        known_until: last calendar year whose activity the training labels know.
        replicates: bootstrap refits over conflicts.
        seed: of the bootstrap.

    Raises:
        OptionError: mistakes in the files, located, or fewer than one replicate.
    """
    from detente.outside import forecast

    if replicates < 1:
        raise OptionError.of(f"{replicates} replicates", "at least 1")
    labelled = read_file(train, True, known_until)
    rows = read_file(predict, False)
    found = forecast(labelled, rows, replicates=replicates, seed=seed)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(PREDICTION)
    for line in zip(rows.conflict_id, rows.episode, found.p, found.low, found.high):
        writer.writerow([line[0], line[1], *(f"{value:.6f}" for value in line[2:])])
    write_text(Path(out), stream.getvalue())
    words = (
        f"{len(rows)} forecasts in {out}; learnt from {found.model.episodes} episodes with {found.model.years_at_risk} "
        f"years at risk, activity known until {found.model.known_until}.",
        *(f"Not in the training file, or the same in all its rows: {name}." for name in found.model.design.unused),
        *labelled.notes,
        *rows.notes,
    )
    return Findings({"recurrence_effects": effects_table(found.model)}, (), words)


def effects_table(model: Any) -> Table:
    """The fitted effects on the logit of the yearly hazard, with the spread of their priors."""
    rows = [(c.label, float(effect), c.spread) for c, effect in zip(model.design.columns, model.effects)]
    return Table(
        title="Effects on recurrence, logit of the yearly hazard",
        columns=("covariate", "effect", "prior spread"),
        rows=tuple(rows),
        note="Numbers per standard deviation; outcome types on top of their family. Associations, not causes.",
    )


def validate_recurrence(train: str | Path, *, known_until: int | None = None, replicates: int = 1000) -> Findings:
    """Score the recurrence model and simple rules forward in time and across conflicts within a training file.

    Raises:
        OptionError: mistakes in the file, located.
    """
    from detente.outside.validation import by_conflict, forward, report

    episodes = read_file(train, True, known_until)
    tables = {
        "recurrence_forward": report(forward(episodes), replicates),
        "recurrence_by_conflict": report(by_conflict(episodes), replicates),
    }
    return Findings(tables)


def survival_models(
    train: str | Path | None, agreements: str | Path | None, models: Sequence[str], known_until: int | None = None
) -> Findings:
    """Kaplan-Meier, Weibull or Cox tables by lifelines for episodes or peace agreements.

    Raises:
        MissingExtra: lifelines is not installed.
        OptionError: mistakes in the files or an unknown model.
    """
    from detente.outside.hazard import with_history
    from detente.outside.survival import MODELS, cox_table, durations_of, read_agreements, survival_table

    unknown = [model for model in models if model not in MODELS]
    if unknown:
        raise OptionError.of(f"survival model '{unknown[0]}'", ", ".join(MODELS))
    tables: dict[str, Table] = {}
    if train is not None:
        episodes = read_file(train, True, known_until)
        for model in models:
            table = (
                cox_table(with_history(episodes, (episodes,)), ("outcome", "duration_years", "country_history"))
                if model == "cox"
                else survival_table(durations_of(episodes), model)
            )
            tables[f"episodes_{model}"] = table
    if agreements is not None:
        durations = read_agreements(agreements)
        tables |= {f"agreements_{m}": survival_table(durations, m) for m in models if m != "cox"}
    return Findings(tables)


def write_curves(train: str | Path, out: str | Path, source: str | None = None, known_until: int | None = None) -> None:
    """Write the counts of every reference class of a file, in the form of the shipped figures."""
    from detente.outside import curves_csv, curves_of

    episodes = read_file(train, True, known_until)
    write_text(Path(out), curves_csv(curves_of(episodes, source or f"computed from {Path(train).name}")))


def case_base_rates(
    case: str | Path,
    date: str | None = None,
    *,
    run: str | Path | None = None,
    train: str | Path | None = None,
    known_until: int | None = None,
    replicates: int = 200,
    seed: int = 0,
) -> Findings:
    """Base rates for a case on a date, beside the relapse chances of a run.

    Args:
        case: folder or shipped name.
        date: ISO date; default the case's `as_of`.
        run: folder that `analyze` wrote, to compare with.
        train: a labelled file of episodes in place of the shipped figures.
        known_until: last calendar year whose activity that file's labels know.
        replicates: bootstrap refits of the recurrence model, used with `train`.
        seed: of the bootstrap.

    Raises:
        CaseError, OptionError: mistakes in the files or options.
    """
    from detente.case import load_case
    from detente.outside import for_case

    loaded = load_case(case)
    inside = () if run is None else read_run(Path(run)).quantities
    episodes = None if train is None else read_file(train, True, known_until)
    view = for_case(
        loaded,
        date or loaded.as_of,
        inside=inside,
        episodes=episodes,
        source="" if train is None else f"computed from {Path(train).name}",
        replicates=replicates,
        seed=seed,
    )
    return Findings(view.tables, view.quantities, view.words)


def for_run(
    case: "Case", date: str, inside: Iterable[Quantity], *, draws: int = 200, seed: int = 0
) -> tuple[Findings, Outlook]:
    """What `analyze` prints beside its own answers: base rates and simple forecasts of terms.

    Args:
        case: the case.
        date: the situation's date.
        inside: the run's quantities so far; its chances of relapse are compared with the base rate.
        draws: draws from the ranges of positions.
        seed: of the draws.

    Returns:
        Findings, and their sentences for `Run.outlook`.

    Raises:
        CaseError: mistakes in the facts or the issues, located.
    """
    from detente.outside import for_case as base_view
    from detente.outside.positions import for_case as positions_view

    rates, terms = base_view(case, date, inside=inside), positions_view(case, draws, seed)
    found = Findings(rates.tables | terms.tables, rates.quantities + terms.quantities, rates.words + terms.words)
    return found, Outlook(base_rates=rates.words, positions=terms.words)


def positions(
    case: str | Path | None = None, table: str | Path | None = None, *, draws: int = 200, seed: int = 0
) -> Findings:
    """Forecasts of terms for the issues of a case, or for one table of positions.

    Raises:
        CaseError, OptionError: mistakes in the files, or neither a case nor a table.
    """
    from detente.outside.issue import read_issue
    from detente.outside.positions import for_case, view_issue

    if (case is None) == (table is None):
        raise OptionError.of("nothing to forecast" if case is None else "a case and a table", "one of CASE and --table")
    if table is not None:
        view = view_issue(read_issue(table), draws, seed)
    else:
        from detente.case import load_case

        loaded = load_case(str(case))
        view = for_case(loaded, draws, seed)
        if not view.tables:
            return Findings({}, (), (f"case '{loaded.name}' has no issue with positions (issues: ... positions: ...)",))
    return Findings(view.tables, view.quantities, view.words)


def read_file(path: str | Path, labelled: bool, known_until: int | None = None) -> "Episodes":
    """Episodes from a user's file."""
    from detente.outside import read_episodes

    return read_episodes(path, labelled, known_until)
