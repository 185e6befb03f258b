"""What a program left: its output, its exit code, and the files in its folder, as it lies there.

None of it is trusted. Files are opened folder by folder, and no symbolic link is followed: a
program may have put one in the place of a file, or of a folder above it.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from skillrepo.tree_path import path_problem

MOST_BYTES = 1_000_000
"""Of a file that is looked into."""
_MOST_NAMES = 200
_SHORTEST_KEY = 8
"""Characters of a variable that is hidden; a shorter one stands in any text."""
_MOST_WALKED = 100_000
"""Files and folders; what holds more is too large however small they are."""


class UnknownError(Exception):
    """What stands at a path cannot be told; the text says why, for people."""


class Folder(NamedTuple):
    """The folder of a program: where it is, and a descriptor of it, for it may be moved.

    `given` is what the program found there, `skills` the folder of skills, and `named` the
    variables of the user that it was given, which may be keys.
    """

    path: Path
    descriptor: int
    given: Mapping[str, bytes]
    skills: str
    named: Mapping[str, str] = MappingProxyType({})

    @property
    def is_there(self) -> bool:
        """Whether it still lies where it lay."""
        try:
            there, opened = self.path.lstat(), os.fstat(self.descriptor)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (opened.st_dev, opened.st_ino)

    def plain(self, data: bytes) -> str:
        """Text of the program; its folder has another name each time, so it is `{folder}` here.

        What a variable of the user holds is `{NAME}`: a key need not look like one.
        """
        text = data.decode(errors="replace").replace(str(self.path), "{folder}")
        text = text.replace(str(self.path.parent), "{root}")
        for name, value in sorted(self.named.items(), key=lambda each: -len(each[1])):
            if len(value) >= _SHORTEST_KEY:
                text = text.replace(value, f"{{{name}}}")
        return text


class Left:
    """What a program left in its folder; `code` is its exit code, `output` what it printed."""

    def __init__(self, folder: Folder, output: bytes, code: int) -> None:
        self._folder = folder
        self.output = folder.plain(output)
        self.code = code

    def exists(self, path: str) -> bool:
        """Whether there is a regular file, by its path from there. Raises `UnknownError`."""
        try:
            os.close(self._open(path))
        except FileNotFoundError:
            return False
        return True

    def text(self, path: str) -> str | None:
        """The text of a file, None where there is none. Raises `UnknownError`."""
        try:
            descriptor = self._open(path)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise UnknownError(f"`{path}` has more than {MOST_BYTES:,} bytes")
        return self._folder.plain(data)

    def made(self) -> Iterator[tuple[str, str | None]]:
        """The files that it made or changed, in path order: path, and text, None if that is none.

        What lies in the folder of skills is none of them, for it would tell which skill there was.
        """
        skills = f"{self._folder.skills}/"
        names = (name for name, _ in walk(self._folder.path) if not name.startswith(skills))
        for count, name in enumerate(sorted(names)):
            if count == _MOST_NAMES:
                return
            try:
                text = self.text(name)
            except UnknownError:
                text = None
            given = self._folder.given.get(name)
            if given is None or text != self._folder.plain(given):
                yield name, None if text is None or _is_binary(text) else text

    def _open(self, path: str) -> int:
        """A regular file. FileNotFoundError where nothing is there, or another kind of thing."""
        if problem := path_problem(path):
            raise UnknownError(f"{problem}, so it is no file of the folder")
        *folders, last = path.split("/")
        # Without blocking, so that a FIFO cannot hold us.
        file = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            at = os.dup(self._folder.descriptor)
            for name in folders:
                at = _inside(at, name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            descriptor = _inside(at, last, file)
        except (FileNotFoundError, NotADirectoryError) as error:
            if self._leads_away(path):
                raise UnknownError(f"`{path}` is a symbolic link, or lies behind one") from None
            raise FileNotFoundError from error
        except OSError as error:
            why = "is a symbolic link, or lies behind one" if self._leads_away(path) else None
            raise UnknownError(f"`{path}` {why or f'cannot be read: {error.strerror}'}") from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FileNotFoundError
        return descriptor

    def _leads_away(self, path: str) -> bool:
        parts = path.split("/")
        ways = (self._folder.path.joinpath(*parts[:n]) for n in range(1, len(parts) + 1))
        return any(way.is_symlink() for way in ways)


def _is_binary(text: str) -> bool:
    return "\0" in text or "\ufffd" in text


def _inside(folder: int, name: str, flags: int) -> int:
    """Open what is called so in an open folder, which is closed."""
    try:
        return os.open(name, flags, dir_fd=folder)
    finally:
        os.close(folder)


def walk(folder: Path) -> Iterator[tuple[str, int]]:
    """Each file or link below a folder: its path from there, and its bytes; links are not followed.

    Folders that may not be read are passed over, and of more than 100,000 names the first count.
    """
    seen = 0
    waiting = [""]
    while waiting and seen < _MOST_WALKED:
        inner = waiting.pop()
        with suppress(OSError), os.scandir(folder / inner) as entries:
            for entry in entries:
                seen += 1
                name = f"{inner}{entry.name}"
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{name}/")
                    else:
                        yield name, entry.stat(follow_symlinks=False).st_size
