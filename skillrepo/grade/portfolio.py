"""What a change of skills does to how they are found: thefts, losses, neighbours, tokens.

The queries are those of the base: a change does not choose what it is measured by. Nor does it
answer for what the words of a request weigh a little more or less among other skills: only what a
skill that changed does, or no longer does, is told.

Ties count against the skill whose query it is (`ranking`): where another does as well, the one
that is to be loaded is not told from it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from skillrepo.document import Document
from skillrepo.grade.index import Asked, Entry, Index
from skillrepo.grade.neighbours import Claims, Neighbour, names
from skillrepo.grade.ranking import Ranking, first, leading
from skillrepo.grade.terms import terms
from skillrepo.library import Library
from skillrepo.trigger_queries import Query

MOST_NEIGHBOURS = 3
"""Of one skill that are told."""
_MOST_STEPS = 100_000_000
"""For all queries together: about ten seconds. An ordinary change takes a thousandth of it."""
_MOST_COMPARED = 40_000_000
"""The same for neighbours: twice what 5,000 published skills take that are all new."""
_FEW = 20
"""Skills that are looked at one by one; beyond, it is quicker to rank all."""
_WORD = re.compile(r"[^\W_]+")


class Theft(NamedTuple):
    """A query of the skill `owner` for which `thief`, which changed, leads as it did not before.

    `before` is the skill that was first on the base, if one was.
    """

    query: Query
    owner: str
    thief: str
    before: str | None


class Loss(NamedTuple):
    """A query for which a skill that changed was first, and is no longer; `now` is who is."""

    query: Query
    skill: str
    now: str | None


class Removed(NamedTuple):
    """A labelled query that a skill had, and has no longer, or with the other label."""

    query: Query
    skill: str


class Effect(NamedTuple):
    """What a change does to the repository; skills are named by the path of their SKILL.md.

    `not_looked_at` is how many queries were too much work, `not_compared` how many skills that
    changed were too much to find the neighbours of: that takes a hostile repository.
    """

    thefts: tuple[Theft, ...]
    losses: tuple[Loss, ...]
    removed: tuple[Removed, ...]
    neighbours: tuple[Neighbour, ...]
    resident_tokens_before: int
    resident_tokens_after: int
    not_looked_at: int
    not_compared: int


def effect(
    base: Index, head: Index, library: Library, moved: Mapping[str, str] = MappingProxyType({})
) -> Effect:
    """What happens between two revisions; `library` has the files of the second.

    `moved` leads from the SKILL.md of a skill in the base to that in the head: one that was moved
    or renamed is the same skill, and its queries are still to find it.
    """
    base = _moved(base, moved)
    paths = sorted(base.entries.keys() | head.entries.keys())
    changed = [path for path in paths if base.entries.get(path) != head.entries.get(path)]
    thefts, losses, left = _Requests(base, head, changed).told()
    there = [path for path in changed if path in head.entries]
    claims = Claims(head)
    costs = accumulate(map(claims.cost, there))
    compared = [path for path, cost in zip(there, costs, strict=True) if cost <= _MOST_COMPARED]
    return Effect(
        tuple(thefts),
        tuple(losses),
        tuple(_removed(base, head, changed)),
        tuple(_neighbours(base, head, claims, compared, library)),
        base.resident_tokens,
        head.resident_tokens,
        left,
        len(there) - len(compared),
    )


def _removed(base: Index, head: Index, changed: Iterable[str]) -> Iterator[Removed]:
    """The labelled queries that skills which stay no longer have."""
    for path in changed:
        if path in base.entries and path in head.entries:
            kept = {(a.query.text, a.query.should_trigger) for a in head.entries[path].asked}
            for asked in base.entries[path].asked:
                if (asked.query.text, asked.query.should_trigger) not in kept:
                    yield Removed(asked.query, path)


def _moved(base: Index, moved: Mapping[str, str]) -> Index:
    """The base as if the skills that moved had been where they are on the head."""
    paths = {path: moved.get(path, path) for path in base.entries}
    if all(map(str.__eq__, paths, paths.values())):
        return base
    return Index(entry._replace(path=paths[path]) for path, entry in base.entries.items())


class _Requests:
    """The queries of the base that a change may concern, ranked on both sides."""

    def __init__(self, base: Index, head: Index, changed: Iterable[str]) -> None:
        sides = (base.entries, head.entries)
        self._changed = frozenset(
            path for path in changed if len({_claimed(side.get(path)) for side in sides}) > 1
        )
        self._claiming: dict[str, list[str]] = {}
        for path in sorted(self._changed & head.entries.keys()):
            for term in head.entries[path].card.terms:
                self._claiming.setdefault(term, []).append(path)
        self._before, self._after = Ranking(base), Ranking(head)
        self._asked = [
            (path, asked)
            for path, entry in base.entries.items()
            if path in head.entries
            for asked in entry.asked
            if asked.query.should_trigger and self._is_concerned(path, asked)
        ]

    def told(self) -> tuple[list[Theft], list[Loss], int]:
        """Thefts and losses, in the order of the queries, and how many were too much work."""
        thefts: list[Theft] = []
        losses: list[Loss] = []
        steps = left = 0
        for owner, asked in self._asked:
            steps += self._after.cost(asked.terms)
            if steps > _MOST_STEPS:
                left += 1
                continue
            after = self._after.scores(asked.terms)
            ahead = (leading(after) & self._changed) - {owner}
            if not ahead and owner not in self._changed:
                continue
            steps += self._before.cost(asked.terms)
            before = self._before.scores(asked.terms)
            was, now = first(before), first(after)
            thieves = sorted(ahead - leading(before))
            thefts += (Theft(asked.query, owner, thief, was) for thief in thieves)
            if owner in self._changed and was == owner != now:
                losses.append(Loss(asked.query, owner, now))
        return thefts, losses, left

    def _is_concerned(self, owner: str, asked: Asked) -> bool:
        """Whether the outcome may be another: of most queries a look at a few skills tells."""
        if owner in self._changed:
            return True
        if self._claiming.keys().isdisjoint(asked.terms):
            return False
        thieves: set[str] = set()
        for term in asked.terms:
            thieves.update(self._claiming.get(term, ()))
            if len(thieves) > _FEW:
                return True
        best = max(self._after.score(path, asked.terms) for path in thieves)
        if best < self._after.score(owner, asked.terms):
            return False
        # Most often one of the few that share the rarest word does better.
        rivals = self._after.rarest(asked.terms)[:_FEW]
        return not any(self._after.score(rival, asked.terms) > best for rival in rivals)


def _claimed(entry: Entry | None) -> frozenset[tuple[str, int]] | None:
    return None if entry is None else frozenset(entry.card.terms.items())


def _neighbours(
    base: Index, head: Index, after: Claims, changed: Sequence[str], library: Library
) -> Iterator[Neighbour]:
    """The neighbours of the skills that changed; a pair that hands over to each other is silent."""
    before = Claims(base)
    texts = _Texts(library)
    told: set[frozenset[str]] = set()
    for path in changed:
        count = 0
        for other, overlap in after.near(path):
            pair = frozenset((path, other))
            if pair in told or _hand_over(head.entries[path], head.entries[other], texts):
                continue
            told.add(pair)
            there = base.entries.keys() >= pair
            was = before.overlap(path, other) if there else None
            shared = _as_written(after.shared(path, other), texts(path))
            yield Neighbour(path, other, overlap, was, shared)
            count += 1
            if count == MOST_NEIGHBOURS:
                break


class _Texts:
    """The SKILL.md of skills, each read once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[str, Document | None] = {}

    def __call__(self, path: str) -> Document | None:
        if path not in self._known:
            found = next(self._library.load([path]), None)
            self._known[path] = found if isinstance(found, Document) else None
        return self._known[path]


def _as_written(shared: Iterable[str], skill: Document | None) -> tuple[str, ...]:
    """The words of a skill's name and description that terms come from: people read no stems."""
    if skill is None:
        return tuple(shared)
    said = f"{skill.frontmatter.get('name', '')} {skill.frontmatter.get('description', '')}"
    words = {
        term: word.casefold() for word in reversed(_WORD.findall(said)) for term in terms(word)
    }
    return tuple(words.get(term, term) for term in shared)


def _hand_over(one: Entry, other: Entry, texts: _Texts) -> bool:
    """Whether each of two skills names the other."""
    for entry, named in ((one, other), (other, one)):
        text = texts(entry.path)
        if text is None or not any(names(text, name) for name in {named.name, named.folder}):
            return False
    return True
