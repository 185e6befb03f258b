"""How far the body of a skill is its own among all skills of a repository.

Formula: 1 less the largest share of another skill's body that stands in this one too, estimated
from a sample of the other's passages (`shingles`, which says why it is no Jaccard index). Bodies of
fewer than 50 passages are not compared with.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from skillrepo.document import Document
from skillrepo.grade.index import Index
from skillrepo.grade.shingles import FEWEST, repeated, shingles
from skillrepo.library import Library
from skillrepo.processes import spread

_DIRECT = 100_000
"""Pairs of bodies up to which each is compared; of more, those that share something are sought."""


class Distinctness(NamedTuple):
    """1 less the share of another body that a body repeats most of; `nearest` is that skill.

    1 and no nearest where nothing is repeated, None where there is no other to compare with.
    """

    value: float | None
    nearest: str | None


def distinctness(index: Index, library: Library, paths: Sequence[str]) -> dict[str, Distinctness]:
    """How far the bodies of skills are their own among all skills of an index.

    `paths` are those of their SKILL.md in a library, which has the same files as the index.
    """
    compared = {
        path: entry.card.sketch
        for path, entry in index.entries.items()
        if len(entry.card.sketch) >= FEWEST
    }
    holding: dict[int, list[str]] | None = None
    if len(paths) * len(compared) > _DIRECT:
        holding = {}
        for path, sample in compared.items():
            for value in sample:
                holding.setdefault(value, []).append(path)

    def work(share: Sequence[str]) -> list[tuple[str, Distinctness]]:
        documents = (each for each in library.load(share) if isinstance(each, Document))
        return [
            (each.path, _distinctness(each.path, shingles(each.body), compared, holding))
            for each in documents
        ]

    return dict(spread(work, paths))


def _distinctness(
    path: str,
    own: set[int],
    compared: Mapping[str, tuple[int, ...]],
    holding: Mapping[int, list[str]] | None,
) -> Distinctness:
    if not own or not compared.keys() - {path}:
        return Distinctness(None, None)
    if holding is None:
        shares = {other: repeated(sample, own) for other, sample in compared.items()}
    else:
        counted = Counter(chain.from_iterable(holding[value] for value in own & holding.keys()))
        shares = {other: count / len(compared[other]) for other, count in counted.items()}
    shares.pop(path, None)
    # Of those of which as much is repeated the first in path order.
    share, nearest = min(((-share, other) for other, share in shares.items()), default=(0.0, ""))
    return Distinctness(1.0 + share, nearest if share else None)
