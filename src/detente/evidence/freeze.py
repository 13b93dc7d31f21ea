"""Freezing by hash: accounts and coding rules are fixed before any likelihood is computed; later edits are listed.

The first run writes `frozen.json` beside its bank, before it scores anything. Every later run compares and says what
changed.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from detente.files.keys import digests
from detente.files.whole import write_text


def freeze(folder: Path, files: Mapping[str, Path]) -> list[str]:
    """Freeze on the first call; afterwards, say in words what was edited since.

    Args:
        folder: where the study keeps its results.
        files: accounts, coding rules, the case and its record.
    """
    now = digests(files)
    path = folder / "frozen.json"
    if not path.is_file():
        write_text(path, json.dumps(now, indent=1) + "\n")
        return []
    before = json.loads(path.read_text("utf-8"))
    changed = [
        f"{name} was edited after the likelihood was first computed"
        for name in now
        if before.get(name, now[name]) != now[name]
    ]
    added = [f"{name} was added after the likelihood was first computed" for name in now if name not in before]
    gone = [f"{name} was removed after the likelihood was first computed" for name in before if name not in now]
    return changed + added + gone
