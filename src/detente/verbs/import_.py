"""`detente import`: a long list brought into a case."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.errors import OptionError
from detente.verbs.frame.options import Json
from detente.verbs.frame.printed import show_json

if TYPE_CHECKING:
    from detente.record.publish import ImportReport
    from detente.words.progress import Progress

PANEL = "Record"


def run(
    mapping: str, file: str | Path, into: str | Path, name: str | None = None, progress: "Progress | None" = None
) -> "ImportReport":
    """Bring a long list (UCDP GED, or any CSV or XLSX through a mapping) into a case; see `detente.record.imports`."""
    from detente.record.imports import import_file

    return import_file(mapping, Path(file), writable(into), name=name, progress=progress)


def writable(case: str | Path) -> Path:
    """The record folder of a case that may be written.

    Raises:
        OptionError: a shipped case (read-only), or no such folder.
    """
    from detente.files.shipped import shipped_cases

    path = Path(case)
    if not path.is_dir():
        hint = "copy it first: detente new mine --from " + str(case) if str(case) in shipped_cases() else ""
        raise OptionError.of(f"'{case}' is not a folder that can be written", "a case folder", hint)
    return path / "record" if (path / "record").is_dir() or (path / "case.yaml").is_file() else path


def command(
    mapping: Annotated[str, typer.Argument(help="ucdp-ged, another shipped mapping, or a mapping file (.yaml).")],
    file: Annotated[Path, typer.Argument(help="The CSV or XLSX file.")],
    into: Annotated[str, typer.Option("--into", help="The case folder that receives the list.")],
    name: Annotated[str | None, typer.Option(help="Name of the list in the case; default the mapping's.")] = None,
    as_json: Json = False,
) -> None:
    """Bring a long list into a case; bad rows go to a file with line and reason; ends with JSON on stdout."""
    from detente.words.progress import note, progress_bar

    with progress_bar() as progress:
        report = run(mapping, file, into, name, progress)
    for words in report.notes:
        note(words)
    show_json(report.data, 1 if as_json else None)  # else one line, the last
