"""How long a guarantee that fades covers a gap; the solved game with fading leverage gives the same (a test)."""

import math

from detente.errors import OptionError


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
