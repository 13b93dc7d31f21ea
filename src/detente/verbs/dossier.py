"""`detente dossier`: the dossier of a run, in any format, without solving."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.errors import OptionError
from detente.files.whole import write_bytes
from detente.verbs.frame.options import Json
from detente.words.forms import form_of

if TYPE_CHECKING:
    from detente.run import Run
    from detente.words.progress import Note

PANEL = "Results"
FORMATS = {"html": ".html", "docx": ".docx", "pdf": ".pdf", "md": ".md"}  # each with the ending of its file
PAPERS = ("a4", "letter")


def run(
    run_folder: str | Path,
    format: str | None = None,
    redact: bool = False,
    out: str | Path | None = None,
    paper: str = "a4",
    note: Note | None = None,
) -> Path:
    """Render the dossier of a run folder.

    Args:
        run_folder: a folder that `detente analyze` wrote, or its `run.json`.
        format: "html", "docx", "pdf" or "md"; default what the ending of `out` says, else "html".
        redact: leave out what is marked confidential and what would reveal it.
        out: file to write; default `dossier.FORMAT` in the run folder (`dossier-shared.FORMAT` where redacted).
        paper: "a4" or "letter", for Word and PDF; the page prints on either.
        note: called with what a user should be told beside the result.

    Returns:
        The file written.

    Raises:
        OptionError: no run there, an unknown format or paper, or a name whose ending is another format's.
        MissingExtra: the format needs an extra that is not installed.
    """
    form = form_of(format, out, FORMATS, "html")
    if paper not in PAPERS:
        raise OptionError.of(f"unknown paper '{paper}'", f"one of {', '.join(PAPERS)}")
    where = Path(run_folder)
    found = read(where, redact, note)
    folder = where if where.is_dir() else where.parent
    path = Path(out) if out is not None else folder / f"dossier{'-shared' if redact else ''}{FORMATS[form]}"
    write_bytes(path, render(found, form, paper))
    return path


def render(found: Run, format: str, paper: str = "a4") -> bytes:
    """The dossier of a run in one of the formats."""
    from detente import report as renderer

    if format == "docx":
        return renderer.render_word(found, paper)
    if format == "pdf":
        return renderer.render_pdf(found, paper)
    text = renderer.render_html(found) if format == "html" else renderer.render_markdown(found)
    return text.encode("utf-8")


def read(where: Path, redact: bool, note: Note | None) -> Run:
    """A run, or a redacted copy of it; that nothing was marked is said."""
    from detente.report import redact as copy_of
    from detente.run import read_run

    found = read_run(where)
    if not redact:
        return found
    copy = copy_of(found)
    if note is not None and len(copy.removed) == 1:
        note(copy.removed[0])
    return copy


def command(
    run_folder: Annotated[str, typer.Argument(help="A folder that `detente analyze` wrote.")],
    *,
    format: Annotated[str | None, typer.Option(help="html, docx, pdf or md; default the ending of --out.")] = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="Leave out what is confidential or would reveal it.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="File to write; default in the run folder.")] = None,
    paper: Annotated[str, typer.Option(help="a4 or letter, for Word and PDF.")] = "a4",
    as_json: Json = False,
) -> None:
    """Render the dossier of a run again, in any format, without solving."""
    from detente.verbs.frame.printed import say, show_paths

    show_paths([run(run_folder, format, redact, out, paper, say)], as_json)
