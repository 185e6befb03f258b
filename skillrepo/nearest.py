"""Which skills may concern the same as a brief, by the words of their names and descriptions."""

from collections.abc import Iterable, Iterator
from posixpath import dirname

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.draft import Neighbour
from skillrepo.taxonomy import Taxonomy
from skillrepo.words import Bm25

_MOST = 8
# To read the descriptions of more takes longer than a model does to answer.
_MOST_READ = 2_000


class Nearest:
    """Skills that can be searched. A name counts twice, for it is chosen to say what it is for."""

    def __init__(self, skills: Iterable[Neighbour]) -> None:
        self.skills = tuple(skills)
        self._known = Bm25([_text(skill) for skill in self.skills])

    @classmethod
    def of(cls, context: Context) -> "Nearest":
        """The skills of a repository; of very many the names alone are searched."""
        paths = context.library.skill_files
        if len(paths) > _MOST_READ:
            return cls(Neighbour(_address(path, context), "") for path in paths)
        return cls(_described(context.library.load(paths), context))

    def to(self, brief: str, most: int = _MOST) -> tuple[Neighbour, ...]:
        """Those that share a word with a brief, the nearest first; of equal ones as they came."""
        scores = self._known.scores(brief)
        found = (at for at, score in enumerate(scores) if score)
        best = sorted(found, key=lambda at: -scores[at])[:most]
        return tuple(self.skills[at] for at in best)


def _text(skill: Neighbour) -> str:
    name = skill.address.rpartition("/")[2]
    return f"{name} {name} {skill.description}"


def _described(documents: Iterable[object], context: Context) -> Iterator[Neighbour]:
    for document in documents:
        if isinstance(document, Document):
            description = str(document.frontmatter.get("description", ""))
            yield Neighbour(_address(document.path, context), " ".join(description.split()))


def _address(path: str, context: Context) -> str:
    taxonomy = context.taxonomy
    address = taxonomy.address(path) if isinstance(taxonomy, Taxonomy) else None
    return address or dirname(path)
