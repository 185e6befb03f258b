"""How often a comparison blocks for nothing, and how often it finds what is there, by simulation.

The chance is that of fixed keys, so each run is the same. `make bench` simulates more, and prints
the tables of docs/statistics.md.
"""

import runpy
from statistics import fmean
from typing import Any

import checkout
import pytest

from skillrepo import paired

BENCH = runpy.run_path(str(checkout.CHECKOUT / "tests/bench/gate_power.py"))
KEY = "gate power"
# What is random is not traced line by line, which would cost as much again.
pytestmark = pytest.mark.no_cover


def drawn(procedure: Any, fall: float, runs: int) -> list[tuple[float, ...]]:
    return BENCH["drawn"](procedure, fall, runs, KEY)


def found_worse(samples: list[tuple[float, ...]]) -> float:
    """By the test that decides alone, which is faster than to compare."""
    return fmean(
        paired.sign_flip(each, seed=str(at)) < paired.LEVEL for at, each in enumerate(samples)
    )


@pytest.mark.parametrize(
    ("name", "argument", "runs"),
    [
        ("behaviour", (3,), 50),
        ("behaviour", (5,), 200),
        ("behaviour", (10,), 100),
        ("behaviour", (20,), 50),
        ("scores", (5,), 100),
        ("judge", (), 200),
    ],
)
def test_what_has_not_changed_is_seldom_blocked_and_intervals_hold(
    name: str, argument: tuple[int, ...], runs: int
) -> None:
    procedure = BENCH[name](*argument)
    samples = drawn(procedure, 0.0, runs)
    assert BENCH["share"]("fail", procedure, samples) <= 0.05
    if argument != (3,):
        assert BENCH["holds"](procedure, samples)[0] >= 0.88


def test_the_test_that_decides_is_wrong_less_than_once_in_twenty() -> None:
    assert found_worse(drawn(BENCH["behaviour"](10), 0.0, 1000)) <= 0.05
    assert found_worse(drawn(BENCH["behaviour"](20), 0.0, 300)) <= 0.05


@pytest.mark.parametrize(
    ("tasks", "plain", "decides", "runs"),
    [(3, 0.17, 0.0, 100), (5, 0.30, 0.05, 500), (10, 0.39, 0.33, 250), (20, 0.58, 0.60, 150)],
)
def test_a_fall_by_a_fifth_is_found_as_often_as_is_said(
    tasks: int, plain: float, decides: float, runs: int
) -> None:
    """A plain bootstrap finds more with few tasks, since it is wrong more often."""
    procedure = BENCH["behaviour"](tasks)
    samples = drawn(procedure, 0.2, runs)
    assert BENCH["plainly_blocked"](samples) == pytest.approx(plain, abs=0.05)
    # Those that are found worse fail, for all of them fall by more than the margin.
    few = samples[:40]
    worse = found_worse(few) if tasks >= paired.MIN_TASKS else 0.0
    assert BENCH["share"]("fail", procedure, few) == pytest.approx(worse, abs=0.02)
    assert (found_worse(samples) if worse else 0.0) == pytest.approx(decides, abs=0.05)


def test_of_several_dimensions_none_is_blocked_more_often_than_one() -> None:
    for dimensions in (3, 6):
        raw, adjusted = BENCH["any_of"](dimensions, 10, 400, KEY)
        assert adjusted <= 0.05 < raw


@pytest.mark.parametrize(("name", "units"), [("behaviour", 10), ("scores", 6)])
def test_what_is_said_to_be_found_is_found_in_four_of_five(name: str, units: int) -> None:
    procedure = BENCH[name](units)
    named = [
        paired.compare(each, margin=procedure.margin, seed=KEY).detectable or 0.0
        for each in drawn(procedure, 0.2, 40)
    ]
    samples = drawn(procedure, fmean(named), 400)
    blocked = fmean(
        paired.sign_flip(each, seed=KEY) < paired.LEVEL and fmean(each) < -procedure.margin
        for each in samples
    )
    assert blocked == pytest.approx(paired.POWER, abs=0.07)


def test_a_score_by_a_model_would_be_blocked_for_nothing_by_the_rule_for_static_grades() -> None:
    """A static grade has no noise; that rule is for no other."""
    rates = [BENCH["threshold"](votes, 4000, KEY) for votes in (1, 3, 5)]
    assert rates == pytest.approx([0.27, 0.15, 0.09], abs=0.02)


def test_wilson_holds_the_share_19_times_of_20() -> None:
    for of in (10, 20, 60):
        average, least = BENCH["wilson_holds"](of)
        assert average == pytest.approx(0.95, abs=0.01)
        assert least >= 0.89
