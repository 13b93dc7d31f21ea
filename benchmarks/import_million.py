"""Import a million rows with the columns of UCDP GED: processor seconds, wall seconds, peak memory.

    python benchmarks/import_million.py [SAMPLE] [ROWS]

SAMPLE (default ../shared/data/ucdp/ged_23_1_sample_1000.csv) is repeated with new ids until there are ROWS.
"""

import csv
import resource
import sys
import tempfile
import time
from pathlib import Path

from detente.record.imports import import_file

SAMPLE = Path(__file__).resolve().parents[2] / "shared" / "data" / "ucdp" / "ged_23_1_sample_1000.csv"


def repeated(sample: Path, target: Path, rows: int) -> None:
    """Write the sample over and over, each row under an id of its own."""
    with sample.open(encoding="utf-8", newline="") as stream:
        header, *body = csv.reader(stream)
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows([f"{n + 1}.0", *body[n % len(body)][1:]] for n in range(rows))


def main() -> None:
    """Measure and print."""
    sample = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.csv"
        repeated(sample, file, rows)
        wall, processor = time.perf_counter(), time.process_time()
        result = import_file("ucdp-ged", file, Path(folder) / "record")
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print({name: getattr(result, name) for name in ("rows", "imported", "set_aside")})
    print(f"{processor:.1f} s of processor, {wall:.1f} s of wall clock, peak {peak} MB")


if __name__ == "__main__":
    main()
