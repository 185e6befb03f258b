"""Holm's step-down: a worked example, and its order."""

import pytest

from skillrepo import holm


def test_values_of_another_implementation() -> None:
    # statsmodels 0.15: multipletests([.01, .04, .03, .005, .2], method="holm").
    p_values = {"b": 0.01, "d": 0.04, "c": 0.03, "a": 0.005, "e": 0.2}
    found = holm.adjusted(p_values)
    assert found == pytest.approx({"b": 0.04, "d": 0.09, "c": 0.09, "a": 0.025, "e": 0.2})
    assert list(found) == list(p_values)


def test_one_stays_as_it_is_and_none_is_above_one() -> None:
    assert holm.adjusted({"a": 0.03}) == {"a": 0.03}
    assert holm.adjusted({"a": 0.6, "b": 0.7}) == {"a": 1.0, "b": 1.0}
    assert holm.adjusted({}) == {}


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_what_is_no_p_value_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm.adjusted({"a": 0.5, "b": p})
