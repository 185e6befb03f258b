"""The event that a run of a workflow has ended → what the run was about.

The second stage runs with rights, on what a stranger's run says of itself. Nothing of it is taken
but what names a commit and a branch; the pull request is asked for at the forge.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Self

from skillrepo.ci.event import at, payload, sha, text
from skillrepo.errors import SkillRepoError

_PROJECT = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")


class Finished(NamedTuple):
    """A run for a pull request: the project it ran in, and the commit and branch it ran for.

    `source` is the project that the branch is of, a fork or the same one. `hints` are the numbers
    of pull requests that GitHub names; for a fork it names none.
    """

    project: str
    source: str
    branch: str
    head: str
    hints: frozenset[int]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self | None:
        """Read the event of this job; None for a run that was for no pull request.

        SkillRepoError for another event, and for an unfit one.
        """
        name = environ.get("GITHUB_EVENT_NAME", "")
        if name != "workflow_run":
            raise SkillRepoError(
                f"the second stage is for the event workflow_run, not for {name or 'none'}: it "
                "runs with the repository's own workflow"
            )
        run = at(payload(environ), "workflow_run")
        if text(run, "event") != "pull_request":
            return None
        project = environ.get("GITHUB_REPOSITORY", "")
        source = text(run, "head_repository", "full_name")
        for each, what in ((project, "GITHUB_REPOSITORY"), (source, "head_repository.full_name")):
            if not _PROJECT.fullmatch(each):
                raise SkillRepoError(f"`{what}` of the event is not the name of a project")
        branch, head = text(run, "head_branch"), sha(run, "head_sha")
        return cls(project, source, branch, head, frozenset(_numbers(run.get("pull_requests"))))


def _numbers(named: object) -> Iterator[int]:
    for each in named if isinstance(named, list) else ():
        number = each.get("number") if isinstance(each, dict) else None
        if isinstance(number, int):
            yield number
