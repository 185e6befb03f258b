"""Runs a program of the user's in a folder: no shell, a process group of its own, and limits."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from skillrepo.errors import SkillRepoError

TIMEOUT = "timeout"
_CHUNK = 65_536
# Seconds until a program that is to stop does.
_STEP = 0.5


class Kept:
    """What is kept of a stream: its last `size` bytes, or with `first` the first ones."""

    def __init__(self, size: int, *, first: bool = False) -> None:
        self._size = size
        self._first = first
        self._data = bytearray()
        self._total = 0

    @property
    def data(self) -> bytes:
        """The bytes that are kept."""
        return bytes(self._data)

    @property
    def is_over(self) -> bool:
        """Whether there were more of them."""
        return self._total > self._size

    def take(self, data: bytes) -> None:
        """Take what came next."""
        self._total += len(data)
        if self._first:
            self._data += data[: self._size - len(self._data)]
        else:
            self._data += data
            del self._data[: -self._size]


class Ended(NamedTuple):
    """How a program ended, after how many seconds.

    `code` is its exit code, below 0 where a signal ended it, None where it had to be ended: for
    `why`, which is `TIMEOUT` or what `ends` said.
    """

    code: int | None
    why: str
    seconds: float

    @property
    def problem(self) -> str | None:
        """Why its exit code is none of a program that did what it should; None if it is one."""
        if self.code is None or self.code == 0:
            return None
        if self.code < 0:
            return f"was ended by signal {-self.code} ({signal.strsignal(-self.code)})"
        return f"failed with exit code {self.code}"


class Streams(NamedTuple):
    """Where output goes: to `output`, and that of the error stream, too, without `errors`."""

    output: Kept
    errors: Kept | None = None


def run(  # noqa: PLR0913 - what a program is started with
    argv: Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    *,
    timeout: float,
    streams: Streams,
    ends: Callable[[], str | None] = lambda: None,
) -> Ended:
    """Run a program at most `timeout` seconds, and with it end all of its group.

    `ends` is asked twice a second why it is to be ended, None where it is not. SkillRepoError where
    it cannot be started.
    """
    began = time.monotonic()
    process = _start(argv, folder, environ, apart=streams.errors is not None)
    pairs = ((process.stdout, streams.output), (process.stderr, streams.errors))
    readers = [
        threading.Thread(target=_drain, args=(stream, kept), daemon=True)
        for stream, kept in pairs
        if stream is not None and kept is not None
    ]
    for reader in readers:
        reader.start()
    try:
        code, why = _wait(process, began + timeout, ends)
    finally:
        # Whatever it started ends with it, and an interruption ends both.
        _kill_group(process)
        # A process that left the group may hold the pipe: it is not waited for.
        for reader in readers:
            reader.join(timeout=2)
    return Ended(code, why, time.monotonic() - began)


def _start(
    argv: Sequence[str], folder: Path, environ: Mapping[str, str], *, apart: bool
) -> subprocess.Popen[bytes]:
    # A relative path would find its program in whatever folder one stands in.
    program = os.path.expanduser(argv[0])  # noqa: PTH111 - not a path if it has no slash
    if "/" in program and not program.startswith("/"):
        message = (
            f"the command `{program}` is a relative path; give the whole path, or a name that "
            "PATH finds"
        )
        raise SkillRepoError(message)
    try:
        return subprocess.Popen(  # noqa: S603 - the user's own program, as an argument list
            [program, *argv[1:]],
            cwd=folder,
            env={**environ, "PWD": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if apart else subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        message = f"the command `{program}` cannot be started: {error.strerror}"
        raise SkillRepoError(message) from None
    except ValueError:
        raise SkillRepoError(f"the command `{program}` holds a NUL character") from None


def _wait(
    process: subprocess.Popen[bytes], end: float, ends: Callable[[], str | None]
) -> tuple[int | None, str]:
    while not (why := ends()):
        left = end - time.monotonic()
        try:
            return process.wait(max(0.0, min(left, _STEP))), ""
        except subprocess.TimeoutExpired:
            if left <= _STEP:
                return None, TIMEOUT
    return None, why


def _drain(stream: IO[bytes], kept: Kept) -> None:
    """Read to the end, so that the program never waits for us."""
    with stream:
        while data := os.read(stream.fileno(), _CHUNK):
            kept.take(data)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    # When nobody is left; macOS says "not permitted" of a group of zombies.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
