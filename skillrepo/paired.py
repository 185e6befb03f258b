"""Is head worse than base? Differences by task → pass, fail or inconclusive, and how sure that is.

The unit is the task: trials of one task are not independent of each other, so they are averaged
before, and tasks are resampled whole (clustered errors: Miller 2024, arXiv 2411.00640). Two tools
share the work. A sign-flip permutation test (Fisher 1935) decides whether a skill has become
worse, since it keeps its error rate with any number of tasks; a bootstrap over tasks (Efron 1979)
gives the interval that is shown, and decides what passes. docs/statistics.md has the error rates.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist, stdev
from typing import Literal, NamedTuple

from skillrepo import resampling, student

Verdict = Literal["pass", "fail", "inconclusive"]
MIN_TASKS = 5
"""The smallest p of n tasks is 1 / 2^n: that of four is 0.0625, which finds nothing worse."""
LEVEL = 0.05
"""A skill that is not worse is found worse at most this often."""
POWER = 0.8
_TAIL = 0.025
_EXACT = 12
# Signs of so many tasks are drawn at once, from a table of 2^10 sums.
_CHUNK = 10
# Differences are thirds and the like: sums that are equal but for rounding are ties.
_ROUNDING = 1e-9
_NORMAL = NormalDist()


class Comparison(NamedTuple):
    """What the differences say; all numbers but `p` and counts are in the unit of the differences.

    `mean` is head - base; `low` and `high` are its 95 % interval, and `p` is one-sided.
    `detectable` is the fall that would fail in four of five comparisons as noisy as this one.
    `wanted` is about how many more tasks are needed, None where there is a verdict. Else None is
    not measured.
    """

    verdict: Verdict
    mean: float | None
    low: float | None
    high: float | None
    p: float | None
    detectable: float | None
    tasks: int
    wanted: int | None
    why: str


def compare(differences: Sequence[float], *, margin: float, seed: str) -> Comparison:
    """Compare by one mean difference head - base a task; a fall of `margin` (≥ 0) does not matter.

    - fail: p < 0.05, and the mean falls by more than the margin;
    - pass: the lower end of the interval is above -margin (non-inferiority);
    - inconclusive: neither, and always where there are fewer than five tasks.

    Their order does not matter, and the same `seed` gives the same numbers everywhere.

    Raises:
        ValueError: if a difference or the margin is not finite, or the margin is below zero.

    """
    ordered = sorted(differences)
    if margin < 0 or not math.isfinite(margin + sum(map(abs, ordered))):
        raise ValueError("differences and margin are finite numbers, and the margin is not below 0")
    tasks = len(ordered)
    if tasks < MIN_TASKS:
        return _too_few(ordered, seed)
    mean = math.fsum(ordered) / tasks
    p = sign_flip(ordered, seed=seed)
    low, high = interval(ordered, seed=seed)
    spread = stdev(ordered)
    detectable = _detectable(ordered, spread, margin)
    verdict: Verdict = "inconclusive"
    wanted = None
    slack = _ROUNDING * max(map(abs, (margin, *ordered)))
    if p < LEVEL and mean < -margin - slack:
        verdict = "fail"
    elif low > -margin + slack:
        verdict = "pass"
    else:
        wanted = _wanted(spread, margin, tasks)
    found = Comparison(verdict, mean, low, high, p, detectable, tasks, wanted, "")
    return found._replace(why=_why(found, margin))


def sign_flip(differences: Sequence[float], *, seed: str) -> float:
    """The one-sided p value of the mean: how often chance alone makes it as low, or lower.

    Were head and base the same, each difference could as well have the other sign. All 2^n ways to
    give signs are looked at for up to twelve tasks; above, 10,000 that are drawn, and the observed
    one is counted among them, so that p is never 0 and the test stays valid: (b + 1) / (m + 1)
    (Phipson and Smyth 2010). Ties count as lower in full.
    """
    sizes = [abs(each) for each in differences]
    limit = math.fsum(differences) + _ROUNDING * math.fsum(sizes)
    if len(sizes) <= _EXACT:
        every = _signed(sizes)
        return sum(each <= limit for each in every) / len(every)
    chunks = (sizes[at : at + _CHUNK] for at in range(0, len(sizes), _CHUNK))
    drawn = resampling.sums(map(_signed, chunks), f"{seed}/signs")
    return (sum(each <= limit for each in drawn) + 1) / (len(drawn) + 1)


def _signed(sizes: Sequence[float]) -> list[float]:
    """The sums for all ways to give signs."""
    every = [0.0]
    for size in sizes:
        every = [each + size for each in every] + [each - size for each in every]
    return every


def resampled_means(differences: Sequence[float], *, seed: str) -> list[float]:
    """The sorted means of 10,000 resamples of the tasks."""
    drawn = resampling.sums([differences] * len(differences), f"{seed}/tasks")
    return sorted(each / len(differences) for each in drawn)


def interval(differences: Sequence[float], *, seed: str) -> tuple[float, float]:
    """The 95 % interval of the mean over tasks, by the expanded percentile bootstrap.

    The 2.5th and 97.5th percentile are too narrow for few tasks: resamples have the variance with
    n and not n - 1 below the line, and the quantiles of a normal and not of Student's t. Taken
    instead is the percentile Φ(√(n / (n - 1)) t), where t is the 2.5 % quantile of Student's t with
    n - 1 degrees of freedom, and its mirror image (Hesterberg 2015, The American Statistician
    69:371-386). BCa corrects skewness, and is as narrow.
    """
    tasks = len(differences)
    means = resampled_means(differences, seed=seed)
    tail = _NORMAL.cdf(-math.sqrt(tasks / (tasks - 1)) * student.quantile(1 - _TAIL, tasks - 1))
    return resampling.percentile(means, tail), resampling.percentile(means, 1 - tail)


def _detectable(differences: Sequence[float], spread: float, margin: float) -> float:
    """The fall that fails in four of five comparisons, by the spread s of the differences seen.

    Two conditions have to hold. The test finds it: (t(0.95) + t(0.80)) s / √n, and as ties count in
    full, one step of the mean more where differences are multiples of something: their smallest
    size / n. Five tasks all have to fall, each with a chance of 0.8^(1/5). And the mean falls by
    more than the margin: margin + t(0.80) s / √n.
    """
    tasks = len(differences)
    error = spread / math.sqrt(tasks)
    power = student.quantile(POWER, tasks - 1)
    if tasks == MIN_TASKS:
        found = _NORMAL.inv_cdf(POWER ** (1 / tasks)) * spread
    else:
        step = min(filter(None, map(abs, differences)), default=0.0) / tasks
        found = (student.quantile(1 - LEVEL, tasks - 1) + power) * error + step
    return max(found, margin + power * error)


def _wanted(spread: float, margin: float, tasks: int) -> int | None:
    """How many more tasks let a change without effect pass in four of five comparisons.

    n = ((z(0.975) + z(0.80)) s / margin)^2; a fall of 1.3 margins then fails as often.
    """
    if not margin:
        return None
    reach = _NORMAL.inv_cdf(1 - _TAIL) + _NORMAL.inv_cdf(POWER)
    return max(1, math.ceil((reach * spread / margin) ** 2) - tasks)


def _too_few(ordered: Sequence[float], seed: str) -> Comparison:
    """No interval: from so few tasks none holds what it says."""
    tasks = len(ordered)
    wanted = MIN_TASKS - tasks
    mean = math.fsum(ordered) / tasks if tasks else None
    p = sign_flip(ordered, seed=seed) if tasks else None
    why = (
        f"{tasks} task{'' if tasks == 1 else 's'}: fewer than {MIN_TASKS} cannot show that a skill "
        f"has become worse, as their smallest p is {2.0**-tasks:.3g}; {wanted} more are needed"
    )
    return Comparison("inconclusive", mean, None, None, p, None, tasks, wanted, why)


def _why(found: Comparison, margin: float) -> str:
    seen = (
        f"the mean over {found.tasks} tasks changes by {found.mean:+z.2f} "
        f"({found.low:+z.2f} to {found.high:+z.2f}, p = {found.p:.2g})"
    )
    if found.verdict == "fail":
        return f"{seen}; {margin:.2f} may be lost"
    if found.verdict == "pass":
        return f"{seen}, and a fall of {margin:.2f} or more is ruled out"
    more = f"; about {found.wanted} more tasks are needed" if found.wanted else ""
    return (
        f"{seen}: neither a fall of {margin:.2f} nor its absence is shown; "
        f"a fall of {found.detectable:.2f} would be found in 4 of 5 comparisons{more}"
    )
