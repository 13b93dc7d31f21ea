"""Progress on stderr, so that stdout carries results only; or in a file, for a verb that the studio has started."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from detente.files.whole import write_text
from detente.words.text import visible

Progress = Callable[[float, str], None]  # called with the share done and what is being done
Note = Callable[[str], None]  # called with a sentence that belongs beside the result
VARIABLE = "DETENTE_PROGRESS"  # environment: the file that progress goes to
EVERY = 0.2  # seconds between two notes of progress


class ProgressFile:
    """Progress and the end of a job in a JSON file, written whole, so that a reader never sees half."""

    def __init__(self, path: Path) -> None:
        self.path, self.last = path, 0.0

    def __call__(self, share: float, words: str) -> None:
        """Note the share done and what is being done, not more often than `EVERY`."""
        now = time.monotonic()
        if now - self.last >= EVERY:
            self.last = now
            self._write("running", min(1.0, max(0.0, float(share))), words)

    def end(self, state: str, words: str = "") -> None:
        """Note how it ended: "done", "stopped" or "failed", and why."""
        self._write(state, 1.0 if state == "done" else 0.0, words)

    def _write(self, state: str, share: float, words: str) -> None:
        content = {"state": state, "share": share, "words": words}
        write_text(self.path, json.dumps(content, ensure_ascii=False) + "\n")


@cache
def progress_file() -> ProgressFile | None:
    """Where this process is to note its progress; None for a person at a terminal. Its own children are not told."""
    path = os.environ.pop(VARIABLE, "")
    return ProgressFile(Path(path)) if path else None


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress line on stderr, or notes in a file; yields `progress(share done, words)`."""
    file = progress_file()
    if file is not None:
        yield file
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Line

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Line(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda share, words: bar.update(task, completed=share, description=visible(words))


def note(sentence: str) -> None:
    """A sentence on stderr; what a terminal would obey is shown by its number."""
    print(visible(sentence), file=sys.stderr)
