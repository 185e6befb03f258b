"""Readings of the static measures → `Grade`; nothing but arithmetic.

The grade speaks of hygiene, routing and cost, and never says that the skill helps: that takes runs
with it and without.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import NamedTuple

from skillrepo.grade.profile import LABELS, Profile, Row
from skillrepo.measure import Group, Reading
from skillrepo.measures import ALL

BELOW = "below"
_DIGITS = 4
"""Of scores: what the last bits of a power are differs from machine to machine."""
_LEAST = 0.1**_DIGITS / 2


class Grade(NamedTuple):
    """`score` is between 0 and 1, and calibrated; `label` is below, minimum, target or excellent.

    `percentile` is how many of a hundred published skills have a lower score.
    """

    score: float
    label: str
    percentile: int
    measures: Mapping[str, Reading]


def hundredths(score: float) -> int:
    """A score as people read it, cut and not rounded: one below 0.8 never reads as 0.80."""
    return int(100 * (score + _LEAST))


def shown(score: float) -> str:
    """A score to two digits."""
    return f"{hundredths(score) / 100:.2f}"


def grade(readings: Mapping[str, Reading], profile: Profile) -> Grade:
    """The grade of a skill; one of which nothing could be measured has 0."""
    return graded(raw(readings, profile), readings, profile)


def raw(readings: Mapping[str, Reading], profile: Profile) -> float:
    """The weighted geometric mean of the groups, each of which has the mean of its measures.

    The mean is taken from the floor up, so that 0 counts as the floor and 1 as 1: what is lost
    costs much, and a little more of what is hardly there does not multiply the grade.

    What deducts and is n/a counts as 1, for there is nothing to deduct. What else is n/a is left
    out, and so is a group of which nothing is left; the weights of the others then stand for all.
    """
    if all(reading.value is None for reading in readings.values()):
        return 0.0
    groups: dict[Group, list[float]] = {}
    for measure in ALL:
        reading = readings.get(measure.name)
        value = reading.value if reading else None
        if value is not None or measure.deducts:
            groups.setdefault(measure.group, []).append(1.0 if value is None else value)
    total = sum(profile.weights[group] for group in groups)
    powers = (
        (profile.floor + (1 - profile.floor) * sum(each) / len(each))
        ** (profile.weights[group] / total)
        for group, each in groups.items()
    )
    return float(prod(powers))


def graded(mean: float, readings: Mapping[str, Reading], profile: Profile) -> Grade:
    """The grade for a raw mean: its score and percentile by the table of the profile."""
    rows = profile.calibration
    score = round(_between(mean, rows, [row.score for row in rows]), _DIGITS)
    percentile = _between(mean, rows, [row.percentile for row in rows])
    return Grade(score, label(score, profile.labels), int(percentile), readings)


def label(score: float, least: Mapping[str, float]) -> str:
    """The highest label that a score reaches."""
    return next((name for name in reversed(LABELS) if score >= least[name]), BELOW)


def _between(mean: float, rows: Sequence[Row], values: Sequence[float]) -> float:
    """What belongs to a raw mean, evenly between two rows."""
    return next(_interpolated(mean, rows, values), values[-1])


def _interpolated(mean: float, rows: Sequence[Row], values: Sequence[float]) -> Iterator[float]:
    for (low, high), (first, last) in zip(pairwise(rows), pairwise(values), strict=True):
        if mean < high.raw:
            share = max(0.0, mean - low.raw) / (high.raw - low.raw)
            yield first + share * (last - first)
