"""One at a time: locks that the system takes back when the process ends, however it ends."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # no such locks on this system: then two processes are not kept apart
    fcntl = None

KNOWN = fcntl is not None  # whether this system has such locks


def lock(file: int) -> bool:
    """Lock an open file, given by its number, for this process and whoever inherits it; False if another holds it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # this disk knows no locks
        return True
    return True


@contextmanager
def held(folder: Path, wait: bool = True) -> Generator[None]:
    """Hold a folder against other processes that ask for it.

    Raises:
        OSError: it cannot be opened; or `wait` is false and another process holds it.
    """
    if fcntl is None:
        yield
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(opened)
