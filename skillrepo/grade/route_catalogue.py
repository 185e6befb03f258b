"""The skills of an index as the catalogue that a model chooses from, the nearest by BM25."""

from collections.abc import Iterator

from skillrepo.behaviour.catalogue import LONGEST_NAME, Catalogue, Listed
from skillrepo.grade.index import Entry, Index
from skillrepo.grade.ranking import Ranking
from skillrepo.grade.terms import terms


def catalogue(index: Index, path: str) -> Catalogue:
    """All skills, of which that at a path is the one that is looked at, if it is there.

    One without a description, or with a name of more than 100 characters, is none that clients
    could load, and is not listed.
    """
    listed = {at: _listed(entry) for at, entry in index.entries.items()}
    kept = {
        at: each
        for at, each in listed.items()
        if each.description.strip() and len(each.name) <= LONGEST_NAME
    }
    places = {at: number for number, at in enumerate(at for at in kept if at != path)}
    ranking = Ranking(index)

    def nearest(request: str) -> Iterator[int]:
        scores = ranking.scores(dict.fromkeys(terms(request)))
        ranked = sorted(places, key=lambda at: (-scores.get(at, 0.0), at))
        return (places[at] for at in ranked)

    return Catalogue(kept.get(path), tuple(kept[at] for at in places), nearest)


def _listed(entry: Entry) -> Listed:
    return Listed.of(entry.name, entry.card.description)
