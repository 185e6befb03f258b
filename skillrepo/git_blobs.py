"""Reads git's objects one by one, as they are asked for, through one `git cat-file --batch`."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import IO, TYPE_CHECKING, NamedTuple
from weakref import finalize

from skillrepo.errors import SkillRepoError
from skillrepo.git import Entry, Repository, whole_oid
from skillrepo.git_objects import is_folder, parse_tree
from skillrepo.git_process import start_git
from skillrepo.tree_path import path_problem

if TYPE_CHECKING:
    import subprocess

_PART = 1 << 20
_MOST_ENTRIES = 10_000
_MAX_TREE = 16 << 20
_ENDED = "git ended while it read objects: run `git fsck`"


class Object(NamedTuple):
    """An object of git; `content` is its size where that was over the limit."""

    oid: str
    kind: str
    content: bytes | int


class BlobReader:
    """Gives the content of blobs; git is started at the first, and ends with the reader.

    One at a time takes 50 µs, so nothing has to be read ahead or held. After a fork the child
    starts a git of its own.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._end: Callable[[], object] = lambda: None

    def __call__(self, oids: Iterable[str], *, limit: int) -> Iterator[bytes | int | None]:
        """Each in the order asked for; its size where that is over the limit; None if missing."""
        for oid in oids:
            found = self.object(whole_oid(oid), limit=limit)
            yield found.content if found and found.kind == "blob" else None

    def object(self, name: str, *, limit: int) -> Object | None:
        """An object; None if it is missing.

        The name is anything without a line break that `git rev-parse` knows. An object of more
        than `limit` bytes has its size in place of its content.
        """
        stdin, stdout = self._streams()
        try:
            stdin.write(os.fsencode(name) + b"\n")
            stdin.flush()
            header = stdout.readline()
        except OSError:
            header = b""
        if not header.endswith(b"\n"):
            # Where an object is to be fetched and may not be, git before 2.44 ends.
            if header or not self._repository.is_partial():
                raise SkillRepoError(_ENDED)
            self._end()
            self._process = None
            return None
        words = header.split()
        if len(words) != 3 or not words[2].isdigit():  # noqa: PLR2004 - name, kind, size
            return None  # missing, or a name of several
        oid, kind, size = words[0].decode(), words[1].decode(), int(words[2])
        if size > limit:
            left = size + 1
            while left > 0:
                part = stdout.read(min(left, _PART))
                if not part:
                    raise SkillRepoError(_ENDED)
                left -= len(part)
            return Object(oid, kind, size)
        content = stdout.read(size + 1)
        if len(content) != size + 1:
            raise SkillRepoError(_ENDED)
        return Object(oid, kind, content[:-1])

    def entries(self, commit: str, folder: str) -> dict[str, Entry] | None:
        """The files below a folder of a commit, by their paths from the root; none without it.

        None where they cannot be told: a tree is missing in a partial clone, there are more than
        10,000 of them, or the folder's name is one that git could take for something else.
        """
        if path_problem(folder):
            return None
        found: dict[str, Entry] = {}
        start = self.object(f"{whole_oid(commit)}:{folder}", limit=_MAX_TREE)
        if start is None or start.kind != "tree":
            return found
        pending = [(folder, start.oid)]
        while pending:
            above, tree = pending.pop()
            item = self.object(tree, limit=_MAX_TREE)
            if item is None or not isinstance(item.content, bytes) or len(found) > _MOST_ENTRIES:
                return None
            for name, (mode, oid) in parse_tree(item.content, len(item.oid) // 2).items():
                path = f"{above}/{os.fsdecode(name)}"
                if is_folder(mode):
                    pending.append((path, oid.hex()))
                else:
                    found[path] = Entry(mode.decode(), oid.hex())
        return found

    def _streams(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None or self._owner != os.getpid():
            place = f"--git-dir={self._repository.git_dir}"
            self._process = start_git((place, "cat-file", "--batch"), cwd=self._repository.cwd)
            self._owner = os.getpid()
            # A `__del__` may come when Python has taken `os` away already.
            self._end = finalize(self, _end, self._process, self._owner)
        if self._process.stdin is None or self._process.stdout is None:
            raise SkillRepoError("git cannot be talked to")
        return self._process.stdin, self._process.stdout


def _end(process: "subprocess.Popen[bytes]", owner: int) -> None:
    """End git, which waits for the next name; a fork leaves it to whoever started it."""
    if owner != os.getpid():
        return
    for stream in (process.stdin, process.stdout):
        if stream:
            with suppress(OSError):
                stream.close()
    process.wait()
