"""Letters that look like ASCII ones."""

# Letters that look like others are what it is about.
# ruff: noqa: RUF001

import unicodedata

import pytest

from skillrepo import look_alike


@pytest.mark.parametrize(
    ("letter", "plain"),
    [
        ("а", "a"),
        ("ο", "o"),
        ("ｗ", "w"),
        ("ﬁ", "fi"),
        ("–", "-"),
        ("ı", "i"),
        ("é", None),
        ("e\u0301", None),
        ("蜡", None),
        ("a", None),
    ],
)
def test_ascii_of(letter: str, plain: str | None) -> None:
    assert look_alike.ascii_of(letter) == plain


def test_looks_like() -> None:
    assert look_alike.looks_like("wax") == "wax"
    assert look_alike.looks_like("ｗаx–séal") == "wax-séal"


def test_each_is_one_small_letter_that_is_not_ascii() -> None:
    for letter, plain in look_alike._LETTERS.items():  # noqa: SLF001 - the table itself
        assert len(letter) == len(plain) == 1
        assert not letter.isascii()
        assert plain.isascii()
        assert unicodedata.category(letter) in ("Ll", "Pd", "Sm")
