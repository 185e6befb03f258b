"""Measures where published skills are placed when they are withheld, and how sure that is.

Usage: python tests/bench/placement.py [SKILLS-300.tar.gz]

Every skill of a repository with several categories is placed by the other skills and the taxonomy
made from the folders: by its brief (see `generation_cases.py`), by brief and documents, and by its
description, which is what a draft of a program or a model has. The first table compares ways to
place, the second the confidence of the first way with how often it was right. There the
probability was fitted anew, for each repository without its skills. At the end stand the offset and
slope that `skillrepo/placement.py` has, as they are fitted to all.
"""

import argparse
import math
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import generation_cases as cases

from skillrepo import placement
from skillrepo.draft import Choice
from skillrepo.words import Bm25

BINS = (0.0, 0.3, 0.5, placement.SURE, 0.85, 1.01)
FEW = 3


class Query(NamedTuple):
    """What is to be placed: `kind` says by which texts; `category` is that of the author."""

    kind: str
    repository: str
    texts: tuple[str, ...]
    choices: tuple[Choice, ...]
    category: str


Order = Callable[[Query], Sequence[str]]


def queries(archive: Path, folder: Path) -> Iterator[Query]:
    """Those of all skills with a category."""
    for skill in cases.extract(archive, folder):
        case = cases.case_of(skill)
        if case.category is None:
            continue
        brief, choices = case.request.brief, tuple(without_twins(case.request.choices))
        documents = "\n".join(source.text for source in case.request.sources)
        kinds: dict[str, tuple[str, ...]] = {"description": (skill.description,)}
        if brief:
            kinds["brief"] = (brief,)
        if brief and documents:
            kinds["brief and documents"] = (brief, documents)
        for kind, texts in kinds.items():
            yield Query(kind, case.repository, texts, choices, case.category)


def without_twins(choices: Sequence[Choice]) -> Iterator[Choice]:
    """Without `engineering`, where `engineering/skills` has its title: no way is to stumble on it.

    Here no category that is above another has skills.
    """
    for choice in choices:
        twins = (each for each in choices if each.title == choice.title and each != choice)
        if not any(each.id.startswith(f"{choice.id}/") for each in twins):
            yield choice


def ours(query: Query) -> list[str]:
    """As skillrepo does."""
    return [choice.id for choice in placement.rank(query.choices, *query.texts).choices]


def by_text(*, skills: bool) -> Order:
    """By BM25 over one text a category: its entry, with `skills` what these say, too."""

    def order(query: Query) -> list[str]:
        texts = [
            " ".join(
                (
                    *(choice.title, choice.id, choice.description),
                    *(f"{each.address} {each.description}" for each in choice.skills if skills),
                )
            )
            for choice in query.choices
        ]
        scores = _scores(texts, query.texts)
        return _ordered(dict(zip((each.id for each in query.choices), scores, strict=True)))

    return order


def by_vote(count: int) -> Order:
    """By the BM25 scores of the nearest skills, summed for each category."""

    def order(query: Query) -> list[str]:
        pairs = [(choice.id, each) for choice in query.choices for each in choice.skills]
        scores = _scores([f"{each.address} {each.description}" for _, each in pairs], query.texts)
        votes: dict[str, float] = defaultdict(float)
        for at in sorted(range(len(scores)), key=lambda at: -scores[at])[:count]:
            votes[pairs[at][0]] += scores[at]
        return _ordered(votes)

    return order


WAYS: Mapping[str, Order] = {
    "centroid and entry (ours)": ours,
    "BM25 of entry and skills": by_text(skills=True),
    "BM25 of entry": by_text(skills=False),
    **{f"vote of the {k} nearest skills": by_vote(k) for k in (1, 3, 5, 10)},
}


def _scores(texts: Sequence[str], asked: Sequence[str]) -> list[float]:
    known = Bm25(texts)
    return [sum(each) for each in zip(*(known.scores(text) for text in asked), strict=True)]


def _ordered(scores: Mapping[str, float]) -> list[str]:
    return sorted((each for each in scores if scores[each] > 0), key=lambda each: -scores[each])


def print_ways(found: Sequence[Query]) -> None:
    """How often the author's category comes first, and among the first few."""
    kinds = Counter(query.kind for query in found)
    print(f"| by | {' | '.join(f'{kind} ({count})' for kind, count in kinds.items())} |")
    print(f"|---|{'---:|' * len(kinds)}")
    for title, order in WAYS.items():
        cells = []
        for kind in kinds:
            orders = [(order(query), query.category) for query in found if query.kind == kind]
            first = fmean(category in ids[:1] for ids, category in orders)
            few = fmean(category in ids[:FEW] for ids, category in orders)
            cells.append(f"{first:.0%}, {few:.0%}")
        print(f"| {title} | {' | '.join(cells)} |")


def fitted(pairs: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Offset and slope of the logistic regression of right on margin, by Newton's method."""
    offset = slope = 0.0
    for _ in range(25):
        a = b = aa = ab = bb = 0.0
        for margin, right in pairs:
            p = 1 / (1 + math.exp(-offset - slope * margin))
            weight = p * (1 - p)
            a, b = a + right - p, b + (right - p) * margin
            aa, ab, bb = aa + weight, ab + weight * margin, bb + weight * margin * margin
        det = aa * bb - ab * ab
        offset, slope = offset + (bb * a - ab * b) / det, slope + (aa * b - ab * a) / det
    return offset, slope


def print_confidence(found: Sequence[Query]) -> None:
    """Said and seen, with the repository that is judged left out of the fit."""
    pairs: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for query in found:
        ranking = placement.rank(query.choices, *query.texts)
        right = ranking.choices[:1] != () and ranking.choices[0].id == query.category
        pairs[query.repository].append((ranking.margin, right))
    judged = []
    for repository, own in pairs.items():
        others = [pair for name, each in pairs.items() if name != repository for pair in each]
        offset, slope = fitted(others)
        judged += [(1 / (1 + math.exp(-offset - slope * margin)), right) for margin, right in own]
    print("\n| confidence | placements | said | right |\n|---|---:|---:|---:|")
    for low, high in pairwise(BINS):
        inside = [each for each in judged if low <= each[0] < high]
        said, right = (fmean(each[at] for each in inside) for at in (0, 1))
        print(f"| {low} to {min(high, 1.0)} | {len(inside)} | {said:.2f} | {right:.2f} |")
    offset, slope = fitted([pair for each in pairs.values() for pair in each])
    print(f"\noffset {offset:.2f}, slope {slope:.1f}")


def main() -> None:
    """Place, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", default=os.environ.get("SKILLREPO_CORPUS"), type=Path)
    options = parser.parse_args()
    if options.archive is None:
        parser.error("name the archive of skills, or set SKILLREPO_CORPUS")
    with tempfile.TemporaryDirectory() as folder:
        found = list(queries(options.archive, Path(folder).resolve()))
    print_ways(found)
    print_confidence(found)


if __name__ == "__main__":
    main()
