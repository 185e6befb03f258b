"""How well each skill of an index answers a request, by its name and description: BM25.

Okapi BM25 with k1 1.5 and b 0.75 (`words`). It stands for the model that chooses: what it says is
the same each time and costs nothing, and where it cannot tell two skills apart by their words, a
model has little to go by. The packages for it bring numpy along, and an index that is built anew
for each change; what changes here is one skill of thousands.

Ties count against the skill that is judged, so no order of names decides: it is first where no
other does as well, its rank is behind all that do as well, and it leads where no other does better.
"""

from collections.abc import Iterable, Mapping, Sequence

from skillrepo.grade.index import Index
from skillrepo.words import idf, length_norm, saturated

Scores = Mapping[str, float]
"""Of the skills that share a term with a request, by path; each is above 0."""


class Ranking:
    """Ranks the skills of an index for requests that are made of terms, each once."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._weights: dict[str, float] = {}
        self._norms: dict[str, float] = {}
        self._worth: dict[str, list[tuple[str, float]]] = {}

    def cost(self, terms: Iterable[str]) -> int:
        """How many steps it takes to rank all skills for a request."""
        return sum(len(self._index.claiming.get(term, ())) for term in terms)

    def rarest(self, terms: Iterable[str]) -> Sequence[str]:
        """The skills that claim the term of a request that the fewest do, but some."""
        found = (self._index.claiming.get(term, ()) for term in terms)
        return min(filter(None, found), key=len, default=())

    def scores(self, terms: Iterable[str]) -> Scores:
        """How well the skills answer a request."""
        found: dict[str, float] = {}
        for term in terms:
            worth = self._worth.get(term)
            if worth is None:
                claiming = self._index.claiming.get(term, ())
                worth = self._worth[term] = [(path, self._of(path, term)) for path in claiming]
            for path, value in worth:
                found[path] = found.get(path, 0.0) + value
        return found

    def score(self, path: str, terms: Iterable[str]) -> float:
        """How well one skill answers it; 0 where no term is shared."""
        held = self._index.entries[path].card.terms
        return sum((self._of(path, term) for term in terms if term in held), 0.0)

    def _of(self, path: str, term: str) -> float:
        card = self._index.entries[path].card
        weight = self._weights.get(term)
        if weight is None:
            weight = idf(len(self._index.entries), len(self._index.claiming[term]))
            self._weights[term] = weight
        norm = self._norms.get(path)
        if norm is None:
            norm = self._norms[path] = length_norm(card.length, self._index.mean_length)
        return weight * saturated(card.terms[term], norm)


def rank(scores: Scores, path: str) -> int | None:
    """The place of a skill, from 1; None where it does not answer at all."""
    own = scores.get(path)
    return None if own is None else sum(score >= own for score in scores.values())


def leading(scores: Scores) -> frozenset[str]:
    """The skills that no other does better than."""
    best = max(scores.values(), default=0.0)
    return frozenset(path for path, score in scores.items() if score == best)


def first(scores: Scores) -> str | None:
    """The skill that is first; None where there is none, or several do equally well."""
    found = leading(scores)
    return next(iter(found)) if len(found) == 1 else None
