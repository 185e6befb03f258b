"""Where a change of the taxonomy goes: a branch of its own with one commit, or the worktree."""

import re
from collections.abc import Mapping

from skillrepo.commands.work import Work, prepare
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_tree import Change, commit_changes
from skillrepo.git_write import BranchExistsError, create_branch, refuse_unfit_branch

_OTHERS = re.compile(r"[^a-z0-9]+")
_LONGEST = 64


def start(base: str | None, *, here: bool, dry_run: bool) -> Work:
    """Look at the repository around the current folder: at a commit, or at the worktree.

    Raises `SkillRepoError` where there is no taxonomy, or nothing to start from.
    """
    step = "write-only" if here else "dry-run" if dry_run else "commit"
    work = prepare(step, base, "--here")
    if work.base is None and not here:
        raise SkillRepoError("there is no commit yet to start a branch from; commit first")
    if here:
        work.place.git().refuse_foreign()
    return work


def branch_of(kind: str, name: str) -> str:
    """The branch for a change of what is called so, in the letters that a branch may have."""
    slug = _OTHERS.sub("-", name.lower()).strip("-")[:_LONGEST].strip("-")
    return f"skill/{kind}/{slug or 'category'}"


def refuse_branch(repository: Repository, branch: str) -> None:
    """SkillRepoError where the branch is there, or cannot be made."""
    if repository.branch_oid(branch):
        raise SkillRepoError(_exists(branch))
    refuse_unfit_branch(repository, branch)


def land(work: Work, branch: str, changes: Mapping[str, Change], message: str) -> str:
    """Commit the changes on a new branch; give the commit's name. Raises `SkillRepoError`."""
    repository = work.place.git()
    commit = commit_changes(repository, work.base, changes, message)
    if commit is None:
        raise SkillRepoError("there is nothing to change")
    try:
        # Last, so that whatever goes wrong leaves no branch that nobody was told of.
        create_branch(repository, branch, commit)
    except BranchExistsError:
        raise SkillRepoError(_exists(branch)) from None
    return commit


def _exists(branch: str) -> str:
    return (
        f"the branch {branch} exists: promote it (skillrepo promote {branch}) or drop it "
        f"(skillrepo drop {branch}) first"
    )
