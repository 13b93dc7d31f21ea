"""Processes of a test, looked at through /proc: who descends from whom, and whether they are gone."""

import os
import signal
import time
from pathlib import Path

END = 10.0  # seconds in which nothing may be left of a process that was killed


def descendants(pid: int) -> set[int]:
    """All processes below one, also where they began a session of their own."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text("utf-8").rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found, waiting = set[int](), {pid}
    while waiting:
        waiting = {child for child, parent in parents.items() if parent in waiting} - found
        found |= waiting
    return found


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended and waits for its parent to look does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def survivors(pids: set[int], seconds: float = END) -> set[int]:
    """Those that still run after so long; returns as soon as none is left, and ends those that are."""
    until = time.monotonic() + seconds
    left = {pid for pid in pids if alive(pid)}
    while left and time.monotonic() < until:
        time.sleep(0.1)
        left = {pid for pid in left if alive(pid)}
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return left


def wait_for(condition, seconds: float = 60.0):
    """What a condition gives once it holds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("waited in vain")
