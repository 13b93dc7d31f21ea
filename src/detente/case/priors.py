"""One-dimensional priors by their quantile functions, optionally between hard ends."""

import math
from dataclasses import dataclass
from statistics import NormalDist

LEAST_LEFT = 1e-6  # share of a prior that a range must leave; below, quantiles are rounding errors
EDGE = 1e-12  # shares nearer to 0 or 1 count as this: their quantile is not finite, and no draw comes so near


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution; `numbers` as a case writes them, truncated to [low, high]."""

    kind: str
    numbers: tuple[float, ...]
    low: float = -math.inf
    high: float = math.inf

    def problem(self) -> str:
        """What is wrong with the numbers, or nothing."""
        wanted = {"fixed": 1, "triangular": 3}.get(self.kind, 2)
        if len(self.numbers) != wanted:
            return f"{self.kind} takes {wanted} numbers, not {len(self.numbers)}"
        if not all(math.isfinite(n) and abs(n) < 1e300 for n in self.numbers):
            return "a number is not finite"
        a, b = self.numbers[0], self.numbers[-1]
        ordered = self.kind in ("uniform", "loguniform", "triangular")
        if ordered and (not a < b or not a <= self.numbers[len(self.numbers) // 2] <= b):
            return "the numbers must go from low to high"
        if self.kind in ("loguniform", "lognormal", "beta") and a <= 0:
            return "the first number must be above 0"
        if self.kind in ("normal", "lognormal", "beta") and b <= 0:
            return "the second number must be above 0"
        if self.low >= self.high:
            return "the range must go from low to high"
        if self.kind != "fixed" and self._probability(self.high) - self._probability(self.low) < LEAST_LEFT:
            return "the range cuts off all of the prior"
        return ""

    def quantile(self, u: float) -> float:
        """The value below which a share u in (0, 1) of the prior lies."""
        if self.kind == "fixed":
            return self.numbers[0]
        below, above = self._probability(self.low), self._probability(self.high)
        return min(max(self._inverse(below + u * (above - below)), self.low), self.high)

    def _probability(self, x: float) -> float:
        a, b = self.numbers[0], self.numbers[-1]
        match self.kind:
            case "uniform":
                return min(max((x - a) / (b - a), 0.0), 1.0)
            case "loguniform":
                return 0.0 if x <= a else min(math.log(x / a) / math.log(b / a), 1.0)
            case "normal":
                return NormalDist(a, b).cdf(x)
            case "lognormal":
                return 0.0 if x <= 0 else NormalDist(math.log(a), b).cdf(math.log(x))
            case "beta":
                from scipy.special import betainc  # pyright: ignore[reportMissingTypeStubs]

                return float(betainc(a, b, min(max(x, 0.0), 1.0)))
            case _:
                return self._triangle(x)

    def _triangle(self, x: float) -> float:
        low, mode, high = self.numbers
        if x <= low:
            return 0.0
        if x >= high:
            return 1.0
        if x <= mode:
            return (x - low) ** 2 / ((high - low) * (mode - low))
        return 1.0 - (high - x) ** 2 / ((high - low) * (high - mode))

    def _inverse(self, u: float) -> float:
        a, b = self.numbers[0], self.numbers[-1]
        inside = min(max(u, EDGE), 1.0 - EDGE)
        match self.kind:
            case "uniform":
                return a + u * (b - a)
            case "loguniform":
                return a * (b / a) ** u
            case "normal":
                return NormalDist(a, b).inv_cdf(inside)
            case "lognormal":
                return math.exp(NormalDist(math.log(a), b).inv_cdf(inside))
            case "beta":
                from scipy.special import betaincinv  # pyright: ignore[reportMissingTypeStubs]

                return float(betaincinv(a, b, u))
            case _:
                low, mode, high = self.numbers
                if u * (high - low) <= mode - low:
                    return low + math.sqrt(u * (high - low) * (mode - low))
                return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))
