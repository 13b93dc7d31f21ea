"""What a single draw may fail with: it is then left out with its reason, and the others go on."""

from collections import Counter
from collections.abc import Iterable

from detente.errors import ComputationError, UserError

# A draw can lie where the case gives no game (UserError), where numbers leave their range (ArithmeticError, ValueError,
# which numpy's LinAlgError is) or where a factorisation breaks down (RuntimeError in SciPy). Anything else is a fault
# of the program and is not caught.
DRAW_FAULTS = (ComputationError, UserError, ArithmeticError, ValueError, RuntimeError)
MOST = 3  # reasons in one sentence: each may carry numbers of its draw


def reasons_in_words(reasons: Iterable[str]) -> str:
    """Reasons with how often each was given, most frequent first: "no certified equilibrium (3); singular matrix"."""
    counted = Counter(reasons).most_common()
    named = [f"{reason} ({count})" if count > 1 else reason for reason, count in counted[:MOST]]
    others = sum(count for _, count in counted[MOST:])
    return "; ".join([*named, *([f"and {others} of that kind"] if others else [])])
