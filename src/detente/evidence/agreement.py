"""How far two codings of one record agree: event by event, and on what is known of the state over time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.evidence.coded import Coded


@dataclass(frozen=True)
class Agreement:
    """Agreement of two codings on the events that both looked at.

    Attributes:
        events: how many.
        share: share coded alike.
        kappa: Cohen's kappa, agreement beyond chance; 1 is perfect, 0 what chance gives.
        differing: (event, first code, second code).
    """

    events: int
    share: float
    kappa: float
    differing: tuple[tuple[str, str, str], ...]


def cohen(first: Sequence[str], second: Sequence[str]) -> float:
    """Cohen's kappa of two lists of labels; 1 if both are constant and equal.

    Source: Cohen 1960, Educational and Psychological Measurement 20.
    """
    labels = sorted({*first, *second})
    a = np.array([labels.index(x) for x in first])
    b = np.array([labels.index(x) for x in second])
    observed = float((a == b).mean())
    p, q = (np.bincount(x, minlength=len(labels)) / len(x) for x in (a, b))
    chance = float(p @ q)
    return 1.0 if chance == 1.0 else (observed - chance) / (1 - chance)


def agreement(first: Coded, second: Coded) -> Agreement:
    """Compare two codings; an event's label is its channel, "seen", or "not coded"."""

    def labels(coded: Coded) -> dict[str, str]:
        return {
            e.event: e.code if e.kind == "mark" else "seen" if e.kind == "seen" else "not coded"
            for e in coded.events
            if e.kind != "outside"
        }

    one, two = labels(first), labels(second)
    common = [event for event in one if event in two]
    a, b = [one[e] for e in common], [two[e] for e in common]
    if not common:
        return Agreement(0, 1.0, 1.0, ())
    differing = tuple((e, x, y) for e, x, y in zip(common, a, b, strict=True) if x != y)
    return Agreement(len(common), 1 - len(differing) / len(common), cohen(a, b), differing)
