"""Which skills may concern the same as a brief, by the words of their names and descriptions."""

from collections.abc import Iterable, Iterator, Sequence

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.draft import Neighbour
from skillrepo.words import Bm25

_MOST = 8
# To read the descriptions of more would take longer than all else that `new` does; where there are
# more, fewer are enough to know the categories by.
_MOST_READ, _SAMPLE = 2_000, 1_000
# Of one category; more names would say the same.
_MOST_NAMED = 50


class Nearest:
    """Skills that can be searched. A name counts twice, for it is chosen to say what it is for."""

    def __init__(self, skills: Iterable[Neighbour]) -> None:
        self.skills = tuple(skills)
        self._known = Bm25([_text(skill) for skill in self.skills])

    def to(self, brief: str, most: int = _MOST) -> tuple[Neighbour, ...]:
        """Those that share a word with a brief, the nearest first; of equal ones as they came."""
        scores = self._known.scores(brief)
        found = (at for at, score in enumerate(scores) if score)
        best = sorted(found, key=lambda at: -scores[at])[:most]
        return tuple(self.skills[at] for at in best)


def _text(skill: Neighbour) -> str:
    name = skill.address.rpartition("/")[2]
    return f"{name} {name} {skill.description}"


def described(context: Context, *, whole: bool) -> tuple[Neighbour, ...]:
    """The skills of a repository with their descriptions; of very many as many of each category.

    Then the others have their names alone, and come along if the `whole` repository is wanted; else
    some do, enough to know the categories by. Those that cannot be read are left out.
    """
    files = context.library.skill_files
    read, named = files, files
    if len(files) > _MOST_READ:
        found: dict[str, list[str]] = {}
        for path in files:
            found.setdefault(path.rpartition("/")[0].rpartition("/")[0], []).append(path)
        shares = _shares([len(paths) for paths in found.values()])
        pairs = zip(found.values(), shares, strict=True)
        read = [path for paths, share in pairs for path in _spread(paths, share)]
        if not whole:
            named = [path for paths in found.values() for path in _spread(paths, _MOST_NAMED)]
    told: dict[str, str | None] = {**dict.fromkeys(named, ""), **dict.fromkeys(read)}
    for document in context.library.load(sorted(read)):
        if isinstance(document, Document):
            description = str(document.frontmatter.get("description", ""))
            told[document.path] = " ".join(description.split())
    return tuple(
        Neighbour(context.address(path), description)
        for path, description in sorted(told.items())
        if description is not None
    )


def _shares(sizes: Sequence[int]) -> list[int]:
    """How many of each category are read: all of a small one, of large ones equally many."""
    room, shares = _SAMPLE, [0] * len(sizes)
    for left, at in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        shares[at] = min(sizes[at], room // (len(sizes) - left))
        room -= shares[at]
    return shares


def _spread(paths: Sequence[str], most: int) -> Iterator[str]:
    """At most so many of the paths, at equal distances."""
    count = min(most, len(paths))
    return (paths[at * len(paths) // count] for at in range(count))
