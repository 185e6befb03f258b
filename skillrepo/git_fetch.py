"""Fetches objects of a remote into no ref: nothing of it is checked out, and no other ref moves."""

from skillrepo.git import Repository
from skillrepo.git_push import run_remote

_QUIET = ("--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--no-recurse-submodules")


def fetch_objects(repository: Repository, remote: str, *refs: str) -> None:
    """Bring what the refs of a remote stand on, also in a partial clone.

    `refuse_programs` is to be asked before. GitError where the remote cannot be reached.
    """
    # With a filter the texts would stay where they are.
    run_remote(repository, "fetch", *_QUIET, "--no-filter", "--", remote, *refs)
