"""What the operating system refuses, as sentences with the path."""

import errno
import os
from pathlib import Path

from detente.errors import Diagnostic

REASONS = {  # error number -> what it means to whoever gave the path, and what was expected
    errno.EACCES: ("you have no permission", "a file or folder that you may {do}"),
    errno.EPERM: ("the system does not permit it", "a file or folder that you may {do}"),
    errno.EROFS: ("the disk is read-only", "a folder that you may write to"),
    errno.ENOSPC: ("the disk is full", "room on the disk, or another folder"),
    errno.EDQUOT: ("your share of the disk is used up", "room on the disk, or another folder"),
    errno.EISDIR: ("a folder has this name", "a file"),
    errno.ENOTDIR: ("a part of the path is a file", "a folder"),
    errno.EEXIST: ("a file has this name", "a folder"),
    errno.ENOENT: ("there is no such file", "a file, not a link to one that is gone"),
    errno.ELOOP: ("it is a link that leads back to itself", "a file"),
    errno.ENXIO: ("it is a pipe, a socket or a device", "a file"),
    errno.ENAMETOOLONG: ("the name is too long", "a shorter name"),
}


def check_file(path: Path) -> None:
    """Refuse what has no end or waits for somebody to write; a folder and what is not there are left to the reader.

    Raises:
        OSError: a pipe, a socket or a device has this name.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.ENXIO, os.strerror(errno.ENXIO), str(path))


def read_bytes(path: Path) -> bytes:
    """The content of a file that somebody else may have put there.

    Raises:
        OSError: it cannot be read, or is no file.
    """
    check_file(path)
    return path.read_bytes()


def not_utf8(error: UnicodeDecodeError, file: str) -> Diagnostic:
    """That a file is not UTF-8, with the line and the column (in bytes) of the first byte that is not.

    Args:
        error: from decoding the whole file.
        file: its name.
    """
    before = bytes(error.object[: error.start])
    line, column = before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1
    hint = "save it as UTF-8 (in a spreadsheet: 'CSV UTF-8')"
    return Diagnostic(f"byte {error.object[error.start]:#04x} is not UTF-8", "UTF-8 text", hint, file, line, column)


def unreadable(error: OSError, path: Path | str) -> Diagnostic:
    """Why a file cannot be read."""
    return _told(error, path, "read")


def unwritable(error: OSError, path: Path | str) -> Diagnostic:
    """Why a file cannot be written."""
    return _told(error, path, "write")


def _told(error: OSError, path: Path | str, do: str) -> Diagnostic:
    reason, expected = REASONS.get(error.errno or 0, ((error.strerror or str(error)).lower(), ""))
    name = path.as_posix() if isinstance(path, Path) else path
    done = "read" if do == "read" else "written"
    return Diagnostic(f"cannot be {done}: {reason}", expected.format(do=do), file=name)
