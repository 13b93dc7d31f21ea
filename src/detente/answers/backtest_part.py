"""What a back-test over the years brings to a run, and how it is kept: it takes long, so it is made once."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from detente.answers.backtest import RIVALS
from detente.case import Case
from detente.case.content import FITS
from detente.evidence.kept import Sheet, files_key, fit_key, store_of
from detente.evidence.recorded import RecordedCase
from detente.evidence.sections import HELD_OUT_RANK
from detente.files.folder import is_there
from detente.files.keys import content_key
from detente.files.whole import write_text
from detente.run import Cell, Part, Picture, Scores, Section, Table
from detente.run.scores import Score
from detente.words.numbers import listed

NAME = "backtest"
FILE = "scores.json"
BINS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)  # of chances, in which forecasts are laid against what came
WORDS = {"war": "fighting", "peace": "settlement"}
FEW = 10  # windows that do not overlap, below which a score is an anecdote


def scores_key(recorded: RecordedCase) -> str:
    """The content key of what a back-test rests on: a fit to the whole record, and the facts of the reference class."""
    facts = {day: entry.model_dump(mode="json") for day, entry in recorded.case.questions.baserate.items()}
    return content_key(fit_key(recorded, None, None), facts)


def scores_part(case: Case, found: Scores, command: str) -> Part:
    """The part that `backtest` adds to a run."""
    tables = {"backtest_scores": _scores(found), "backtest_days": _days(found)}
    calibration = _calibration(found)
    tables |= {"backtest_calibration": calibration} if calibration.rows else {}
    return Part(
        name=NAME,
        key=files_key(case),
        command=command,
        tables={n: t.marked() for n, t in tables.items()} if found.confidential else tables,
        sections=(_section(found, tables),),
        scores=found,
    )


def _scores(found: Scores) -> Table:
    """A row for each event and horizon."""
    rows: list[tuple[Cell, ...]] = []
    for s in found.scores:
        row: list[Cell] = [WORDS[s.event], s.years, s.days, s.happened, *(s.brier[w] for w in ("model", *RIVALS))]
        for rival in RIVALS:
            row += list(s.difference.get(rival, (None, None, None)))
        rows.append(tuple(row))
    ends = ("low", "mid", "high")
    return Table(
        title="How forecasts made as of earlier years have fared (Brier score: the smaller the better)",
        columns=(
            "of", "years", "forecasts", "it came", "model", "past cases", "constant rate", "pool",
            *(f"model less {rival}, {end}" for rival in ("past cases", "constant rate", "pool") for end in ends),
        ),
        rows=tuple(rows),
        note=(
            "Every forecast rests on the record until its day alone. Below 0 the model did better than the rival; 90 % "
            "intervals over blocks of neighbouring years. A forecast of one half everywhere scores 0.25."
        ),
    )  # fmt: skip


def _days(found: Scores) -> Table:
    """A row for each forecast."""
    rows: list[tuple[Cell, ...]] = []
    for day in found.days:
        for f in day.forecasts:
            came = {True: "yes", False: "no", None: "not known yet"}[f.happened]
            kind = "the case's own" if day.own else "scored" if f.settled and f.happened is not None else "not scored"
            rows.append(
                (day.date, WORDS[f.event], f.years, f.model, f.low, f.high, f.reference, f.constant, f.pool, came,
                 kind, round(f.ess), len(day.hindsight))
            )  # fmt: skip
    chances = ("model", "low", "high", "past cases", "constant rate", "pool")
    return Table(
        title="What would have been forecast as of earlier years, and what came",
        columns=("date", "of", "years", *chances, "it came", "kind", "effective draws", "assumptions with hindsight"),
        rows=tuple(rows),
        units=dict.fromkeys(chances, "probability"),
        note=(
            "Assumptions with hindsight: how many of the case's assumptions give a reason that names a later year. The "
            "case's own dates were chosen because of what came after, so they are shown and never averaged in."
        ),
    )


def _calibration(found: Scores) -> Table:
    """Forecasts of all horizons by their size, against how often it came."""
    rows = [
        f
        for day in found.days
        if not day.own
        for f in day.forecasts
        if f.settled and f.happened is not None and f.event == "war"
    ]
    place = np.digitize([f.model for f in rows], BINS[1:-1])
    made: list[tuple[Cell, ...]] = []
    for n in range(len(BINS) - 1):
        inside = [f for f, p in zip(rows, place, strict=True) if p == n]
        if inside:
            said = float(np.mean([f.model for f in inside]))
            made.append((said, float(np.mean([bool(f.happened) for f in inside])), f"{len(inside)} forecasts"))
    return Table(
        title="Forecasts of fighting by their size, and how often it came",
        columns=("forecast", "came", "forecasts"),
        rows=tuple(made),
        units={"forecast": "probability", "came": "probability"},
        note="Of all horizons together; overlapping windows count more than once.",
    )


def _section(found: Scores, tables: dict[str, Table]) -> Section:
    """How the forecasts fared, in a sentence with its numbers."""
    told = next((s for s in found.scores if (s.event, s.years) == ("war", 1)), None)
    pictures = []
    if "backtest_calibration" in tables:
        roles = {"x": "forecast", "y": "came", "label": "forecasts"}
        title = "Of all forecasts of about so much, how many came: on the rising line for a well calibrated model"
        pictures.append(Picture(shape="scatter", title=title, table="backtest_calibration", roles=roles, percent=True))
    return Section(
        id="backtest",
        title="How forecasts made as of earlier years have fared",
        rank=HELD_OUT_RANK,
        finding=finding(told) if told is not None else none_scored(found),
        paragraphs=(*paragraphs(found), *found.words),
        pictures=tuple(pictures),
        tables=tuple(tables),
        confidential=found.confidential,
    )


def none_scored(found: Scores) -> str:
    """Why there is no score of fighting within a year."""
    closed = any(f.happened is not None for day in found.days if not day.own for f in day.forecasts)
    why = "the fits have too few effective draws" if closed else "no window is closed"
    return f"No forecast of fighting within a year could be scored: {why}."


def finding(score: Score) -> str:
    """One score in a sentence."""
    names = {"class": "past cases", "constant": "a constant rate"}
    rivals = [f"{names[who]} {value:.2f}" for who, value in score.brier.items() if who in names and value is not None]
    return (
        f"Of {score.days} yearly forecasts of {WORDS[score.event]} within {_years(score.years)}, each made with the "
        f"record until then, {score.happened} came true; Brier score {score.brier['model']:.2f}, "
        f"{' and '.join(rivals)} (the smaller the better)."
    )


def paragraphs(found: Scores) -> Iterable[str]:
    """What has to be known to read the scores."""
    few = [s for s in found.scores if s.windows < FEW]
    if few:
        worth = (f"{max(1, round(s.windows))} of {s.days} for {WORDS[s.event]} within {_years(s.years)}" for s in few)
        yield f"Windows overlap. Forecasts that do not: {listed(worth)}. Of so few a score is an anecdote, not a test."
    late = [day for day in found.days if day.hindsight and not day.own]
    if late:
        share = max(len(day.hindsight) for day in late)
        yield (
            f"Hindsight: as of {len(late)} of the days, assumptions of the case give reasons from later years (up to "
            f"{share} of them). And the model itself was made later, by people who knew what came."
        )


def _years(years: int) -> str:
    return "1 year" if years == 1 else f"{years} years"


# ---- kept ------------------------------------------------------------------------------------------------------------


def keep_scores(store: Path, key: str, part: Part) -> None:
    """Keep a back-test."""
    write_text(store / FILE, Sheet(key=key, part=part).model_dump_json(indent=1) + "\n")


def kept_scores(case: Case, out: str | Path | None = None) -> Part | None:
    """The back-test that was kept for a case, or came with it, where it still belongs to it; None where none does."""
    homes = [store_of(case, out)] if out is not None else []
    homes += [store_of(case, take=False), case.folder / FITS]
    now = files_key(case)
    for path in (home / FILE for home in homes):
        if not is_there(path):
            continue
        try:
            sheet = Sheet.model_validate_json(path.read_bytes())
        except ValidationError:
            continue  # of another version: it has to be made again
        if sheet.part.key == now or sheet.key == scores_key(RecordedCase.open(case.folder)):
            return sheet.part.model_copy(update={"key": now})
    return None
