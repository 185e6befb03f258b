"""The forge of a git remote: GitHub, GitLab, or by hand."""

from collections.abc import Mapping
from pathlib import Path

from skillrepo.forge.access import Access, access_to, kind_of
from skillrepo.forge.by_hand import ByHand
from skillrepo.forge.pull_request import Forge, Opened, PullRequest
from skillrepo.forge.remote_url import Project, project_of
from skillrepo.user_config import ForgeSettings


def forge_of(
    remote: str, url: str, settings: ForgeSettings, environ: Mapping[str, str], folder: Path
) -> Forge:
    """The forge of the remote of this name and URL.

    `folder` is where title and body are written if no forge is known, or none is wanted.
    SkillRepoError where there is no token for the remote's host.
    """
    project = project_of(url)
    kind = kind_of(project.host, settings, environ) if project else None
    if settings.kind == "auto" and project and kind:
        access = access_to(project.host, kind, settings, environ)
        return _AtForge(access, project, settings)
    return ByHand(folder, remote, project, kind)


class _AtForge:
    """A project at a forge that speaks HTTP; httpx2 is imported for the first request."""

    def __init__(self, access: Access, project: Project, settings: ForgeSettings) -> None:
        self._access = access
        self._project = project
        self._settings = settings

    def put(self, wanted: PullRequest) -> Opened:
        """As `Forge.put`."""
        from skillrepo.forge import github, gitlab  # noqa: PLC0415 - httpx2 takes 100 ms
        from skillrepo.forge.client import Client  # noqa: PLC0415 - the same
        from skillrepo.forge.put import Requests, put  # noqa: PLC0415 - the same

        kind, token, path = self._access.kind, self._access.token, self._project.path
        headers = (github if kind == "github" else gitlab).headers(token)
        with Client(self._access, headers, self._settings.timeout) as client:
            requests: Requests = (
                github.GitHub(client, path, self._settings.dispatch)
                if kind == "github"
                else gitlab.GitLab(client, path)
            )
            return put(requests, wanted, max_open=self._settings.max_open)
