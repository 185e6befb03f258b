"""The words of a text: most texts hold none of those that a rule looks for, and that is soon seen.

To look for forty words one by one takes longer than to collect all words once for every rule.
"""

from typing import NamedTuple

_LONG = 16
PASS_FOR_ASCII = (("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"), ("\u212a", "k"))
"""Letters that count as their likes where the case of letters does not count, and those."""
_PASSING = tuple((letter.encode(), like.encode()) for letter, like in PASS_FOR_ASCII)


class Vocabulary(NamedTuple):
    """The words of a text in small letters: runs of ASCII letters and digits."""

    words: frozenset[bytes]
    long: tuple[bytes, ...]
    """Those of 16 characters and more; keys and encoded text are among them."""

    def holds(self, words: frozenset[bytes]) -> bool:
        """Whether one of `words` is among them."""
        return not words.isdisjoint(self.words)


def _table() -> bytes:
    kept = b"0123456789abcdefghijklmnopqrstuvwxyz"
    small = bytes(range(256)).lower()
    return bytes(byte if byte in kept else 0x20 for byte in small)


_TABLE = _table()


def vocabulary(data: bytes) -> Vocabulary:
    """The words of the text in UTF-8."""
    if not data.isascii():
        for letter, like in _PASSING:
            data = data.replace(letter, like)
    words = frozenset(data.translate(_TABLE).split())
    return Vocabulary(words, tuple([word for word in words if len(word) >= _LONG]))
