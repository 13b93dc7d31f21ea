"""The draft: what was moved but not saved, with its undo history, in one file that is written whole."""

import json
from pathlib import Path
from typing import Any

from detente.errors import OptionError
from detente.files.whole import write_text

HISTORY = 100
FILE = "draft.json"


def read_draft(folder: Path) -> dict[str, Any] | None:
    """The draft of a folder; None where there is none or the file is not one (it is then set aside, not lost)."""
    path = folder / FILE
    try:
        data = json.loads(path.read_text("utf-8"))
        return checked(data)
    except FileNotFoundError:
        return None
    except (ValueError, OptionError):
        path.replace(path.with_suffix(".unreadable.json"))
        return None


def write_draft(folder: Path, data: Any) -> None:
    """Keep a draft.

    Raises:
        OptionError: it is not one.
    """
    write_text(folder / FILE, json.dumps(checked(data), ensure_ascii=False) + "\n")


def drop_draft(folder: Path) -> None:
    """Forget the draft."""
    (folder / FILE).unlink(missing_ok=True)


def checked(data: Any) -> dict[str, Any]:
    """A draft: a list of queries and the position in it.

    Raises:
        OptionError: something else.
    """
    history = data.get("history") if isinstance(data, dict) else None
    if not isinstance(history, list) or not history or not all(isinstance(q, str) and len(q) < 8192 for q in history):
        raise OptionError.of("this is not a draft", "a list of links to views")
    position = data.get("position")
    if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position < len(history):
        raise OptionError.of("this is not a draft", "a position in its history")
    drop = max(0, min(len(history) - HISTORY, position))
    return {"history": history[drop : drop + HISTORY], "position": position - drop}
