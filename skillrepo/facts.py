"""What other skills need to know of a skill: `Facts`, and where to find them: `Index`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from skillrepo.document import Document, Unreadable
from skillrepo.library import Library

RELATIONS = ("requires", "recommends", "conflicts")
"""The keys of `metadata` that name other skills, separated by spaces."""

Place = tuple[int, int]


class Facts(NamedTuple):
    """A skill as others see it; empty where its frontmatter cannot be read.

    `folder` is the name of its folder, which is what installers and relations call it; `places`
    maps `name`, `status` and each relation that it has to line and column.
    """

    path: str
    folder: str
    name: str = ""
    status: str = ""
    requires: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    places: Mapping[str, Place] = {}

    @classmethod
    def of(cls, skill: Document | Unreadable) -> "Facts":
        """The facts of a skill that was read."""
        if isinstance(skill, Unreadable) or skill.problem is not None:
            return cls(skill.path, skill.folder)
        name = skill.frontmatter.get("name")
        metadata = skill.frontmatter.get("metadata")
        fields = metadata if isinstance(metadata, dict) else {}
        texts = {key: text for key in RELATIONS if isinstance(text := fields.get(key), str)}
        status = fields.get("status")
        places = {key: skill.place("metadata", key) for key in (*RELATIONS, "status")}
        return cls(
            skill.path,
            skill.folder,
            name if isinstance(name, str) else "",
            status if isinstance(status, str) else "",
            requires=tuple(texts.get("requires", "").split()),
            recommends=tuple(texts.get("recommends", "").split()),
            conflicts=tuple(texts.get("conflicts", "").split()),
            places={"name": skill.place("name"), **{k: places[k] for k in places if k in fields}},
        )

    def related(self, relation: str) -> tuple[str, ...]:
        """The names in one of the `RELATIONS`."""
        found: tuple[str, ...] = getattr(self, relation)
        return found


class Index:
    """The facts of the skills of a library, by name; what is not known yet is read when asked."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[str, Facts] = {}

    def learn(self, facts: Facts) -> None:
        """Take what is known of a skill, so that it need not be read again."""
        self._known[facts.path] = facts

    def named(self, name: str) -> list[Facts]:
        """The skills below the root whose folder is called `name`, in any case, in path order."""
        return list(self._facts(self._library.same_name(name)))

    def all(self) -> Iterator[Facts]:
        """Every skill below the root, in path order."""
        return self._facts(self._library.skill_files)

    def _facts(self, paths: Iterable[str]) -> Iterator[Facts]:
        wanted = list(paths)
        missing = [path for path in wanted if path not in self._known]
        for skill in self._library.load(missing):
            self.learn(Facts.of(skill))
        # A link to another skill is none of its own, and load leaves it out.
        return (self._known[path] for path in wanted if path in self._known)
