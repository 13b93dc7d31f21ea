"""Finished results on disk, so that an interrupted job goes on where it was."""

import json
from pathlib import Path
from typing import Any

from detente.files.keys import content_key


class Store:
    """Finished results, a JSON line each after a first line with the job's key; a line cut short is ignored."""

    def __init__(self, folder: Path, key: str) -> None:
        self.path = folder / "results.jsonl"
        self.key = content_key(key)

    def read(self) -> dict[int, Any]:
        """What is kept of this job, item -> result; opens the file for more."""
        found: dict[int, Any] = {}
        good = 0
        if self.path.is_file():
            content = self.path.read_bytes()
            for line in content.splitlines(keepends=True):
                if not line.endswith(b"\n"):
                    break
                entry = _entry(line)
                if good == 0:
                    if entry != {"job": self.key}:
                        break
                elif entry is None:
                    break
                else:
                    found[entry["item"]] = entry["result"]
                good += len(line)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.stream = self.path.open("r+b" if good else "wb")
        self.stream.truncate(good)
        self.stream.seek(good)
        if good == 0:
            self._write({"job": self.key})
        return found

    def add(self, item: int, result: Any) -> None:
        """Keep one result."""
        self._write({"item": item, "result": result})

    def _write(self, entry: dict[str, Any]) -> None:
        self.stream.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        self.stream.flush()

    def close(self, remove: bool) -> None:
        """Close the file, and remove it once everything is done."""
        self.stream.close()
        if remove:
            self.path.unlink()
            if not any(self.path.parent.iterdir()):
                self.path.parent.rmdir()


def _entry(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
