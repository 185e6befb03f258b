"""Where a quote stands in the texts that a model was shown."""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from skillrepo.judge.envelope import Shown
from skillrepo.judge.sections import FRONTMATTER, Section, pieces

LONGEST = 200
"""Characters of a quote."""
_SHORTEST, _FEWEST_WORDS = 12, 3
"""A quote has so many characters or words at least; a shorter one stands in any text."""
_MOST_PLACES = 100
"""Of a quote in one file; a hostile text has it a hundred thousand times."""
_MAIN = "SKILL.md"
Line = tuple[str, int]
"""A file's path and the number of one of its lines, counting from 0."""


class Place(NamedTuple):
    """Where a quote stands: a file, its lines, and the sections that these belong to.

    One that is `void` stands, in part at least, in text that was flagged.
    """

    path: str
    lines: tuple[Line, ...]
    sections: tuple[Section, ...]
    void: bool

    @property
    def in_frontmatter(self) -> bool:
        """Whether all of it stands in that of SKILL.md."""
        return self.path == _MAIN and {each.headings for each in self.sections} == {FRONTMATTER}


def normal(text: str) -> str:
    """The text with single spaces for blanks and line ends, its letters composed (NFC)."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def enough(quote: str) -> bool:
    """Whether a quote is long enough to prove anything, and no longer than it may be."""
    text = normal(quote)
    long = len(text) >= _SHORTEST or len(text.split()) >= _FEWEST_WORDS
    return long and len(text) <= LONGEST


class _Page:
    """A file: its text without line ends, and where each line begins in it."""

    def __init__(self, path: str, text: str, void: list[str]) -> None:
        self.path = path
        self._starts: list[int] = []
        self._lines: list[int] = []
        parts: list[str] = []
        length = 0
        for number, line in enumerate(text.split("\n")):
            if said := normal(line):
                self._starts.append(length)
                self._lines.append(number)
                parts.append(said)
                length += len(said) + 1
        self.text = " ".join(parts)
        self.pieces = list(pieces(path, text))
        self._firsts = [piece.line for piece in self.pieces]
        found = ((at, at + len(span)) for span in void for at in _all(span, self.text))
        self._void = _merged(sorted(found))

    def places(self, quote: str) -> Iterator[Place]:
        """Each place of a quote that is `normal`."""
        for start in islice(_all(quote, self.text), _MOST_PLACES):
            end = start + len(quote)
            void = bisect_left(self._void, end, key=itemgetter(0)) - 1
            first, last = (bisect_right(self._starts, at) - 1 for at in (start, end - 1))
            lines = self._lines[first : last + 1]
            found = dict.fromkeys(bisect_right(self._firsts, line) - 1 for line in lines)
            yield Place(
                self.path,
                tuple((self.path, line) for line in lines),
                tuple(self.pieces[number].section for number in found),
                void >= 0 and self._void[void][1] > start,
            )


class Pages:
    """All texts of a version of a skill, to be searched for quotes."""

    def __init__(self, shown: Shown) -> None:
        void = [span for span in map(normal, shown.void) if span]
        self._pages = [_Page(path, text, void) for path, text in shown.files.items()]
        self.sections = frozenset(piece.section for page in self._pages for piece in page.pieces)

    def places(self, quote: str) -> list[Place]:
        """Where a quote stands, as it is or with JSON's escapes, which models copy too."""
        for each in _forms(quote):
            if found := [place for page in self._pages for place in page.places(each)]:
                return found
        return []

    def count(self, quote: str) -> int:
        """How often a quote stands anywhere."""
        for each in _forms(quote):
            if found := sum(page.text.count(each) for page in self._pages):
                return found
        return 0


def _forms(quote: str) -> Iterator[str]:
    if text := normal(quote):
        yield text
    if "\\" in quote and (
        plain := normal(quote.replace("\\n", " ").replace('\\"', '"').replace("\\\\", "\\"))
    ):
        yield plain


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same stretches of a text, none of which meets another; they come in order."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _all(part: str, text: str) -> Iterator[int]:
    """Where a part begins in a text, each time."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)
