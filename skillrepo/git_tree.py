"""Commits changes of a tree that are told by paths: what is there already is moved, not copied.

Only the trees on the way to a change are read, and no blob: it works in a partial clone.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from skillrepo.errors import SkillRepoError
from skillrepo.git import Entry, Repository, whole_oid
from skillrepo.git_blobs import BlobReader
from skillrepo.git_objects import EXECUTABLE, FILE, FOLDER, NewObjects, is_folder, parse_tree
from skillrepo.git_write import commit_objects
from skillrepo.tree_path import path_problem, same_file_key

Change = Entry | bytes | None
"""What is to stand at a path: what an entry names (a folder has the mode `40000`), a file with this
content, or nothing. A file that is there keeps its mode."""

_MOST = 64 << 20
"""Bytes of one tree."""
_Entry = tuple[bytes, bytes]
_NOTHING: _Entry = (b"", b"")


@dataclass(slots=True)
class _Node:
    """The change of one path, if there is one, and those below it, which come after it."""

    is_changed: bool = False
    change: Change = None
    below: dict[bytes, "_Node"] = field(default_factory=dict)


def commit_changes(
    repository: Repository,
    parent: str | None,
    changes: Mapping[str, Change],
    message: str,
    *,
    anew: bool = False,
) -> str | None:
    """Make a commit on `parent`, None for one without parents, whose tree is the parent's, changed.

    `anew` starts from an empty tree. A change below the path of another is one of what that puts
    there. Gives the commit's name, None where the tree stays as it is: then nothing is written. No
    ref is set. SkillRepoError for a path that may not stand in a tree or collides with another
    there, for what the repository lacks, and as from `commit_objects`.
    """
    top = _Node()
    for path, change in changes.items():
        if change is not None and (problem := path_problem(path)):
            raise SkillRepoError(f"cannot commit: {problem}")
        node = top
        for name in path.split("/"):
            node = node.below.setdefault(os.fsencode(name), _Node())
        node.is_changed, node.change = True, change
    trees = _Trees(repository)
    root = trees.root(parent) if parent else None
    _, tree = trees.changed((FOLDER, root) if root and not anew else _NOTHING, top, "")
    tree = tree or trees.objects.add_tree({})
    if tree == root:
        return None
    return commit_objects(repository, parent, tree=tree, objects=trees.objects, message=message)


class _Trees:
    """The trees of a repository, and the new ones that are made of them."""

    def __init__(self, repository: Repository) -> None:
        self._reader = BlobReader(repository)
        self.objects = NewObjects(repository.object_format)

    def root(self, commit: str) -> bytes:
        """The name of the tree of a commit."""
        found = self._reader.object(f"{whole_oid(commit)}^{{tree}}", limit=_MOST)
        if found is None:
            raise SkillRepoError(f"the commit {commit} or its tree is not in this repository")
        return bytes.fromhex(found.oid)

    def changed(self, now: _Entry, node: _Node, path: str) -> _Entry:
        """What stands at a path after the changes there and below it; nothing for an empty tree."""
        if node.is_changed:
            now = self._put(now, node.change, path)
        if not node.below:
            return now
        if now != _NOTHING and not is_folder(now[0]):
            raise SkillRepoError(f"cannot commit into `{path}`: in the base commit it is no folder")
        entries = self._entries(now[1], path)
        there = set(entries)
        for name, child in node.below.items():
            entry = self.changed(
                entries.get(name, _NOTHING), child, f"{path}/{os.fsdecode(name)}".lstrip("/")
            )
            if entry == _NOTHING:
                entries.pop(name, None)
            else:
                entries[name] = entry
        _refuse_clash(set(entries) - there, entries, path)
        return (FOLDER, self.objects.add_tree(entries)) if entries else _NOTHING

    def _put(self, now: _Entry, change: Change, path: str) -> _Entry:
        if change is None:
            return _NOTHING
        if isinstance(change, Entry):
            return change.mode.encode(), bytes.fromhex(change.oid)
        if now[0] not in (b"", FILE, EXECUTABLE):
            raise SkillRepoError(f"`{path}` cannot be written: in the base commit it is no file")
        return now[0] or FILE, self.objects.add_blob(change)

    def _entries(self, oid: bytes, path: str) -> dict[bytes, _Entry]:
        if not oid:
            return {}
        found = self._reader.object(oid.hex(), limit=_MOST)
        if found is None or not isinstance(found.content, bytes):
            raise SkillRepoError(f"the folder `{path}` of the base commit is not in this clone")
        return parse_tree(found.content, len(oid))


def _refuse_clash(new: set[bytes], entries: Mapping[bytes, _Entry], path: str) -> None:
    """Two names in a folder may not be one where case does not count."""
    if not new:
        return
    known: dict[str, bytes] = {}
    for name in sorted(entries, key=lambda name: name in new):
        other = known.setdefault(same_file_key(os.fsdecode(name)), name)
        if other != name and name in new:
            both = f"{os.fsdecode(other)!r} and {os.fsdecode(name)!r}"
            where = f"in `{path}`" if path else "at the top"
            raise SkillRepoError(
                f"cannot commit: {both} {where} are the same where case does not count"
            )
