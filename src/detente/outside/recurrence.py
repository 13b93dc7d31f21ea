"""What `baserate` does with files of episodes: forecasts, validation, survival models, and counts per class."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from detente.draws import ends_in_words, reasons_in_words
from detente.errors import OptionError, check_number
from detente.files.whole import write_text
from detente.outside.classes import curves_csv, curves_of
from detente.outside.episodes import read_episodes
from detente.outside.hazard import Hazard, forecast, with_history
from detente.outside.survival import MODELS, cox_table, durations_of, read_agreements, survival_table
from detente.outside.validation import by_conflict, forward, report
from detente.outside.view import OutsideView
from detente.run import Table

PREDICTION = ("conflict_id", "conflictepisode", "p_recur5", "low", "high")


def predict_recurrence(
    train: str | Path,
    predict: str | Path,
    out: str | Path,
    *,
    known_until: int | None = None,
    replicates: int = 200,
    seed: int = 0,
) -> OutsideView:
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
    check_number("replicates", replicates, 1, whole=True)
    check_number("seed", seed, 0, whole=True)
    labelled = read_episodes(train, True, known_until)
    rows = read_episodes(predict, False)
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
        f"low and high: {ends_in_words(replicates - len(found.left_out)).replace('draws', 'refits')}.",
        *(
            [f"{len(found.left_out)} refits were left out: {reasons_in_words(found.left_out)}."]
            if found.left_out
            else []
        ),
        *(f"Not in the training file, or the same in all its rows: {name}." for name in found.model.design.unused),
        *labelled.notes,
        *rows.notes,
    )
    return OutsideView({"recurrence_effects": effects_table(found.model)}, (), words)


def effects_table(model: Hazard) -> Table:
    """The fitted effects on the logit of the yearly hazard, with the spread of their priors."""
    rows = [(c.label, float(effect), c.spread) for c, effect in zip(model.design.columns, model.effects)]
    return Table(
        title="Effects on recurrence, logit of the yearly hazard",
        columns=("covariate", "effect", "prior spread"),
        rows=tuple(rows),
        note="Numbers per standard deviation; outcome types on top of their family. Associations, not causes.",
    )


def validate_recurrence(train: str | Path, *, known_until: int | None = None, replicates: int = 1000) -> OutsideView:
    """Score the recurrence model and simple rules forward in time and across conflicts within a training file.

    Raises:
        OptionError: mistakes in the file, located.
    """
    episodes = read_episodes(train, True, known_until)
    tables = {
        "recurrence_forward": report(forward(episodes), replicates),
        "recurrence_by_conflict": report(by_conflict(episodes), replicates),
    }
    return OutsideView(tables)


def survival_models(
    train: str | Path | None, agreements: str | Path | None, models: Sequence[str], known_until: int | None = None
) -> OutsideView:
    """Kaplan-Meier, Weibull or Cox tables by lifelines for episodes or peace agreements.

    Raises:
        MissingExtra: lifelines is not installed.
        OptionError: mistakes in the files or an unknown model.
    """
    unknown = [model for model in models if model not in MODELS]
    if unknown:
        raise OptionError.of(f"--survival {unknown[0]}", ", ".join(MODELS))
    tables: dict[str, Table] = {}
    if train is not None:
        episodes = read_episodes(train, True, known_until)
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
    return OutsideView(tables)


def write_curves(train: str | Path, out: str | Path, *, known_until: int | None = None) -> OutsideView:
    """Write the counts of every reference class of a file, in the form of the shipped figures.

    Raises:
        OptionError: mistakes in the file, located.
    """
    episodes = read_episodes(train, True, known_until)
    write_text(Path(out), curves_csv(curves_of(episodes, f"computed from {Path(train).name}")))
    return OutsideView(words=(f"Counts per reference class in {out}.",))
