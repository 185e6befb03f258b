"""The forge of a git remote: GitHub, GitLab, or by hand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from skillrepo.errors import SkillRepoError
from skillrepo.forge.access import Access, access_to, kind_of
from skillrepo.forge.by_hand import ByHand
from skillrepo.forge.pull_request import Forge, Listed, Opened, PullRequest
from skillrepo.forge.remote_url import Project, project_of
from skillrepo.user_config import ForgeSettings

if TYPE_CHECKING:
    from skillrepo.forge.put import Requests


class Route(NamedTuple):
    """The remote that branches are pushed to, its URL, and the URL of the project to merge into.

    The last is None where it is the same; else the remote is that of a fork.
    """

    remote: str
    url: str
    into: str | None = None


def is_fork(route: Route) -> bool:
    """Whether the remote is another project of the host than the one to merge into."""
    return _other(project_of(route.url), project_of(route.into or route.url)) is not None


def fork_url(route: Route) -> str | None:
    """Where others fetch a branch of the fork from; None where the remote is none."""
    fork = _other(project_of(route.url), project_of(route.into or route.url))
    return f"https://{fork.host}/{fork.path}" if fork else None


def forge_of(
    route: Route,
    settings: ForgeSettings,
    environ: Mapping[str, str],
    folder: Path,
    say: Callable[[str], None],
) -> Forge:
    """The forge of the project that pull requests are to be merged into.

    `folder` is where title and body are written if no forge is known, or none is wanted; `say`
    tells of a delay. SkillRepoError where there is no token for the host, or the remote is at
    another one.
    """
    source, project = project_of(route.url), project_of(route.into or route.url)
    if project and route.into and (source is None or source.host != project.host):
        raise SkillRepoError(
            f"the remote {route.remote} is not at {project.host}, so no pull request can be opened "
            "there from it; give another one with --remote or --to"
        )
    fork = _other(source, project)
    kind = kind_of(project.host, settings, environ) if project else None
    if settings.kind == "auto" and project and kind:
        access = access_to(project.host, kind, settings, environ)
        return _AtForge(access, project, fork, settings, say)
    return ByHand(folder, route.remote, project, kind, fork)


def _other(source: Project | None, project: Project | None) -> Project | None:
    """The project that is pushed to, if it is another one than that to merge into."""
    if source is None or project is None or source.host != project.host:
        return None
    return None if source.path.casefold() == project.path.casefold() else source


class _AtForge:
    """A project at a forge that speaks HTTP; httpx2 is imported for the first request."""

    def __init__(
        self,
        access: Access,
        project: Project,
        fork: Project | None,
        settings: ForgeSettings,
        say: Callable[[str], None],
    ) -> None:
        self._access = access
        self._project = project
        self._fork = fork
        self._settings = settings
        self._say = say

    def put(self, wanted: PullRequest) -> Opened:
        """As `Forge.put`."""
        from skillrepo.forge.put import put  # noqa: PLC0415 - httpx2 takes 100 ms

        with self._requests() as requests:
            return put(requests, wanted, max_open=self._settings.max_open)

    def base_of(self, head: str) -> str | None:
        """As `Forge.base_of`; None also where several are open, which differ in it."""
        with self._requests() as requests:
            bases = {each.base for each in requests.of_branch(head)}
        return bases.pop() if len(bases) == 1 else None

    def all_open(self) -> list[Listed]:
        """As `Forge.all_open`."""
        with self._requests() as requests:
            return [
                Listed(each.head, each.base, each.number, each.url, each.draft)
                for each in requests.all_open()
                if each.head is not None
            ]

    @contextmanager
    def _requests(self) -> "Iterator[Requests]":
        from skillrepo.forge import github, gitlab  # noqa: PLC0415 - httpx2 takes 100 ms
        from skillrepo.forge.client import Client  # noqa: PLC0415 - the same

        kind, token, path = self._access.kind, self._access.token, self._project.path
        source = self._fork.path if self._fork else None
        headers = (github if kind == "github" else gitlab).headers(token)
        with Client(self._access, headers, self._settings.timeout, say=self._say) as client:
            yield (
                github.GitHub(client, path, source, self._settings.dispatch)
                if kind == "github"
                else gitlab.GitLab(client, path, source)
            )
