"""Skills whose names and descriptions claim the same requests, and say nothing of each other.

Formula: the cosine of the terms of two skills, each weighted by (1 + log of its count) x its
rarity among the skills, as if there were 100 more skills with none of these terms: in a small
repository every word is common. Two skills are neighbours from 0.3 on where they share two terms.

Calibration: of 300 published skills of 13 repositories, taken as one, 38 pairs are neighbours. By
their descriptions, read by hand, one request can be thought of that both claim for 32 of them
(84 %); of the 20 from 0.35 on for 18. The others are siblings by template (a server generator for
PHP, one for Python) or share a word with two meanings. The next 12 below 0.3 are no worse (11):
the threshold is there to tell of few, not to be sure of them. One pair of the 38 is silent.

A pair is silent where the two hand requests over to each other: each names the other, so whoever
reads one learns of the other (`names`).
"""

import math
import re
from functools import cached_property
from typing import NamedTuple

from skillrepo.document import Document
from skillrepo.facts import RELATIONS, Facts
from skillrepo.grade.index import Index
from skillrepo.words import idf

THRESHOLD = 0.3
_FEWEST_SHARED = 2
_BACKGROUND = 100


class Neighbour(NamedTuple):
    """A skill and another that claims the same; `overlap` is the cosine, 0 to 1.

    `before` is what it was on the base, None where one of them was not there; `shared` are the
    terms that they share, the rarest first.
    """

    skill: str
    other: str
    overlap: float
    before: float | None
    shared: tuple[str, ...]


class Claims:
    """What the skills of an index claim, and how rare each term of it is among them."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._entries = index.entries
        self._rarities: dict[str, float] = {}
        self._lengths: dict[str, float] = {}
        self._worth: dict[str, list[tuple[str, float]]] = {}

    def cost(self, path: str) -> int:
        """How many steps it takes to find the neighbours of a skill."""
        return sum(len(self._index.claiming[term]) for term in self._entries[path].card.terms)

    def near(self, path: str) -> list[tuple[str, float]]:
        """The neighbours of a skill with the overlap, the nearest first, equal ones by path."""
        products: dict[str, float] = {}
        for term, count in self._entries[path].card.terms.items():
            weight = self._weight(term, count)
            for other, others in self._of_all(term):
                products[other] = products.get(other, 0.0) + weight * others
        least = THRESHOLD * self._length(path)
        # No term weighs less than the commonest: of most skills this is enough to know.
        found = [
            (other, min(1.0, product / (self._length(path) * self._length(other))))
            for other, product in products.items()
            if product * product
            >= least * least * self._floor * len(self._entries[other].card.terms)
            and product >= least * self._length(other)
            and other != path
        ]
        found = [each for each in found if len(self.shared(path, each[0])) >= _FEWEST_SHARED]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    @cached_property
    def _floor(self) -> float:
        """The square of the least weight of a term."""
        commonest = max(map(len, self._index.claiming.values()), default=0)
        return idf(len(self._entries) + _BACKGROUND, commonest) ** 2

    def overlap(self, one: str, other: str) -> float:
        """The cosine of two skills."""
        some, others = (self._entries[path].card.terms for path in (one, other))
        shared = some.keys() & others.keys()
        product = math.fsum(
            self._weight(term, some[term]) * self._weight(term, others[term]) for term in shared
        )
        return min(1.0, product / (self._length(one) * self._length(other))) if shared else 0.0

    def shared(self, one: str, other: str) -> tuple[str, ...]:
        """The terms that two skills share, the rarest first."""
        some, others = (self._entries[path].card.terms for path in (one, other))
        terms = some.keys() & others.keys()
        return tuple(sorted(terms, key=lambda term: (-self._rarity(term), term)))

    def _of_all(self, term: str) -> list[tuple[str, float]]:
        known = self._worth.get(term)
        if known is None:
            claiming = self._index.claiming[term]
            counts = ((path, self._entries[path].card.terms[term]) for path in claiming)
            known = [(path, self._weight(term, count)) for path, count in counts]
            self._worth[term] = known
        return known

    def _weight(self, term: str, count: int) -> float:
        return self._rarity(term) * (1 + math.log(count) if count > 1 else 1)

    def _rarity(self, term: str) -> float:
        known = self._rarities.get(term)
        if known is None:
            holding = len(self._index.claiming[term])
            known = self._rarities[term] = idf(len(self._entries) + _BACKGROUND, holding)
        return known

    def _length(self, path: str) -> float:
        known = self._lengths.get(path)
        if known is None:
            terms = self._entries[path].card.terms
            weights = (self._weight(term, count) for term, count in terms.items())
            known = math.sqrt(math.fsum(weight * weight for weight in weights))
            self._lengths[path] = known
        return known


def names(skill: Document, other: str) -> bool:
    """Whether a skill names another, which is called `other`, anywhere in its SKILL.md.

    That is in a relation of its `metadata`, or in the text: a name with a hyphen as a word, one
    without, which may be a word like any other, in code, in quotes, in a link to its folder, after
    a slash or an @, or beside the word skill.
    """
    facts = Facts.of(skill)
    if any(other in facts.related(relation) for relation in RELATIONS):
        return True
    return bool(other) and mention(other).search(skill.text) is not None


def mention(name: str) -> re.Pattern[str]:
    """What finds a skill of this name in a text, as `names` says."""
    word = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
    if "-" in name:
        return re.compile(word)
    return re.compile(
        rf"(?<=[`'\"\u2018\u201c/@]){re.escape(name)}(?![\w-])"
        rf"|{word}[`'\"*\u2019\u201d]*\s+skill\b|\bskill\s+{word}"
    )
