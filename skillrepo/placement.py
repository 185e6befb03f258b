"""Texts → the category that they belong into, by its entry and by the skills that are in it.

What the skills of a category say, by name and description, is one vector of words, and what its own
entry says (title, id, purpose, former addresses) another. A word weighs the more the fewer skills
hold it. Both are made equally long and added, so that a category with many skills is no nearer to a
text than one with few: a nearest centroid (Rocchio 1971). `tests/bench/placement.py` compares it
with votes of the nearest skills, which are wrong more often.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from skillrepo.draft import Choice, Neighbour
from skillrepo.words import Bm25, terms

SURE = 0.7
"""Below this confidence a placement is asked for, or told as uncertain."""

_Vector = Mapping[str, float]
# Logistic regression of "the first category is the author's" on the margin, over the categorised
# repositories of the corpus; see `tests/bench/placement.py`, which prints it.
_OFFSET, _SLOPE = -1.2, 22.0
_SUREST = 0.99


class Ranking(NamedTuple):
    """The categories that share a word with the texts, the nearest first, of equal ones as given.

    `margin` is by how much the first is nearer than the second, from 0 to 1 (in cosines).
    """

    choices: tuple[Choice, ...]
    margin: float

    @property
    def confidence(self) -> float:
        """How often the first one is right, from 0 to 1, where it is ahead by so much."""
        right = 1 / (1 + math.exp(-_OFFSET - _SLOPE * self.margin))
        return min(right, _SUREST) if self.choices else 0.0


def rank(choices: Sequence[Choice], *texts: str) -> Ranking:
    """Rank the categories; each text counts as much as the others, however long it is.

    The only category there is needs no word.
    """
    if len(choices) == 1:
        return Ranking(tuple(choices), 1.0)
    return _index(tuple(choices)).rank(texts)


def nearest(choices: Sequence[Choice], text: str, most: int) -> dict[str, tuple[Neighbour, ...]]:
    """The id of each category → the skills in it that answer a text best, at most so many."""
    scores = iter(Bm25([_text(s) for choice in choices for s in choice.skills]).scores(text))
    found = {}
    for choice in choices:
        pairs = [(next(scores), skill) for skill in choice.skills]
        best = sorted(pairs, key=lambda pair: -pair[0])[:most]
        found[choice.id] = tuple(skill for score, skill in best if score)
    return found


class _Index:
    """Categories prepared to be ranked, at the cost of one look at each word of their skills."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self._choices = _with_skills(choices)
        holding: Counter[str] = Counter()
        entries = [_counted([_entry(choice)], holding) for choice in self._choices]
        said = [_counted(_texts(choice.skills), holding) for choice in self._choices]
        size = len(self._choices) + sum(len(choice.skills) for choice in self._choices)
        self._rarity = {word: _rarity(count, size) for word, count in holding.items()}
        self._unheard = _rarity(0, size)
        self._vectors = [
            _sum((self._vector(entry), self._vector(skills)))
            for entry, skills in zip(entries, said, strict=True)
        ]

    def rank(self, texts: Iterable[str]) -> Ranking:
        query = _sum(self._vector(Counter(terms(text))) for text in texts)
        scores = [_product(query, vector) for vector in self._vectors]
        order = sorted(range(len(scores)), key=lambda at: -scores[at])
        first, second = [*(scores[at] for at in order[:2]), 0.0, 0.0][:2]
        found = tuple(self._choices[at] for at in order if scores[at] > 0)
        return Ranking(found, first - second)

    def _vector(self, counted: Mapping[str, int]) -> _Vector:
        """A weight for each word, of length 1: (1 + log tf) · idf."""
        rarity, unheard = self._rarity, self._unheard
        return _unit(
            {w: (1 + math.log(count)) * rarity.get(w, unheard) for w, count in counted.items()}
        )


# Drafts of a batch share their categories.
_index = lru_cache(maxsize=1)(_Index)


def _with_skills(choices: Sequence[Choice]) -> list[Choice]:
    """Without an empty category that has one of the same title below it, where the skills are."""
    below: dict[str, list[str]] = {}
    for choice in choices:
        below.setdefault(choice.title, []).append(choice.id)
    return [
        choice
        for choice in choices
        if choice.skills
        or not any(each.startswith(f"{choice.id}/") for each in below[choice.title])
    ]


def _counted(texts: Iterable[str], holding: Counter[str]) -> Counter[str]:
    """How often each word stands in the texts; `holding` counts the texts that hold it."""
    counted: Counter[str] = Counter()
    for text in texts:
        found = terms(text)
        counted.update(found)
        holding.update(set(found))
    return counted


def _rarity(count: int, size: int) -> float:
    """The idf of BM25 for a word that so many of `size` texts hold."""
    return math.log(1 + (size - count + 0.5) / (count + 0.5))


def _entry(choice: Choice) -> str:
    return " ".join((choice.title, choice.id, choice.description, *choice.aliases))


def _texts(skills: Sequence[Neighbour]) -> Iterator[str]:
    """What skills say; the names of those that nobody has read are one text, for they are many."""
    names = []
    for skill in skills:
        if skill.description:
            yield _text(skill)
        else:
            names.append(skill.address.rpartition("/")[2])
    yield " ".join(names)


def _text(skill: Neighbour) -> str:
    """A name counts twice, for it is chosen to say what the skill is for."""
    name = skill.address.rpartition("/")[2]
    return f"{name} {name} {skill.description}"


def _sum(vectors: Iterable[_Vector]) -> _Vector:
    total: dict[str, float] = {}
    for vector in vectors:
        for word, weight in vector.items():
            total[word] = total.get(word, 0.0) + weight
    return _unit(total)


def _unit(vector: _Vector) -> _Vector:
    length = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {word: weight / length for word, weight in vector.items()} if length else vector


def _product(one: _Vector, other: _Vector) -> float:
    return sum(weight * other.get(word, 0.0) for word, weight in one.items())
