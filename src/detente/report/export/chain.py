"""A labelled chain in plain arrays, as other programs take it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True)
class PrismModel:
    """A labelled chain in plain arrays; K states, V variables."""

    name: str
    variables: tuple[tuple[str, tuple[str, ...]], ...]  # name and values of each state variable
    codes: np.ndarray  # (V, K) int: index of each variable's value
    generator: sp.csr_array  # (K, K), 1/year; the diagonal is not written
    initial: int
    labels: Mapping[str, np.ndarray] = field(default_factory=dict)  # name -> (K,) bool
    rewards: Mapping[str, np.ndarray] = field(default_factory=dict)  # name -> (K,), utility/year


def off_diagonal(generator: sp.csr_array) -> sp.coo_array:
    """Rates between different states, sorted by row and column, zeros left out."""
    found = sp.coo_array(generator)
    found.sum_duplicates()
    rows, columns = found.coords
    keep = (rows != columns) & (found.data != 0)
    rows, columns, data = rows[keep], columns[keep], found.data[keep]
    order = np.lexsort((columns, rows))
    return sp.coo_array((data[order], (rows[order], columns[order])), shape=generator.shape)
