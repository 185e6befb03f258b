"""Shares notes with a remote: fetches its lines, adds ours, pushes, until both have them all.

As with a branch that is pushed, the user's own credentials are used, the pre-push hook runs, and no
program that the repository's own configuration names.
"""

import os

from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository, whole_oid
from skillrepo.git_fetch import fetch_objects
from skillrepo.git_notes import unite_notes
from skillrepo.git_process import GitError
from skillrepo.git_push import refuse_programs, run_remote, words_of

_TRIES = 50
"""How often to begin anew where others push meanwhile; each time one of them ends."""
# What a remote says where another was quicker: before git asked for the ref, and after.
_OVERTAKEN = ("[rejected]", "cannot lock ref", "failed to update ref", "incorrect old value")


def fetch_notes(repository: Repository, remote: str, ref: str, message: str) -> int:
    """Add to our notes those that a remote has, and give how many of its notes we had more of.

    No other ref is changed. SkillRepoError where the remote cannot be reached.
    """
    refuse_programs(repository)
    theirs = _fetched(repository, remote, ref)
    return unite_notes(repository, ref, theirs, message) if theirs else 0


def share_notes(repository: Repository, remote: str, ref: str, message: str) -> None:
    """Bring our notes and those of a remote to the same, whoever else does so at the same time.

    SkillRepoError where the remote cannot be reached, or refuses; ours are kept then.
    """
    refuse_programs(repository)
    for _ in range(_TRIES):
        theirs = _fetched(repository, remote, ref)
        if theirs:
            unite_notes(repository, ref, theirs, message)
        if repository.ref_oid(ref) == theirs or _pushed(repository, remote, ref):
            return
    why = f"{remote} gets other notes all the time: run it again when that has ended"
    raise SkillRepoError(why)


def _fetched(repository: Repository, remote: str, ref: str) -> str | None:
    """The commit of notes of a remote, which is here then; None where it has none."""
    try:
        listed = run_remote(repository, "ls-remote", "--", remote, ref)
        if not listed:
            return None
        fetch_objects(repository, remote, ref)
    except GitError as error:
        why = f"the notes of {remote} could not be fetched: {words_of(error)}"
        raise SkillRepoError(why) from None
    return whole_oid(os.fsdecode(listed).partition("\t")[0])


def _pushed(repository: Repository, remote: str, ref: str) -> bool:
    """Push the notes; False where the remote has got others meanwhile."""
    try:
        run_remote(repository, "push", "--porcelain", "--", remote, f"{ref}:{ref}")
    except GitError as error:
        said = os.fsdecode(error.output) + error.words
        if any(sign in said for sign in _OVERTAKEN):
            return False
        why = f"the notes could not be pushed to {remote}, and are kept here: {words_of(error)}"
        raise SkillRepoError(why) from None
    return True
