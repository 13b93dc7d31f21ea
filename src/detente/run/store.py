"""Reading and writing a run folder; every write is whole (temporary file, then replace)."""

import json
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from detente.errors import Diagnostic, OptionError
from detente.files.access import read_bytes, unreadable
from detente.files.whole import write_text
from detente.run.run import SCHEMA, Run

MADE_BY = "a folder that `detente analyze` wrote"


def write_run(run: Run, folder: Path) -> Path:
    """Write `run.json` into a folder; returns its path. Keys are in declared order, floats as Python prints them."""
    path = folder / "run.json"
    write_text(path, json.dumps(run.model_dump(mode="json", by_alias=True), indent=1, ensure_ascii=False) + "\n")
    return path


def read_run(folder: Path) -> Run:
    """Read a run folder (or its `run.json`).

    Raises:
        OptionError: no run there, not one of this schema, or a file that cannot be read; with the file, what was
            expected, and the command that makes the run again where it is known.
    """
    path = folder / "run.json" if folder.is_dir() else folder
    try:
        text = read_bytes(path).decode("utf-8")
    except FileNotFoundError:
        raise OptionError.of(f"no run at {folder}", MADE_BY) from None
    except OSError as error:
        raise _refused(path, unreadable(error, path).what) from None
    except UnicodeDecodeError as error:
        raise _refused(path, f"cannot be read: {error}") from None
    try:
        data: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise _refused(path, f"not JSON: {error.msg}", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise _refused(path, "not a run: nested too deep") from None
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    if "schema" not in fields:
        raise _refused(path, "not a run: it has no `schema`")
    if fields["schema"] != SCHEMA:
        raise _refused(path, f"a run of schema {fields['schema']!r}", f"schema {SCHEMA}", _again(fields))
    try:
        return Run.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise _refused(path, f"not a run: {place}: {first['msg']}", hint=_again(fields)) from None


def _refused(
    path: Path, what: str, expected: str = MADE_BY, hint: str = "", line: int = 0, column: int = 0
) -> OptionError:
    return OptionError(Diagnostic(what, expected, hint, str(path), line, column))


def _again(data: dict[str, Any]) -> str:
    """The command that makes a run again, as the file says it or from its case and date."""
    command, case, date = (data.get(name) for name in ("command", "case", "date"))
    if not isinstance(command, str) or not command.startswith("detente "):
        command = f"detente analyze {case} --date {date}" if case and date else "detente analyze CASE --date DATE"
    return f"run `{command}` again"
