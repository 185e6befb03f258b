"""Random resamples that are the same on every machine, and their percentiles.

A resample is decided by a key, a string: `random.Random` seeds itself with its SHA-512, and its
`random()`, on which alone `choices` rests, is the Mersenne Twister on every platform and version of
Python. Sums are of plain additions in a fixed order; `sum` rounds otherwise since Python 3.12.
"""

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from operator import add

DRAWS = 10_000
# One draw from the sums of eleven signs costs what a draw of one sign does.
_LARGEST = 2**11


def every_sum(tables: Iterable[Sequence[float]]) -> list[float]:
    """The sums of one value of every table, for all ways to choose them."""
    sums = [0.0]
    for table in tables:
        sums = [one + other for one in sums for other in table]
    return sums


def drawn_sums(tables: Iterable[Sequence[float]], key: str) -> list[float]:
    """`DRAWS` sums, each of one value that is drawn from every table, independently."""
    generator = random.Random(key)  # noqa: S311 - chance, not a secret
    totals = [0.0] * DRAWS
    for table in _merged(tables):
        totals = list(map(add, totals, generator.choices(table, k=DRAWS)))
    return totals


def _merged(tables: Iterable[Sequence[float]]) -> Iterator[Sequence[float]]:
    """Fewer tables, with the same sums as often."""
    group: list[Sequence[float]] = []
    for table in tables:
        if group and math.prod(map(len, (*group, table))) > _LARGEST:
            yield every_sum(group)
            group = []
        group.append(table)
    yield every_sum(group)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share of sorted values lies, by linear interpolation."""
    at = share * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])
