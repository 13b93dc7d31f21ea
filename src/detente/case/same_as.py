"""`same_as:`, a parameter or an act that is like another, written out as one of its own.

parameters:
  keeper_cost_france: {same_as: keeper_cost_russia}
actions:
  azerbaijan:
    provoke: {same_as: armenia.provoke, swap: {armenia: azerbaijan}}

Everything but `label` is taken over; further keys take the place of the other's, and a range or prior that of its
range, prior and value. `swap` exchanges ids in both
directions, also inside longer names, and leaves the reason as it is.
"""

from typing import Any, TypeGuard

from detente.case.weave import AS_IT_IS, Words, graft, swapping
from detente.errors import suggest
from detente.files.mistakes import is_mapping
from detente.files.yaml import At, Document

SAME, SWAP = "same_as", "swap"
OWN = ("label", SAME, SWAP)  # keys that are never taken over
PRIOR = ("range", "prior", "value", "fixed")  # of a parameter: they say one thing together
WORDS = ("why", "label")  # for people: nothing is swapped in them


def write_same(document: Document) -> None:
    """Write out every `same_as` of a case; an entry that keeps the key could not be written out."""
    parameters: dict[str, At] = {name: ("parameters", name) for name in document.names("parameters")}
    _Section(document, parameters, "parameter").write()
    actors = document.names("actions")
    acts: dict[str, At] = {f"{a}.{name}": ("actions", a, name) for a in actors for name in document.names("actions", a)}
    _Section(document, acts, "act").write()


class _Section:
    """All entries of one kind, by the name under which others refer to them."""

    def __init__(self, document: Document, paths: dict[str, At], noun: str) -> None:
        self.document, self.paths, self.noun = document, paths, noun
        self.refused: set[str] = set()

    def write(self) -> None:
        """Write out every entry that is like another."""
        for name in self.paths:
            self.settle(name, ())

    def fail(self, at: At, what: str, expected: str = "", hint: str = "", key: bool = False) -> None:
        """Report a mistake."""
        self.document.diagnostics.append(self.document.diagnostic(at, what, expected, hint, key))

    def entry(self, name: str) -> Any:
        """What stands under a name."""
        found = self.document.data
        for key in self.paths[name]:
            found = found[key]
        return found

    def settle(self, name: str, waiting: tuple[str, ...]) -> bool:
        """Write out one entry, what it is like first; whether it now stands by itself."""
        entry, at = self.entry(name), self.paths[name]
        if name in self.refused or not is_mapping(entry):
            return False
        if SAME not in entry:
            if self.noun == "act" and SWAP in entry:
                self.fail((*at, SWAP), f"'{SWAP}' without '{SAME}'", f"{SAME}: ACTOR.ACT", key=True)
                del entry[SWAP]
            return True
        other = self.like(name, entry[SAME], (*waiting, name))
        words = self.words(other, entry, at) if other else None
        if words is None:
            self.refused.add(name)
            return False
        del entry[SAME]
        entry.pop(SWAP, None) if self.noun == "act" else None
        prior = PRIOR if self.noun == "parameter" and {"range", "prior", "fixed"} & {*entry} else ()
        for key, value in self.entry(other).items():
            if key not in entry and key not in (*OWN, *prior):
                source, target = (*self.paths[other], key), (*at, key)
                self.document.keys[target], self.document.about[target] = self.document.keys[source], name
                own = AS_IT_IS if key in words.kept else words
                entry[key] = graft(self.document, value, source, target, own)
        return True

    def like(self, name: str, written: Any, waiting: tuple[str, ...]) -> str:
        """The name of what an entry is like, itself written out; nothing where there is no such thing."""
        if not isinstance(written, str):
            return ""
        place = (*self.paths[name], SAME)
        other = written if self.noun == "parameter" or "." in written else f"{self.paths[name][1]}.{written}"
        if other in waiting:
            circle = " -> ".join([*waiting[waiting.index(other) :], other])
            self.fail(
                place, f"'{name}' is like itself", "no circle", f"the circle goes {circle}: write one of them out"
            )
            return ""
        if other not in self.paths:
            form = "ACTOR.ACT, as under actions" if self.noun == "act" else ""
            self.fail(place, f"unknown {self.noun} '{written}'", form, suggest(other, self.paths))
            return ""
        return other if self.settle(other, waiting) else ""

    def words(self, other: str, entry: dict[str, Any], at: At) -> Words | None:
        """What to exchange; None where `swap` is wrong."""
        swap: Any = entry.get(SWAP, {}) if self.noun == "act" else {}
        if not _names(swap):
            return None  # reported by the validator
        names = [name for pair in swap.items() for name in pair]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            self.fail((*at, SWAP), f"'{twice}' stands twice in a swap", "each id once", key=True)
            return None
        for one, two in swap.items():
            if not _occurs(self.entry(other), swapping({one: two}, WORDS)):
                hint = suggest(one, self.document.names("actors"))
                what = f"neither '{one}' nor '{two}' stands in {other}"
                self.fail((*at, SWAP, one), what, "ids that it uses", hint, key=True)
                return None
        return swapping(swap, WORDS)


def _names(swap: Any) -> TypeGuard[dict[str, str]]:
    """Whether it is a mapping from names to names."""
    return is_mapping(swap) and all(isinstance(name, str) for pair in swap.items() for name in pair)


def _occurs(value: Any, words: Words) -> bool:
    """Whether anything in an entry would change."""
    if is_mapping(value):
        return any(
            words.pattern.search(key) or (key not in words.kept and _occurs(inner, words))
            for key, inner in value.items()
        )
    if isinstance(value, list):
        return any(_occurs(item, words) for item in value)  # pyright: ignore[reportUnknownVariableType]
    return isinstance(value, str) and words.pattern.search(value) is not None
