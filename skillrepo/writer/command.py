"""Runs a program of the user's, such as a coding agent, and takes the skill that it leaves."""

import os
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, Self

from skillrepo import document, placement, tree_path, user_program
from skillrepo.draft import Draft, Request
from skillrepo.errors import WriterFailed
from skillrepo.visible import visible
from skillrepo.writer import handover

_KEPT_OUTPUT = 65_536
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
        argv = [self.argv[0], *(part.replace("{folder}", str(folder)) for part in self.argv[1:])]
        environ = {name: v for name, v in self.environ.items() if not name.startswith("GIT_")}
        output = user_program.Kept(_KEPT_OUTPUT)
        ended = user_program.run(
            argv,
            folder,
            environ,
            timeout=self.timeout,
            streams=user_program.Streams(output),
            ends=lambda: "was stopped" if self.stopped.is_set() else None,
        )
        late = f"did not end within {self.timeout:g} seconds"
        problem = late if ended.why == user_program.TIMEOUT else ended.why or ended.problem
        return problem, _shown(output.data)

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


def _shown(output: bytes) -> str:
    lines: Sequence[str] = output.decode(errors="replace").replace("\r\n", "\n").split("\n")
    text = "\n".join(lines[-_SHOWN_LINES:]).expandtabs(4)[-_SHOWN_CHARACTERS:].strip("\n")
    if not text:
        return "; it printed nothing"
    return "; its output ended with:\n" + visible(text)
