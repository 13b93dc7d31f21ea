"""Closed forms of three promises: a shift of power, a guarantee that decays, a hand on the weapons.

They need no case. The solved game gives the same numbers (tests/reference/test_settle_machinery.py).

*Commitment.* Two sides share a flow of 1 per period for ever, with discount factor d. By war the declining side keeps
1 - p - c per period if it fights now and 1 - p' - c if it fights later, when the rising side is stronger. The most
that peace can give it is all of this period and, afterwards, what war would then bring:
1 + d (1 - p' - c) / (1 - d). War now brings (1 - p - c) / (1 - d). So it fights if and only if d p' - p > (1 - d) c,
whatever is promised; a third party that adds [d p' - p - (1 - d) c] / (1 - d) in this period makes it indifferent.

Source: Fearon 1995, International Organization 49; Powell 2006, International Organization 60; Walter 2002, Committing
to Peace (disarming under a guarantee).
"""

import math

from detente.errors import OptionError


def _check(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise OptionError.of(f"{name} is {value}", f"a number from {low:g} to {high:g}")


def commitment_gap(p_now: float, p_later: float, war_cost: float, discount: float) -> float:
    """d p' - p - (1 - d) c: above zero no division of the flow keeps the declining side from war.

    Args:
        p_now: chance that the rising side wins a war fought now.
        p_later: the same after the shift of power.
        war_cost: loss to the declining side, share of the flow.
        discount: discount factor per period, below 1.

    Raises:
        OptionError: a number outside its range.
    """
    _check("p_now", p_now, 0, 1)
    _check("p_later", p_later, 0, 1)
    _check("war_cost", war_cost, 0, math.inf)
    _check("discount", discount, 0, 1 - 1e-12)
    return discount * p_later - p_now - (1 - discount) * war_cost


def war_is_chosen(p_now: float, p_later: float, war_cost: float, discount: float) -> bool:
    """Whether the declining side fights although a better division exists; see `commitment_gap`."""
    return commitment_gap(p_now, p_later, war_cost, discount) > 0


def least_guarantee(p_now: float, p_later: float, war_cost: float, discount: float) -> float:
    """What a third party must add in this period, as a share of the flow, so that the declining side does not fight."""
    return max(0.0, commitment_gap(p_now, p_later, war_cost, discount)) / (1 - discount)


def covered_until(flow: float, decay: float, gap: float) -> float:
    """Years for which a guarantee `flow * exp(-decay t)` covers a gap: log(flow / gap) / decay.

    Args:
        flow: what the guarantee is worth at signature, value/year.
        decay: rate at which it fades, 1/year; 0 for one that does not.
        gap: what must be covered, value/year.

    Returns:
        0 where it never covers the gap, infinity where it always does.

    Raises:
        OptionError: a negative or infinite number.
    """
    for name, value in (("flow", flow), ("decay", decay), ("gap", gap)):
        if not (math.isfinite(value) and value >= 0):
            raise OptionError.of(f"{name} is {value}", "a finite number of at least 0")
    if gap == 0:
        return math.inf
    if flow < gap:
        return 0.0
    return math.inf if decay == 0 else math.log(flow / gap) / decay


def disarm_surplus(share: float, guarantee: float, reliability: float, temptation: float) -> float:
    """share + guarantee * reliability - temptation: what disarming leaves over, in the unit of the arguments.

    Args:
        share: what the peace gives to the side that disarms.
        guarantee: what a guarantor adds when it keeps its word.
        reliability: chance that it does.
        temptation: what keeping the weapons is worth.

    Raises:
        OptionError: a reliability outside 0 to 1.
    """
    _check("reliability", reliability, 0, 1)
    return share + guarantee * reliability - temptation


def disarms(share: float, guarantee: float, reliability: float, temptation: float) -> bool:
    """Whether a side gives up its weapons: share + guarantee * reliability >= temptation."""
    return disarm_surplus(share, guarantee, reliability, temptation) >= 0
