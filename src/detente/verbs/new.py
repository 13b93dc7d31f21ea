"""`detente new`: a folder with a commented case.yaml that runs as it is."""

import json
import re
import shutil
from pathlib import Path
from typing import Annotated

import typer

from detente.errors import FileError, OptionError
from detente.files.access import unwritable
from detente.files.whole import UNFINISHED, write_bytes
from detente.verbs.frame.options import Json
from detente.verbs.frame.printed import show_json, show_text
from detente.words.progress import note

PANEL = "Begin"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)


def run(name: str, start: str | None = None, into: str | Path = ".") -> Path:
    """Write a new case folder: a commented starter, or a copy of a case.

    Args:
        name: the folder to make, and the case's short name.
        start: a case to copy (folder or shipped name); default the starter.
        into: where to make the folder.

    Returns:
        The folder.

    Raises:
        OptionError: the name cannot be a folder name, or the folder is there already.
        CaseError: there is no case of the name `start`.
    """
    from detente.case import find_case
    from detente.case.load import case_files, starter_folder

    if not NAME.fullmatch(name):
        raise OptionError.of(f"'{name}' cannot be the name of a case", "letters, digits, '-' and '_'")
    folder = Path(into) / name
    if folder.exists():
        raise OptionError.of(f"{folder.as_posix()} is there already", "a new name", "nothing was written")
    source = find_case(start) if start is not None else starter_folder()
    unfinished = folder.with_name(f".{name}{UNFINISHED}")
    try:
        for relative, path in case_files(source).items():
            content = path.read_bytes()
            write_bytes(unfinished / relative, _renamed(content, name) if relative == "case.yaml" else content)
        try:
            unfinished.replace(folder)
        except OSError as error:
            raise FileError(unwritable(error, folder)) from error
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return folder


def _renamed(content: bytes, name: str) -> bytes:
    """case.yaml with its short name changed and nothing else; as it is where it has no name."""
    from detente.files.yaml import parse_yaml

    document, at = parse_yaml(content, "case.yaml"), ("case",)
    words = name if parse_yaml(name, "").data == name else json.dumps(name)  # `1` or `no.` would be read otherwise
    return document.replaced(at, words).encode("utf-8") if at in document.spans else content


def command(
    name: Annotated[str, typer.Argument(help="Name of the new case and of its folder.")],
    start: Annotated[str | None, typer.Option("--from", help="A case to copy; default a commented starter.")] = None,
    into: Annotated[str, typer.Option("--into", help="Where to make the folder.")] = ".",
    as_json: Json = False,
) -> None:
    """Start a case: a folder with a commented case.yaml that runs as it is."""
    folder = run(name, start, into)
    show_json({"folder": folder.as_posix()}, None) if as_json else show_text(folder.as_posix())
    note(f"next: edit {folder.as_posix()}/case.yaml, then: detente check {folder.as_posix()}")
