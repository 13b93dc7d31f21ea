"""What the operating system refuses, as sentences with the path."""

import codecs
import errno
import os
from pathlib import Path

from detente.errors import Diagnostic, FileError

AS_UTF8 = "save it as UTF-8 (in a spreadsheet: 'CSV UTF-8')"
BEGINNING = 200  # bytes of a text from which its encoding is told
MARKS = {  # longer ones first
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
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


def other_encoding(content: bytes) -> str:
    """UTF-16 or UTF-32 where a text begins as one in it does: with its mark, or with a NUL beside every plain letter.

    Args:
        content: of a file, or its beginning.
    """
    marked = next((name for mark, name in MARKS.items() if content.startswith(mark)), "")
    first, second = content[:BEGINNING:2], content[1:BEGINNING:2]
    for name, empty, full in (("utf-16-be", first, second), ("utf-16-le", second, first)):
        if not marked and b"\0" not in full and 2 * empty.count(0) > len(empty):
            return name
    return marked


def decoded(content: bytes, file: str) -> str:
    """The text of a file in UTF-8.

    Args:
        content: the whole of it.
        file: its name.

    Raises:
        FileError: it is in another encoding.
    """
    encoding = other_encoding(content)
    if encoding:
        raise FileError(Diagnostic(f"its text is in {encoding}, not UTF-8", "UTF-8 text", AS_UTF8, file, 1, 1))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(not_utf8(error, file)) from None


def not_utf8(error: UnicodeDecodeError, file: str) -> Diagnostic:
    """That a file is not UTF-8, with the line and the column (in bytes) of the first byte that is not.

    Args:
        error: from decoding the whole file.
        file: its name.
    """
    before = bytes(error.object[: error.start])
    line, column = before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1
    return Diagnostic(f"byte {error.object[error.start]:#04x} is not UTF-8", "UTF-8 text", AS_UTF8, file, line, column)


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
