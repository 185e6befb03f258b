"""Which skills may concern the same as a brief, by the words of their names and descriptions."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from posixpath import dirname

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.draft import Neighbour
from skillrepo.taxonomy import Taxonomy
from skillrepo.writer.words import terms

# Okapi BM25, https://doi.org/10.1561/1500000019 section 3.4; the usual constants.
_K1, _B = 1.5, 0.75
_MOST = 8
# To read the descriptions of more takes longer than a model does to answer.
_MOST_READ = 2_000


class Nearest:
    """Skills that can be searched. A name counts twice, for it is chosen to say what it is for."""

    def __init__(self, skills: Iterable[Neighbour]) -> None:
        self.skills = tuple(skills)
        self._holding: dict[str, dict[int, int]] = defaultdict(dict)
        self._lengths: list[int] = []
        for at, skill in enumerate(self.skills):
            name = skill.address.rpartition("/")[2]
            counts = Counter(terms(f"{name} {name} {skill.description}"))
            self._lengths.append(counts.total())
            for term, count in counts.items():
                self._holding[term][at] = count

    @classmethod
    def of(cls, context: Context) -> "Nearest":
        """The skills of a repository; of very many the names alone are searched."""
        paths = context.library.skill_files
        if len(paths) > _MOST_READ:
            return cls(Neighbour(_address(path, context), "") for path in paths)
        return cls(_described(context.library.load(paths), context))

    def to(self, brief: str, most: int = _MOST) -> tuple[Neighbour, ...]:
        """Those that share a word with a brief, the nearest first; of equal ones as they came."""
        scores: dict[int, float] = defaultdict(float)
        mean = sum(self._lengths) / len(self._lengths) if any(self._lengths) else 1.0
        for term in dict.fromkeys(terms(brief)):
            holding = self._holding.get(term, {})
            rest = len(self.skills) - len(holding)
            weight = math.log(1 + (rest + 0.5) / (len(holding) + 0.5))
            for at, count in holding.items():
                bound = count + _K1 * (1 - _B + _B * self._lengths[at] / mean)
                scores[at] += weight * count * (_K1 + 1) / bound
        best = sorted(scores, key=lambda at: (-scores[at], at))[:most]
        return tuple(self.skills[at] for at in best)


def _described(documents: Iterable[object], context: Context) -> Iterator[Neighbour]:
    for document in documents:
        if isinstance(document, Document):
            description = str(document.frontmatter.get("description", ""))
            yield Neighbour(_address(document.path, context), " ".join(description.split()))


def _address(path: str, context: Context) -> str:
    taxonomy = context.taxonomy
    address = taxonomy.address(path) if isinstance(taxonomy, Taxonomy) else None
    return address or dirname(path)
