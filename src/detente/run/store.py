"""Reading and writing a run folder; every write is whole (temporary file, then replace)."""

import contextlib
import json
import os
import tempfile
from pathlib import Path

from pydantic import ValidationError

from detente.errors import Diagnostic, OptionError
from detente.run.model import Run


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole: readers see the old content or the new one, never a part; an interrupt leaves the old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, else those that a newly opened file would get."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def write_text(path: Path, content: str) -> None:
    """Write UTF-8 text whole, with newlines as they stand."""
    write_bytes(path, content.encode("utf-8"))


def write_run(run: Run, folder: Path) -> Path:
    """Write `run.json` into a folder; returns its path. Keys are in declared order, floats as Python prints them."""
    path = folder / "run.json"
    write_text(path, json.dumps(run.model_dump(mode="json", by_alias=True), indent=1, ensure_ascii=False) + "\n")
    return path


def read_run(folder: Path) -> Run:
    """Read a run folder (or its `run.json`).

    Raises:
        OptionError: no run there, or not one of this schema.
    """
    path = folder / "run.json" if folder.is_dir() else folder
    try:
        return Run.model_validate_json(path.read_text("utf-8"))
    except FileNotFoundError:
        raise OptionError.of(f"no run at {folder}", "a folder that `detente analyze` wrote") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise OptionError(Diagnostic(f"not a run: {place}: {first['msg']}", file=str(path))) from None
