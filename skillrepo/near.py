"""Which of some known words a misspelt one stands for: "did you mean"."""

from collections.abc import Iterable

_LONGEST = 64
"""Characters of a word that is compared; nobody mistypes a longer one by a letter or two."""


class Words:
    """Known words, prepared to be searched; the first of two that are equally near is taken."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_length: dict[int, list[tuple[int, str]]] = {}
        for word in words:
            if len(word) <= _LONGEST:
                self._by_length.setdefault(len(word), []).append((_letters(word), word))

    def near(self, word: str, most: int = 2) -> str | None:
        """The known word that is nearest, at most `most` edits away; `word` itself is none.

        An edit adds, drops or changes a letter, or swaps two neighbours; a word of fewer than
        six letters may have one, of fewer than three none.
        """
        most = min(most, len(word) // 3)
        if not most or len(word) > _LONGEST:
            return None
        letters = _letters(word)
        best: str | None = None
        lengths = range(len(word) - most, len(word) + most + 1)
        for length in sorted(lengths, key=lambda length: abs(length - len(word))):
            for other, known in self._by_length.get(length, ()):
                # One edit changes at most two of the letters that occur.
                if (letters ^ other).bit_count() > 2 * most or known == word:
                    continue
                edits = _edits(word, known, most)
                if edits <= most:
                    best, most = known, edits - 1
        return best


def _letters(word: str) -> int:
    """The letters that occur in a word, as bits."""
    bits = 0
    for character in word:
        bits |= 1 << (ord(character) & 63)
    return bits


def _edits(one: str, other: str, most: int) -> int:
    """How many edits part two words, counted up to `most`; beyond, some larger number."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    before: list[int] = []
    row: list[int] = [*range(len(other) + 1)]
    for i, mine in enumerate(one, start=1):
        two_before, before, row = before, row, [i] + [most + 1] * len(other)
        # Farther from the diagonal there are more than `most` edits.
        for j in range(max(1, i - most), min(len(other), i + most) + 1):
            theirs = other[j - 1]
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (mine != theirs))
            if i > 1 and j > 1 and (mine, one[i - 2]) == (other[j - 2], theirs):
                row[j] = min(row[j], two_before[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]
