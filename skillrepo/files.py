"""Where the files of a repository come from: a folder, a worktree, the index, a commit, a draft.

Each kind of source answers the same questions: which files there are, what stands at a path, and
what a file holds. Symbolic links are never followed, so nothing outside the root is read.
"""

import os
import stat
import time
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from posixpath import join
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from skillrepo import document
from skillrepo.git import Entry, is_submodule

SKILL_FILE = "SKILL.md"
# PATH_MAX of Linux.
_LONGEST_PATH = 4_096
# Nanoseconds: clocks of file systems are coarse, that of FAT counts two seconds.
_MOMENT = 2_000_000_000
Kind = Literal["file", "folder", "link", "other", "conflict", "missing"]


class Source(Protocol):
    """Where files come from; paths are POSIX and relative to the root, `""` is the root."""

    @property
    def name(self) -> str:
        """The name of the root folder."""

    def files(self, under: str = "") -> list[str]:
        """Every file and link below the folder `under`, in path order."""

    def executable(self, path: str) -> bool:
        """Whether the file at a path may be run."""

    def kind(self, path: str) -> Kind:
        """What stands at a path; a link is a link, wherever it leads."""

    def read(self, paths: Iterable[str]) -> Iterator[bytes | int | None]:
        """The bytes of each file; its size where that is over the limit; None if out of reach."""

    def link(self, path: str) -> str:
        """The target of a symbolic link, as it is written."""

    def stamp(self, path: str) -> str:
        """What changes when the file or link at a path does; cheap, and `""` if it is not known."""

    def object_id(self, path: str, data: bytes | None = None) -> str:
        """Kind and content of the file or link at a path, as one name: git's mode and blob.

        `data` is the content, where the caller has read it already.
        """


@runtime_checkable
class IndexSource(Source, Protocol):
    """The files of git's index, of which a hook looks at few: to list them all is the last resort.

    `changes` maps what is staged to its entry, what is removed to None.
    """

    changes: Mapping[str, Entry | None]

    def skills_named(self, name: str) -> list[str]:
        """Every SKILL.md in a folder of this name, in any case, in path order."""


class _State(NamedTuple):
    """What stands at a path: its mode, 0 where it is missing, and its stamp."""

    mode: int
    stamp: str


_MISSING = _State(0, "")


class Folder:
    """The files in a folder of the file system; `listing` gives them for a git worktree.

    What stands at a path that was listed is looked at once: there are a hundred thousand.
    """

    def __init__(self, root: Path, listing: Callable[[str], Iterable[str]] | None = None) -> None:
        self._root = root
        self._listing = listing or self._walk
        self._links: dict[str, bool] = {}
        self._states: dict[str, _State] = {}
        self._base = f"{root}/"
        self._started = time.time_ns()
        self.name = root.resolve().name

    def files(self, under: str = "") -> list[str]:
        """Every file that is listed, and what else stands where a SKILL.md should."""
        listed = self._listed(under, self._listing)
        if under and not listed:  # git ignores it, and yet it was asked for
            listed = self._listed(under, self._walk)
        # git does not list what it cannot store, such as a FIFO called SKILL.md, and of a folder
        # in its place what lies below. It is looked for in each folder, outside of skills, that
        # holds a listed file or lies beside one. A file is another matter: git ignores it.
        folders = {each for each in folders_of(listed) if not under or within(each, under)}
        skills = {path[:-9] for path in listed if path.endswith("/SKILL.md")}
        skills.update("" for path in listed if path == SKILL_FILE)
        outside = {folder for folder in folders if not _inside(folder, skills)}
        outside.update(*map(self._subfolders, tuple(outside)))
        expected = (join(folder, SKILL_FILE) for folder in outside - skills)
        odd = (path for path in expected if self.kind(path) in ("folder", "other"))
        if linked := {folder for folder in folders if self._linked(folder)}:
            listed = [path for path in listed if path.rpartition("/")[0] not in linked]
        return sorted({*listed, *odd})

    def _listed(self, under: str, listing: Callable[[str], Iterable[str]]) -> list[str]:
        """The files, links and submodules that are there; git lists all that it tracks."""
        found: list[str] = []
        for path in listing(under):
            state = self._look(path)
            # Of a repository that is not tracked git names the folder, with a slash.
            is_folder = stat.S_ISDIR(state.mode)
            if state.mode and not (is_folder and (path[-1] == "/" or not self._is_submodule(path))):
                self._states[path] = state
                found.append(path)
        return found

    def _is_submodule(self, folder: str) -> bool:
        return is_submodule(self._base + folder)

    def _look(self, path: str) -> _State:
        try:
            state = os.lstat(self._base + path)
        except (OSError, ValueError):  # ValueError: a NUL in the path
            return _MISSING
        changed = max(state.st_mtime_ns, state.st_ctime_ns)
        stamp = f"{state.st_size} {state.st_mtime_ns} {changed} {state.st_ino} {state.st_mode:o}"
        # Another change in the same moment would not show.
        return _State(state.st_mode, stamp if changed <= self._started - _MOMENT else "")

    def _state(self, path: str) -> _State:
        return self._states.get(path) or self._look(path)

    def executable(self, path: str) -> bool:
        """Whether the owner of the file may run it."""
        return bool(self._state(path).mode & stat.S_IXUSR)

    def _subfolders(self, folder: str) -> list[str]:
        try:
            with os.scandir(self._root / folder) as entries:
                names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:  # it may not be read, or is gone
            return []
        return [join(folder, name) for name in names if name != ".git"]

    def _walk(self, under: str) -> list[str]:
        found: list[str] = []
        for folder, folders, names in os.walk(self._root / under):
            base = Path(folder)
            # The method of a path raises where the path is too long.
            links = {name for name in folders if os.path.islink(base / name)}  # noqa: PTH114
            folders[:] = sorted(set(folders) - links - {".git"})
            found += ((base / name).relative_to(self._root).as_posix() for name in (*names, *links))
        return found

    def kind(self, path: str) -> Kind:
        """What stands at a path."""
        if path.startswith("/") or ".." in path.split("/") or len(path) > _LONGEST_PATH:
            return "missing"  # nothing outside of the root is looked at, nor what cannot be there
        # git goes on to list what it tracks below a folder that has become a link.
        if self._linked(path.rpartition("/")[0]):
            return "missing"
        mode = self._state(path).mode
        if not mode:
            return "missing"
        if path and stat.S_ISDIR(mode) and self._is_submodule(path):
            return "other"
        for kind, test in _KINDS.items():
            if test(mode):
                return kind
        return "other"

    def _linked(self, folder: str) -> bool:
        """Whether the way to a folder goes through a symbolic link."""
        way = []
        while folder and folder not in self._links:
            way.append(folder)
            folder = folder.rpartition("/")[0]
        linked = self._links.get(folder, False)
        # From the top, not by recursion: a hostile link may name thousands of folders.
        for each in reversed(way):
            linked = linked or _is_link(self._base + each)
            self._links[each] = linked
        return linked

    def read(self, paths: Iterable[str]) -> Iterator[bytes | int | None]:
        """The bytes of each file."""
        for path in paths:
            try:
                data: bytes | int | None = _content(self._base + path)
            except OSError:
                data = None
            yield data

    def link(self, path: str) -> str:
        """The target of a symbolic link, empty where there is none any more."""
        try:
            return os.readlink(self._base + path)  # noqa: PTH115 - as everywhere here
        except OSError:
            return ""

    def stamp(self, path: str) -> str:
        """Size, times, place on the disk and mode; unknown where it changed a moment ago."""
        return self._state(path).stamp

    def object_id(self, path: str, data: bytes | None = None) -> str:
        """Git's mode and blob, from what lies on the disk; what cannot be read has its stamp."""
        from hashlib import sha1  # noqa: PLC0415 - 5 ms, which a hook need not spend

        kind = self.kind(path) if data is None else "file"
        found: bytes | int | None = data
        if kind == "link":
            found = os.fsencode(self.link(path))
        elif data is None and kind == "file":
            found = next(self.read([path]))
        if not isinstance(found, bytes):
            return f"{kind} {found} {self.stamp(path)}"
        mode = _LINK_MODE if kind == "link" else "100755" if self.executable(path) else "100644"
        name = sha1(b"blob %d\0%s" % (len(found), found), usedforsecurity=False).hexdigest()
        return f"{mode} {name}"


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
        return frozenset(folders_of(self._entries))

    @cached_property
    def _sorted(self) -> list[str]:
        odd = (path for path in self._folders if path.rpartition("/")[2] == SKILL_FILE)
        return sorted([*self._entries, *odd])

    def files(self, under: str = "") -> list[str]:
        """Every file, and the folders that are called like a SKILL.md."""
        if not under:
            return list(self._sorted)
        # Between `under/` and `under0` lies what begins with `under/`: `0` follows `/` in ASCII.
        start, end = bisect_left(self._sorted, f"{under}/"), bisect_left(self._sorted, f"{under}0")
        return self._sorted[start:end]

    def executable(self, path: str) -> bool:
        """Whether git will make the file one that may be run."""
        entry = self._entries.get(path)
        return entry is not None and entry.mode == "100755"

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
        return os.fsdecode(target) if isinstance(target, bytes) else ""

    def stamp(self, path: str) -> str:
        """The same as the object's id, which is known already."""
        return self.object_id(path)

    def object_id(self, path: str, _data: bytes | None = None) -> str:
        """Git's mode and blob."""
        entry = self._entries.get(path)
        if entry is None or entry.conflicted:
            return self.kind(path)
        return f"{entry.mode} {entry.oid}"


class Overlay:
    """A source in which one folder holds just the files of a draft.

    Those that are `executable` may be run. `kept` are files of the folder that stay as they are
    below. Both are relative to the folder.
    """

    def __init__(
        self,
        below: Source,
        folder: str,
        files: Mapping[str, bytes],
        *,
        executable: Collection[str] = (),
        kept: Collection[str] = (),
    ) -> None:
        self.name = below.name
        self._below = below
        self._folder = folder
        self._kept = {join(folder, path) for path in kept}
        self._kept_in = folders_of(self._kept) if kept else set()
        entries = {
            join(folder, path): Entry("100755" if path in executable else "100644", path)
            for path in files
        }
        self._draft = Tree(
            below.name,
            entries,
            lambda oids, *, limit: (
                len(files[oid]) if len(files[oid]) > limit else files[oid] for oid in oids
            ),
        )

    def _inside(self, path: str) -> bool:
        return within(path, self._folder) and path not in self._kept

    def files(self, under: str = "") -> list[str]:
        """Every file below the folder."""
        others = (path for path in self._below.files(under) if not self._inside(path))
        return sorted([*others, *self._draft.files(under)])

    def executable(self, path: str) -> bool:
        """Whether the file may be run."""
        return (self._draft if self._inside(path) else self._below).executable(path)

    def kind(self, path: str) -> Kind:
        """What stands at a path."""
        kind = self._draft.kind(path)
        if kind != "missing":
            return kind
        below = not self._inside(path) or path in self._kept_in
        return self._below.kind(path) if below else kind

    def read(self, paths: Iterable[str]) -> Iterator[bytes | int | None]:
        """The bytes of each file."""
        for path in paths:
            yield from (self._draft if self._inside(path) else self._below).read([path])

    def link(self, path: str) -> str:
        """The target of a symbolic link."""
        return self._below.link(path)

    def stamp(self, path: str) -> str:
        """Not known for a draft."""
        return "" if self._inside(path) else self._below.stamp(path)

    def object_id(self, path: str, data: bytes | None = None) -> str:
        """Git's mode and blob."""
        return (self._draft if self._inside(path) else self._below).object_id(path, data)


class Patched:
    """A source in which some files have other contents."""

    def __init__(self, below: Source, contents: Mapping[str, bytes]) -> None:
        self.name = below.name
        self._below = below
        self._contents = contents
        self.files = below.files
        self.kind = below.kind
        self.link = below.link
        self.executable = below.executable
        self.stamp = below.stamp
        self.object_id = below.object_id

    def read(self, paths: Iterable[str]) -> Iterator[bytes | int | None]:
        """The bytes of each file."""
        for path in paths:
            data = self._contents.get(path)
            if data is None:
                yield from self._below.read([path])
            else:
                yield len(data) if len(data) > document.MAX_BYTES else data


def within(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it; everything lies below `""` and `.`."""
    return folder in ("", ".") or path == folder or path.startswith(folder + "/")


def _content(path: str) -> bytes | int:
    """The bytes of a file, its size where that is over the limit. Raises OSError."""
    # Between lstat and open a file may have become a link, a folder or a FIFO.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags)
    # A file object takes five times as long.
    try:
        size = os.fstat(descriptor).st_size
        if size > document.MAX_BYTES:
            return size
        data = os.read(descriptor, size + 1)
        while len(data) < size and (more := os.read(descriptor, size - len(data))):
            data += more  # a network's disk may give less than was asked for
        return data
    finally:
        os.close(descriptor)


def _is_link(path: str) -> bool:
    try:
        return stat.S_ISLNK(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def _inside(folder: str, skills: set[str]) -> bool:
    """Whether the folder is one of the skills or lies in one."""
    while folder:
        if folder in skills:
            return True
        folder = folder.rpartition("/")[0]
    return False


def folders_of(paths: Iterable[str]) -> set[str]:
    """The folders that hold the files, and those above them; `""` is the root."""
    found = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found
