"""Where an import is prepared: a folder among the temporary files, outside the case, that does not outlive its process.

The folder is locked by its process. A process that is killed leaves it behind unlocked, and the next import removes it.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from detente.errors import FileError
from detente.files.access import unwritable

PREFIX = "detente-import-"


@contextmanager
def staging_folder() -> Generator[Path]:
    """A folder of one's own for as long as the context lasts; folders of dead imports are removed.

    Raises:
        FileError: there is no room or no permission to prepare anything.
    """
    _remove_dead()
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise FileError(unwritable(error, Path(tempfile.gettempdir()))) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _remove_dead() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError), locked(folder, wait=False):  # of a living import, or of another user
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(folder: Path, wait: bool = True) -> Generator[None]:
    """Hold a folder against other processes that ask for it.

    Raises:
        OSError: it cannot be opened; or `wait` is false and another process holds it.
    """
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(lock)
