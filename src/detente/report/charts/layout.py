"""Label layout without collisions: widths from character classes, greedy placement by importance.

A label stands beside a stem that rises from its anchor, on one of several lanes. Labels are placed in order of
importance; none may touch another's box or be crossed by another's stem. One that finds no room is left out and
reported, never drawn over another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

NARROW_CHARACTERS = frozenset("iljtfrI.,:;'|!()[]- ")
WIDE_CHARACTERS = frozenset("mwMW@%—")
BESIDE = 4.0  # distance of a label from its stem, pixels


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
    labels: Sequence[Label],
    width: float,
    lanes: int,
    size: float = 12.5,
    *,
    gap: float = 8.0,
    keep_clear: Sequence[float] = (),
) -> tuple[list[Placed], list[int]]:
    """Place labels above an axis, each beside a stem that rises from its anchor, so that nothing touches anything.

    Labels are tried in order of importance, right of their stem first, then left. After each, all lanes are assigned
    anew: a label stands higher than every label whose stem it would otherwise cover. One that needs more lanes than
    there are is left out.

    Args:
        labels: what to place.
        width: frame width, pixels.
        lanes: how many lanes there are.
        size: font size, pixels.
        gap: least distance between two boxes on a lane, pixels.
        keep_clear: places of lines through all lanes that no label may cover, pixels.

    Returns:
        Those placed, in the order of `labels`, and the positions of those that found no room.
    """
    boxes: list[tuple[float, float, float]] = []  # left, right, anchor
    chosen: list[int] = []
    assigned: list[int] = []
    dropped: list[int] = []
    for index in sorted(range(len(labels)), key=lambda n: (-labels[n].importance, labels[n].anchor, n)):
        anchor, extent = labels[index].anchor, text_width(labels[index].text, size)
        for left in (anchor + BESIDE, anchor - BESIDE - extent):
            if left < 0 or left + extent > width:
                continue
            if any(left - gap / 2 <= line <= left + extent + gap / 2 for line in keep_clear):
                continue
            trial = [*boxes, (left, left + extent, anchor)]
            heights = _lanes(trial, lanes, gap)
            if heights is not None:
                boxes, assigned = trial, heights
                chosen.append(index)
                break
        else:
            dropped.append(index)
    placed = [Placed(i, box[0], box[1], lane) for i, box, lane in zip(chosen, boxes, assigned, strict=True)]
    return sorted(placed, key=lambda item: item.index), sorted(dropped)


def _lanes(boxes: list[tuple[float, float, float]], lanes: int, gap: float) -> list[int] | None:
    """Lanes by longest path over "stands above"; None if two labels would each have to stand above the other."""
    above: list[list[int]] = [[] for _ in boxes]  # above[i]: those that i must stand above
    for i, (left, right, anchor) in enumerate(boxes):
        for j in range(i):
            other_left, other_right, other = boxes[j]
            covers = left - gap / 2 <= other <= right + gap / 2
            covered = other_left - gap / 2 <= anchor <= other_right + gap / 2
            if covers and covered:
                return None
            if covered:
                above[j].append(i)
            elif covers or (left < other_right + gap and other_left < right + gap):
                above[i].append(j)
    heights = [-1] * len(boxes)
    for i in range(len(boxes)):
        if not _rise(i, above, heights, lanes, 0):
            return None
    return heights


def _rise(i: int, above: list[list[int]], heights: list[int], lanes: int, depth: int) -> bool:
    """Fill in the lane of i and of all below it; False on a cycle or where the lanes run out."""
    if heights[i] >= 0:
        return True
    if depth > lanes:
        return False
    height = 0
    for j in above[i]:
        if not _rise(j, above, heights, lanes, depth + 1):
            return False
        height = max(height, heights[j] + 1)
    heights[i] = height
    return height < lanes


def label_points(
    points: Sequence[tuple[float, float, str]], width: float, height: float, size: float = 12.5
) -> list[tuple[float, float] | None]:
    """Places for labels of points in a plane: right, left, above or below, where no box touches another or a point.

    Args:
        points: x and y in pixels (y downwards) and text; earlier ones choose first.
        width: frame width, pixels.
        height: frame height, pixels.
        size: font size, pixels.

    Returns:
        Left edge and middle height of each label, or None where none of the four places is free.
    """
    boxes = [(x - 5, y - 5, x + 5, y + 5) for x, y, _ in points]
    spots: list[tuple[float, float] | None] = []
    for x, y, text in points:
        extent = text_width(text, size)
        tries = [(x + 9, y), (x - 9 - extent, y), (x - extent / 2, y - size), (x - extent / 2, y + size)]
        for left, middle in tries:
            box = (left, middle - size / 2, left + extent, middle + size / 2)
            inside = left >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= height
            if inside and all(box[2] <= a or c <= left or box[3] <= b or d <= box[1] for a, b, c, d in boxes):
                boxes.append(box)
                spots.append((left, middle))
                break
        else:
            spots.append(None)
    return spots


def wrap(text: str, limit: int) -> list[str]:
    """Break a text at spaces into lines of at most `limit` characters (a longer word stays whole)."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= limit:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]
