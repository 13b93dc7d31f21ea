"""Expected time spent in each state from a state within a horizon: the integral of the distribution over time."""

import numpy as np
from scipy.integrate import trapezoid

from detente.chain import Chain

STEPS = 40  # of the trapezoid rule: errors are of the order of (horizon * rate / STEPS)^2, below what a map shows


def occupation(chain: Chain, start: int, horizon: float) -> np.ndarray:
    """Expected years in each state within `horizon` years from `start`, (states,); the sum is the horizon."""
    times = np.linspace(0.0, horizon, STEPS + 1)
    return trapezoid(chain.transient(start, times), x=times, axis=0)
