"""Pushes a branch and opens its pull request: the last two steps of the ladder."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import click

from skillrepo.commands.evidence import Base, base_of, pull_request
from skillrepo.commands.place import Place
from skillrepo.errors import SkillRepoError
from skillrepo.forge.of_remote import Route, forge_of, fork_url, is_fork
from skillrepo.forge.pull_request import Forge, Opened
from skillrepo.git import Repository
from skillrepo.git_push import Pushed, push_branch, refuse_programs, remote_name, remote_url
from skillrepo.output import shapes
from skillrepo.user_config import ForgeSettings
from skillrepo.visible import one_line

_PLAIN = re.compile(r"\w[\w./-]*")
_UPSTREAM = "upstream"


@dataclass(frozen=True, slots=True)
class Request:
    """The pull request that is wanted: where, into which branch, and whether as a draft.

    `upstream` is the remote of the project that it is opened in, `fork` the URL that others fetch
    the branch from if that is another one than is pushed to. With `fixed` the user has named the
    branch; else it is that of the pull request which is open already.
    """

    forge: Forge
    upstream: str
    fork: str | None
    into: Base
    draft: bool
    fixed: bool


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
    to: str | None = None,
    base: str | None = None,
    draft: bool = False,
) -> Target:
    """The target of a push and a pull request into the branch that `base` names, or the default.

    SkillRepoError as from `push_target`, and where there is no token for the host or no branch to
    merge into. Call it before a writer is paid.
    """
    name = push_target(repository, remote).remote
    upstream, route = _route(repository, name, to)
    forge = _forge(repository, route, settings, environ)
    into = base_of(repository, upstream, base, fork=is_fork(route))
    request = Request(forge, upstream, fork_url(route), into, draft, base is not None)
    return Target(name, request)


def forge_to_ask(
    repository: Repository,
    settings: ForgeSettings,
    environ: Mapping[str, str],
    *,
    remote: str | None,
    to: str | None,
) -> tuple[str, Forge]:
    """The remote that drafts are pushed to, and the forge that knows their pull requests."""
    name = remote_name(repository, remote)
    _, route = _route(repository, name, to)
    return name, _forge(repository, route, settings, environ)


def _route(repository: Repository, remote: str, to: str | None) -> tuple[str, Route]:
    """The remote of the project to merge into: `to`, else `upstream` of a fork, else the same.

    It is what `gh repo fork` calls it, and `gh pr create` takes it first, too.
    """
    url = remote_url(repository, remote)
    if to is not None:
        upstream = remote_name(repository, to)
        into = None if upstream == remote else remote_url(repository, upstream)
        return upstream, Route(remote, url, into)
    if _UPSTREAM in repository.remotes():
        route = Route(remote, url, remote_url(repository, _UPSTREAM))
        if is_fork(route):
            return _UPSTREAM, route
    return remote, Route(remote, url)


def _forge(
    repository: Repository, route: Route, settings: ForgeSettings, environ: Mapping[str, str]
) -> Forge:
    folder = repository.common_dir / "skillrepo" / "pull-requests"
    return forge_of(route, settings, environ, folder, partial(click.echo, err=True))


def offer(place: Place, branch: str, target: Target) -> Offered:
    """Push a branch of ours, and open or update its pull request.

    Doing it again does no harm. SkillRepoError says what was done by then; the branch always stays.
    """
    if target.request is None:
        return Offered(branch, target.remote, push_branch(place.git(), target.remote, branch))
    request = target.request
    into = _into(place.git(), branch, target, request)
    wanted = pull_request(place, branch, into, draft=request.draft, fork=request.fork)
    pushed = push_branch(place.git(), target.remote, branch)
    try:
        return Offered(branch, target.remote, pushed, request.forge.put(wanted))
    except SkillRepoError as error:
        why = f"{branch} is pushed to {target.remote}, but {error}"
        again = _again(branch, target, request, into.branch)
        raise SkillRepoError(f"{why}. Then go on with: {again}") from None


def _again(branch: str, target: Target, request: Request, into: str | None) -> str:
    """The command that goes on where the last one stopped."""
    words = ["skillrepo", "pr", branch, "--remote", target.remote]
    words += ["--to", request.upstream] if request.upstream != target.remote else []
    words += ["--into", into] if into else []
    return shlex.join([*words, *(["--draft-pr"] if request.draft else [])])


def _into(repository: Repository, branch: str, target: Target, request: Request) -> Base:
    """The branch to merge into; one that a pull request is open for already is not forgotten."""
    if request.fixed or repository.branch_oid(branch) is None:
        return request.into
    try:
        known = request.forge.base_of(branch)
    except SkillRepoError as error:
        why = f"{branch} is kept here, and nothing was pushed: {error}"
        again = _again(branch, target, request, None)
        raise SkillRepoError(f"{why}. Then go on with: {again}") from None
    if known in {None, request.into.branch}:
        return request.into
    try:
        return base_of(repository, request.upstream, known, fork=request.fork is not None)
    except SkillRepoError:
        # Another name may be an option or a refspec to git, and it is the forge that says it.
        name = known if known and _PLAIN.fullmatch(known) else "NAME"
        fetch = shlex.join(("git", "fetch", request.upstream, name))
        raise SkillRepoError(
            f"the pull request of {branch} is to be merged into {known}, which is not here, so "
            f"nothing was pushed: {fetch}. Or name another with `skillrepo pr --into`"
        ) from None


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
