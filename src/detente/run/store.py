"""Reading and writing a run folder; every write is whole (temporary file, then replace)."""

import json
from pathlib import Path

from pydantic import ValidationError

from detente.errors import Diagnostic, OptionError
from detente.files.whole import write_text
from detente.run.run import Run


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
