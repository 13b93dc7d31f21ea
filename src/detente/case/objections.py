"""What stands beside the game and moves nothing: the strongest objection of each side, and notes of what was tried.

objections: {armenia: "It leaves out the blockade.", azerbaijan: "It treats an occupation as a holding."}
notes:
  - {date: 2026-03-01, text: "Tension in three degrees changed no answer by more than a hundredth."}
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from detente.case.acts import CaseNames
from detente.case.parts import Actor

PARTIES = 2  # from so many on, the objections of one side alone are no fair hearing


@dataclass(frozen=True)
class Note:
    """What was tried; `date` is "" where none is given."""

    text: str
    date: str = ""


def build_objections(names: CaseNames) -> dict[str, str]:
    """Actor -> its strongest objection to the case."""
    found: dict[str, str] = {}
    for actor, text in names.written.objections.items():
        at = ("objections", actor)
        if not text.strip():
            names.remarks.error(at, f"the objection of '{actor}' is empty", "its strongest objection", key=True)
        elif names.is_actor(actor, at):
            found[actor] = text.strip()
    return found


def build_notes(names: CaseNames) -> tuple[Note, ...]:
    """What was tried, in file order."""
    for n, note in enumerate(names.written.notes):
        if not note.text.strip():
            names.remarks.error(("notes", n), "an empty note", "what was tried")
    return tuple(Note(note.text.strip(), note.date) for note in names.written.notes)


def unheard(actors: Mapping[str, Actor], objections: Mapping[str, str]) -> Iterator[str]:
    """Parties whose objection is lacking beside those of others."""
    parties = [name for name, actor in actors.items() if actor.kind == "party"]
    if len(parties) >= PARTIES and any(name in objections for name in parties):
        yield from (name for name in parties if name not in objections)
