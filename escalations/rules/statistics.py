"""Small pure statistics: an interval for a rate, quantiles of a list."""

from collections.abc import Sequence
from math import sqrt

Z95 = 1.959963984540054


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a rate (E. B. Wilson, JASA 22, 1927); (0, 1) where nothing is known."""
    if n == 0:
        return 0.0, 1.0
    rate, z2 = hits / n, Z95 * Z95
    centre = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of ordered values with linear interpolation, as PostgreSQL's `percentile_cont`."""
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
