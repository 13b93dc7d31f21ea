"""Drafts: what was moved but not saved, with its undo history; one file for each tab, written whole at every step."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.errors import OptionError
from detente.files.access import read_bytes, unreadable
from detente.files.whole import sweep, write_text

HISTORY = 100  # steps that can be undone
KEPT = 20  # drafts; older ones are removed when a new one is begun
TAB = re.compile(r"[a-z0-9]{1,32}")


@dataclass(frozen=True)
class Draft:
    """A draft as its file tells.

    Attributes:
        tab: whose it is.
        history: queries of links to views, oldest first.
        position: of the view that was shown last.
        time: when it was written, seconds since 1970.
    """

    tab: str
    history: tuple[str, ...]
    position: int
    time: float

    @property
    def query(self) -> str:
        """The view that was shown last."""
        return self.history[self.position]

    def data(self) -> dict[str, Any]:
        """As plain data for the page."""
        return {"history": list(self.history), "position": self.position}


def read_drafts(folder: Path) -> tuple[list[Draft], list[str]]:
    """All drafts, newest first, and what is wrong with files that cannot be read (they stay where they are)."""
    found, problems = list[Draft](), list[str]()
    for path in folder.glob("draft-*.json"):
        try:
            data = checked(json.loads(read_bytes(path)))
            found.append(Draft(tab_of(path), tuple(data["history"]), data["position"], path.stat().st_mtime))
        except FileNotFoundError:
            continue  # it was dropped meanwhile
        except OSError as error:
            problems.append(str(unreadable(error, path.name)))
        except (ValueError, RecursionError, OptionError):
            problems.append(f"{path.name}: this is not a draft")
    return sorted(found, key=lambda draft: -draft.time), sorted(problems)


def tab_of(path: Path) -> str:
    """The tab that a file belongs to."""
    return path.stem.removeprefix("draft-")


def write_draft(folder: Path, tab: Any, data: Any) -> None:
    """Keep a draft.

    Raises:
        OptionError: it is not one, or has no tab.
    """
    path = _path(folder, tab)
    if not path.exists():
        sweep(folder)
        _make_room(folder)
    write_text(path, json.dumps(checked(data), ensure_ascii=False) + "\n")


def _make_room(folder: Path) -> None:
    for old in read_drafts(folder)[0][KEPT - 1 :]:
        drop_draft(folder, old.tab)


def drop_draft(folder: Path, tab: Any) -> None:
    """Forget a tab's draft."""
    _path(folder, tab).unlink(missing_ok=True)


def _path(folder: Path, tab: Any) -> Path:
    if not isinstance(tab, str) or not TAB.fullmatch(tab):
        raise OptionError.of("'tab' is not the name of a tab", "small letters and digits")
    return folder / f"draft-{tab}.json"


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
