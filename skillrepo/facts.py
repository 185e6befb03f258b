"""What other skills need to know of a skill: `Facts`, and where to find them: `Index`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from skillrepo.document import Document, Unreadable
from skillrepo.library import Library

RELATIONS = ("requires", "recommends", "conflicts")
"""The keys of `metadata` that name other skills, separated by spaces."""
STATUSES = ("draft", "stable", "deprecated")
"""What `metadata.status` may be."""

Place = tuple[int, int]
_Made = TypeVar("_Made")


class Facts(NamedTuple):
    """A skill as others see it; empty where its frontmatter cannot be read.

    `folder` is the name of its folder, which is what installers and relations call it; `places`
    maps `name`, `license`, `status` and each relation that it has to line and column.
    """

    path: str
    folder: str
    name: str = ""
    status: str = ""
    requires: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    places: Mapping[str, Place] = {}
    license: str = ""

    @classmethod
    def of(cls, skill: Document | Unreadable) -> "Facts":
        """The facts of a skill that was read."""
        if isinstance(skill, Unreadable) or skill.problem is not None:
            return cls(skill.path, skill.folder)
        name = skill.frontmatter.get("name")
        licence = skill.frontmatter.get("license")
        texts = {key: _text(skill, "metadata", key) for key in (*RELATIONS, "status")}
        places = {key: skill.place("metadata", key) for key, text in texts.items() if text}
        if isinstance(licence, str):
            places["license"] = skill.place("license")
        return cls(
            skill.path,
            skill.folder,
            name if isinstance(name, str) else "",
            texts["status"],
            requires=tuple(texts["requires"].split()),
            recommends=tuple(texts["recommends"].split()),
            conflicts=tuple(texts["conflicts"].split()),
            places={"name": skill.place("name"), **places},
            license=licence if isinstance(licence, str) else "",
        )

    def related(self, relation: str) -> tuple[str, ...]:
        """The names in one of the `RELATIONS`."""
        names = (self.requires, self.recommends, self.conflicts)
        return dict(zip(RELATIONS, names, strict=True))[relation]


def _text(skill: Document, *path: str) -> str:
    """What is written at `path`, where that is one value, though YAML may misread it."""
    node = skill.node(*path)
    return node.text if node and node.kind not in ("mapping", "list", "null") else ""


class Index:
    """The facts of the skills of a library, by name; what is not known yet is read when asked."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._known: dict[str, Facts] = {}
        self._derived: dict[str, Any] = {}

    def learn(self, facts: Facts) -> None:
        """Take what is known of a skill, so that it need not be read again."""
        if self._known.get(facts.path) != facts:
            self._known[facts.path] = facts
            self._derived.clear()

    def derived(self, key: str, make: Callable[["Index"], _Made]) -> _Made:
        """What a rule makes of the facts; it is kept under `key` until there are new ones."""
        if key not in self._derived:
            self._derived[key] = make(self)
        made: _Made = self._derived[key]
        return made

    @property
    def known(self) -> Iterable[Facts]:
        """The facts of the skills that were learned so far; nothing is read."""
        return self._known.values()

    def named(self, name: str) -> list[Facts]:
        """The skills below the root whose folder is called `name`, in any case, in path order."""
        return list(self._facts(self.library.same_name(name)))

    def all(self) -> Iterator[Facts]:
        """Every skill below the root, in path order."""
        return self._facts(self.library.skill_files)

    def _facts(self, paths: Iterable[str]) -> Iterator[Facts]:
        wanted = list(paths)
        missing = [path for path in wanted if path not in self._known]
        for skill in self.library.load(missing) if missing else ():
            self.learn(Facts.of(skill))
        # A link to another skill is none of its own, and load leaves it out.
        return (self._known[path] for path in wanted if path in self._known)
