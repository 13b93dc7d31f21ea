"""Every write is whole: a temporary file in the same folder, then a rename."""

import contextlib
import io
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from detente.errors import FileError
from detente.files.access import unwritable

PIECE = 1 << 20  # bytes copied at a time
UNFINISHED = ".part"  # ending of a temporary file
DEAD = (
    60.0  # seconds since a temporary file was last written, after which whoever wrote it is taken to have been killed
)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole: readers see the old content or the new one, never a part; an interrupt leaves the old.

    Raises:
        FileError: the file cannot be written.
    """
    write_stream(path, io.BytesIO(content))


def write_stream(path: Path, source: BinaryIO) -> None:
    """Write a file whole, piece by piece; see `write_bytes`.

    A link is followed, so that what it leads to is replaced and the link stays. A device or a pipe is written to as it
    is: it cannot be replaced by a file.

    Raises:
        FileError: the file cannot be written.
    """
    try:
        if path.is_symlink():
            path = path.resolve()
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("wb") as stream:
                shutil.copyfileobj(source, stream, PIECE)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(UNFINISHED, f".{path.name}.", path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                shutil.copyfileobj(source, stream, PIECE)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).chmod(_mode(path))
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise FileError(unwritable(error, path)) from error


def sweep(folder: Path) -> None:
    """Remove the temporary files that killed writes have left in a folder, at any depth."""
    for path in folder.rglob(f".*{UNFINISHED}"):
        with contextlib.suppress(OSError):  # gone meanwhile, or not ours to remove
            if time.time() - path.stat().st_mtime > DEAD:
                path.unlink()


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, else those that a newly opened file would get."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def write_text(path: Path, content: str) -> None:
    """Write UTF-8 text whole, with newlines as they stand; see `write_bytes`."""
    write_bytes(path, content.encode("utf-8"))
