"""Reads git's objects one by one, as they are asked for, through one `git cat-file --batch`."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, TYPE_CHECKING, NamedTuple

from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository, whole_oid
from skillrepo.git_process import start_git

if TYPE_CHECKING:
    import subprocess

_PART = 1 << 20
# git ends where it may not fetch what a partial clone lacks.
_ENDED = (
    "git ended while it read objects: run `git fsck`; in a partial clone, let git fetch first what "
    "is missing, as `git checkout` does"
)


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
            raise SkillRepoError(_ENDED)
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

    def _streams(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None or self._owner != os.getpid():
            place = f"--git-dir={self._repository.git_dir}"
            self._process = start_git((place, "cat-file", "--batch"), cwd=self._repository.cwd)
            self._owner = os.getpid()
        if self._process.stdin is None or self._process.stdout is None:
            raise SkillRepoError("git cannot be talked to")
        return self._process.stdin, self._process.stdout

    def __del__(self) -> None:
        """End git, which waits for the next name."""
        process = self._process
        if process is not None and self._owner == os.getpid():
            for stream in (process.stdin, process.stdout):
                if stream:
                    with suppress(OSError):
                        stream.close()
            process.wait()
