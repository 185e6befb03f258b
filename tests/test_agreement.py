"""Cohen's kappa: published values, and tables of which it says nothing."""

import math

import pytest

from skillrepo.agreement import Agreement, agreement

Table = dict[tuple[str, str], int]


def of(table: Table, seed: str = "a key") -> Agreement:
    pairs = [pair for pair, count in table.items() for _ in range(count)]
    return agreement([one for one, _ in pairs], [other for _, other in pairs], seed=seed)


# Two psychologists, 200 patients: Cohen 1960, table 1, from the shares.
COHEN = dict(
    zip(
        [(a, b) for a in "xyz" for b in "xyz"],
        [88, 14, 18, 10, 40, 10, 2, 6, 12],
        strict=True,
    )
)


def test_the_example_of_cohen() -> None:
    found = of(COHEN)
    assert (found.units, found.raw) == (200, 0.7)
    assert found.kappa == pytest.approx(0.29 / 0.59)
    # statsmodels 0.15, cohens_kappa, by the asymptotic standard error: 0.3916 to 0.5915.
    assert (found.low, found.high) == pytest.approx((0.3916, 0.5915), abs=0.01)
    assert of(dict(reversed(COHEN.items()))) == found
    assert of(COHEN, "another key").low != found.low


def test_agreement_without_exception_is_one_and_with_nothing_else_below_zero() -> None:
    assert of({("yes", "yes"): 20, ("no", "no"): 10}) == (30, 1.0, 1.0, 1.0, 1.0)
    assert of({("yes", "no"): 20, ("no", "yes"): 20}) == (
        40,
        0.0,
        -1.0,
        -1.0,
        pytest.approx(-0.8, abs=0.2),
    )


def test_agreement_by_chance_is_zero() -> None:
    found = of({("yes", "yes"): 64, ("yes", "no"): 16, ("no", "yes"): 16, ("no", "no"): 4})
    assert (found.raw, found.kappa) == (0.68, 0.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high


@pytest.mark.parametrize(
    "table",
    [
        {("yes", "yes"): 50},
        {("yes", "yes"): 40, ("yes", "no"): 10},
        {("yes", "yes"): 40, ("no", "yes"): 10},
    ],
)
def test_a_rater_with_one_label_for_all_tells_nothing(table: Table) -> None:
    found = of(table)
    assert found.raw == table["yes", "yes"] / 50
    assert (found.kappa, found.low, found.high) == (None, None, None)


def test_no_interval_where_too_many_resamples_tell_nothing() -> None:
    # (29 / 30)^30 = 36 % of the resamples are without the one that is not "yes".
    found = of({("yes", "yes"): 29, ("no", "no"): 1})
    assert (found.kappa, found.low, found.high) == (1.0, None, None)


def test_of_nothing_there_is_none() -> None:
    assert of({}) == (0, None, None, None, None)


def test_lists_of_two_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        agreement(["yes"], ["yes", "no"], seed="a key")


def test_about_200_labels_tell_a_kappa_of_about_06_to_a_tenth() -> None:
    found = of({("yes", "yes"): 80, ("no", "no"): 80, ("yes", "no"): 20, ("no", "yes"): 20})
    assert found.kappa == pytest.approx(0.6)
    assert found.low is not None
    assert found.high is not None
    assert math.isclose(found.high - found.low, 0.22, abs_tol=0.01)
