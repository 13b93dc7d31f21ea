"""One job in a process of its own: `python -m detente.studio.job FOLDER` does what `FOLDER/job.json` says.

Leaves `progress.json` while it runs and `end.json` when it is over; each is written whole, so a reader never sees half.
An interrupt (SIGINT) ends it in order: what was finished is kept.
"""

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from detente.errors import DetenteError, Interrupted, UserError
from detente.files.whole import write_text
from detente.workflow.studio import JobOrder, run_job

EVERY = 0.2  # seconds between notes of progress


class Notes:
    """Writes progress to a file, not more often than `EVERY`."""

    def __init__(self, path: Path) -> None:
        self.path, self.last = path, 0.0

    def __call__(self, share: float, words: str) -> None:
        """Note the share done and what is being done."""
        now = time.monotonic()
        if now - self.last >= EVERY:
            self.last = now
            write_text(self.path, json.dumps({"share": min(1.0, max(0.0, float(share))), "words": str(words)}))


def main(folder: Path) -> int:
    """Run the job of a folder; returns the exit code."""
    notes = Notes(folder / "progress.json")
    try:
        notes(0.0, "starting")
        end: dict[str, Any] = {"state": "done", **run_job(JobOrder.read(folder), folder, notes)}
    except (Interrupted, KeyboardInterrupt):
        end = {"state": "stopped", "words": "stopped; what was finished is kept"}
    except UserError as error:
        end = {"state": "failed", "words": "; ".join(_plain(d) for d in error.diagnostics)}
    except DetenteError as error:
        end = {"state": "failed", "words": str(error)}
    except Exception:  # noqa: BLE001  (the page must learn that it ended; the details stay on this machine)
        write_text(folder / "error.txt", traceback.format_exc())
        end = {"state": "failed", "words": "an error inside Detente; details are in error.txt in the job's folder"}
    write_text(folder / "end.json", json.dumps(end, ensure_ascii=False) + "\n")
    return 0 if end["state"] == "done" else 1


def _plain(diagnostic: Any) -> str:
    words = [diagnostic.what, diagnostic.expected and f"expected {diagnostic.expected}", diagnostic.hint]
    return "; ".join(w for w in words if w)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have had it ignored
    if os.name == "posix":
        os.nice(5)  # sliders come first
    raise SystemExit(main(Path(sys.argv[1])))
