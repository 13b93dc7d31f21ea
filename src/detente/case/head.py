"""The head of a run: which case, from which date, from which files, under which assumptions."""

from pathlib import Path
from typing import Any

from detente.case.case import Case
from detente.case.content import content_of, files_of
from detente.case.scenarios import scenario_text
from detente.errors import OptionError
from detente.files.keys import digest, digests
from detente.record import CutRecord, load_record
from detente.record.told import Told
from detente.run import Assumption, Part, Ref, Run, Section
from detente.words.dates import nearest
from detente.words.version import VERSION

HEARD_RANK = 620  # after the accounts


def situation_of(case: Case, date: str | None) -> str:
    """The date of the situation to start from.

    Raises:
        OptionError: the case has no situation for that date.
    """
    when = date or case.as_of
    if when not in case.situations:
        raise OptionError.of(
            f"case '{case.name}' has no situation for {when}",
            f"one of {', '.join(case.situations)}",
            nearest(when, case.situations),
        )
    return when


def run_head(case: Case, when: str, seed: int, draws: int, command: str, model: dict[str, int]) -> Run:
    """A run of a case and date before anything was added to it."""
    return Run(
        version=VERSION,
        case=case.name,
        title=" · ".join([case.title, *(s.title or s.name for s in case.changes)]),
        date=when,
        seed=seed,
        draws=draws,
        command=command,
        inputs={**digests(input_files(case)), **{n: digest(text) for n, text in changes_of(case).items()}},
        model=model,
        situation=dict(case.situations[when]),
        actors={name: actor.label for name, actor in case.actors.items()},
        assumptions=assumptions_of(case),
        **marked_of(case, when),
    )


def input_files(case: Case) -> dict[str, Path]:
    """Every file of the case folder that an analysis may read, by name relative to it."""
    return files_of(case.folder)


def changes_of(case: Case) -> dict[str, bytes]:
    """The scenarios that were applied to a case, as files of its folder."""
    return {f"scenarios/{s.name}.yaml": scenario_text(s).encode("utf-8") for s in case.changes}


def changes_part(case: Case, command: str) -> Part:
    """A note that the case was changed, and where the changes stand."""
    files = ", ".join(f"inputs/{name}" for name in changes_of(case))
    words = f"This is not the case as it stands: it was changed by {files}."
    return Part(name="changes", key=content_of(case), command=command, warnings=(words,))


def heard_part(case: Case, key: str, command: str) -> Part | None:
    """The strongest objection of each side to the case, and what was tried; None where the case has neither."""
    said = tuple(f"{case.actors[actor].label}: {text}" for actor, text in case.objections.items())
    tried = tuple(f"{note.date}: {note.text}" if note.date else note.text for note in case.notes)
    found = (
        Section(id="objections", title="Strongest objections", rank=HEARD_RANK, paragraphs=said),
        Section(id="tried", title="What was tried", rank=HEARD_RANK + 1, paragraphs=tried, confidential=True),
    )
    sections = tuple(section for section in found if section.paragraphs)
    return Part(name="heard", key=key, command=command, sections=sections) if sections else None


def assumptions_of(case: Case) -> tuple[Assumption, ...]:
    """The case's parameters as a run reports them."""
    return tuple(
        Assumption(
            name=p.name,
            label=p.label,
            unit=p.unit,
            low=p.low,
            mid=p.mid,
            high=p.high,
            why=p.why,
            basis=p.basis,
            sources=tuple(p.sources),
            contested=p.contested,
            contested_by=p.contested_by,
            confidential=p.confidential,
        )
        for p in case.parameters.values()
    )


def marked_of(case: Case, when: str) -> dict[str, Any]:
    """What of a case is not public: parameters and entries marked confidential, and entries that rest on such.

    Beside what was known on the date: whether its files hold anything confidential at all, as a run's `sealed`.
    """
    marked = [Ref(kind="parameter", id=p.name) for p in case.parameters.values() if p.confidential]
    record = record_of(case, when)
    if record is None:
        return {"marked": tuple(marked), "sealed": bool(marked)}
    return {"marked": (*marked, *Told(record).marked()), "sealed": bool(marked) or record.sealed}


def record_of(case: Case, when: str) -> CutRecord | None:
    """The record in the case folder as it stood on a date; None where there is none.

    Raises:
        RecordError: located mistakes in its files, all at once.
    """
    folder = case.folder / "record"
    return load_record(folder).as_of(when) if folder.is_dir() else None
