"""Put the fits and the back-test of a shipped case into its own folder, so that they come along with Detente.

    detente backtest minsk --every 1y --fits
    python scripts/ship_fits.py minsk

Takes what is kept in `./detente-out/CASE-evidence/` and still belongs to the case: the fit of each of its dates and of
the whole record, the statistics that were written down before the first fit, and the scores over the years. Draws are
rounded to six digits.
"""

import argparse
import csv
import io
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from detente.answers.backtest_part import FILE, scores_key
from detente.case import load_case
from detente.case.content import FITS
from detente.evidence.held_out import FROZEN
from detente.evidence.kept import Sheet, fit_key, fit_name, store_of
from detente.evidence.recorded import RecordedCase
from detente.files.whole import write_text

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "src" / "detente" / "cases"


def rounded(table: str) -> str:
    """A table with its numbers to six digits; the first row stays."""
    head, *rows = csv.reader(io.StringIO(table))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([row[0], *(f"{float(cell):.6g}" for cell in row[1:])] for row in rows)
    return stream.getvalue()


def ship(folder: Path, store: Path | None = None) -> tuple[list[str], list[str]]:
    """Copy what still belongs to a case into its folder.

    Args:
        folder: of the case.
        store: where its results are kept; None: where Detente keeps them, seen from the folder in which this runs.

    Returns:
        Names of the files that were written, and a sentence for each that was there and was left.
    """
    recorded = RecordedCase.open(load_case(folder))
    store, home = store or store_of(recorded.case, take=False), folder / FITS
    untils = {fit_name(date): date for date in recorded.case.situations} | {fit_name("", whole=True): None}
    keys: dict[Path, Callable[[], str] | None] = {  # file -> the key that it has today; None: it needs none
        store / FITS / f"{name}.json": partial(fit_key, recorded, None, until) for name, until in sorted(untils.items())
    }
    keys |= {store / FITS / FROZEN: None, store / FILE: partial(scores_key, recorded)}
    written, left = [], []
    for path, key in keys.items():
        if not path.is_file():
            continue
        text, draws = path.read_text("utf-8"), path.with_suffix(".csv")
        if key is not None and Sheet.model_validate_json(text).key != key():
            left.append(f"{path}: of another game, other ranges or another record than today's")
            continue
        if draws.is_file():
            write_text(home / draws.name, rounded(draws.read_text("utf-8")))
            written.append(draws.name)
        write_text(home / path.name, text)
        written.append(path.name)
    return written, left


def main() -> int:
    """Do so for one case; 1 where something was left, or nothing was there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=sorted(path.parent.name for path in CASES.glob("*/case.yaml")))
    parser.add_argument("--store", type=Path, help="where the results are kept; default ./detente-out/CASE-evidence")
    options = parser.parse_args()
    written, left = ship(CASES / options.case, options.store)
    home = CASES / options.case / FITS
    size = sum((home / name).stat().st_size for name in written)
    print(f"{home}: {', '.join(written) or 'nothing'} ({size / 1e6:.1f} MB)")
    print("".join(f"left: {sentence}\n" for sentence in left), end="")
    return 1 if left or not written else 0


if __name__ == "__main__":
    sys.exit(main())
