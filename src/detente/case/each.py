"""`each:`, what alike actors have alike, written out for every one of them.

each:
  cochairs:
    actors: [russia, france, united_states]
    parameters: {"standing_{}": {range: [0, 0.4], unit: value/year, why: "..."}}
    payoffs: {standing: "standing_{} * (format == minsk)"}
    actions: {convene: {rate: convene_rate, then: {process: invited}, cost: convene_cost}}

`{}` stands for the actor's id, `{label}` for its name. What is written out comes after what its section holds.
"""

import re
from typing import Any

from detente.case.weave import Words, graft
from detente.errors import suggest
from detente.files.mistakes import is_list, is_mapping
from detente.files.yaml import At, Document

EACH = "each"
SLOT = "{}"
_SLOTS = re.compile(r"\{(?:label)?\}")
OF_ACTORS = ("payoffs", "actions")  # sections with a mapping for each actor


def write_each(document: Document) -> None:
    """Write out the section `each` of a case; what is not of its form stays there, for the validator to report."""
    blocks = document.data.get(EACH)
    for block, body in blocks.items() if is_mapping(blocks) else ():
        if is_mapping(body) and is_list(body.get("actors")):
            actors = _known(document, (EACH, block, "actors"), body["actors"])
            for section in ("parameters", *OF_ACTORS):
                if is_mapping(body.get(section)):
                    _Block(document, (EACH, block, section), actors).write(body[section])
                    body[section] = {}


def _known(document: Document, at: At, names: list[Any]) -> list[str]:
    """The actors of a block; others are reported."""
    known, result = document.names("actors"), list[str]()
    for n, name in enumerate(names):
        if name in result:
            document.diagnostics.append(document.diagnostic((*at, n), f"'{name}' stands twice", "each actor once"))
        elif name in known:
            result.append(name)
        elif isinstance(name, str):
            hint = suggest(name, known)
            document.diagnostics.append(document.diagnostic((*at, n), f"unknown actor '{name}'", "", hint))
    return result


class _Block:
    """One section of a block, to be written out for its actors."""

    def __init__(self, document: Document, at: At, actors: list[str]) -> None:
        self.document, self.at, self.section = document, at, str(at[-1])
        self.words = {actor: Words(_SLOTS, {SLOT: actor, "{label}": _label(document, actor)}) for actor in actors}

    def write(self, entries: dict[str, Any]) -> None:
        """Write out all entries, line by line, for every actor in the order in which they are listed."""
        for key, entry in entries.items():
            if self.section not in OF_ACTORS and SLOT not in key:
                what = f"'{key}' would be one parameter for all of {', '.join(self.words)}"
                hint = f"put '{SLOT}' into its name, or write it under 'parameters'"
                self.document.diagnostics.append(self.document.diagnostic((*self.at, key), what, "", hint, key=True))
                continue
            for actor, words in self.words.items():
                above = (self.section, actor) if self.section in OF_ACTORS else (self.section,)
                self.put(entry, (*self.at, key), (*above, words.of(key)), actor)

    def put(self, entry: Any, source: At, target: At, actor: str) -> None:
        """Write out one entry for one actor, unless it stands there already, which is reported."""
        document, here = self.document, self.document.data
        for length, key in enumerate(target[:-1], start=1):
            if key not in here:
                here[key] = {}
                document.values[target[:length]] = document.keys[target[:length]] = document.keys[source]
            here = here[key]
            if not is_mapping(here):
                return  # reported by the validator
        name = target[-1]
        if name in here:
            what = f"{'.'.join(map(str, target[1:]))} stands here, and in {'.'.join(map(str, self.at))}"
            what += f" (line {document.keys[source].line}) for {actor}"
            hint = f"take one of them out, or leave {actor} out of that block"
            document.diagnostics.append(document.diagnostic(target, what, "each entry once", hint, key=True))
            return
        document.keys[target], document.about[target] = document.keys[source], actor
        here[name] = graft(document, entry, source, target, self.words[actor])


def _label(document: Document, actor: str) -> str:
    """The English name of an actor as it is written, or its id."""
    entry = document.data["actors"][actor]
    labels = entry.get("labels") if is_mapping(entry) else None
    return str(labels.get("en", actor)) if is_mapping(labels) else actor
