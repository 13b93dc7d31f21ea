"""The statistics of a case are written down by hash before its first fit, so that it shows which were stated later.

`detente fit` writes `fits/history.json` beside its first fit. What counts of a statistic is what its number depends on,
and whether it is held out; labels, reasons and the answers that lean on it may change.
"""

from pathlib import Path

from pydantic import Field, ValidationError

from detente.case import Case
from detente.case.content import FITS
from detente.evidence.kept import store_of
from detente.files.folder import is_there
from detente.files.keys import content_key
from detente.files.whole import write_text
from detente.run.base import Model

FROZEN = "history.json"


class Frozen(Model):
    """The statistics as they were before the first fit.

    Attributes:
        rows: statistic -> hash of what its number depends on.
        held_out: those that nobody was to look at.
        key: hash of both.
    """

    rows: dict[str, str] = Field(default_factory=dict)
    held_out: tuple[str, ...] = ()
    key: str


def hashes(case: Case) -> dict[str, str]:
    """Statistic -> hash of what its number depends on."""
    return {name: content_key(statistic.stated) for name, statistic in case.history.items()}


def freeze_history(store: Path, case: Case) -> None:
    """Write the statistics down where no fit has been made yet; later calls change nothing.

    Where a fit was made before anything was written down, none of the statistics counts as stated before it.

    Args:
        store: where the fits of the case are kept.
        case: with its statistics.
    """
    path = store / FITS / FROZEN
    if path.is_file():
        return
    late = any((store / FITS).glob("*.csv"))
    rows = {} if late else hashes(case)
    held_out = tuple(name for name, statistic in case.history.items() if statistic.held_out and not late)
    sheet = Frozen(rows=rows, held_out=held_out, key=content_key(rows, held_out))
    write_text(path, sheet.model_dump_json(indent=1) + "\n")


def frozen_history(case: Case, out: str | Path | None = None) -> Frozen | None:
    """What was written down before the first fit: in a run folder, among the results, or with the case itself."""
    homes = [store_of(case, out)] if out is not None else []
    for home in (*homes, store_of(case, take=False), case.folder):
        path = home / FITS / FROZEN
        if is_there(path):
            try:
                return Frozen.model_validate_json(path.read_bytes())
            except (ValidationError, OSError):
                return None
    return None


def after_fit(case: Case, frozen: Frozen | None) -> frozenset[str]:
    """The statistics that were written, changed, or held out no longer or only after the first fit."""
    if frozen is None:
        return frozenset()
    now = hashes(case)
    return frozenset(
        name
        for name, statistic in case.history.items()
        if frozen.rows.get(name) != now[name] or (name in frozen.held_out) != statistic.held_out
    )
