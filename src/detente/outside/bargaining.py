"""Three simple forecasts of terms: compromise, median, Nash bargaining.

*Compromise model*: the mean of positions weighted by capability times salience (Van den Bos 1991; Achen 2006 in
Thomson et al., The European Union Decides: hard to beat). *Median*: the position that no weighted majority would
leave (Black 1948). *Nash bargaining*: maximises prod_i [u_i(x) - d_i]^{capability_i} with u_i(x) = -salience_i ((x -
x_i)/span)^2. The value of failure d_i is -failure_cost where nothing is said about what stays without agreement, and
u_i(reversion) - failure_cost otherwise. The dearer failure, the nearer the solution comes to the compromise model
(Achen 2006). Where no point is better than failure for every actor with capability and salience, there is no
agreement.
"""

import numpy as np
from scipy.optimize import minimize_scalar

from detente.errors import OptionError
from detente.outside.issue import Inputs


def compromise_mean(inputs: Inputs) -> float:
    """Mean position, weighted by capability times salience.

    Raises:
        OptionError: nobody has both capability and salience.
    """
    return float(_weights(inputs) @ inputs.position)


def weighted_median(inputs: Inputs) -> float:
    """The lowest position at which actors at or below it hold at least half of the weight.

    Raises:
        OptionError: nobody has both capability and salience.
    """
    order = np.argsort(inputs.position, kind="stable")
    held = np.cumsum(_weights(inputs)[order])
    return float(inputs.position[order][np.argmax(held >= 0.5 - 1e-12)])


def nash_bargaining(inputs: Inputs) -> float | None:
    """The asymmetric Nash solution between the outermost positions; None where no agreement beats failure for all.

    Raises:
        OptionError: nobody has both capability and salience.
    """
    counted = _weights(inputs) > 0
    position, power = inputs.position[counted], inputs.capability[counted]
    span = float(np.ptp(position))
    if span == 0:
        return float(position[0])
    salience = inputs.salience[counted]
    fallback = np.full(position.size, -inputs.failure_cost)
    if inputs.reversion is not None:
        fallback -= salience * ((inputs.reversion - position) / span) ** 2

    def lost(x: float) -> np.ndarray:
        """Of what agreement is worth at an actor's own position, the share lost at a point, (actors,)."""
        return np.minimum(salience * ((x - position) / span) ** 2 / -fallback, 1.0 - 1e-16)

    # each gain is concave, so the points that all accept form an interval and the objective is concave on it
    reach = span * np.sqrt(np.maximum(-fallback, 0) / salience)
    low, high = float((position - reach).max()), float((position + reach).min())
    low, high = max(low, float(position.min())), min(high, float(position.max()))
    if high <= low:
        return None
    found = minimize_scalar(
        lambda x: -float(power @ np.log1p(-lost(x))),  # without constants, so that a dear failure leaves it no flatter
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-10 * span},
    )
    return float(found.x)


def _weights(inputs: Inputs) -> np.ndarray:
    total = float(inputs.weight.sum())
    if total <= 0:
        raise OptionError.of("no actor has both capability and salience", "at least one above zero")
    return inputs.weight / total
