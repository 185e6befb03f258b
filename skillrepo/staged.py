"""The index as a source: the tree of HEAD, looked into where it is asked for, and what is staged.

A hook looks at a few skills. To list the whole index takes 0.4 s in a repository of 100,000 skills;
to find what is staged 0.03 s, and to look into a folder of HEAD a tenth of a millisecond.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from posixpath import dirname

from skillrepo import document
from skillrepo.files import SKILL_FILE, Kind, Tree, folders_of
from skillrepo.git import Entry, Repository
from skillrepo.git_blobs import BlobReader
from skillrepo.git_objects import is_folder, parse_tree
from skillrepo.skill_paths import SkillPaths

_LARGEST_TREE = 1 << 26
_ODD = f"/{SKILL_FILE}/"
_Folder = Mapping[str, Entry]


class Staged:
    """The files as they will be committed."""

    def __init__(self, name: str, repository: Repository) -> None:
        self.name = name
        self._repository = repository
        self._reader = BlobReader(repository)
        found = self._reader.object("HEAD^{tree}", limit=_LARGEST_TREE)
        self._tree = found.oid if found else None
        self._width = 32 if repository.object_format == "sha256" else 20
        self._folders: dict[str, _Folder | None] = {}
        self.changes = repository.index_changes(self._tree)

    @cached_property
    def _added(self) -> Tree:
        """What is staged, without what is removed."""
        entries = {path: entry for path, entry in self.changes.items() if entry}
        return Tree(self.name, entries, self._reader)

    def _folder(self, path: str) -> _Folder | None:
        """The entries of a folder of HEAD; None where HEAD has no such folder."""
        if path not in self._folders:
            self._folders[path] = self._read_folder(path)
        return self._folders[path]

    def _read_folder(self, path: str) -> _Folder | None:
        oid = self._tree
        if path:
            above, _, name = path.rpartition("/")
            entry = (self._folder(above) or {}).get(name)
            oid = entry.oid if entry and is_folder(entry.mode.encode()) else None
        found = self._reader.object(oid, limit=_LARGEST_TREE) if oid else None
        if found is None or not isinstance(found.content, bytes):
            return None
        return {
            name.decode(errors="surrogateescape"): Entry(mode.decode(), oid.hex())
            for name, (mode, oid) in parse_tree(found.content, self._width).items()
        }

    def _entry(self, path: str) -> Entry | None:
        if path in self.changes:
            return self.changes[path]
        entry = (self._folder(dirname(path)) or {}).get(path.rpartition("/")[2])
        return None if entry is None or is_folder(entry.mode.encode()) else entry

    @cached_property
    def _less(self) -> set[str]:
        """The folders in which a file of HEAD is removed."""
        return folders_of(path for path, entry in self.changes.items() if entry is None)

    def files(self, under: str = "") -> list[str]:
        """Every file below a folder."""
        found = set(self._repository.tree_entries(self._tree, under)) if self._tree else set()
        # A pathspec may also be the file itself.
        found = {path for path in found if not under or path.startswith(f"{under}/")}
        removed = {path for path, entry in self.changes.items() if entry is None}
        there = (found - removed).union(self._added.files(under))
        # A folder that is called like a SKILL.md stands in the place of one.
        odd = {path[: path.index(_ODD) + len(_ODD) - 1] for path in there if _ODD in path}
        odd |= {SKILL_FILE for path in there if path.startswith(f"{SKILL_FILE}/")}
        return sorted(there | odd)

    def kind(self, path: str) -> Kind:
        """What stands at a path."""
        entry = self._entry(path)
        if entry is not None:
            return Tree(self.name, {path: entry}, self._reader).kind(path)
        if self._added.kind(path) == "folder":
            return "folder"
        if self._folder(path) is None or (path in self._less and not self.files(path)):
            return "missing"
        return "folder"

    def executable(self, path: str) -> bool:
        """Whether git will make the file one that may be run."""
        entry = self._entry(path)
        return entry is not None and entry.mode == "100755"

    def read(self, paths: Iterable[str]) -> Iterator[bytes | int | None]:
        """The bytes of each file."""
        for path in paths:
            entry = self._entry(path)
            if entry is None:
                yield None
            else:
                yield from self._reader([entry.oid], limit=document.MAX_BYTES)

    def link(self, path: str) -> str:
        """The target of a symbolic link."""
        target = next(self.read([path]))
        return os.fsdecode(target) if isinstance(target, bytes) else ""

    def stamp(self, path: str) -> str:
        """The same as the object's id, which is known already."""
        return self.object_id(path)

    def object_id(self, path: str, _data: bytes | None = None) -> str:
        """Git's mode and blob."""
        entry = self._entry(path)
        if entry is None or entry.conflicted:
            return self.kind(path)
        return f"{entry.mode} {entry.oid}"

    @cached_property
    def _paths(self) -> SkillPaths:
        return SkillPaths(self._repository, self._tree)

    def skills_named(self, name: str) -> list[str]:
        """Every SKILL.md in a folder of this name, in any case, in path order."""
        known = self._paths.named(name)
        known |= SkillPaths.among(self.changes, name)
        return sorted(path for path in known if self._entry(path) is not None)
