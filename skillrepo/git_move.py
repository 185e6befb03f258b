"""Moves a folder in the working tree and the index, as `git mv` does, or leaves both alone."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_process import run_git
from skillrepo.git_write import lock_error, run_here
from skillrepo.put_file import replace

_SHOWN = 3


def refuse_changed(repository: Repository, paths: Sequence[str]) -> None:
    """SkillRepoError where a tracked file of these, or below them, is changed, staged or not.

    This is git's own look at it, with the filters that are set up.
    """
    look = ("--no-optional-locks", "status", "--porcelain", "-z", "--untracked-files=no")
    exact = [f":(top,literal){path}" for path in paths]
    output = run_git((*look, "--no-renames", "--", *exact), cwd=repository.cwd, hooks=True)
    changed = [line[3:] for line in os.fsdecode(output).split("\0")[:-1]]
    if changed:
        more = f" and {len(changed) - _SHOWN:,} more" if len(changed) > _SHOWN else ""
        raise SkillRepoError(
            f"{', '.join(changed[:_SHOWN])}{more} changed since the last commit: commit or stash "
            "that first"
        )


def move_here(
    repository: Repository,
    folders: tuple[str, str] | None,
    files: Mapping[str, tuple[bytes, bytes]],
) -> None:
    """Move a folder, then give files their new bytes (path after the move → before and after).

    All of it is staged, but for files that git does not track. SkillRepoError where something
    stands in the way; what was done by then is undone.
    """
    if error := lock_error(repository.git_dir / "index.lock", "the index"):
        raise error
    done: list[str] = []
    made = _make_parents(repository.cwd, folders[1]) if folders else []
    try:
        if folders:
            run_here(repository, "mv", "--", *folders)
        try:
            _write(repository, files, done)
        except BaseException:
            _undo(repository, folders, files, done)
            raise
    except BaseException:
        _remove_empty(repository.cwd, made)
        raise
    if folders:
        _remove_empty(repository.cwd, _parents(folders[0]))


def _write(
    repository: Repository, files: Mapping[str, tuple[bytes, bytes]], done: list[str]
) -> None:
    for path, (before, after) in files.items():
        try:
            written = replace(repository.cwd / path, before, after)
        except OSError as error:
            raise SkillRepoError(f"{path} cannot be written: {error.strerror}") from None
        if not written:
            raise SkillRepoError(f"{path} was changed meanwhile: run it again")
        done.append(path)
    _stage(repository, list(files))


def _stage(repository: Repository, paths: Sequence[str]) -> None:
    """Stage what git tracks of these: `git add -u` leaves alone what it does not."""
    if paths:
        exact = [f":(top,literal){path}" for path in paths]
        run_here(repository, "add", "--update", "--", *exact, hooks=True)


def _undo(
    repository: Repository,
    folders: tuple[str, str] | None,
    files: Mapping[str, tuple[bytes, bytes]],
    done: Sequence[str],
) -> None:
    for path in done:
        before, after = files[path]
        with suppress(OSError):
            replace(repository.cwd / path, after, before)
    # Nothing was staged, or git could not: then this cannot be undone either.
    if folders:
        with suppress(SkillRepoError):
            run_here(repository, "mv", "--", folders[1], folders[0])


def _parents(folder: str) -> list[str]:
    """The folders above one, the nearest first."""
    parts = folder.split("/")[:-1]
    return ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _make_parents(root: Path, folder: str) -> list[str]:
    """Make the folders above one; give those that were not there, the nearest first."""
    missing = [each for each in _parents(folder) if not (root / each).is_dir()]
    try:
        (root / folder).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SkillRepoError(f"{folder} cannot be made: {error.strerror}") from None
    return missing


def _remove_empty(root: Path, folders: Sequence[str]) -> None:
    for folder in folders:
        try:
            (root / folder).rmdir()
        except OSError:
            return
