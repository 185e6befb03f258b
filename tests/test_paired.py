"""Paired differences by task: reference values, verdicts, and what is too few to tell."""

import math
import random
from collections.abc import Sequence
from itertools import product
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillrepo import paired, student

# Heights of cross- and self-fertilised maize, in eighths of an inch: Darwin 1876, the example of
# Fisher 1935 (The Design of Experiments, section 21), where 863 of 2^15 ways give as much or more.
DARWIN = (49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48)

THIRDS = st.integers(-3, 3).map(lambda third: third / 3)


def compare(differences: Sequence[float], margin: float = 0.1) -> paired.Comparison:
    return paired.compare(differences, margin=margin, seed="a key")


def test_the_example_of_fisher() -> None:
    p = paired.sign_flip([-each for each in DARWIN], seed="a key")
    # Of 10,000 draws with a chance of 0.0263, four standard errors.
    assert p == pytest.approx(863 / 2**15, abs=4 * math.sqrt(0.0263 * 0.9737 / 10_000))


@pytest.mark.parametrize(
    ("differences", "p"),
    [
        # scipy 1.17: stats.permutation_test(…, permutation_type="samples", alternative="less").
        ([-0.2, -0.1, -0.4, 0.1, -0.3, -0.05], 0.0625),
        ([0.3, -0.9, -0.4, 0.2, -0.6, -0.1, -0.5, 0.05], 0.078125),
        ([-1 / 3, -2 / 3, -1 / 3, 1 / 3, 0.0, -1.0, -1 / 3, 1 / 3, -2 / 3, -1 / 3], 0.046875),
    ],
)
def test_the_exact_test_has_the_values_of_another_implementation(
    differences: list[float], p: float
) -> None:
    assert paired.sign_flip(differences, seed="a key") == p


@settings(max_examples=60, deadline=None)
@given(st.lists(THIRDS, min_size=1, max_size=7))
def test_ties_are_counted_though_thirds_round(differences: list[float]) -> None:
    """Against whole numbers, which do not round."""
    whole = [round(3 * each) for each in differences]
    every = [
        sum(sign * each for sign, each in zip(signs, whole, strict=True))
        for signs in product((1, -1), repeat=len(whole))
    ]
    expected = sum(each <= sum(whole) for each in every) / len(every)
    assert paired.sign_flip(differences, seed="a key") == expected


def test_drawn_signs_agree_with_all_of_them() -> None:
    generator = random.Random("differences")  # noqa: S311 - chance, not a secret
    differences = [round(generator.gauss(-0.1, 0.4), 2) for _ in range(12)]
    exact = paired.sign_flip(differences, seed="a key")
    # A task without a difference changes no sum, and makes it thirteen.
    drawn = paired.sign_flip([*differences, 1e-6], seed="a key")
    assert drawn == pytest.approx(exact, abs=0.02)
    assert drawn != exact
    # What has no sign draws nothing.
    assert paired.sign_flip([*differences, *[0.0] * 12], seed="a key") == exact


def test_a_p_value_that_is_drawn_is_never_zero() -> None:
    assert compare([-1.0 - 1 / at for at in range(1, 41)]).p == 1 / 10_001


def test_the_quantiles_of_student_are_those_of_the_tables() -> None:
    # Fisher and Yates 1963, table III.
    table = {(0.95, 4): 2.132, (0.975, 4): 2.776, (0.975, 9): 2.262, (0.975, 30): 2.042}
    for (share, freedom), value in table.items():
        assert student.quantile(share, freedom) == pytest.approx(value, abs=0.001)
    assert student.quantile(0.025, 19) == pytest.approx(-2.093, abs=0.001)


def test_the_interval_is_near_that_of_student() -> None:
    generator = random.Random("differences")  # noqa: S311 - chance, not a secret
    differences = [generator.gauss(0.0, 0.4) for _ in range(40)]
    mean = fmean(differences)
    half = 2.0227 * math.sqrt(sum((each - mean) ** 2 for each in differences) / 39 / 40)
    low, high = paired.interval(differences, seed="a key")
    assert (low, high) == pytest.approx((mean - half, mean + half), abs=0.1 * half)


def test_what_falls_fails() -> None:
    found = compare([-1 / 3, -2 / 3, -1.0, -1 / 3, -2 / 3, 0.0])
    assert (found.verdict, found.tasks, found.wanted) == ("fail", 6, None)
    assert found.mean == pytest.approx(-0.5)
    assert found.p == 1 / 32
    assert found.why.startswith("the mean over 6 tasks changes by -0.50 (-0.")
    assert found.why.endswith(", p = 0.031); 0.10 may be lost")


def test_what_falls_by_less_than_matters_does_not_fail() -> None:
    found = compare([-0.04, -0.05, -0.03, -0.05, -0.04, -0.04])
    assert found.p == 1 / 64
    assert found.verdict == "pass"
    assert found.why.endswith("and a fall of 0.10 or more is ruled out")
    # All fall by just the margin, but for rounding: neither more, nor less.
    assert compare([0.7 - 0.8, 0.8 - 0.9, 0.5 - 0.6, 0.3 - 0.4, 0.9 - 1.0]).verdict == (
        "inconclusive"
    )


def test_what_stays_passes() -> None:
    found = compare([0.0] * 5)
    assert found[:7] == ("pass", 0.0, 0.0, 0.0, 1.0, 0.1, 5)
    assert found.wanted is None
    assert found.why.startswith("the mean over 5 tasks changes by +0.00 (+0.00 to +0.00, p = 1)")


def test_what_is_not_known_is_inconclusive_and_says_what_is_needed() -> None:
    found = compare([-1 / 3, 1 / 3, -2 / 3, 0.0, 1 / 3, -1 / 3, 0.0, 1 / 3, -1 / 3, 1 / 3])
    assert found.verdict == "inconclusive"
    # ((1.960 + 0.842) 0.367 / 0.1)^2 = 105.6, of which there are ten.
    assert found.wanted == 96
    assert found.why.endswith(
        ": neither a fall of 0.10 nor its absence is shown; a fall of 0.35 would be found in "
        "4 of 5 comparisons; about 96 more tasks are needed"
    )
    # No number of tasks shows that nothing at all was lost.
    for margin in (0.0, 1e-300):
        none = compare([-1.0, 1.0, 1.0, -1.0, 0.5], margin)
        assert (none.verdict, none.wanted) == ("inconclusive", None)
        assert none.why.endswith("would be found in 4 of 5 comparisons")


@pytest.mark.parametrize("tasks", range(5))
def test_fewer_than_five_tasks_are_inconclusive_whatever_they_say(tasks: int) -> None:
    found = compare([-1.0] * tasks)
    assert found.verdict == "inconclusive"
    assert (found.low, found.high, found.detectable) == (None, None, None)
    assert found.mean == (-1.0 if tasks else None)
    assert found.p == (0.5**tasks if tasks else None)
    assert found.wanted == 5 - tasks
    assert f"{0.5**tasks:.3g}; {5 - tasks} more are needed" in found.why


def test_of_several_dimensions_none_fails_by_their_number() -> None:
    # p = 1 / 32, which is 3 / 32 as the smallest of three.
    fallen = [-1 / 3, -2 / 3, -1.0, -1 / 3, -2 / 3]
    few = [-1.0] * 4
    one = paired.compare_all({"cost": fallen, "few": few}, margin=0.1, seed="a key")
    assert (one["cost"].verdict, one["cost"].p) == ("fail", 1 / 32)
    assert (one["few"].verdict, one["few"].p) == ("inconclusive", 1 / 16)
    three = paired.compare_all(
        {"cost": fallen, "time": [0.0] * 5, "success": [0.1] * 5, "none": []},
        margin=0.1,
        seed="a key",
    )
    assert (three["cost"].verdict, three["cost"].p) == ("inconclusive", 3 / 32)
    assert three["cost"].wanted is not None
    assert three["cost"].detectable is None
    assert "; no fall would be found by 5 tasks in so many dimensions; about " in three["cost"].why
    assert [each.verdict for each in three.values()][1:] == ["pass", "pass", "inconclusive"]
    assert list(three) == ["cost", "time", "success", "none"]
    with pytest.raises(ValueError, match="finite numbers"):
        paired.compare_all({"cost": fallen, "time": [math.nan]}, margin=0.1, seed="a key")


@settings(max_examples=10, deadline=None)
@given(st.lists(THIRDS, min_size=5, max_size=14), st.randoms(use_true_random=False))
def test_neither_order_nor_time_matters(differences: list[float], chance: random.Random) -> None:
    found = compare(differences)
    assert compare(chance.sample(differences, len(differences))) == found
    assert found.low is not None
    assert found.mean is not None
    assert found.high is not None
    assert found.low - 1e-9 <= found.mean <= found.high + 1e-9


def test_numbers_are_the_same_everywhere() -> None:
    found = compare([-1.0 + at / 8 for at in range(14)])
    assert found[:5] == (
        "inconclusive",
        -0.1875,
        -0.48214285714285715,
        0.10714285714285714,
        0.10838916108389161,
    )
    other = paired.compare([-1.0 + at / 8 for at in range(14)], margin=0.1, seed="another key")
    assert other.p != found.p


@pytest.mark.parametrize(
    ("differences", "margin"),
    [
        ([0.0, math.nan], 0.1),
        ([0.0] * 9 + [math.inf], 0.1),
        ([1e308] * 9, 0.1),
        ([0.0] * 5, math.nan),
        ([0.0] * 5, math.inf),
        ([0.0] * 5, -0.1),
    ],
)
def test_what_is_no_finite_number_is_refused(differences: list[float], margin: float) -> None:
    with pytest.raises(ValueError, match="finite numbers"):
        compare(differences, margin)
