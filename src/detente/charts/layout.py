"""Label layout without collisions: widths from character classes, greedy placement by importance.

A label stands beside its anchor on one of several lanes. Labels are placed in order of importance; each takes the
nearest lane and side where its box touches no box already there and stays inside the frame. One that finds no room is
left out and reported, never drawn over another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

NARROW_CHARACTERS = frozenset("iljtfrI.,:;'|!()[]- ")
WIDE_CHARACTERS = frozenset("mwMW@%—")


@dataclass(frozen=True, slots=True)
class Label:
    """What is to be placed: an anchor on the axis (pixels), its text, and how much it matters (more is first)."""

    anchor: float
    text: str
    importance: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A label with its place: `left` and `right` in pixels, `lane` counted from 0 (nearest the axis)."""

    index: int
    left: float
    right: float
    lane: int


def text_width(text: str, size: float = 12.5) -> float:
    """Width of a text in pixels, slightly over-estimated for a common sans-serif face.

    Args:
        text: one line.
        size: font size, pixels.
    """
    total = 0.0
    for character in text:
        if character in NARROW_CHARACTERS:
            total += 0.34
        elif character in WIDE_CHARACTERS:
            total += 0.92
        elif character.isupper():
            total += 0.72
        else:
            total += 0.58 if ord(character) < 0x2E80 else 1.05
    return total * size


def place_labels(
    labels: Sequence[Label], width: float, lanes: int, size: float = 12.5, gap: float = 8.0
) -> tuple[list[Placed], list[int]]:
    """Place labels on lanes so that no two boxes overlap.

    Args:
        labels: what to place.
        width: frame width, pixels.
        lanes: how many lanes there are.
        size: font size, pixels.
        gap: least distance between two boxes on a lane, pixels.

    Returns:
        Those placed, in the order of `labels`, and the positions of those that found no room.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(lanes)]
    stems: list[tuple[float, int]] = []
    placed: list[Placed] = []
    dropped: list[int] = []
    order = sorted(range(len(labels)), key=lambda n: (-labels[n].importance, labels[n].anchor, n))
    for index in order:
        label = labels[index]
        extent = text_width(label.text, size)
        spot = _spot(label.anchor, extent, width, gap, taken, stems)
        if spot is None:
            dropped.append(index)
            continue
        left, lane = spot
        taken[lane].append((left, left + extent))
        stems.append((label.anchor, lane))
        placed.append(Placed(index, left, left + extent, lane))
    return sorted(placed, key=lambda item: item.index), sorted(dropped)


def _spot(
    anchor: float,
    extent: float,
    width: float,
    gap: float,
    taken: list[list[tuple[float, float]]],
    stems: list[tuple[float, int]],
) -> tuple[float, int] | None:
    """Left edge and lane: right of the stem if there is room, else left of it, on the nearest free lane."""
    if extent > width:
        return None
    for lane, boxes in enumerate(taken):
        for left in (anchor + 4, anchor - 4 - extent):
            right = left + extent
            if left < 0 or right > width:
                continue
            clear = all(right + gap <= a or b + gap <= left for a, b in boxes)
            under_stem = any(left - 3 <= x <= right + 3 for x, other in stems if other > lane)
            crosses = any(a - 3 <= anchor <= b + 3 for lower in taken[:lane] for a, b in lower)
            if clear and not under_stem and not crosses:
                return left, lane
    return None


def wrap(text: str, limit: int) -> list[str]:
    """Break a text at spaces into lines of at most `limit` characters (a longer word stays whole)."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= limit:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]
