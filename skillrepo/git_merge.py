"""Has git fast-forward the branch that is checked out in a worktree, files and all.

`git merge` writes files and index first, and finds then whether it may set the branch. Where it may
not, we take back what it wrote. Of two at once in one worktree the later leaves files behind that
belong to neither, so those of ours wait for one another: by a lock on the git directory that leaves
no file, and that the system takes back from a process that is killed.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skillrepo.errors import SkillRepoError
from skillrepo.git import whole_oid
from skillrepo.git_process import GitError, run_git
from skillrepo.git_write import lock_problem

_HEADS = "refs/heads/"
# A hook of the one that is at work may take long, or may itself want to promote.
_PATIENCE = 10.0
_LOOK_AGAIN = 0.02


def refuse_unclean(worktree: Path, ref: str) -> None:
    """SkillRepoError where git could not merge into a branch that is checked out in a worktree.

    That is where a tracked file is changed, where the branch, given by its full name, is being
    rebased or bisected there, or where the index is locked. This is git's own look at it, with
    what is set up for that.
    """
    with _alone(worktree) as git_dir:
        _refuse_unclean(worktree, git_dir, ref)


def merge_forward(worktree: Path, ref: str, old: str, new: str) -> None:
    """Have git fast-forward the branch that is checked out in a worktree, if it stands on `old`.

    The user's hooks run as in any merge. SkillRepoError where it stands elsewhere, as from
    `refuse_unclean`, and where git refuses, as it does where an untracked or ignored file is in the
    way; then nothing has changed.
    """
    name = ref.removeprefix(_HEADS)
    with _alone(worktree) as git_dir:
        _refuse_unclean(worktree, git_dir, ref)
        if _said(worktree, "HEAD") != old:
            raise SkillRepoError(f"`{name}` has changed meanwhile: run it again")
        try:
            _merge(worktree, new)
        except GitError as error:
            why = lock_problem(error.words, (), name)
            why = why or f"nothing was merged in `{worktree}`: {error.said}"
            raise SkillRepoError(why + _undone(worktree, old, new)) from error


def _merge(worktree: Path, new: str) -> None:
    # A file that git ignores is somebody's all the same, such as `.env`.
    options = ("--ff-only", "--quiet", "--no-overwrite-ignore")
    run_git(("merge", *options, whole_oid(new)), cwd=worktree, hooks=True)


def _undone(worktree: Path, old: str, new: str) -> str:
    """Take back what git changed in a worktree that was clean before it failed to set the branch.

    Gives what remains to be said where that cannot be.
    """
    if _said(worktree, "HEAD") != old or not _changed(worktree):
        return ""
    try:
        # As in switching a branch: what anybody has changed since is not overwritten.
        run_git(("read-tree", "-m", "-u", new, old), cwd=worktree, hooks=True)
    except GitError as error:
        return (
            f"; its files are those of the draft in part, and could not be put back: {error.said}"
            "; save what is yours there, then `git reset --hard` puts them back"
        )
    return ""


@contextmanager
def _alone(worktree: Path) -> Iterator[Path]:
    """Wait until no other process of ours merges in the worktree; give its git directory."""
    git_dir = Path(_said(worktree, "--absolute-git-dir"))
    folder = os.open(git_dir, os.O_RDONLY)
    try:
        if not _locked(folder):
            why = f"another `skillrepo promote` is at work in `{worktree}`: run it again later"
            raise SkillRepoError(why)
        yield git_dir
    finally:
        os.close(folder)


def _locked(folder: int) -> bool:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(_LOOK_AGAIN)
        except OSError:  # a network file system may know no such locks
            return True
        else:
            return True


def _refuse_unclean(worktree: Path, git_dir: Path, ref: str) -> None:
    name = ref.removeprefix(_HEADS)
    if _said(worktree, "--symbolic-full-name", "HEAD") != ref:
        why = f"the branch `{name}` is being rebased or bisected in `{worktree}`: finish that first"
        raise SkillRepoError(why)
    if locked := lock_problem("", (git_dir / "index.lock",), name):
        raise SkillRepoError(locked)
    if _changed(worktree):
        why = (
            f"the branch `{name}` is checked out in `{worktree}`, where files are changed: commit "
            "or stash them first"
        )
        raise SkillRepoError(why)


def _changed(worktree: Path) -> bool:
    look = ("--no-optional-locks", "status", "--porcelain", "--untracked-files=no")
    return bool(run_git(look, cwd=worktree, hooks=True))


def _said(worktree: Path, *arguments: str) -> str:
    return os.fsdecode(run_git(("rev-parse", *arguments), cwd=worktree)).removesuffix("\n")
