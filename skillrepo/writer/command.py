"""Runs a program of the user's, such as a coding agent, and takes the skill that it leaves."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn, Self

from skillrepo import document, placement, tree_path
from skillrepo.draft import Draft, Request
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.visible import visible
from skillrepo.writer import handover

_KEPT_OUTPUT = 65_536
# Seconds until a program that is to stop does.
_STEP = 0.5
_SHOWN_LINES = 40
_SHOWN_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class CommandWriter:
    """Writes drafts by running `argv`, at most `timeout` seconds each time.

    `{folder}` inside an argument stands for the folder that the program works in. It inherits
    `environ`, for it has its own login there, but no variable that steers git. Once `stopped` is
    set, programs that run are ended and none is started.
    """

    argv: tuple[str, ...]
    timeout: float
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    stopped: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[str, ...], float]]:
        """Sent to another machine it has the environment there; that of here holds keys."""
        return type(self), (self.argv, self.timeout)

    def __call__(self, request: Request) -> Draft:
        """Ask for one draft. Raises `WriterFailed` with what the program left until then."""
        try:
            return self._asked(request)
        except OSError as error:
            why = (
                f"there is no room for the folder that the command works in ({error.strerror}): "
                "free space, or name another place in TMPDIR"
            )
            raise WriterFailed(why, {}) from error

    def _asked(self, request: Request) -> Draft:
        with tempfile.TemporaryDirectory(prefix="skillrepo-", ignore_cleanup_errors=True) as name:
            # Where /tmp is a link, a program that looks at its own folder sees the real one.
            folder = Path(name).resolve()
            handover.fill(folder, request)
            problem, output = self._run(folder)
            files, refused = handover.collect(folder / handover.SKILL)
            category = handover.category_left(folder)
        if "SKILL.md" not in files:
            refused = refused or f"left no {handover.SKILL}/SKILL.md"
        if why := problem or refused:
            self._fail(why + output, files)
        return self._draft(request, files, category)

    def _run(self, folder: Path) -> tuple[str | None, str]:
        """Why the run failed (None: it did not), and the end of its output for a message."""
        process = self._start(folder)
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        output = bytearray()
        reader = threading.Thread(target=_drain, args=(process.stdout, output), daemon=True)
        reader.start()
        try:
            problem = self._wait(process)
        finally:
            # Whatever it started ends with it, and an interruption ends both.
            _kill_group(process)
            # A process that left the group may hold the pipe: it is not waited for.
            reader.join(timeout=2)
        return problem, _shown(bytes(output))

    def _wait(self, process: subprocess.Popen[bytes]) -> str | None:
        """Why the run failed; None if it did not."""
        end = time.monotonic() + self.timeout
        while not self.stopped.is_set():
            left = end - time.monotonic()
            try:
                return _exit_problem(process.wait(min(left, _STEP)))
            except subprocess.TimeoutExpired:
                if left <= _STEP:
                    return f"did not end within {self.timeout:g} seconds"
        return "was stopped"

    def _start(self, folder: Path) -> subprocess.Popen[bytes]:
        # A relative path would find its program in whatever folder one stands in.
        program = os.path.expanduser(self.argv[0])  # noqa: PTH111 - not a path if it has no slash
        if "/" in program and not program.startswith("/"):
            message = (
                f"the command `{program}` is a relative path; give the whole path, or a name that "
                "PATH finds"
            )
            raise SkillRepoError(message)
        argv = [part.replace("{folder}", str(folder)) for part in (program, *self.argv[1:])]
        environ = {name: v for name, v in self.environ.items() if not name.startswith("GIT_")}
        environ["PWD"] = str(folder)
        try:
            return subprocess.Popen(  # noqa: S603 - the user's own program, as an argument list
                argv,
                cwd=folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            message = f"the command `{program}` cannot be started: {error.strerror}"
            raise SkillRepoError(message) from None

    def _fail(self, why: str, files: Mapping[str, bytes]) -> NoReturn:
        message = f"the command `{self.argv[0]}` {why}"
        raise WriterFailed(message, files)

    def _draft(self, request: Request, files: Mapping[str, bytes], category: str | None) -> Draft:
        read = document.read("SKILL.md", handover.SKILL, files["SKILL.md"])
        fields = read.frontmatter if isinstance(read, document.Document) else {}
        previous = request.previous
        name = request.name or fields.get("name") or (previous.name if previous else None)
        notes: tuple[str, ...] = ()
        chosen = request.category or category or (previous.category if previous else None)
        if chosen is None:
            said = f"{fields.get('name')} {fields.get('description')} {request.brief}"
            ranking = placement.rank(request.choices, said)
            chosen = ranking.choices[0].id if ranking.choices else ""
            sure = f"(confidence {ranking.confidence:.2f})"
            notes = (f"The category {chosen} was chosen by the words of the description {sure}.",)
        if why := _misplaced(request, name, chosen) or tree_path.paths_problem(files):
            self._fail(f"left a skill that cannot be taken: {why}", files)
        return Draft(chosen, str(name), files, writer="command", notes=notes)


def _misplaced(request: Request, name: object, category: str) -> str | None:
    if not isinstance(name, str):
        return "its SKILL.md has no `name` that can be read; give one with --name"
    if "/" in name or tree_path.path_problem(name):
        return f"its name {name!r} cannot be a folder's; give one with --name"
    if category not in {choice.id for choice in request.choices}:
        known = ", ".join(choice.id for choice in request.choices)
        return f"there is no category {category!r}; give one with --at: {known}"
    return None


def _exit_problem(code: int) -> str | None:
    if code < 0:
        return f"was ended by signal {-code} ({signal.strsignal(-code)})"
    return f"failed with exit code {code}" if code else None


def _drain(stream: IO[bytes], output: bytearray) -> None:
    """Read to the end, so that the program never waits for us, and keep the last of it."""
    with stream:
        while data := os.read(stream.fileno(), _KEPT_OUTPUT):
            output += data
            del output[:-_KEPT_OUTPUT]


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    # When nobody is left; macOS says "not permitted" of a group of zombies.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _shown(output: bytes) -> str:
    lines: Sequence[str] = output.decode(errors="replace").replace("\r\n", "\n").split("\n")
    text = "\n".join(lines[-_SHOWN_LINES:]).expandtabs(4)[-_SHOWN_CHARACTERS:].strip("\n")
    if not text:
        return "; it printed nothing"
    return "; its output ended with:\n" + visible(text)
