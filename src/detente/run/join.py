"""What a run takes over from the one that stood in its folder: parts of other verbs that are still fresh."""

from collections.abc import Callable
from pathlib import Path

from detente.errors import OptionError
from detente.run.run import Part, Run, Stamp
from detente.run.store import read_run


def standing_run(folder: Path) -> Run | None:
    """The run in a folder; None where there is none. A `run.json` that cannot be read is set aside, not lost."""
    path = folder / "run.json"
    if not path.is_file():
        return None
    try:
        return read_run(folder)
    except (OptionError, UnicodeDecodeError):
        path.replace(path.with_suffix(".unreadable.json"))
        return None


def part_of(run: Run, name: str) -> Part:
    """A part as it was added.

    Raises:
        KeyError: the run has no such part.
    """
    stamp = run.parts[name]
    return Part(
        name=name,
        key=stamp.key,
        command=stamp.command,
        quantities=tuple(q for q in run.quantities if q.id in stamp.quantities),
        tables={id: run.tables[id] for id in stamp.tables},
        sections=tuple(s for s in run.sections if s.part == name),
        warnings=stamp.warnings,
        public=run.public.get(name),
        **{field: getattr(run, field) for field in stamp.content},
    )


def joined(new: Run, old: Run | None, fresh: Callable[[Stamp], bool]) -> Run:
    """A run with the parts of an older one that it does not bring itself and that are still fresh.

    Args:
        new: the run.
        old: what stood in its folder; of another case or date, nothing is taken.
        fresh: whether a part's inputs are still the same.
    """
    if old is None or (old.case, old.date) != (new.case, new.date):
        return new
    for name, stamp in old.parts.items():
        taken = new.tables.keys() & set(stamp.tables) | {q.id for q in new.quantities} & set(stamp.quantities)
        if name not in new.parts and fresh(stamp) and not taken:
            new = new.add(part_of(old, name))
    return new
