"""Whether a skill is found when it is to be, and left alone when not: L2, offline.

For each labelled query of the skill all skills of the repository are ranked (`ranking`). A query
that it is for is a hit where the skill is first; one that it is not for is held where the skill
does not lead. The margin of a query is how far the skill is ahead of the best of the others, or
for one that it is not for how far it is behind, as a share of the better of the two: between -1
and 1, and above 0 as it should be.

Formulae: hit@1 is the share of hits; MRR the mean of 1 / rank, 0 where the skill shares no word
with the query (E. Voorhees, The TREC-8 question answering track report, 1999).
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from statistics import fmean, median
from typing import NamedTuple

from skillrepo.grade.index import Asked, Entry, Index
from skillrepo.grade.ranking import Ranking, Scores, first, leading, rank
from skillrepo.trigger_queries import Query


class Outcome(NamedTuple):
    """What became of one query; `first` is the path of the skill that is first, if one is.

    `score` is how well the skill itself answers it.
    """

    query: Query
    rank: int | None
    first: str | None
    margin: float
    is_right: bool
    score: float


class Routing(NamedTuple):
    """What became of the queries of a skill; None where there are none of the kind."""

    hit_at_1: float | None
    mrr: float | None
    negatives_held: float | None
    margin: float | None
    """The mean of the queries that the skill is for."""
    near_misses: float | None
    """The share of the negatives that the skill answers no worse than half of what it is for: where
    there are none, to hold the negatives is no feat."""
    outcomes: tuple[Outcome, ...]
    not_looked_at: int = 0
    """How many more queries the skill has that were too much work."""


_MOST_STEPS = 100_000_000
"""For the queries of all skills together: about ten seconds. Ordinary ones take a thousandth."""


def routing(index: Index, paths: Iterable[str]) -> dict[str, Routing | None]:
    """What becomes of the queries of the skills at `paths`; None for one without queries."""
    entries = {path: index.entries[path] for path in paths}
    ranking = Ranking(index)
    found: dict[str, Routing | None] = {}
    left = _MOST_STEPS
    for path, entry in entries.items():
        costs = accumulate(ranking.cost(asked.terms) for asked in entry.asked)
        affordable = sum(cost <= left for cost in costs)
        asked = entry.asked[:affordable]
        left -= sum(ranking.cost(each.terms) for each in asked)
        found[path] = _routing(entry, asked, ranking)
    return found


def _routing(entry: Entry, looked_at: Sequence[Asked], ranking: Ranking) -> Routing | None:
    if not entry.asked:
        return None
    outcomes = [_outcome(entry.path, asked, ranking.scores(asked.terms)) for asked in looked_at]
    wanted = [each for each in outcomes if each.query.should_trigger]
    unwanted = [each for each in outcomes if not each.query.should_trigger]
    return Routing(
        _mean(each.is_right for each in wanted),
        _mean(1 / each.rank if each.rank else 0.0 for each in wanted),
        _mean(each.is_right for each in unwanted),
        _mean(each.margin for each in wanted),
        _near_misses(wanted, unwanted),
        tuple(outcomes),
        len(entry.asked) - len(outcomes),
    )


def _near_misses(wanted: Sequence[Outcome], unwanted: Sequence[Outcome]) -> float | None:
    if not wanted:
        return None
    usual = median(each.score for each in wanted)
    return _mean(each.score >= usual and each.score > 0 for each in unwanted)


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None


def _outcome(path: str, asked: Asked, scores: Scores) -> Outcome:
    own = scores.get(path, 0.0)
    best = max((score for other, score in scores.items() if other != path), default=0.0)
    ahead = (own - best) / max(own, best) if scores else 0.0
    place = rank(scores, path)
    if asked.query.should_trigger:
        return Outcome(asked.query, place, first(scores), ahead, place == 1, own)
    return Outcome(asked.query, place, first(scores), -ahead, path not in leading(scores), own)
