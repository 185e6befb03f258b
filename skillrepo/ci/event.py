"""The event that started a job of GitHub Actions → which commits are to be compared.

What an event says is hostile: a title, a branch and a fork's name are the author's. Nothing of it
is used but names of objects, of the repository's own branches and numbers, looked at first.
https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

from skillrepo.errors import SkillRepoError
from skillrepo.git import is_oid
from skillrepo.visible import one_line

_MOST_BYTES = 32 << 20
_HEADS = "refs/heads/"
_UNSAFE = (
    "the event pull_request_target runs with the repository's own rights on what a stranger wrote: "
    "use pull_request, and for the comment workflow_run"
)


class Event(NamedTuple):
    """What is to be graded: what leads from `base` to `head`, both whole names of commits.

    `base` is None where the event names none: then it is the default branch. `branch` is what
    people call the base, None where it has no name. `records` says that the repository has taken
    `head` into its default branch, so that what is measured of it may be kept there.
    """

    name: str
    base: str | None
    head: str
    branch: str | None
    records: bool = False

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """Read the event of this job. SkillRepoError outside of one, and for an unfit event."""
        name = environ.get("GITHUB_EVENT_NAME", "")
        if not name:
            raise SkillRepoError(
                "GITHUB_EVENT_NAME is not set: `skillrepo ci` is for jobs of GitHub Actions; "
                "elsewhere use `skillrepo grade`"
            )
        if name == "pull_request_target":
            raise SkillRepoError(_UNSAFE)
        value = payload(environ)
        if name == "pull_request":
            request = at(value, "pull_request")
            base, head = sha(request, "base", "sha"), sha(request, "head", "sha")
            return cls(name, base, head, _branch(request, "base", "ref"))
        if name == "merge_group":
            group = at(value, "merge_group")
            branch = _branch(group, "base_ref")
            return cls(name, sha(group, "base_sha"), sha(group, "head_sha"), branch)
        default = _branch(value, "repository", "default_branch")
        if name == "push":
            before = sha(value, "before")
            taken = default is not None and text(value, "ref") == f"{_HEADS}{default}"
            # A branch that is new has no commit before.
            if set(before) == {"0"}:
                return cls(name, None, sha(value, "after"), default, records=taken)
            return cls(name, before, sha(value, "after"), None, records=taken)
        return cls(name, None, sha(environ, "GITHUB_SHA"), default)


def payload(environ: Mapping[str, str]) -> Mapping[str, Any]:
    """The JSON of the event. SkillRepoError where it cannot be read."""
    path = Path(environ.get("GITHUB_EVENT_PATH", ""))
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        value = json.loads(data) if len(data) <= _MOST_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        why = f"the event (GITHUB_EVENT_PATH) cannot be read: {one_line(str(reason))}"
        raise SkillRepoError(why) from None
    if not isinstance(value, dict):
        raise SkillRepoError("the event (GITHUB_EVENT_PATH) is no JSON object of a usual size")
    return value


def at(value: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The object below these keys. SkillRepoError where there is none."""
    found: Any = value
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, dict):
        raise SkillRepoError(f"the event has no `{'.'.join(keys)}`")
    return found


def text(value: Mapping[str, Any], *keys: str) -> str:
    """The text below these keys, empty where there is none."""
    found: Any = value
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def sha(value: Mapping[str, Any], *keys: str) -> str:
    """The name of an object below these keys. SkillRepoError where there is none."""
    found = text(value, *keys)
    if not is_oid(found):
        raise SkillRepoError(f"`{'.'.join(keys)}` of the event is not the whole name of a commit")
    return found


def _branch(value: Mapping[str, Any], *keys: str) -> str | None:
    return text(value, *keys).removeprefix(_HEADS) or None
