"""No skill requires itself by way of others.

What it checks: `metadata.requires`, followed from skill to skill, never comes back. The message
shows the way.

Why it matters: what is required is installed first. Skills in a circle have no first one; tools
that follow the names go round, or give up.

How to fix it: remove the name that matters least; often it is a recommendation (`recommends`).

Example: `extract` requires `clean`, and `clean` requires `extract`.

Source: house.
"""

from collections.abc import Iterator, Mapping

from skillrepo.context import Context
from skillrepo.facts import Facts, Index
from skillrepo.relations import judged, skill_of
from skillrepo.rule import ERROR, Hit, Rule

_SKILLS, _NAMES = 50, 1_000
"""How many are followed to find the way back; on a long one nobody reads each name."""


def run(skill: Facts, context: Context) -> Iterator[Hit]:
    """Report a skill that lies on a circle."""
    if not skill.requires or not judged(context):
        return
    circles = context.facts.derived("circles", _Circles)
    if others := circles.size(skill) - 1:
        way = circles.way(skill)
        chain = " → ".join((skill.folder, *way)) if way else f"by way of {others:,} others"
        message = f"`metadata.requires` goes round: {chain}; remove one of the names"
        yield Hit(*skill.places["requires"], message)


class _Circles:
    """The groups of skills that require each other, as far as they were asked for.

    Tarjan's algorithm: each skill and each name is looked at once, however often it is asked. It
    keeps its own stack, since a chain of thousands is too deep for recursion.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._required: dict[str, list[Facts]] = {}
        self._number: dict[str, int] = {}
        self._lowest: dict[str, int] = {}
        self._open: list[str] = []
        self._group: dict[str, list[str]] = {}

    def size(self, skill: Facts) -> int:
        """How many skills require each other, with this one among them."""
        if skill.path not in self._group:
            self._search(skill)
        return len(self._group[skill.path])

    def way(self, skill: Facts) -> list[str]:
        """The names on a shortest way from a skill back to it; empty where it is long."""
        group = self._group[skill.path]
        before: dict[str, tuple[str, str]] = {}
        paths = [skill.path]
        followed = names = 0
        while followed < _SKILLS and names < _NAMES:
            path = paths[followed]  # within a group there is always one more, or the way back
            followed += 1
            names += len(self._required[path])
            for after in self._required[path]:
                if after.path == skill.path:
                    return [*_names(path, before), after.folder]
                if after.path not in before and self._group[after.path] is group:
                    before[after.path] = path, after.folder
                    paths.append(after.path)
        return []

    def _search(self, skill: Facts) -> None:
        way = [self._enter(skill)]
        while way:
            path, rest = way[-1]
            for after in rest:
                if after.path not in self._number:
                    way.append(self._enter(after))
                    break
                if after.path not in self._group:
                    self._lowest[path] = min(self._lowest[path], self._number[after.path])
            else:
                way.pop()
                if way:
                    above = way[-1][0]
                    self._lowest[above] = min(self._lowest[above], self._lowest[path])
                if self._lowest[path] == self._number[path]:
                    self._close(path)

    def _enter(self, skill: Facts) -> tuple[str, Iterator[Facts]]:
        # That a skill requires itself, or what is not there, other rules say.
        names = (name for name in dict.fromkeys(skill.requires) if name != skill.folder)
        found = (skill_of(name, self._index) for name in names)
        required = self._required[skill.path] = [each for each in found if each]
        self._number[skill.path] = self._lowest[skill.path] = len(self._number)
        self._open.append(skill.path)
        return skill.path, iter(required)

    def _close(self, path: str) -> None:
        """Make a group of what was entered since `path`."""
        group: list[str] = []
        while path not in group[-1:]:
            group.append(self._open.pop())
        self._group.update(dict.fromkeys(group, group))


def _names(path: str, before: Mapping[str, tuple[str, str]]) -> list[str]:
    """The names on the way to a skill."""
    names: list[str] = []
    while path in before:
        path, name = before[path]
        names.append(name)
    return names[::-1]


RULE = Rule("R102", "requires-acyclic", {"house": ERROR}, __doc__, run_related=run)
