"""A repository of skills, read from a folder, a worktree, the index or a commit.

Each kind of source answers the same questions: which files there are, what stands at a path, and
what a file holds. `Library` finds the skills among them. Symbolic links are never followed, so
nothing outside the root is read.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Literal, Protocol

from skillrepo import document
from skillrepo.document import Document, Unreadable
from skillrepo.git import Entry

SKILL_FILE = "SKILL.md"
Kind = Literal["file", "folder", "link", "other", "conflict", "missing"]


class Source(Protocol):
    """Where files come from; paths are POSIX and relative to the root, `""` is the root."""

    @property
    def name(self) -> str:
        """The name of the root folder."""

    def files(self) -> list[str]:
        """Every file and link, in path order."""

    def kind(self, path: str) -> Kind:
        """What stands at a path; a link is a link, wherever it leads."""

    def read(self, paths: Iterable[str]) -> Iterator[bytes | int | None]:
        """The bytes of each file; its size where that is over the limit; None if out of reach."""

    def link(self, path: str) -> str:
        """The target of a symbolic link, as it is written."""


class Folder:
    """The files in a folder of the file system; `listing` gives them for a git worktree."""

    def __init__(self, root: Path, listing: Callable[[], list[str]] | None = None) -> None:
        self._root = root
        self._listing = listing or self._walk
        self._links: dict[str, bool] = {}
        self.name = root.resolve().name

    def files(self) -> list[str]:
        """Every file that is listed, and what else stands where a SKILL.md should."""
        listed = self._listing()
        # git does not list what it cannot store, such as a FIFO called SKILL.md.
        folders = {dirname(path) for path in listed}
        # Of a folder that stands in place of one it lists what lies below.
        inside = f"/{SKILL_FILE}/"
        folders |= {path.partition(inside)[0] for path in listed if inside in path}
        expected = {join(folder, SKILL_FILE) for folder in folders}
        odd = (path for path in expected.difference(listed) if self.kind(path) != "missing")
        return sorted({*(path for path in listed if not self._linked(dirname(path))), *odd})

    def _walk(self) -> list[str]:
        found: list[str] = []
        for folder, folders, names in os.walk(self._root):
            base = Path(folder)
            folders[:] = sorted(
                name for name in folders if name != ".git" and not (base / name).is_symlink()
            )
            places = names + [name for name in folders if name == SKILL_FILE]
            found += ((base / name).relative_to(self._root).as_posix() for name in places)
        return found

    def kind(self, path: str) -> Kind:
        """What stands at a path."""
        if path.startswith("/") or ".." in path.split("/"):
            return "missing"  # nothing outside of the root is looked at
        try:
            # git goes on to list what it tracks below a folder that has become a link.
            mode = 0 if self._linked(dirname(path)) else (self._root / path).lstat().st_mode
        except (OSError, ValueError):  # ValueError: a NUL in the path
            mode = 0
        if not mode:
            return "missing"
        for kind, test in _KINDS.items():
            if test(mode):
                return kind
        return "other"

    def _linked(self, folder: str) -> bool:
        """Whether the way to a folder goes through a symbolic link."""
        if folder in ("", "/"):
            return False
        if folder not in self._links:
            below = (self._root / folder).is_symlink()
            self._links[folder] = below or self._linked(dirname(folder))
        return self._links[folder]

    def read(self, paths: Iterable[str]) -> Iterator[bytes | int | None]:
        """The bytes of each file."""
        for path in paths:
            # Between lstat and open a file may have become a link or a FIFO.
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            try:
                descriptor = os.open(self._root / path, flags)
            except OSError:
                yield None
                continue
            with os.fdopen(descriptor, "rb") as file:
                size = os.fstat(descriptor).st_size
                yield size if size > document.MAX_BYTES else file.read(document.MAX_BYTES + 1)

    def link(self, path: str) -> str:
        """The target of a symbolic link."""
        return str((self._root / path).readlink())


_KINDS: Mapping[Kind, Callable[[int], bool]] = {
    "file": stat.S_ISREG,
    "folder": stat.S_ISDIR,
    "link": stat.S_ISLNK,
}
_LINK_MODE = "120000"
_FILE_MODES = ("100644", "100755", "100664")


class ReadBlobs(Protocol):
    """Object ids → the bytes of each, its size where that is over the limit, None if missing."""

    def __call__(self, oids: Iterable[str], *, limit: int) -> Iterator[bytes | int | None]:
        """In the order asked for; `limit` is in bytes."""


class Tree:
    """The files of a commit or of the index; `read_blobs` gives the contents of object ids."""

    def __init__(self, name: str, entries: Mapping[str, Entry], read_blobs: ReadBlobs) -> None:
        self.name = name
        self._entries = entries
        self._read_blobs = read_blobs

    @cached_property
    def _folders(self) -> frozenset[str]:
        found = {""}
        for path in self._entries:
            while (path := dirname(path)) not in found:
                found.add(path)
        return frozenset(found)

    def files(self) -> list[str]:
        """Every file, and the folders that are called like a SKILL.md."""
        odd = (path for path in self._folders if path.rpartition("/")[2] == SKILL_FILE)
        return sorted([*self._entries, *odd])

    def kind(self, path: str) -> Kind:
        """What stands at a path."""
        entry = self._entries.get(path)
        if entry is None:
            return "folder" if path in self._folders else "missing"
        if entry.conflicted:
            return "conflict"
        if entry.mode == _LINK_MODE:
            return "link"
        return "file" if entry.mode in _FILE_MODES else "other"

    def read(self, paths: Iterable[str]) -> Iterator[bytes | int | None]:
        """The bytes of each file."""
        oids = (self._entries[path].oid for path in paths)
        yield from self._read_blobs(oids, limit=document.MAX_BYTES)

    def link(self, path: str) -> str:
        """The target of a symbolic link."""
        target = next(self.read([path]))
        return target.decode(errors="replace") if isinstance(target, bytes) else ""


class Overlay:
    """A source in which one folder holds just the files of a draft."""

    def __init__(self, below: Source, folder: str, files: Mapping[str, bytes]) -> None:
        self.name = below.name
        self._below = below
        self._folder = folder
        entries = {join(folder, path): Entry("100644", path) for path in files}
        self._draft = Tree(
            below.name,
            entries,
            lambda oids, *, limit: (
                len(files[oid]) if len(files[oid]) > limit else files[oid] for oid in oids
            ),
        )

    def _inside(self, path: str) -> bool:
        return path == self._folder or path.startswith(self._folder + "/")

    def files(self) -> list[str]:
        """Every file."""
        others = (path for path in self._below.files() if not self._inside(path))
        return sorted([*others, *self._draft.files()])

    def kind(self, path: str) -> Kind:
        """What stands at a path."""
        kind = self._draft.kind(path)
        return kind if kind != "missing" or self._inside(path) else self._below.kind(path)

    def read(self, paths: Iterable[str]) -> Iterator[bytes | int | None]:
        """The bytes of each file."""
        for path in paths:
            yield from (self._draft if self._inside(path) else self._below).read([path])

    def link(self, path: str) -> str:
        """The target of a symbolic link."""
        return self._below.link(path)


class Library:
    """The skills of a source.

    `root` is the folder that holds them, `exclude` the globs of paths that are none of our
    business.
    """

    def __init__(self, source: Source, root: str = "", exclude: tuple[str, ...] = ()) -> None:
        self.source = source
        self.root = root
        self.exclude = exclude
        self._globs = [glob.strip("/").split("/") for glob in exclude]

    @cached_property
    def skill_files(self) -> list[str]:
        """The path of each SKILL.md below the root, or of what stands in its place, in order."""
        return [path for path in self._everywhere if within(path, self.root)]

    @cached_property
    def _everywhere(self) -> list[str]:
        return [
            path
            for path in self.source.files()
            if path.rpartition("/")[2] == SKILL_FILE and not self.excludes(path)
        ]

    def excludes(self, path: str) -> bool:
        """Whether a glob matches the path or a folder above it."""
        parts = path.split("/")
        return any(_matches(glob, parts) for glob in self._globs)

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.skill_files:
            if self.source.kind(path) != "link":
                found.setdefault(self.folder_name(path).casefold(), []).append(path)
        return found

    @property
    def names(self) -> frozenset[str]:
        """The folder names of the skills below the root, casefolded."""
        return frozenset(self._by_name)

    def same_name(self, name: str) -> list[str]:
        """The SKILL.md of each skill below the root whose folder is called `name`, in any case."""
        return self._by_name.get(name.casefold(), [])

    def folder_name(self, path: str) -> str:
        """The name of the folder that holds the file at `path`."""
        return dirname(path).rpartition("/")[2] or self.source.name

    def select(self, path: str) -> list[str]:
        """The SKILL.md of each skill below `path`, else of the skill that `path` belongs to.

        A skill that is named itself counts even where git ignores it or it lies outside the root.
        """
        named = path if path.rpartition("/")[2] == SKILL_FILE else join(path, SKILL_FILE)
        there = self.source.kind(named) != "missing" and not self.excludes(named)
        own = [named] if there else []
        below = [skill for skill in self._everywhere if within(skill, path)]
        if found := sorted({*own, *below}):
            return found
        owner = self.owner(path)
        return [owner] if owner else []

    def owner(self, path: str) -> str | None:
        """The SKILL.md of the skill that the file at `path` belongs to."""
        while path:
            path = dirname(path)
            skill = join(path, SKILL_FILE)
            if self.source.kind(skill) != "missing":
                return None if self.excludes(skill) else skill
        return None

    def load(self, paths: Iterable[str]) -> Iterator[Document | Unreadable]:
        """Each skill as it was read, in the order given; links to other places are left out."""
        pending: list[str] = []
        for path in paths:
            if self.source.kind(path) == "file":
                pending.append(path)
                continue
            yield from self._read(pending)
            pending = []
            if why := self._unfit(path):
                yield Unreadable(path, self.folder_name(path), 1, why)
        yield from self._read(pending)

    def _read(self, paths: list[str]) -> Iterator[Document | Unreadable]:
        for path, data in zip(paths, self.source.read(paths), strict=True):
            folder = self.folder_name(path)
            if data is None:
                yield Unreadable(path, folder, 1, _OUT_OF_REACH)
            elif isinstance(data, int):
                yield Unreadable(path, folder, 1, document.too_large(data))
            else:
                yield document.read(path, folder, data)

    def _unfit(self, path: str) -> str | None:
        """Why what stands at `path` is no file; None for a link to another file of the source."""
        kind = self.source.kind(path)
        if kind != "link":
            return _WHY_UNFIT[kind]
        target = self.source.link(path)
        place = normpath(join(dirname(path), target))
        if target.startswith("/") or place == ".." or place.startswith("../"):
            return f"is a symbolic link that leaves the repository (to `{target}`)"
        if self.source.kind(place) == "missing":
            return f"is a symbolic link to `{target}`, which does not exist"
        return None


_OUT_OF_REACH = "cannot be read: no permission, or not in this partial clone"
_WHY_UNFIT: Mapping[Kind, str] = {
    "folder": "is a folder; it must be a file",
    "other": "is not a regular file",
    "conflict": "has an unresolved merge conflict; resolve it and stage the file",
    "missing": "cannot be found",
}


def within(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it; everything lies below `""` and `.`."""
    return folder in ("", ".") or path == folder or path.startswith(folder + "/")


def _matches(glob: list[str], path: list[str]) -> bool:
    """Whether the folders and names of a glob are those at the beginning of a path.

    `**` stands for any folders, `*` and `?` for characters of one name. A regular expression
    would take exponential time on some globs, and they come with the repository.
    """
    # The numbers of parts of the path that the glob may have used up so far.
    used = {0}
    for part in glob:
        if part == "**":
            used = set(range(min(used), len(path) + 1))
        else:
            used = {n + 1 for n in used if n < len(path) and _name_matches(part, path[n])}
        if not used:
            return False
    return True


def _name_matches(glob: str, name: str) -> bool:
    """Whether a name is as the glob says: each `*` first takes nothing, then more as needed."""
    at = position = 0
    star = resume = -1
    while position < len(name):
        if at < len(glob) and glob[at] == "*":
            star, resume = at, position
            at += 1
        elif at < len(glob) and glob[at] in ("?", name[position]):
            at += 1
            position += 1
        elif star >= 0:
            at, resume = star + 1, resume + 1
            position = resume
        else:
            return False
    return set(glob[at:]) <= {"*"}
