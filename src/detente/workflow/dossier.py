"""Rendering a run folder again, without solving."""

from pathlib import Path

from detente.errors import OptionError
from detente.run import read_run, write_bytes, write_text

SUFFIXES = {"html": "html", "docx": "docx", "pdf": "pdf", "md": "md"}


def dossier(run_folder: str | Path, format: str = "html", redact: bool = False, out: str | Path | None = None) -> Path:
    """Render the dossier of a run folder.

    Args:
        run_folder: a folder that `detente analyze` wrote, or its `run.json`.
        format: "html", "docx", "pdf" or "md".
        redact: leave out confidential entries and the numbers that would reveal them.
        out: file to write; default `dossier.FORMAT` in the run folder (`dossier-shared.FORMAT` where redacted).

    Returns:
        The file written.

    Raises:
        OptionError: no run there, or an unknown format.
        MissingExtra: the format needs an extra that is not installed.
    """
    if format not in SUFFIXES:
        raise OptionError.of(f"format '{format}'", f"one of {', '.join(SUFFIXES)}")
    where = Path(run_folder)
    run = read_run(where)
    folder = where if where.is_dir() else where.parent
    path = Path(out) if out else folder / f"dossier{'-shared' if redact else ''}.{SUFFIXES[format]}"
    from detente.dossier import render_html

    write_text(path, render_html(run))
    return path


__all__ = ["dossier", "write_bytes"]
