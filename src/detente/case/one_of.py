"""`one_of:`, alternatives of one decision: acts whose rates are shares of one rate, written out as acts of their own.

table:
  rate: table_rate
  when: process == talks
  cost: table_cost
  one_of:
    phased:        {share: p_phased, then: {process: tabled, text: phased}}
    comprehensive: {share: 1 - p_phased, then: {process: tabled, text: comprehensive}}

gives the acts `table_phased`, at the rate `table_rate * (p_phased)`, and `table_comprehensive`.
"""

import re
from dataclasses import dataclass
from typing import Any

from detente.case.entries import AlternativeEntry
from detente.case.weave import AS_IT_IS, graft
from detente.errors import suggest
from detente.files.mistakes import as_text, is_list, is_mapping
from detente.files.yaml import At, Document, Piece

ONE_OF, SHARE = "one_of", "share"
_ALONE = re.compile(r"[\w.]+", re.ASCII)  # a rate that needs no brackets


@dataclass(frozen=True)
class Decision:
    """An act of which there are several: its actor and name, and where the share of each alternative stands."""

    actor: str
    name: str
    shares: dict[str, tuple[str, At]]  # alternative -> text of its share, path


def write_one_of(document: Document) -> list[Decision]:
    """Write out every `one_of` of a case; what is not of its form stays there, for the validator to report."""
    found: list[Decision] = []
    sections = document.data.get("actions")
    for actor, acts in sections.items() if is_mapping(sections) else ():
        if is_mapping(acts):
            written: dict[str, Any] = {}
            for name, entry in acts.items():
                if is_mapping(entry) and is_mapping(entry.get(ONE_OF)) and "same_as" not in entry:
                    found += _Alternatives(document, actor, name, entry).put({*acts}, written)
                else:
                    written[name] = entry
            sections[actor] = written
    return found


class _Alternatives:
    """One act with alternatives."""

    def __init__(self, document: Document, actor: str, name: str, entry: dict[str, Any]) -> None:
        self.document, self.entry, self.at = document, entry, ("actions", actor, name)
        self.shares: dict[str, tuple[str, At]] = {}
        self.whole = all(is_mapping(own) and _text(own.get(SHARE)) for own in entry[ONE_OF].values())
        if "rate" not in entry:
            what = f"'{name}' has alternatives and no rate"
            self.fail(self.at, what, "the one rate of which they are shares", "add 'rate: ...'")

    def fail(self, at: At, what: str, expected: str = "", hint: str = "") -> None:
        """Report a mistake at a key."""
        self.document.diagnostics.append(self.document.diagnostic(at, what, expected, hint, key=True))

    def put(self, taken: set[str], written: dict[str, Any]) -> list[Decision]:
        """Put all alternatives among the acts of the actor; the decision, where nothing of its form is wrong.

        Args:
            taken: names of the acts that the file gives the actor.
            written: takes the alternatives, and the act as it stands where the validator has to look at it.
        """
        alternatives, (_, actor, name) = self.entry[ONE_OF], self.at
        if not alternatives:
            self.fail((*self.at, ONE_OF), "no alternatives", "one a line")
        for alternative, own in alternatives.items():
            new = f"{name}_{alternative}"
            if new in taken or new in written:
                what = f"'{new}' is an act of its own, and an alternative of '{name}'"
                self.fail((*self.at, ONE_OF, alternative), what, "another name")
            elif is_mapping(own):
                written[new] = self.write(alternative, new)
        if not self.whole or not alternatives:
            written[name] = self.entry
        complete = bool(alternatives) and self.shares.keys() == alternatives.keys()
        return [Decision(actor, name, self.shares)] if complete else []

    def write(self, alternative: str, new: str) -> dict[str, Any]:
        """One alternative as an act: its own keys, then those of the decision, and its share of the rate."""
        document, target = self.document, (*self.at[:2], new)
        place = (*self.at, ONE_OF, alternative)
        document.values[target], document.keys[target] = document.place(place), document.place(place, key=True)
        self.keep_about(self.at, target)
        result: dict[str, Any] = {}
        for at in (place, self.at):
            own = self.entry[ONE_OF][alternative] if at is place else self.entry
            for key, value in own.items():
                if at is place and key not in AlternativeEntry.model_fields:
                    hint = suggest(key, AlternativeEntry.model_fields)
                    self.fail((*at, key), f"unknown key of an alternative '{key}'", "", hint)
                elif key not in result and key not in (ONE_OF, SHARE, "rate"):
                    document.keys[(*target, key)] = document.keys[(*at, key)]
                    self.keep_about((*at, key), (*target, key))
                    result[key] = graft(document, value, (*at, key), (*target, key), AS_IT_IS)
        if "rate" in self.entry:
            result["rate"] = self.rate(alternative, (*place, SHARE), (*target, "rate"))
        return result

    def keep_about(self, source: At, target: At) -> None:
        """Let what is written at one path be about whom that at another is about."""
        for name in self.document.of(source):
            self.document.about[target] = name

    def rate(self, alternative: str, place: At, target: At) -> Any:
        """The rate of an alternative; that of the decision where it has no share, which the validator reports."""
        document, source = self.document, (*self.at, "rate")
        rate, share = _text(self.entry["rate"]), _text(self.entry[ONE_OF][alternative].get(SHARE))
        if not rate or not share:
            return graft(document, self.entry["rate"], source, target, AS_IT_IS)
        self.shares[alternative] = (share, place)
        document.values[target], document.keys[target] = document.place(place), document.place(place, key=True)
        self.keep_about(source, target)
        brackets = ("", "") if _ALONE.fullmatch(rate) else ("(", ")")
        first, second = document.pieces(source, rate), document.pieces(place, share)
        runs = (
            *_glue(brackets[0], first[0]), *first, *_glue(f"{brackets[1]} * (", second[0]), *second,
            *_glue(")", second[-1]),
        )  # fmt: skip
        document.woven[target] = runs
        return "".join(run.text for run in runs)


def _text(value: Any) -> str:
    """A scalar as an expression; nothing where none stands."""
    return "" if value is None or is_mapping(value) or is_list(value) else as_text(value).strip()


def _glue(text: str, beside: Piece) -> tuple[Piece, ...]:
    """Signs that stand in no file, between pieces that do."""
    return (Piece(text, beside.written, beside.column, False, beside.span, beside.place),) if text else ()
