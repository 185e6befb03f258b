"""Opens a pull request, or brings the one that is there up to date; never a second one."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from skillrepo.errors import SkillRepoError
from skillrepo.forge import body
from skillrepo.forge.client import Refused, TooManyPages
from skillrepo.forge.pull_request import LABELS, PREFIX, Opened, PullRequest
from skillrepo.visible import one_line

_NOT_ALLOWED = {403, 404}


@dataclass(frozen=True, slots=True)
class Found:
    """An open pull request as it is at the forge; `head` is None where it is of a foreign project.

    That is one that we do not push to.
    """

    number: int
    url: str
    title: str
    body: str
    head: str | None
    base: str
    labels: frozenset[str]
    draft: bool
    author: str


class Requests(Protocol):
    """What a forge can do with the pull requests of a project; errors are `SkillRepoError`.

    With `of_fork` the branches are those of a fork of it. `redrafts` says whether an open request
    can be made a draft.
    """

    of_fork: bool
    redrafts: bool

    def of_branch(self, head: str) -> Sequence[Found]:
        """Those that are open for a branch of the project that we push to."""

    def all_open(self) -> Iterator[Found]:
        """Every open one."""

    def create(self, wanted: PullRequest) -> Found | None:
        """Open one, without labels; None where one is open for that branch already."""

    def change(self, found: Found, change: "Change") -> None:
        """Bring it up to date."""

    def label(self, found: Found, *, add: frozenset[str], remove: frozenset[str]) -> None:
        """Set and remove labels; those that the project lacks are made."""

    def notes(self, found: Found) -> tuple[str, ...]:
        """What the user is to know of it; workflows are started where they were asked for."""

    def redraft_command(self, found: Found, *, draft: bool) -> str:
        """The command that makes it a draft, or ready."""


class Change(NamedTuple):
    """What an open pull request is to be, and what it is where nothing changes."""

    title: str
    body: str
    base: str
    draft: bool


def put(requests: Requests, wanted: PullRequest, *, max_open: int) -> Opened:
    """As `Forge.put`; at most `max_open` are opened."""
    found = _of_branch(requests, wanted)
    state: Literal["created", "updated", "unchanged"] = "unchanged"
    if found is None:
        _refuse_too_many(requests, max_open)
        found = requests.create(wanted)
        state = "created"
    if found is None:
        # Another process was faster.
        found = _of_branch(requests, wanted)
        state = "unchanged"
    if found is None:
        raise SkillRepoError(
            f"there is said to be a pull request for {wanted.head}, which is not found; try again"
        )
    try:
        if state != "created" and _bring_up_to_date(requests, found, wanted):
            state = "updated"
        labelled, notes = _label(requests, found, wanted)
        if labelled and state == "unchanged":
            state = "updated"
        notes += (*_of_draft(requests, found, wanted), *requests.notes(found))
    except SkillRepoError as error:
        done = "was opened" if state == "created" else "is open"
        page = one_line(found.url)
        raise SkillRepoError(f"{page} {done}, but is not complete: {error}") from None
    return Opened(state, found.number, found.url, notes=notes)


def _of_branch(requests: Requests, wanted: PullRequest) -> Found | None:
    """The one for the branch; of several, which differ in their base, the one for our base."""
    found = sorted(requests.of_branch(wanted.head), key=lambda each: each.base != wanted.base)
    return next(iter(found), None)


def _refuse_too_many(requests: Requests, max_open: int) -> None:
    number = 0
    # Where there are more than can be listed, those that were listed count.
    with suppress(TooManyPages):
        for each in requests.all_open():
            number += (each.head or "").startswith(PREFIX) or "skillrepo" in each.labels
            if number >= max_open:
                raise SkillRepoError(
                    f"{max_open} pull requests of skillrepo's are open already: merge or close "
                    "one, or set `forge.max_open` in your own config.yaml; the branch is kept"
                )


def _bring_up_to_date(requests: Requests, found: Found, wanted: PullRequest) -> bool:
    is_ours = not body.keeps_title(found.body, found.title)
    there = Change(found.title, found.body.replace("\r\n", "\n"), found.base, found.draft)
    change = Change(
        wanted.title if is_ours else found.title,
        body.updated(found.body, wanted.body),
        wanted.base,
        found.draft or (wanted.draft and requests.redrafts),
    )
    if change == there:
        return False
    requests.change(found, change)
    return True


def _of_draft(requests: Requests, found: Found, wanted: PullRequest) -> Iterator[str]:
    """What is to be done by hand; nobody is asked for a review because a branch was pushed."""
    if found.draft and not wanted.draft:
        command = requests.redraft_command(found, draft=False)
        yield f"it is a draft still; when it is ready: {command}"
    if wanted.draft and not found.draft and not requests.redrafts:
        command = requests.redraft_command(found, draft=True)
        yield f"it stays ready for review, which this interface cannot change; do so by: {command}"


def _label(requests: Requests, found: Found, wanted: PullRequest) -> tuple[bool, tuple[str, ...]]:
    """Whether labels were set or removed, and a note where that is for others to do."""
    ours = found.labels & LABELS.keys()
    add, remove = frozenset(wanted.labels) - ours, ours - frozenset(wanted.labels)
    if not add and not remove:
        return False, ()
    try:
        requests.label(found, add=add, remove=remove)
    except Refused as refused:
        if not requests.of_fork or refused.status not in _NOT_ALLOWED:
            raise
        return False, ("its labels are left to those who may write to the project",)
    return True, ()
