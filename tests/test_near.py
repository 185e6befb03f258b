"""The known word that a misspelt one stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillrepo.near import Words


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("descripton", "description"),
        ("descriptoin", "description"),
        ("desscription", "description"),
        ("dascriptian", "description"),
        ("dascreptian", None),
        ("nmae", "name"),
        ("nome", "name"),
        ("nomo", None),
        ("name", None),
        ("na", None),
        ("", None),
        ("namename", None),
        ("n" * 100, None),
    ],
)
def test_near(word: str, near: str | None) -> None:
    assert Words(["description", "name", "x" * 100]).near(word) == near


def test_the_nearest_is_taken_and_else_the_first() -> None:
    assert Words(["wax-seals", "wax-seat"]).near("wax-seal") == "wax-seat"
    assert Words(["wax-seat", "wax-seap"]).near("wax-seal") == "wax-seat"
    assert Words(["wax-sealant", "wax-se"]).near("wax-seal", most=1) is None


def distance(one: str, other: str) -> int:
    """The same without a limit, as textbooks have it."""
    rows = [
        [i + j if i * j == 0 else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)
    ]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            change = rows[i - 1][j - 1] + (one[i - 1] != other[j - 1])
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, change)
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


words = st.text("abc", min_size=1, max_size=9)


@given(word=words, known=words)
def test_as_textbooks_have_it(word: str, known: str) -> None:
    most = min(2, len(word) // 3)
    assert (Words([known]).near(word) == known) == (word != known and distance(word, known) <= most)
