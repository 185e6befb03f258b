"""Where a command works: the repository around the paths it was given, and what was named."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from skillrepo import settings, taxonomy
from skillrepo.errors import SkillRepoError
from skillrepo.files import SKILL_FILE, Folder, Source, Tree, within
from skillrepo.git import Repository
from skillrepo.library import Library
from skillrepo.visible import one_line

WHOLE_REPOSITORY = (taxonomy.FILE_NAME, settings.FILE_NAME)
"""Files that say something of every skill."""


class Place(NamedTuple):
    """A root folder, its git repository where it is one, and the paths named in it.

    `named` are POSIX paths relative to the root; the root itself is `""`.
    """

    root: Path
    repository: Repository | None
    named: tuple[str, ...]

    @classmethod
    def of(cls, paths: Sequence[Path]) -> Self:
        """The place that all `paths` lie in, else the current folder.

        The root is the top of the git worktree, else the nearest folder above with a
        `taxonomy.yaml`, else the skill that the folder given is a part of, else that folder.
        Raises `SkillRepoError` where paths lie in several repositories.
        """
        here = _current_folder()
        absolute = [_absolute(here / path) for path in paths] or [here]
        folders = {_folder(path) for path in absolute}
        repositories = {folder: Repository.discover(folder) for folder in folders}
        if len(set(repositories.values())) > 1:
            raise SkillRepoError("the paths lie in several repositories; name those of one at once")
        repository = next(iter(repositories.values()))
        root = repository.cwd if repository else _root(Path(os.path.commonpath(folders)))
        named = [path.relative_to(root).as_posix() for path in absolute] if paths else []
        return cls(root, repository, tuple("" if name == "." else name for name in named))

    @property
    def prefix(self) -> str:
        """What to show before paths: nothing in a repository, else what makes them open from here.

        That is the way from the current folder, or the whole one where that lies elsewhere.
        """
        here = None if self.repository else _current_folder()
        if here is None or here == self.root:
            return ""
        near = self.root.is_relative_to(here) or here.is_relative_to(self.root)
        way = os.path.relpath(self.root, here) if near else str(self.root)
        return way.rstrip("/") + "/"

    def worktree(self) -> Source:
        """The files as they lie in the folder, without what git ignores."""
        if self.repository and self.repository.root is None:
            raise SkillRepoError(
                "a bare repository has no files to look at; name a --rev, or work in a clone of it"
            )
        return Folder(self.root, self.repository.listed if self.repository else None)

    def staged(self) -> Source:
        """The files as they will be committed."""
        from skillrepo.staged import Staged  # noqa: PLC0415 - for the index alone

        return Staged(self.root.name, self.git())

    def commit(self, rev: str) -> Source:
        """The files as of a commit."""
        return self.tree(self.git().resolve(rev))

    def tree(self, oid: str) -> Source:
        """The files as of the commit with this object name."""
        from skillrepo.git_blobs import BlobReader  # noqa: PLC0415 - for commits alone

        repository = self.git()
        return Tree(self.root.name, repository.tree_entries(oid), BlobReader(repository))

    def git(self) -> Repository:
        """The git repository. Raises `SkillRepoError` where there is none."""
        if self.repository is None:
            raise SkillRepoError(
                f"{self.root} is not in a git repository: go to one, or make one with `git init`"
            )
        return self.repository

    def select(self, library: Library, *, others: bool = False) -> list[str]:
        """The SKILL.md of each skill that was named; every one where nothing was.

        Raises `SkillRepoError` for a name without a skill; with `others` only for one that is not
        there, since a hook is given every file of a commit.
        """
        chosen: set[str] = set()
        for name in self.named:
            if name in WHOLE_REPOSITORY:
                return library.skill_files
            there = library.source.kind(name) != "missing"
            found = library.select(name) if there else []
            if others and there and not found:
                continue
            if not found and not library.excludes(name):
                raise SkillRepoError(_nothing(name or str(self.root), library))
            if found and all(library.stands_for_another(path) for path in found):
                raise SkillRepoError(f"{name}: a symbolic link to another file; name that one")
            chosen.update(found)
        return sorted(chosen) if self.named else library.skill_files


def affected(library: Library, changed: Iterable[str]) -> list[str]:
    """The SKILL.md of each skill that a change of these files concerns."""
    paths = list(changed)
    if any(path in WHOLE_REPOSITORY for path in paths):
        return library.skill_files
    owners = {library.owner(path) for path in paths}
    return sorted(owner for owner in owners if owner and within(owner, library.root))


def _nothing(name: str, library: Library) -> str:
    if not name.startswith("/") and library.source.kind(name) == "missing":
        return f"{one_line(name)}: no such file or folder"
    return f"{one_line(name)}: no {SKILL_FILE} in it, nor above it"


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise SkillRepoError("the current folder is gone; go to another one") from None


def _absolute(path: Path) -> Path:
    """The path with links resolved, but for a SKILL.md that is a link itself."""
    # Path.resolve raises RuntimeError where a link leads to itself (Python 3.11, 3.12).
    if path.name == SKILL_FILE:
        return Path(os.path.realpath(path.parent)) / SKILL_FILE
    return Path(os.path.realpath(path))


def _folder(path: Path) -> Path:
    """The path if it is a folder that is not in place of a SKILL.md, else the one it lies in."""
    # Path.is_dir raises OSError for a name that is too long.
    while path.name == SKILL_FILE or not os.path.isdir(path):  # noqa: PTH112
        path = path.parent
    return path


def _root(folder: Path) -> Path:
    for candidate in (folder, *folder.parents):
        if (candidate / taxonomy.FILE_NAME).is_file():
            return candidate
    # Path.rglob raises where folders lie too deep.
    if any(SKILL_FILE in (*folders, *names) for _, folders, names in os.walk(folder)):
        return folder
    return next((each for each in folder.parents if (each / SKILL_FILE).exists()), folder)
