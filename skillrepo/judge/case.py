"""What a model is shown of a skill, and nothing else: no author, no title, no finding."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from skillrepo.judge.review import Judged


class Material(NamedTuple):
    """The text files of one version of a skill, by path from its folder on, SKILL.md first.

    `tree` is the git object of its folder, None for a worktree. `void` are stretches of text that
    the check of hidden or grader-addressing text flagged: no quote of them counts. `left_out` names
    the files that are no text.
    """

    tree: str | None
    files: Mapping[str, str]
    void: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class Neighbour(NamedTuple):
    """The name and description of another skill, one of those that are nearest."""

    name: str
    description: str


class Case(NamedTuple):
    """A skill to judge; `path` is that of its SKILL.md in the head, `base` None for a new one."""

    path: str
    head: Material
    base: Material | None
    neighbours: tuple[Neighbour, ...] = ()


Judge = Callable[[Sequence[Case]], Mapping[str, Judged]]
"""Judges skills, by the path of each case; none is missing, whatever goes wrong."""
