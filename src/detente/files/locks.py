"""One at a time: locks that the system takes back when the process ends, however it ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # no such locks on this system: then two processes are not kept apart
    fcntl = None


def lock(file: int, wait: bool) -> bool:
    """Lock an open file or folder (its number) for this process; False if another holds it and nobody waits."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:  # this disk knows no locks
        return True
    return True


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only process that changes what lies in a folder; others wait. The folder is made where it is missing.

    Raises:
        OSError: the folder cannot be made or opened.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if fcntl is None:
        yield
        return
    file = os.open(folder, os.O_RDONLY)
    try:
        lock(file, wait=True)
        yield
    finally:
        os.close(file)
