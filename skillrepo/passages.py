"""Documents → their passages, with lines; and which of them tell most of a text."""

import re
from collections.abc import Iterator, Sequence
from posixpath import splitext
from typing import NamedTuple

from skillrepo.draft import Source
from skillrepo.words import Bm25, terms

_ENOUGH, _MOST = 1_200, 3_000
"""Characters after which a passage ends with its paragraph, and after which it ends anyway."""
_HEADED = frozenset({"", ".md", ".markdown", ".mdx", ".txt"})
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEADING = re.compile(r"#{1,6} \S")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_CANDIDATES = 30
_MOST_HEADED = 5_000
"""Passages of one source that begin with a heading; a book has fewer."""
_LEAST = 0.15
"""The share of a text's words that a passage must tell, or add to what others tell."""


class Passage(NamedTuple):
    """Lines `first` to `last` of a source, and where they stand in its text; `source` is its index.

    Of a line that is too long for one passage, each has a part.
    """

    source: int
    first: int
    last: int
    start: int
    end: int


class Passages:
    """The passages of all sources, in order."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.all = [
            passage for number, source in enumerate(sources) for passage in _split(number, source)
        ]
        self._texts = [sources[p.source].text[p.start : p.end] for p in self.all]
        # What a file is called says what it is about.
        self._index = Bm25(
            [
                f"{sources[p.source].path} {text}"
                for p, text in zip(self.all, self._texts, strict=True)
            ]
        )

    def ranked(self, query: str) -> list[int]:
        """The numbers of all passages, those that answer the query best first."""
        scores = self._index.scores(query)
        return sorted(range(len(scores)), key=lambda number: (-scores[number], number))

    def fitting(self, query: str, limit: int) -> list[Passage]:
        """As many of the passages as fit into `limit` characters, the best first; in their order.

        The beginning of each source goes before all others: it says what the rest is about.
        """
        begins = [n for n, p in enumerate(self.all) if not p.start]
        chosen: list[int] = []
        for number in dict.fromkeys((*begins, *self.ranked(query))):
            limit -= self.all[number].end - self.all[number].start
            # What would fill up the rest are crumbs.
            if limit < 0:
                break
            chosen.append(number)
        return [self.all[n] for n in sorted(chosen)]

    def bearing(self, text: str, most: int) -> list[Passage]:
        """The passages that together tell most of what a text says, in their order; or none.

        A rare word counts for more than a common one. One passage after the other is taken, the one
        that adds most, as long as that is a fair share of the whole.
        """
        weights = {term: self._index.rarity(term) for term in terms(text)}
        whole = sum(weights.values())
        candidates = {n: set(terms(self._texts[n])) for n in self.ranked(text)[:_CANDIDATES]}
        chosen: list[int] = []
        while candidates and len(chosen) < most:
            gains = {
                n: sum(weights[term] for term in weights.keys() & found)
                for n, found in candidates.items()
            }
            best = max(gains, key=lambda n: (gains[n], -n))
            if gains[best] < _LEAST * whole or not whole:
                break
            chosen.append(best)
            for term in candidates.pop(best):
                weights.pop(term, None)
        return [self.all[n] for n in sorted(chosen)]


def _split(number: int, source: Source) -> Iterator[Passage]:
    """At headings and, once a passage is long enough, at empty lines; in a fence at neither.

    What is made of headings alone is, after very many of them, cut by its length.
    """
    headed = splitext(source.path)[1].lower() in _HEADED
    start = offset = 0
    first, fenced, blank = 1, False, False
    made = 0
    line = 0
    for line, text in enumerate(_LINE.findall(source.text), 1):
        if headed and _FENCE.match(text):
            fenced = not fenced
        ends = offset - start > _ENOUGH and blank and text.strip()
        begins = headed and made < _MOST_HEADED and _HEADING.match(text)
        if offset > start and (offset - start > _MOST or ((ends or begins) and not fenced)):
            yield Passage(number, first, line - 1, start, offset)
            made += 1
            start, first = offset, line
        blank = not text.strip()
        offset += len(text)
        while offset - start > 2 * _MOST:
            yield Passage(number, first, line, start, start + _MOST)
            start, first = start + _MOST, line
    if offset > start:
        yield Passage(number, first, line, start, offset)
