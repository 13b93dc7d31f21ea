"""Closed forms of two promises, written apart from the product, which has to give the same from solved games.

*Commitment.* Two sides share a flow of 1 per period for ever, with discount factor d. By war the declining side keeps
1 - p - c per period if it fights now and 1 - p' - c if it fights later, when the rising side is stronger. The most
that peace can give it is all of this period and, afterwards, what war would then bring:
1 + d (1 - p' - c) / (1 - d). War now brings (1 - p - c) / (1 - d). So it fights if and only if d p' - p > (1 - d) c,
whatever is promised; a third party that adds [d p' - p - (1 - d) c] / (1 - d) in this period makes it indifferent.

*Disarming.* A side gives up its weapons if and only if share + guarantee * reliability >= temptation.

Source: Fearon 1995, International Organization 49; Powell 2006, International Organization 60; Walter 2002, Committing
to Peace (disarming under a guarantee).
"""


def commitment_gap(p_now: float, p_later: float, war_cost: float, discount: float) -> float:
    """d p' - p - (1 - d) c: above zero no division of the flow keeps the declining side from war."""
    return discount * p_later - p_now - (1 - discount) * war_cost


def least_guarantee(p_now: float, p_later: float, war_cost: float, discount: float) -> float:
    """What a third party must add in this period, as a share of the flow, so that the declining side does not fight."""
    return max(0.0, commitment_gap(p_now, p_later, war_cost, discount)) / (1 - discount)


def disarm_surplus(share: float, guarantee: float, reliability: float, temptation: float) -> float:
    """share + guarantee * reliability - temptation: what disarming leaves over."""
    return share + guarantee * reliability - temptation
