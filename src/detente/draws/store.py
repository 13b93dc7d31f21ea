"""Finished results on disk, so that an interrupted job goes on where it was, until its caller has used them."""

import contextlib
import json
from pathlib import Path
from typing import Any

from detente.errors import OptionError
from detente.files.keys import content_key
from detente.files.locks import lock

DONE = b'{"done": true}\n'  # last line of a job of which all results are there
KEPT = 4  # files of other unfinished jobs that stay in a folder; older ones are removed


class Store:
    """Finished results of one job, a JSON line each after a first line with the job's key; a line cut short is ignored.

    They stay when all are there, for whoever asked has yet to write what follows from them; `forget` removes them.

    A folder may hold the files of several jobs, each named after its key: a job never drops what another one has
    finished. While a job runs, no other process may write its file.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self.key = content_key(key)
        self.path = folder / f"{self.key[:12]}.jsonl"

    def read(self) -> dict[int, Any]:
        """What is kept of this job, item -> result; opens the file for more.

        Raises:
            OptionError: another process is computing the same job.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.stream = self.path.open("a+b")
        if not lock(self.stream.fileno()):
            self.stream.close()
            what = f"another process is computing the same into {self.path.parent}"
            raise OptionError.of(what, "one at a time", "wait until it ends, or give another --out")
        self._forget_old()
        self.stream.seek(0)
        found: dict[int, Any] = {}
        good = 0
        for line in self.stream.read().splitlines(keepends=True):
            if line == DONE:
                break
            entry = _entry(line) if line.endswith(b"\n") else None
            if entry is None or (good == 0 and entry != {"job": self.key}):
                break
            if good:
                found[entry["item"]] = entry["result"]
            good += len(line)
        self.stream.truncate(good)
        if good == 0:
            self._write({"job": self.key})
        return found

    def _forget_old(self) -> None:
        others = [path for path in self.path.parent.glob("*.jsonl") if path != self.path]
        with contextlib.suppress(FileNotFoundError):  # a job that ended just now removed its file
            for path in sorted(others, key=lambda path: path.stat().st_mtime)[:-KEPT]:
                path.unlink()

    def add(self, item: int, result: Any) -> None:
        """Keep one result."""
        self._write({"item": item, "result": result})

    def _write(self, entry: dict[str, Any]) -> None:
        self.stream.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        self.stream.flush()

    def close(self, done: bool) -> None:
        """Close the file, and note whether all results are there."""
        if done:
            self.stream.write(DONE)
        self.stream.close()


def forget(folder: Path) -> None:
    """Remove the results of all jobs in a folder that are done; what is unfinished or under way stays."""
    for path in folder.glob("*.jsonl"):
        with contextlib.suppress(FileNotFoundError), path.open("rb") as stream:  # another process may remove it, too
            if lock(stream.fileno()) and stream.read().endswith(DONE):
                path.unlink()
    with contextlib.suppress(OSError):  # something else lies there, or there is no such folder
        folder.rmdir()


def _entry(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
