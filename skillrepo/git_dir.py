"""Reads the few files by which git itself finds a repository: `.git`, HEAD, `commondir`."""

import os
import re
import stat
from pathlib import Path

from skillrepo.errors import SkillRepoError

# Of `.git` as a file, `commondir` and `config`, in bytes.
_MAX_SMALL_FILE = 1 << 20


def linked_git_dir(dot_git: Path) -> Path:
    """Give the git directory that a file `.git` names; SkillRepoError where it leads to none."""
    found = re.fullmatch(rb"gitdir: ([^\0]+?)[\r\n]*", small_file(dot_git))
    git_dir = dot_git.parent / os.fsdecode(found[1]) if found else dot_git
    if not is_git_dir(git_dir):
        why = f"`{dot_git}` does not lead to a git repository: repair or remove it"
        raise SkillRepoError(why)
    return git_dir.resolve()


def is_git_dir(folder: Path) -> bool:
    """Whether a folder is a git directory, as git itself tells it."""
    if kind_of(folder / "HEAD") != stat.S_IFREG:
        return False
    common = common_dir_of(folder)
    return all(kind_of(common / name) == stat.S_IFDIR for name in ("objects", "refs"))


def common_dir_of(git_dir: Path) -> Path:
    """Give the directory that the worktrees of a repository share, of one that it has."""
    named = os.fsdecode(small_file(git_dir / "commondir").rstrip(b"\r\n"))
    return (git_dir / named).resolve() if named and "\0" not in named else git_dir


def small_file(path: Path) -> bytes:
    """Read a regular file of at most 1 MiB, the start of a larger one; nothing of another."""
    if kind_of(path) != stat.S_IFREG:
        return b""
    with path.open("rb") as file:
        return file.read(_MAX_SMALL_FILE)


def kind_of(path: Path) -> int:
    """Give the kind of what a path leads to, as in `stat.S_IFMT`; 0 for nothing."""
    try:
        return stat.S_IFMT(path.stat().st_mode)
    except OSError:
        return 0
