"""How far the body of a skill is its own among all skills of a repository.

Formula: 1 less the largest share of another skill's body that stands in this one too, estimated
from a sample of the other's passages (`shingles`, which says why it is no Jaccard index). Bodies of
fewer than 50 passages are not compared with.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple

from skillrepo.document import Document
from skillrepo.grade.index import Index
from skillrepo.grade.shingles import FEWEST, repeated, shingles

_DIRECT = 100_000
"""Pairs of bodies up to which each is compared; of more, those that share something are sought."""


class Distinctness(NamedTuple):
    """1 less the share of another body that a body repeats most of; `nearest` is that skill.

    1 and no nearest where nothing is repeated, None where there is no other to compare with.
    """

    value: float | None
    nearest: str | None


def distinctness(index: Index, documents: Iterable[Document]) -> dict[str, Distinctness]:
    """How far the body of each document is its own among all skills of an index, by its path."""
    compared = {
        path: entry.card.sketch
        for path, entry in index.entries.items()
        if len(entry.card.sketch) >= FEWEST
    }
    found: dict[str, Distinctness] = {}
    holding: dict[int, list[str]] | None = None
    # One at a time: the passages of thousands of bodies would not fit into memory.
    for number, document in enumerate(documents, 1):
        if holding is None and number * len(compared) > _DIRECT:
            holding = {}
            for path, sample in compared.items():
                for value in sample:
                    holding.setdefault(value, []).append(path)
        own = shingles(document.body)
        found[document.path] = _distinctness(document.path, own, compared, holding)
    return found


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
