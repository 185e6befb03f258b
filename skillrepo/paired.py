"""Is head worse than base? Differences by task → pass, fail or inconclusive, and how sure that is.

The unit is the task: trials of one task are not independent of each other, so they are averaged
before, and tasks are resampled whole (clustered errors: Miller 2024, arXiv 2411.00640). Two tools
share the work. A sign-flip permutation test (Fisher 1935) decides whether a skill has become
worse, since it keeps its error rate with any number of tasks; a bootstrap over tasks (Efron 1979)
gives the interval that is shown, and decides what passes. docs/statistics.md has the error rates.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist, stdev
from typing import Literal, NamedTuple

from skillrepo import holm, resampling, student

Verdict = Literal["pass", "fail", "inconclusive"]
MIN_TASKS = 5
"""The smallest p of n tasks is 1 / 2^n: that of four is 0.0625, which finds nothing worse."""
LEVEL = 0.05
"""A skill that is not worse is found worse at most this often."""
POWER = 0.8
_TAIL = 0.025
_EXACT = 12
# The square of it is a million tasks.
_MOST = 1_000
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
    ordered = _sorted(differences, margin)
    p = sign_flip(ordered, seed=seed) if ordered else None
    return _compared(ordered, margin, seed, p, LEVEL)


def compare_all(
    differences: Mapping[str, Sequence[float]], *, margin: float, seed: str
) -> dict[str, Comparison]:
    """Compare several dimensions at once, each as `compare` does, but by Holm's adjusted p values.

    That any of them fails without cause is as rare as for one alone. `p` is the adjusted one, and
    `detectable` what would be found whatever the others do: None where no fall would be, since the
    smallest p of so few tasks is too large for so many dimensions. A dimension of fewer than five
    tasks cannot fail, and costs the others nothing: its `p` is its own.

    Raises:
        ValueError: as `compare` does.

    """
    ordered = {name: _sorted(each, margin) for name, each in differences.items()}
    p_values = {
        name: sign_flip(each, seed=f"{seed}/{name}") for name, each in ordered.items() if each
    }
    enough = {name: p for name, p in p_values.items() if len(ordered[name]) >= MIN_TASKS}
    known = p_values | holm.adjusted(enough)
    level = LEVEL / max(1, len(enough))
    return {
        name: _compared(each, margin, f"{seed}/{name}", known.get(name), level)
        for name, each in ordered.items()
    }


def _sorted(differences: Sequence[float], margin: float) -> list[float]:
    if margin < 0 or not math.isfinite(margin + sum(map(abs, differences))):
        raise ValueError("differences and margin are finite numbers, and the margin is not below 0")
    return sorted(differences)


def _compared(
    ordered: Sequence[float], margin: float, seed: str, p: float | None, level: float
) -> Comparison:
    tasks = len(ordered)
    mean = math.fsum(ordered) / tasks if tasks else None
    if tasks < MIN_TASKS or mean is None or p is None:
        # No interval: from so few tasks none holds what it says.
        lack = MIN_TASKS - tasks
        return Comparison(
            "inconclusive", mean, None, None, p, None, tasks, lack, _too_few(tasks, lack)
        )
    low, high = interval(ordered, seed=seed)
    spread = stdev(ordered)
    detectable = _detectable(ordered, spread, margin, level)
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
    (Phipson and Smyth 2010). Ties count as lower in full. A difference of 0 has no sign to change,
    and counts for none of the twelve.
    """
    sizes = [abs(each) for each in differences if each]
    limit = math.fsum(differences) + _ROUNDING * math.fsum(sizes)
    signs = [(size, -size) for size in sizes]
    if len(signs) <= _EXACT:
        every = resampling.every_sum(signs)
        return sum(each <= limit for each in every) / len(every)
    drawn = resampling.drawn_sums(signs, f"{seed}/signs")
    return (sum(each <= limit for each in drawn) + 1) / (len(drawn) + 1)


def resampled_means(differences: Sequence[float], *, seed: str) -> list[float]:
    """The sorted means of 10,000 resamples of the tasks."""
    drawn = resampling.drawn_sums([differences] * len(differences), f"{seed}/tasks")
    return sorted(each / len(differences) for each in drawn)


def interval(differences: Sequence[float], *, seed: str) -> tuple[float, float]:
    """The 95 % interval of the mean over five tasks or more: expanded percentile bootstrap.

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


def _detectable(
    differences: Sequence[float], spread: float, margin: float, level: float
) -> float | None:
    """The fall that fails in four of five comparisons, by the spread s of the differences seen.

    Two conditions have to hold. The test finds it: (t(1 - level) + t(0.80)) s / √n, and one step of
    the mean more, as ties count in full: the smallest difference / n. Where only the smallest p
    will do, all n tasks have to fall, each with a chance of 0.8^(1/n). And the mean falls by more
    than the margin: margin + t(0.80) s / √n.
    """
    tasks = len(differences)
    ways = level * 2 ** min(tasks, 60)
    if ways <= 1:
        return None
    error = spread / math.sqrt(tasks)
    power = student.quantile(POWER, tasks - 1)
    if ways <= 2:  # noqa: PLR2004 - p = 2 / 2^n is not below the level
        found = _NORMAL.inv_cdf(POWER ** (1 / tasks)) * spread
    else:
        step = min(filter(None, map(abs, differences)), default=0.0) / tasks
        found = (student.quantile(1 - level, tasks - 1) + power) * error + step
    return max(found, margin + power * error)


def _wanted(spread: float, margin: float, tasks: int) -> int | None:
    """How many more tasks let a change without effect pass in four of five comparisons.

    n = ((z(0.975) + z(0.80)) s / margin)^2; a fall of 1.3 margins then fails as often. None where
    nobody has so many, as with a margin of 0.
    """
    reach = (_NORMAL.inv_cdf(1 - _TAIL) + _NORMAL.inv_cdf(POWER)) * spread
    if reach >= _MOST * margin:
        return None
    return max(1, math.ceil((reach / margin) ** 2) - tasks)


def _too_few(tasks: int, lack: int) -> str:
    return (
        f"{tasks} task{'' if tasks == 1 else 's'}: fewer than {MIN_TASKS} cannot show that a skill "
        f"has become worse, as their smallest p is {2.0**-tasks:.3g}; {lack} more are needed"
    )


def _why(found: Comparison, margin: float) -> str:
    seen = (
        f"the mean over {found.tasks} tasks changes by {found.mean:+z.2f} "
        f"({found.low:+z.2f} to {found.high:+z.2f}, p = {found.p:.2g})"
    )
    if found.verdict == "fail":
        return f"{seen}; {margin:.2f} may be lost"
    if found.verdict == "pass":
        return f"{seen}, and a fall of {margin:.2f} or more is ruled out"
    fall = (
        f"no fall would be found by {found.tasks} tasks in so many dimensions"
        if found.detectable is None
        else f"a fall of {found.detectable:.2f} would be found in 4 of 5 comparisons"
    )
    more = f"; about {found.wanted} more tasks are needed" if found.wanted else ""
    return f"{seen}: neither a fall of {margin:.2f} nor its absence is shown; {fall}{more}"
