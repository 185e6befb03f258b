"""So many of so many → the interval of the share, by Wilson's score."""

import math
from statistics import NormalDist

_Z = NormalDist().inv_cdf(0.975)


def wilson(found: int, of: int) -> tuple[float, float] | None:
    """The 95 % interval of the share `found / of`; None of nothing.

    (k + z²/2 ± z √(k (n - k) / n + z²/4)) / (n + z²): it stays within 0 and 1, and has a width at
    0 of n and n of n, too (Wilson 1927, Journal of the American Statistical Association 22:209-12).

    Raises:
        ValueError: if there are fewer than none, or more found than there are.

    """
    if not 0 <= found <= of:
        raise ValueError(f"{found} of {of} is no share")
    if not of:
        return None
    square = _Z * _Z
    half = _Z * math.sqrt(found * (of - found) / of + square / 4)
    middle = found + square / 2
    low, high = (middle - half) / (of + square), (middle + half) / (of + square)
    # Rounding leaves 1e-17 of what is 0 in the formula.
    return (low if found else 0.0), (high if found < of else 1.0)
