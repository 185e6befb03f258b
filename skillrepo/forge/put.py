"""Opens a pull request, or brings the one that is there up to date; never a second one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from skillrepo.errors import SkillRepoError
from skillrepo.forge import body
from skillrepo.forge.pull_request import LABELS, PREFIX, Opened, PullRequest


@dataclass(frozen=True, slots=True)
class Found:
    """An open pull request as it is at the forge; `head` is None where it is of a fork."""

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
    """What a forge can do with the pull requests of a project; errors are `SkillRepoError`."""

    def of_branch(self, head: str) -> Sequence[Found]:
        """Those that are open for a branch of the project itself."""

    def all_open(self) -> Iterator[Found]:
        """Every open one."""

    def create(self, wanted: PullRequest) -> Found | None:
        """Open one, without labels; None where one is open for that branch already."""

    def change(self, found: Found, title: str, text: str) -> None:
        """Give it this title and this body."""

    def label(self, found: Found, *, add: frozenset[str], remove: frozenset[str]) -> None:
        """Set and remove labels; those that the project lacks are made."""

    def notes(self, found: Found) -> tuple[str, ...]:
        """What the user is to know of it; workflows are started where they were asked for."""


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
        if _label(requests, found, wanted) and state == "unchanged":
            state = "updated"
        notes = requests.notes(found)
    except SkillRepoError as error:
        done = "was opened" if state == "created" else "is open"
        raise SkillRepoError(f"{found.url} {done}, but is not complete: {error}") from None
    return Opened(state, found.number, found.url, notes=notes)


def _of_branch(requests: Requests, wanted: PullRequest) -> Found | None:
    """The one for the branch; of several, which differ in their base, the one for our base."""
    found = sorted(requests.of_branch(wanted.head), key=lambda each: each.base != wanted.base)
    return next(iter(found), None)


def _refuse_too_many(requests: Requests, max_open: int) -> None:
    number = 0
    for each in requests.all_open():
        number += (each.head or "").startswith(PREFIX) or "skillrepo" in each.labels
        if number >= max_open:
            raise SkillRepoError(
                f"{max_open} pull requests of skillrepo's are open already: merge or close one, or "
                "set `forge.max_open` in your own config.yaml; the branch is kept"
            )


def _bring_up_to_date(requests: Requests, found: Found, wanted: PullRequest) -> bool:
    text = body.updated(found.body, wanted.body)
    title = found.title if body.keeps_title(found.body, found.title) else wanted.title
    if (title, text) == (found.title, found.body.replace("\r\n", "\n")):
        return False
    requests.change(found, title, text)
    return True


def _label(requests: Requests, found: Found, wanted: PullRequest) -> bool:
    ours = found.labels & LABELS.keys()
    add, remove = frozenset(wanted.labels) - ours, ours - frozenset(wanted.labels)
    if add or remove:
        requests.label(found, add=add, remove=remove)
    return bool(add or remove)
