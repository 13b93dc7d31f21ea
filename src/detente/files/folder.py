"""What stands in a folder, with a folder that cannot be read as a located remark and never as an empty one."""

import os
from pathlib import Path

from detente.errors import Diagnostic
from detente.files.access import unreadable


def listed(folder: Path, name: str = "") -> tuple[list[Path], list[Diagnostic]]:
    """Everything directly in a folder, by name; nothing where there is no such folder.

    Args:
        folder: the folder.
        name: how to print it in messages; default the path itself.

    Returns:
        The paths, also of what cannot be read or leads nowhere, and what went wrong.
    """
    try:
        return sorted(folder.iterdir()), []
    except (FileNotFoundError, NotADirectoryError):
        return [], []
    except OSError as error:
        return [], [unreadable(error, name or folder.as_posix())]


def is_there(path: Path) -> bool:
    """Whether something has this name, readable or not, also a link that leads nowhere."""
    return os.path.lexists(path)
