"""Fits that are kept: what chains found, the draws behind it, and whether both still belong to the case.

A fit belongs to a compiled game, its priors, the coded path and the numerics that made it. Labels, reasons, notes and
code that computes something else do not make it stale: games are compared as arrays, at some points of their ranges.
A shipped case may bring fits along, in its own folder.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, ValidationError

from detente.case import Case
from detente.case.content import FITS
from detente.case.outputs import file_name, results_folder
from detente.errors import OptionError
from detente.evidence.coded import Coded
from detente.evidence.fit import Fitted, Question, priors_of
from detente.evidence.priors import Quantile
from detente.evidence.recorded import SECOND, RecordedCase, evidence_files
from detente.files.access import unreadable
from detente.files.folder import is_there
from detente.files.keys import content_key, digest, digests
from detente.files.whole import write_text
from detente.game import Game
from detente.run import Fit, Part
from detente.run.base import Model

NUMERICS = 1  # raised when the same game and record give another log-likelihood (a golden test says so)
PROBES = (0.5, 0.31, 0.74)  # where in every range two games are compared
BESIDE = ("chain", "log_likelihood")  # columns before the parameters


class Sheet(Model):
    """A part of a run that is kept, such as what stands beside the draws of a fit."""

    key: str = Field(description="of what it rests on, such as `fit_key`: words and layout do not count")
    part: Part


@dataclass(frozen=True, eq=False)
class KeptFit:
    """A fit with its draws.

    Attributes:
        part: of a run, with its table and section.
        names: of the dimensions, the game's parameters first.
        values: (draws, dimensions); draws of a chain follow one another.
    """

    part: Part
    names: tuple[str, ...]
    values: np.ndarray

    @property
    def fit(self) -> Fit:
        """In summary."""
        assert self.part.fit is not None
        return self.part.fit


def fit_name(date: str, account: str | None = None, whole: bool = False) -> str:
    """How the files of a fit are named, without their suffix."""
    return "-".join(["whole" if whole else date, *([file_name(account)] if account else [])])


def store_of(case: Case, out: str | Path | None = None, *, take: bool = True) -> Path:
    """Where solved draws, simulated records, the freeze and the last results of a case are kept.

    Args:
        case: whose results (`detente.case.outputs`).
        out: a run folder, which then holds the store as well.
        take: see `results_folder`.
    """
    if out is not None:
        return Path(out) / ".evidence"
    return results_folder(case.name, case.folder, "evidence", take=take)


def files_key(case: Case) -> str:
    """The content key of every file that a fit can rest on: while it is the same, so is `fit_key`."""
    files = {name: path for name, path in evidence_files(case).items() if name != f"record/{SECOND}"}
    return content_key(NUMERICS, digests(files))


def fit_key(recorded: RecordedCase, account: str | None, until: str | None) -> str:
    """The content key of what a fit rests on.

    Args:
        recorded: the case with its record.
        account: whose ranges; None: the case's own.
        until: last day of the record that counts; None: all of it.

    Raises:
        CaseError, RecordError, OptionError: mistakes in the files, or an unknown account.
    """
    priors = priors_of(recorded, account)
    cube = [
        {p.name: float(p.sample(u)) for p in recorded.case.parameters.values()}  # an account moves within these
        for u in PROBES
    ]
    games = [_of_game(recorded.template.game(point)) for point in cube]
    known = {name: _of_prior(prior) for name, prior in sorted(priors.items())}
    return content_key(NUMERICS, games, known, _of_path(recorded.code(until=until)))


def _of_array(values: Any) -> str:
    """Of an array: numbers to seven digits, so that another machine's rounding does not count."""
    array = np.asarray(values)
    rounded = array.astype(np.float32) + np.float32(0) if array.dtype.kind == "f" else array.astype(np.int64)
    return f"{rounded.shape}:{digest(np.ascontiguousarray(rounded).tobytes())}"


def _of_prior(prior: Quantile) -> str:
    return _of_array(prior(np.linspace(0.01, 0.99, 33)))


def _of_game(game: Game) -> list[Any]:
    """Everything that the equilibrium and its jumps follow from."""
    parts = [
        [list(m.names), *map(_of_array, (m.available, m.impulses, m.reference_rate)), _of_matrix(m.transition)]
        for m in game.moves
    ]
    nature = [list(game.nature.names), _of_array(game.nature.hazards), _of_matrix(game.nature.transition)]
    rest = (game.payoff_flow, game.tempo, game.discount_rate, game.noise, game.ceiling)
    return [list(game.players), game.shocks, parts, nature, *map(_of_array, rest)]


def _of_matrix(matrix: Any) -> list[str]:
    return [_of_array(part) for part in (matrix.indptr, matrix.indices, matrix.data)]


def _of_path(coded: Coded) -> list[Any]:
    """Everything that the likelihood takes from a record."""
    path, table = coded.path, coded.table
    spans = [[[p.start, p.end], _of_array(p.mask)] for p in path.pins]
    return [
        [path.horizon, _of_array(path.initial), spans],
        [[m.time, m.channel, m.until] for m in path.marks],
        [[g.start, g.end, None if g.channels is None else list(g.channels)] for g in path.gaps],
        [[c.name, _of_array(c.entries)] for c in coded.channels],
        [[c.name, c.channel, c.start, c.low, c.high] for c in coded.chances],
        [_of_array(part) for part in (table.source, table.target, coded.constant)],
    ]


# ---- on disk ---------------------------------------------------------------------------------------------------------


def keep_fit(store: Path, question: Question, key: str, part: Part, found: Fitted) -> None:
    """Keep a fit: its draws as a table (chain, log-likelihood, every parameter), and what was found beside it."""
    write_fit(store / FITS, fit_name(question.date, question.account, question.whole), key, part, found)


def write_fit(folder: Path, name: str, key: str, part: Part, found: Fitted) -> None:
    """Write the two files of a fit into a folder."""
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow((*BESIDE, *found.names))
    each = len(found.values) // found.chains
    for n, (log, values) in enumerate(zip(found.log, found.values, strict=True)):
        rows.writerow((n // each, f"{log:.6g}", *(f"{value:.8g}" for value in values)))
    write_text(folder / f"{name}.csv", stream.getvalue())
    write_text(folder / f"{name}.json", Sheet(key=key, part=part).model_dump_json(indent=1) + "\n")


def kept_fit(
    case: Case, name: str, account: str | None = None, until: str | None = None, out: str | Path | None = None
) -> tuple[KeptFit | None, str]:
    """A fit that was kept for a case, or came with it, where it still belongs to it.

    Args:
        case: as it is read, or with changes, which do not count: a fit is of the case as its files say.
        name: see `fit_name`.
        account: whose ranges.
        until: last day of the record that counts; None: all of it.
        out: a run folder in which it may be kept as well.

    Returns:
        The fit, or None; and a sentence where one is there that cannot be used, else "".
    """
    homes = [store_of(case, out)] if out is not None else []
    homes += [store_of(case, take=False), case.folder]
    said = ""
    for home in homes:
        path = home / FITS / f"{name}.json"
        if not is_there(path):
            continue
        found = _read(path, case, account, until)
        if isinstance(found, KeptFit):
            return found, ""
        said = said or found
    return None, said


def _read(path: Path, case: Case, account: str | None, until: str | None) -> KeptFit | str:
    """The fit in a file, or why it cannot be used."""
    again = f"`detente fit {case.name}` makes one"
    try:
        sheet = Sheet.model_validate_json(path.read_bytes())
        table = path.with_suffix(".csv").read_text("utf-8")
    except ValidationError:
        return f"{path}: not a fit that this version of Detente can read, not used; {again}"
    except OSError as error:
        return f"{unreadable(error, str(path)).what}: not used; {again}"
    files = files_key(case)
    if sheet.part.key != files and not _belongs(sheet, case, account, until):
        return f"{path}: a fit of another game, other ranges or another record than today's, not used; {again}"
    names, values = _table(table)
    wanted = tuple(p.name for p in sheet.part.fit.parameters) if sheet.part.fit is not None else ()
    if names != wanted or values.ndim != 2 or not len(values) or not np.isfinite(values).all():
        return f"{path.with_suffix('.csv')}: not the draws of its fit, not used; {again}"
    return KeptFit(sheet.part.model_copy(update={"key": files}), names, values)


def _belongs(sheet: Sheet, case: Case, account: str | None, until: str | None) -> bool:
    try:
        return sheet.key == fit_key(RecordedCase.open(case.folder), account, until)
    except OptionError:  # the account or the record is gone
        return False


def _table(text: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Names and values of the draws; no values where something else stands there."""
    head, *rows = [*csv.reader(io.StringIO(text))] or [[]]
    try:
        values = np.array([[float(cell) for cell in row[len(BESIDE) :]] for row in rows])
    except ValueError:
        values = np.zeros(0)
    return tuple(head[len(BESIDE) :]), values


def chosen(draws: int, of: int, seed: int) -> Sequence[int]:
    """Which rows of a fit stand for it: evenly spaced over its chains, in an order of their own; all where few."""
    generator = np.random.default_rng(seed)
    if draws >= of:
        return generator.permutation(of).tolist()
    return generator.permutation(((np.arange(draws) + generator.uniform()) * of / draws).astype(int)).tolist()
