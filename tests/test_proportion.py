"""Wilson's interval: published values, and what it promises at the ends."""

import pytest

from skillrepo import proportion


@pytest.mark.parametrize(
    ("found", "of", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_values(found: int, of: int, low: float, high: float) -> None:
    assert proportion.wilson(found, of) == pytest.approx((low, high), abs=0.00005)
    assert proportion.wilson(of - found, of) == pytest.approx((1 - high, 1 - low), abs=0.00005)


def test_the_ends_are_the_ends() -> None:
    for of in range(1, 200):
        none, all_ = proportion.wilson(0, of), proportion.wilson(of, of)
        assert none is not None
        assert all_ is not None
        assert (none[0], all_[1]) == (0.0, 1.0)


def test_of_nothing_there_is_no_share() -> None:
    assert proportion.wilson(0, 0) is None


@pytest.mark.parametrize(("found", "of"), [(-1, 3), (4, 3), (0, -1)])
def test_what_is_no_share_is_refused(found: int, of: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        proportion.wilson(found, of)
