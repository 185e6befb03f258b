"""Pushes a branch and opens its pull request: the last two steps of the ladder."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from skillrepo.commands.evidence import Base, base_of, pull_request
from skillrepo.commands.place import Place
from skillrepo.errors import SkillRepoError
from skillrepo.forge.of_remote import forge_of
from skillrepo.forge.pull_request import Forge, Opened
from skillrepo.git import Repository
from skillrepo.git_push import Pushed, push_branch, refuse_programs, remote_name, remote_url
from skillrepo.output import shapes
from skillrepo.user_config import ForgeSettings
from skillrepo.visible import one_line


@dataclass(frozen=True, slots=True)
class Request:
    """The pull request that is wanted: where, into which branch, and whether as a draft."""

    forge: Forge
    into: Base
    draft: bool


@dataclass(frozen=True, slots=True)
class Target:
    """Where a branch goes: to a remote, and without `request` no further."""

    remote: str
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """What became of a branch: whether the push made it, and its pull request if one was wanted."""

    branch: str
    remote: str
    pushed: Pushed
    opened: Opened | None = None


def push_target(repository: Repository, remote: str | None) -> Target:
    """The target of a push alone.

    SkillRepoError where there is no such remote, or the repository's own configuration names a
    program to run at a push. Call it before a writer is paid.
    """
    refuse_programs(repository)
    return Target(remote_name(repository, remote))


def request_target(  # noqa: PLR0913 - one for each option
    repository: Repository,
    settings: ForgeSettings,
    environ: Mapping[str, str],
    *,
    remote: str | None = None,
    base: str | None = None,
    draft: bool = False,
) -> Target:
    """The target of a push and a pull request into the branch that `base` names, or the default.

    SkillRepoError as from `push_target`, and where there is no token for the remote's host or no
    branch to merge into. Call it before a writer is paid.
    """
    name = push_target(repository, remote).remote
    folder = repository.common_dir / "skillrepo" / "pull-requests"
    forge = forge_of(name, remote_url(repository, name), settings, environ, folder)
    return Target(name, Request(forge, base_of(repository, name, base), draft))


def offer(place: Place, branch: str, target: Target) -> Offered:
    """Push a branch of ours, and open or update its pull request.

    Doing it again does no harm. SkillRepoError says what was done by then; the branch always stays.
    """
    if target.request is None:
        return Offered(branch, target.remote, push_branch(place.git(), target.remote, branch))
    forge, into, draft = target.request.forge, target.request.into, target.request.draft
    wanted = pull_request(place, branch, into, draft=draft)
    pushed = push_branch(place.git(), target.remote, branch)
    try:
        return Offered(branch, target.remote, pushed, forge.put(wanted))
    except SkillRepoError as error:
        again = ["skillrepo", "pr", branch, "--remote", target.remote, "--into", into.branch]
        again += ["--draft-pr"] if draft else []
        why = f"{branch} is pushed to {target.remote}, but {error}"
        raise SkillRepoError(f"{why}. Then go on with: {shlex.join(again)}") from None


def as_text(offered: Offered) -> Iterator[str]:
    """The lines for people."""
    remote = one_line(offered.remote)
    there = "was there already" if offered.pushed == "unchanged" else offered.pushed
    yield f"pushed {offered.branch} to {remote} ({there})"
    opened = offered.opened
    if opened is None:
        return
    for note in opened.notes:
        yield f"note: {one_line(note)}"
    if opened.state == "written":
        folder = one_line(str(opened.folder))
        yield f"title and body of the pull request are in {folder}"
        yield f"next: {one_line(str(opened.command))}"
    else:
        yield f"pull request {opened.state}: {one_line(str(opened.url))}"


def shape(offered: Offered) -> shapes.OfferedShape:
    """The same for JSON."""
    opened = offered.opened
    request = None
    if opened:
        request = shapes.PullRequestShape(
            state=opened.state,
            number=opened.number,
            url=opened.url,
            folder=opened.folder,
            command=opened.command,
            notes=opened.notes,
        )
    return shapes.OfferedShape(offered.branch, offered.remote, offered.pushed, request)
