"""Does a task once: a fresh folder, the user's program in it, and a verdict on what it left.

In the folder lie `TASK.md` with the prompt, the task's input files, and the skill where the program
looks for skills. Beside it lie a home and a folder for temporary files; nothing of the host's own
is named to the program but PATH, LANG and the variables that the user lists.
"""

import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from skillrepo import user_program
from skillrepo.behaviour.exam import TASK_FILE, ExamTask
from skillrepo.behaviour.graders import Decide, Verdict, grade, short
from skillrepo.behaviour.left import Folder, Left, walk
from skillrepo.behaviour.skill_files import SkillFiles
from skillrepo.errors import SkillRepoError
from skillrepo.near import Words
from skillrepo.secret_text import masked
from skillrepo.user_config import RunnerSettings

Outcome = Literal["ended", "failed", "timeout", "cut off"]
"""How a program ended; what it left is assessed only where it ended by itself."""
MOST_WRITTEN = 1 << 29
"""Bytes of all files that it may leave."""
_KEPT_ERRORS = 4_096
_LOOKED_AT_EVERY = 2.0
_MOST_TIMING = 10_000
_STOPPED = "was stopped"
_NOT_FOUND = (126, 127)
"""What `sh` and `env` end with where they cannot start a program (POSIX, XCU 2.8.2)."""
_INHERITED = ("PATH", "LANG")
_PLACES = ("{folder}", "{task}", "{timing}")


class Run(NamedTuple):
    """What came of a task once, after how many seconds: `verdicts` are empty where it did not end.

    `tokens` is what the program says that it used, None where it does not. `unstarted` says why it
    seems to be none that can be started at all.
    """

    outcome: Outcome
    why: str
    seconds: float
    tokens: int | None
    verdicts: tuple[Verdict, ...]
    unstarted: str = ""


@dataclass(frozen=True, slots=True)
class Runner:
    """The program that is called `name`; `environ` is that of this process."""

    name: str
    settings: RunnerSettings
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    most_written: int = MOST_WRITTEN

    def __post_init__(self) -> None:
        """Refuse a placeholder that stands for nothing: the program would get it as it is."""
        for found in re.findall(r"(?<!\$)\{[a-z_]+\}", "\n".join(self.settings.command)):
            if found not in _PLACES:
                near = Words(_PLACES).near(found)
                hint = f"did you mean {near}?" if near else f"known: {', '.join(_PLACES)}"
                stands = f"{found} in its command, which stands for nothing"
                raise SkillRepoError(f"the runner {self.name} has {stands}; {hint}")

    def __call__(
        self,
        task: ExamTask,
        skill: SkillFiles | None,
        decide: Decide | None = None,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> Run:
        """Do the task with a skill, or with none.

        SkillRepoError where the program cannot be started, or there is no room for its folder.
        """
        try:
            with tempfile.TemporaryDirectory(
                prefix="skillrepo-eval-", ignore_cleanup_errors=True
            ) as name:
                # Where /tmp is a link, a program that looks at its own folder sees the real one.
                return self._in(Path(name).resolve(), task, skill, decide, is_stopped)
        except OSError as error:
            raise SkillRepoError(
                f"the folder that the runner {self.name} works in cannot be made "
                f"({error.strerror}): free space, or name another place in TMPDIR"
            ) from error

    def _in(
        self,
        root: Path,
        task: ExamTask,
        skill: SkillFiles | None,
        decide: Decide | None,
        is_stopped: Callable[[], bool],
    ) -> Run:
        folder = root / "work"
        for each in (folder, root / "home", root / "tmp"):
            each.mkdir()
        given = self._fill(folder, task, skill)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            named = self._named(self.settings.env)
            place = Folder(folder, descriptor, given, self.settings.skills, named)
            return self._done(root, place, task, decide, is_stopped)
        finally:
            os.close(descriptor)

    def _done(
        self,
        root: Path,
        place: Folder,
        task: ExamTask,
        decide: Decide | None,
        is_stopped: Callable[[], bool],
    ) -> Run:
        output = user_program.Kept(self.settings.max_output, first=True)
        errors = user_program.Kept(_KEPT_ERRORS)
        streams = user_program.Streams(output, errors)
        watch = _Watch(root, output, self.most_written, is_stopped)
        ended = self._run(root, place, streams, watch)
        outcome, why = self._outcome(ended, task, output)
        if outcome == "ended" and not place.is_there:
            outcome, why = "failed", "it moved the folder that it worked in"
        elif outcome == "ended" and _written(root) > self.most_written:
            outcome, why = "cut off", _TOO_MUCH
        elif outcome == "failed":
            why = short(f"{why}{_last_line(place, errors)}")
        verdicts: tuple[Verdict, ...] = ()
        if outcome == "ended":
            verdicts = grade(task, Left(place, output.data, ended.code or 0), decide)
        lost = outcome == "failed" and ended.code in _NOT_FOUND
        unstarted = f"the runner {self.name} cannot be started: {why}" if lost else ""
        return Run(outcome, why, ended.seconds, _tokens(root), verdicts, unstarted)

    def _run(
        self, root: Path, place: Folder, streams: user_program.Streams, watch: "_Watch"
    ) -> user_program.Ended:
        homes = {"HOME": str(root / "home"), "TMPDIR": str(root / "tmp")}
        environ = {**self._named(_INHERITED), **place.named, **homes}
        limit = self.settings.timeout
        argv = self._argv(root, place.path)
        try:
            return user_program.run(
                argv, place.path, environ, timeout=limit, streams=streams, ends=watch
            )
        except SkillRepoError as error:
            raise SkillRepoError(f"the runner {self.name}: {error}") from None

    def _argv(self, root: Path, folder: Path) -> list[str]:
        places = map(str, (folder, folder / TASK_FILE, root / "timing.json"))
        program, *arguments = self.settings.command
        for name, place in zip(_PLACES, places, strict=True):
            arguments = [each.replace(name, place) for each in arguments]
        return [program, *arguments]

    def _named(self, names: Iterable[str]) -> dict[str, str]:
        return {name: self.environ[name] for name in names if name in self.environ}

    def _fill(self, folder: Path, task: ExamTask, skill: SkillFiles | None) -> dict[str, bytes]:
        """Write what the program starts from, and give it."""
        given = {**task.files, TASK_FILE: f"{task.prompt}\n".encode("utf-8", "replace")}
        for path, data in given.items():
            _write(folder / path, data)
        if skill is None:
            return given
        for path, file in skill.files.items():
            target = folder / self.settings.skills / skill.name / path
            _write(target, file.data)
            target.chmod(0o755 if file.executable else 0o644)
        return given

    def _outcome(
        self, ended: user_program.Ended, task: ExamTask, output: user_program.Kept
    ) -> tuple[Outcome, str]:
        if ended.why == user_program.TIMEOUT:
            limit = self.settings.timeout
            return "timeout", f"it did not end within {limit:g} second{'s' * (limit != 1)}"
        if output.is_over:
            return "cut off", f"it printed more than {self.settings.max_output:,} bytes"
        if ended.why:
            return ("failed" if ended.why == _STOPPED else "cut off"), f"it {ended.why}"
        may_fail = task.is_about_the_exit_code and (ended.code or 0) > 0
        if ended.problem is None or may_fail:
            return "ended", ""
        return "failed", f"it {ended.problem}"


_TOO_MUCH = "it wrote more files than there is room for"


def _last_line(place: Folder, errors: user_program.Kept) -> str:
    lines = masked(place.plain(errors.data)).strip().splitlines()
    # Of one that is cut, the beginning of a key may be missing.
    return f": {lines[-1]}" if len(lines) > int(errors.is_over) else ""


class _Watch:
    """Says why a program is to be ended: it prints or writes too much, or all is to end."""

    def __init__(
        self, root: Path, output: user_program.Kept, most: int, is_stopped: Callable[[], bool]
    ) -> None:
        self._root = root
        self._output = output
        self._most = most
        self._is_stopped = is_stopped
        self._due = time.monotonic() + _LOOKED_AT_EVERY

    def __call__(self) -> str | None:
        if self._is_stopped():
            return _STOPPED
        if self._output.is_over:
            return "printed too much"
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + _LOOKED_AT_EVERY
            if _written(self._root) > self._most:
                return _TOO_MUCH.removeprefix("it ")
        return None


def _written(root: Path) -> int:
    return sum(size for _, size in walk(root))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _tokens(root: Path) -> int | None:
    """What the program says that it used, in the form of the `timing.json` of skill-creator."""
    try:
        descriptor = os.open(root / "timing.json", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            value = json.loads(file.read(_MOST_TIMING))
    except (OSError, ValueError, RecursionError):
        return None
    tokens = value.get("total_tokens") if isinstance(value, dict) else None
    is_count = isinstance(tokens, int) and not isinstance(tokens, bool) and 0 <= tokens < 1 << 40
    return tokens if is_count else None
