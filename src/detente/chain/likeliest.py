"""The likeliest single sequence of jumps from a state into a set: a shortest path in minus the log of chances.

Source: Dijkstra 1959, Numer. Math. 1.
"""

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

LEAST = 1e-300  # chance below which a jump counts as this, so that its logarithm exists
PER_JUMP = 1e-12  # added to the length of every jump, so that of equally likely sequences the shorter one is taken


def likeliest_path(generator: sp.sparray, start: int, target: np.ndarray) -> tuple[list[int], float]:
    """States of the likeliest sequence, `start` first, and the chance of exactly this sequence.

    Args:
        generator: (states, states), 1/year.
        start: the state.
        target: (states,) bool.

    Returns:
        An empty list and 0 where the target cannot be reached.
    """
    whole = sp.csr_array(generator)
    rates = sp.csr_array(whole - sp.diags_array(whole.diagonal()))
    rates.eliminate_zeros()
    exits = np.asarray(rates.sum(axis=1)).ravel()
    row = np.repeat(np.arange(len(exits)), np.diff(rates.indptr))
    chance = np.clip(rates.data / exits[row], LEAST, 1.0)
    length = sp.csr_array((-np.log(chance) + PER_JUMP, rates.indices, rates.indptr), shape=rates.shape)
    distance, before = dijkstra(length, indices=start, return_predecessors=True)
    reachable = np.flatnonzero(target & np.isfinite(distance))
    if reachable.size == 0:
        return [], 0.0
    at = int(reachable[np.argmin(distance[reachable])])
    total, order = float(np.exp(-distance[at])), [at]
    while at != start:
        at = int(before[at])
        order.append(at)
    return order[::-1], total
