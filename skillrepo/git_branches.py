"""Drops a branch so that it can be brought back, until what was dropped is too old to be kept.

The commit stays reachable by a ref below `refs/skillrepo/dropped`, whose name says when.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from skillrepo.git import Repository
from skillrepo.git_tips import tips
from skillrepo.git_write import RefChange, update_refs

KEPT = timedelta(days=30)
_ABOVE = "refs/skillrepo/dropped/"
_TIME = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(re.escape(_ABOVE) + r"(?P<branch>.+)/(?P<time>\d{8}T\d{6}Z)-[0-9a-f]{12}")


class Dropped(NamedTuple):
    """A branch that was dropped, the ref that keeps its commit, and when that was, in UTC."""

    branch: str
    ref: str
    oid: str
    at: datetime


def drop_branch(repository: Repository, branch: str, oid: str, now: datetime) -> Dropped:
    """Delete a branch that stands on a commit, and keep the commit, in one transaction.

    The configuration of the branch stays. SkillRepoError where it stands on another commit by now,
    is checked out somewhere or locked, or if a hook refuses.
    """
    ref = f"{_ABOVE}{branch}/{now.astimezone(UTC):{_TIME}}-{oid[:12]}"
    changes = [RefChange(f"refs/heads/{branch}", None, oid)]
    # It is kept already where it was dropped and brought back within this second.
    if repository.ref_oid(ref) is None:
        changes.append(RefChange(ref, oid, None))
    update_refs(repository, changes, "drop")
    return Dropped(branch, ref, oid, now)


def dropped(repository: Repository) -> list[Dropped]:
    """What was dropped and is still kept, the latest last."""
    found = []
    for tip in tips(repository, _ABOVE):
        match = _NAME.fullmatch(tip.ref)
        at = _time(match["time"]) if match else None
        if match and at:
            found.append(Dropped(match["branch"], tip.ref, tip.oid, at))
    return sorted(found, key=lambda each: each.at)


def forget_dropped(repository: Repository, now: datetime) -> int:
    """Keep no longer what was dropped more than 30 days ago; give how many these were.

    SkillRepoError as from `drop_branch`.
    """
    old = [each for each in dropped(repository) if each.at + KEPT < now]
    if old:
        update_refs(repository, [RefChange(each.ref, None, each.oid) for each in old], "forget")
    return len(old)


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
