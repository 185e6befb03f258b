"""Two lists of labels of the same units → how far they agree beyond chance: Cohen's kappa."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from skillrepo import resampling

_DRAWS = 2_000
_TAIL = 0.025


class Agreement(NamedTuple):
    """How two raters agree on `units`; `raw` is the share of equal labels, 0 to 1.

    `low` and `high` are the 95 % interval of `kappa`, -1 to 1. None is not measured.
    """

    units: int
    raw: float | None
    kappa: float | None
    low: float | None
    high: float | None


def agreement(one: Sequence[str], other: Sequence[str], *, seed: str) -> Agreement:
    """The agreement of two raters, with the interval of the percentile bootstrap over units.

    There is no interval where more than 2.5 % of the 2,000 resamples have no kappa: an end of it
    would be one of those. The same `seed` gives the same numbers everywhere.

    Raises:
        ValueError: if the lists do not have the same length.

    """
    pairs = sorted(zip(one, other, strict=True))
    raw = sum(a == b for a, b in pairs) / len(pairs) if pairs else None
    value = _kappa(Counter(pairs))
    low = high = None
    if value is not None:
        generator = random.Random(f"{seed}/units")  # noqa: S311 - chance, not a secret
        drawn = (_kappa(Counter(generator.choices(pairs, k=len(pairs)))) for _ in range(_DRAWS))
        known = sorted(each for each in drawn if each is not None)
        if len(known) >= (1 - _TAIL) * _DRAWS:
            low, high = (resampling.percentile(known, at) for at in (_TAIL, 1 - _TAIL))
    return Agreement(len(pairs), raw, value, low, high)


def _kappa(table: Counter[tuple[str, str]]) -> float | None:
    """(p_o - p_e) / (1 - p_e), of the share of equal labels and of the one that chance would give.

    p_e sums over labels how often the one rater uses it times how often the other one does (Cohen
    1960, Educational and Psychological Measurement 20:37-46). None where a rater has one label for
    all: then kappa is 0 / 0, or 0 whatever the other one says.
    """
    units = table.total()
    ones: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for (a, b), count in table.items():
        ones[a] += count
        others[b] += count
    if min(len(ones), len(others)) <= 1:
        return None
    # In whole numbers, so that perfect agreement is 1 and not nearly so.
    same = units * sum(count for (a, b), count in table.items() if a == b)
    chance = sum(count * others[label] for label, count in ones.items())
    return (same - chance) / (units * units - chance)
