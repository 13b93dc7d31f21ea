"""The swap audit: what a case gives one actor and not another, or gives it differently, and whether it says why.

The case is read with the two names exchanged everywhere, also inside other names (`war_cost_armenia`), and held against
itself. What differs is an asymmetry of the model, which may be right, but is the modeller's and needs a reason:
`asymmetry: {payoffs.armenia.isolation: why}` in case.yaml. The reasons may name either of the two.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from detente.case import Case
from detente.case.weave import swapping
from detente.errors import Diagnostic, OptionError, suggest
from detente.files.mistakes import describe, is_list, is_mapping, is_number
from detente.files.yaml import At

SECTIONS = ("derived", "payoffs", "actions", "parameters", "packages", "nature", "levers")
WORDS = frozenset({"why", "label", "labels", "contested", "sources", "basis", "unit", "confidential"})  # for people
CHOICES = re.compile(r"(?<=\[)[^\[\]]*(?=\])")  # of a condition: `process in [a, b]`
SHOWN = 60  # characters of a value that a message repeats


@dataclass(frozen=True)
class Asymmetry:
    """One thing that the two actors do not have alike."""

    at: At  # where it stands
    other: At  # where its counterpart stands, or would
    what: str
    why: str = ""  # the case's reason; "" if it gives none

    @property
    def name(self) -> str:
        """Its path, joined by dots, as `asymmetry:` names it."""
        return ".".join(map(str, self.at))


def mirrored(case: Case, one: str, other: str) -> tuple[list[Asymmetry], list[Diagnostic]]:
    """What two actors do not have alike, in file order; and warnings of what is not explained, or explains nothing.

    Args:
        case: the case.
        one: an actor.
        other: another.

    Raises:
        OptionError: an unknown actor, or the same one twice.
    """
    for name in (one, other):
        if name not in case.actors:
            raise OptionError.of(f"no actor '{name}'", "two actors of the case", suggest(name, case.actors))
    if one == other:
        raise OptionError.of(f"'{one}' twice", "two actors of the case")
    data: Any = case.documents["case.yaml"].data
    swap = swapping({one: other}).of
    found, seen = list[Asymmetry](), set[frozenset[At]]()
    for section in SECTIONS:
        for difference in _differences(data.get(section), _swapped(data, swap).get(section), (section,), swap):
            pair = frozenset((difference.at, difference.other))
            if pair not in seen:
                seen.add(pair)
                found.append(difference)
    reasons, used = dict(case.asymmetry), set[str]()
    explained = [_explained(difference, reasons, used) for difference in found]
    warnings = [
        case.remark(
            difference.at,
            f"{difference.what}, and no reason is given",
            hint=_hint(difference),
            severity="warning",
            key=True,
        )
        for difference in explained
        if not difference.why
    ]
    idle = [name for name in reasons if name not in used and {one, other} & {*re.split(r"[._]", name)}]
    warnings += [
        case.remark(
            ("asymmetry", name),
            f"'{name}' is alike for {one} and {other}",
            hint="take it out",
            severity="warning",
            key=True,
        )
        for name in idle
    ]
    return explained, warnings


def _hint(difference: Asymmetry) -> str:
    return f"make it alike, or add to 'asymmetry:' a line '{difference.name}: why'"


def _explained(difference: Asymmetry, reasons: Mapping[str, str], used: set[str]) -> Asymmetry:
    """The difference with the reason for it, or for what it is a part of."""
    for path in (difference.at, difference.other):
        for length in range(len(path), 1, -1):
            name = ".".join(map(str, path[:length]))
            if name in reasons:
                used.add(name)
                return Asymmetry(difference.at, difference.other, difference.what, reasons[name])
    return difference


def _swapped(value: Any, swap: Callable[[str], str]) -> Any:
    """A YAML value with the names exchanged in its keys and texts."""
    if is_mapping(value):
        return {swap(str(key)): _swapped(inner, swap) for key, inner in value.items()}
    if is_list(value):
        return [_swapped(inner, swap) for inner in value]
    return " ".join(swap(value).split()) if isinstance(value, str) else value


def _differences(value: Any, mirror: Any, at: At, swap: Callable[[str], str]) -> Iterator[Asymmetry]:
    """Where a value and its mirror image differ; `mirror` holds what the counterpart at each path has, swapped back."""
    there = tuple(swap(part) if isinstance(part, str) else part for part in at)
    if is_mapping(value) and is_mapping(mirror):
        for key, inner in value.items():
            if key in WORDS:
                continue
            if key in mirror:
                yield from _differences(inner, mirror[key], (*at, key), swap)
            else:
                other = (*there, swap(str(key)))
                yield Asymmetry((*at, key), other, f"{_joined((*at, key))} has no counterpart {_joined(other)}")
        return
    if _plain(value) != _plain(mirror):
        shown = _shown(_swapped(mirror, swap))
        what = f"{_joined(at)} is {_shown(value)}, and its counterpart {_joined(there)} is {shown}"
        if at == there:
            what = f"{_joined(at)} treats the two differently: {_shown(value)}"
        yield Asymmetry(at, there, what)


def _joined(path: At) -> str:
    return ".".join(map(str, path))


def _plain(value: Any) -> Any:
    """A value with the order of names in a list taken out: it says nothing."""
    if isinstance(value, str):
        return CHOICES.sub(lambda found: ", ".join(sorted(found.group().split(", "))), " ".join(value.split()))
    return sorted(map(str, value)) if is_list(value) and all(isinstance(v, str) for v in value) else value


def _shown(value: Any) -> str:
    if is_list(value):
        return f"[{', '.join(map(str, value))}]"[:SHOWN]
    return (
        f"{value:g}"
        if is_number(value)
        else f"'{' '.join(value.split())[:SHOWN]}'"
        if isinstance(value, str)
        else describe(value)
    )
