"""Letters that look like ASCII ones: text → what a reader takes it for.

The letters are those of Unicode's confusables (https://www.unicode.org/Public/security/) that
look the same in most fonts; the rest of that table is too loose to accuse anyone.
"""

import unicodedata

_CYRILLIC = dict(zip("асԁеһіјӏорԛѕԝхуѵ", "acdehijlopqswxyv", strict=True))  # noqa: RUF001 - they are meant
_GREEK = dict(zip("αγικνορυχ", "ayikvopux", strict=True))
_LATIN = dict(zip("ıɑɡ", "iag", strict=True))  # noqa: RUF001 - they are meant
_DASHES = dict.fromkeys("‐‑‒–—−", "-")  # noqa: RUF001 - they are meant
_LETTERS = {**_CYRILLIC, **_GREEK, **_LATIN, **_DASHES}


def ascii_of(character: str) -> str | None:
    """The ASCII characters that a character is a form of, or looks like; None if there are none."""
    plain = unicodedata.normalize("NFKC", character)
    looks = "".join(_LETTERS.get(each, each) for each in plain)
    return looks if looks.isascii() and looks != character else None


def looks_like(text: str) -> str:
    """The text with each look-alike replaced by what it looks like."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    return "".join(_LETTERS.get(each, each) for each in plain)
