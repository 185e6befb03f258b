"""Reads the history of a git repository: the messages of commits, their trailers, their logs."""

from collections.abc import Sequence
from typing import NamedTuple

from skillrepo.git import Repository, whole_oid
from skillrepo.git_process import GitError, nul_fields


class Commit(NamedTuple):
    """A commit as its log tells it: `date` is the committer's, in ISO 8601 with the time zone."""

    oid: str
    date: str
    author: str
    subject: str
    trailers: tuple[tuple[str, str], ...]


def message(repository: Repository, oid: str) -> str:
    """Give the message of a commit, without line breaks at its end."""
    return _formatted(repository, oid, "%B").rstrip("\n")


def trailers(repository: Repository, oid: str) -> list[tuple[str, str]]:
    """Give the trailers of a commit's message in their order, each value on one line."""
    # Unlike `git interpret-trailers`, this never runs a command from the configuration.
    parts = _formatted(
        repository, oid, "%(trailers:only=true,unfold=true,separator=%x00,key_value_separator=%x00)"
    )
    fields = parts.removesuffix("\n").split("\0")
    return list(zip(fields[::2], fields[1::2], strict=False))


def draft_trailers(repository: Repository, prefix: str) -> dict[str, list[tuple[str, str]]]:
    """Give the trailers of the commit that each branch below `prefix` stands on.

    The keys are those of `branches` and `remote_branches`; each value is on one line.
    """
    trailers = "%(contents:trailers:only=true,unfold=true)"
    output = repository.run(
        *("-c", "trailer.separators=:", "for-each-ref"),
        f"--format=%(refname)%0a{trailers}%00",
        *(f"refs/heads/{prefix}/**", f"refs/remotes/*/{prefix}/**"),
    )
    found = {}
    for part in output.decode("utf-8", "replace").split("\0")[:-1]:
        ref, *lines = part.strip("\n").split("\n")
        pairs = (line.partition(": ") for line in lines if line)
        name = ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")
        found[name] = [(key, value) for key, _, value in pairs]
    return found


def versions(repository: Repository, oid: str, path: str, *, most: int) -> list[tuple[str, str]]:
    """Give the commits up to `oid` that gave a file its contents, and its path in each.

    The newest comes first. A file is followed where it was moved, and not to one that it was
    copied from. In a partial clone, which lacks what tells a move, it is not followed.
    """
    command = ("log", f"--max-count={most}", "--format=%H", "--name-status", "-z")
    rest = (whole_oid(oid), "--", path)
    try:
        output = repository.run(*command, "--follow", *rest)
    except GitError:
        output = repository.run(*command, "--no-renames", *rest)
    found: list[tuple[str, str]] = []
    fields = iter(nul_fields(output))
    commit = ""
    for field in fields:
        # A commit comes without a line break, what it did to the file behind one.
        if not field.startswith("\n"):
            commit = field
            continue
        old = next(fields)
        new = next(fields) if field[1] in "RC" else old
        if field[1] != "D":
            found.append((commit, new))
        if field[1] in "CA":
            break
    return found


def commits(repository: Repository, oid: str, paths: Sequence[str], *, most: int) -> list[Commit]:
    """Give the commits up to `oid` that changed something below the paths, newest first."""
    # Each field ends with a NUL; an empty key ends the trailers.
    trailers = "%(trailers:only=true,unfold=true,separator=%x00,key_value_separator=%x00)"
    output = repository.run(
        *("-c", "trailer.separators=:", "rev-list", f"--max-count={most}"),
        *("--no-commit-header", "--encoding=UTF-8"),
        f"--format=%H%x00%cI%x00%an%x00%s%x00{trailers}%x00%x00",
        *(whole_oid(oid), "--", *paths),
    )
    fields = iter(output.decode("utf-8", "replace").split("\0")[:-1])
    found = []
    for first in fields:
        date, author, subject, key = (next(fields) for _ in range(4))
        pairs = []
        while key:
            pairs.append((key, next(fields)))
            key = next(fields)
        if not pairs:
            next(fields)
        found.append(Commit(first.strip("\n"), date, author, subject, tuple(pairs)))
    return found


def _formatted(repository: Repository, oid: str, template: str) -> str:
    output = repository.run(
        *("-c", "trailer.separators=:", "rev-list", "--max-count=1", "--no-commit-header"),
        *("--encoding=UTF-8", f"--format={template}", whole_oid(oid)),
    )
    return output.decode("utf-8", "replace")
