"""A pull request as a forge is asked for it, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol

PREFIX = "skill/"
"""What the branches of drafts begin with."""


class Label(NamedTuple):
    """How a label is made where the project has none of its name; `color` is RRGGBB in hex."""

    color: str
    description: str


LABELS: Mapping[str, Label] = MappingProxyType(
    {
        "skillrepo": Label("5319e7", "Opened by skillrepo"),
        "skill: new": Label("0e8a16", "Adds a skill"),
        "skill: revise": Label("1d76db", "Revises a skill"),
        "skill: move": Label("c5def5", "Moves a skill or a category"),
        "skill: taxonomy": Label("d4c5f9", "Changes the taxonomy"),
        "bump: patch": Label("c2e0c6", "Changes the wording of a skill"),
        "bump: minor": Label("fef2c0", "Adds to a skill"),
        "bump: major": Label("e99695", "Removes from or narrows a skill"),
    }
)
"""The labels that are ours; no other is ever made, set or removed."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What a pull request is to say.

    `head` is a branch of the project that is pushed to, `base` of the one that it is to be merged
    into, mostly the same; without `refs/heads/`. `body` is what
    `body.render` makes; `labels` are keys of `LABELS`. With `draft` one that is open is made a
    draft where the forge can do that; without, one that is a draft stays so.
    """

    title: str
    body: str
    head: str
    base: str
    labels: tuple[str, ...] = ("skillrepo",)
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of it.

    `written` is for where no forge is known: then `folder` holds `title.txt` and `body.md`, and
    `command` opens the request by hand. Otherwise `number` and `url` say which one it is. `notes`
    are sentences for the user.
    """

    state: Literal["created", "updated", "unchanged", "written"]
    number: int | None = None
    url: str | None = None
    folder: str | None = None
    command: str | None = None
    notes: tuple[str, ...] = ()


class Listed(NamedTuple):
    """An open pull request, as far as a list of drafts tells it."""

    head: str
    base: str
    number: int
    url: str
    draft: bool


class Suggestion(NamedTuple):
    """A remark on lines of a file, numbered as they are after the change."""

    path: str
    first: int
    last: int
    body: str


class Forge(Protocol):
    """A project at a forge; errors are `SkillRepoError`."""

    def put(self, wanted: PullRequest) -> Opened:
        """Open the pull request, or bring the one that is open for its branch up to date.

        Where that fails, the error says what was done by then.
        """

    def base_of(self, head: str) -> str | None:
        """What the pull request of a branch is to be merged into; None where none is known."""

    def all_open(self) -> list[Listed]:
        """The open pull requests of all branches of the project that is pushed to."""
