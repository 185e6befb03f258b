"""Whether one program is better than another: held-out examples, and the interval of the gain."""

import hashlib
import random
from collections.abc import Iterable, Sequence
from typing import NamedTuple

LEAST_PAIRS = 8
"""With fewer pairs the bootstrap's interval is too narrow to be believed."""
_RESAMPLES = 4_000
_CONFIDENCE = 0.95


class Gain(NamedTuple):
    """The mean gain of an example, and the interval that holds it with 95 % confidence."""

    mean: float
    low: float
    high: float


def is_held_out(key: str) -> bool:
    """Whether an example is kept for the measurement: two of three are.

    A search learns from few, and an interval of few is wide. It goes by the example's own key, so
    one that was held out once always is, however many others come and go, and no text is ever both
    learnt from and measured by.
    """
    return hashlib.sha256(f"held-out {key}".encode(errors="replace")).digest()[0] % 3 > 0


def gain(pairs: Sequence[tuple[float, float]]) -> Gain:
    """The paired percentile bootstrap of scores before and after; equal on every machine.

    https://doi.org/10.1214/ss/1177013815 has the method.
    """
    won = [after - before for before, after in pairs]
    chance = random.Random(0)  # noqa: S311 - to be repeatable is what is wanted
    means = sorted(_mean(chance.choices(won, k=len(won))) for _ in range(_RESAMPLES))
    out = round(_RESAMPLES * (1 - _CONFIDENCE) / 2)
    return Gain(_mean(won), means[out], means[-out - 1])


def insufficient(pairs: Sequence[tuple[float, float]]) -> str | None:
    """Why a gain is not shown; None where it is above zero at the interval's lower end."""
    if len(pairs) < LEAST_PAIRS:
        return (
            f"it was measured on {len(pairs)} held-out examples, and fewer than {LEAST_PAIRS} "
            "show nothing"
        )
    found = gain(pairs)
    if found.low > 0:
        return None
    return (
        f"its gain is {found.mean:+.3f}, with 95 % confidence from {found.low:+.3f} to "
        f"{found.high:+.3f}: not above zero"
    )


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
