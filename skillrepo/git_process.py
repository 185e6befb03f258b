"""Starts git: the one place that fixes its options, its environment and what an error says.

GitPython's runner would not do: it starts git with the whole of `os.environ` and can only add to
it, while a hook inherits GIT_DIR, GIT_INDEX_FILE and more that would send git to another
repository; and importing it costs 100 ms, which a hook need not spend.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import Signals
from typing import TYPE_CHECKING

from skillrepo.errors import SkillRepoError

if TYPE_CHECKING:
    import subprocess

OLDEST_GIT = (2, 36)
"""`git worktree list -z` came with it."""

_OPTIONS = ("--no-pager", "-c", "gc.auto=0", "-c", "maintenance.auto=false")
# Programs that a repository's configuration may name, and what could surprise.
_HARDENED = (
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "log.showSignature=false"),
    *("-c", "submodule.recurse=false"),
    # Newer versions (2.50) list whole folders of a sparse index as if they were files.
    *("-c", "index.sparse=false"),
    *("-c", "core.protectHFS=true"),
    *("-c", "core.protectNTFS=true"),
)

# A hook inherits variables that point git at the repository, index or object store of the
# command that started it. What stays says who the user is and how git is installed.
_KEPT = re.compile(
    r"GIT_(?:EXEC_PATH|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|(?:KEY|VALUE)_\d+)"
    r"|(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE))"
)
_SET = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
# No network: an object that a partial clone lacks is missing. To fetch it would run what
# remote.<name>.uploadpack or core.sshCommand says.
_OFFLINE = {"GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1"}
_MAX_WORDS = 2000
# What git says, and what is to be done about it where git does not say that.
_ADVICE = (
    ("aborted by hook", "the hook reference-transaction of this repository refused: do as it says"),
    ("No space left on device", "free space on the disk, and run it again"),
    ("Disk quota exceeded", "free space, and run it again"),
    ("Permission denied", "let yourself write there, and run it again"),
    ("unable to create directory", "let yourself write there, and run it again"),
    ("SIGXFSZ", "raise the limit that `ulimit -f` shows"),
    ("insufficient permission", "let yourself write there, and run it again"),
    ("Read-only file system", "let it be written to, and run it again"),
    ("File exists.", "another git is at work, or was killed: if none runs, remove the file"),
    ("promisor remote", "it is not in this partial clone: `git fetch --refetch --no-filter`"),
    # git has lost the reason.
    ("couldn't write '", "is the disk full? free space, and run it again"),
    ("object directory", "bring that folder back, and run it again"),
    ("Could not read", "the repository is damaged: see `git fsck`"),
    ("unable to read", "the repository is damaged: see `git fsck`"),
)
_SECONDS = 120


class GitError(SkillRepoError):
    """git refused; `status` is its exit code, `output` its output.

    `words` is what it said, `said` the same on one line and with what is to be done.
    """

    def __init__(self, command: str, *, status: int, words: str, output: bytes) -> None:
        self.said = _said(words, status)
        super().__init__(f"git {command} failed: {self.said}")
        self.status = status
        self.words = words
        self.output = output


def run_git(
    arguments: Sequence[str],
    *,
    cwd: Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    hooks: bool = False,
) -> bytes:
    """Run git and give its output; for `git`, `git_write` and `git_push` alone.

    With `hooks` the user's hooks run, in an environment that leaves their git as it is; without,
    no program that the repository names. git finds no other repository than that of `cwd` and
    never asks on the terminal. GitError when it refuses.
    """
    import subprocess  # noqa: PLC0415 - 5 ms, for those who validate outside of git

    options = _OPTIONS if hooks else (*_OPTIONS, *_HARDENED)
    added = _SET if hooks else _SET | _OFFLINE
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, each checked by its caller
            ["git", *options, *arguments],  # noqa: S607 - git is wherever the user has it
            input=stdin,
            capture_output=True,
            cwd=cwd,
            env=_kept() | added | dict(environment or {}),
            check=False,
            # A FIFO in place of .gitignore would keep git for ever; the user's hooks may take long.
            timeout=None if hooks else _SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        command = " ".join(arguments[-3:])
        why = f"git did not end within {_SECONDS} seconds (…{command}): does it wait for a FIFO?"
        raise SkillRepoError(why) from error
    except FileNotFoundError as error:
        why = "git is not installed, or not on PATH: install git 2.36 or later"
        raise SkillRepoError(why if cwd.is_dir() else f"the folder `{cwd}` is gone") from error
    except ValueError as error:
        why = "a name given to git holds a character that no name can hold"
        raise SkillRepoError(why) from error
    if done.returncode:
        raise _refusal(arguments, done, cwd)
    return done.stdout


def start_git(arguments: Sequence[str], *, cwd: Path) -> "subprocess.Popen[bytes]":
    """Start git, hardened as in `run_git`, to be talked to; for `git_blobs` alone.

    What it says of errors is lost: the caller sees its output end.
    """
    import subprocess  # noqa: PLC0415 - as in run_git

    try:
        return subprocess.Popen(  # noqa: S603 - a list of arguments, each checked by its caller
            ["git", *_OPTIONS, *_HARDENED, *arguments],  # noqa: S607 - as in run_git
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=cwd,
            env=_kept() | _SET | _OFFLINE,
        )
    except FileNotFoundError as error:
        raise SkillRepoError("git is not installed, or not on PATH") from error


def _kept() -> dict[str, str]:
    """What of the environment git is given."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or _KEPT.fullmatch(name)
    }


def _refusal(
    arguments: Sequence[str], done: "subprocess.CompletedProcess[bytes]", cwd: Path
) -> SkillRepoError:
    status = done.returncode
    # `git commit` says on its output that there is nothing to commit.
    words = _words(done.stderr or done.stdout)
    if status != 1:
        version = _version(cwd)
        if version < OLDEST_GIT:
            have, need = (".".join(map(str, numbers)) for numbers in (version, OLDEST_GIT))
            return SkillRepoError(f"git {have} is too old: install git {need} or later")
    command = next(word for word in arguments if re.fullmatch(r"[a-z]+(-[a-z]+)*", word))
    return GitError(command, status=status, words=words, output=done.stdout)


def _said(words: str, status: int) -> str:
    if not words:
        names = {each.value: each.name for each in Signals}
        ended = f"it was ended by {names.get(-status, f'the signal {-status}')}"
        words = f"exit code {status}" if status > 0 else ended
    # A hook that is asked for each ref says the same again and again.
    own = words.partition("\nAnother git process seems to be running")[0]
    lines = dict.fromkeys(line.strip() for line in own.splitlines() if line.strip())
    advice = next((f"; {what}" for sign, what in _ADVICE if sign in words), "")
    return " / ".join(lines) + advice


def _version(cwd: Path) -> tuple[int, ...]:
    import subprocess  # noqa: PLC0415 - as in run_git

    done = subprocess.run(
        ["git", "version"],  # noqa: S607 - as in run_git
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=cwd,
        check=False,
    )
    found = re.search(rb"(\d+)\.(\d+)", done.stdout)
    return tuple(map(int, found.groups())) if found else OLDEST_GIT


def _words(output: bytes) -> str:
    # What a hook prints may hold codes that make a terminal lie.
    text = "".join(
        c if c.isprintable() or c == "\n" else " " for c in output.decode("utf-8", "replace")
    )
    lines = (line.rstrip() for line in text.splitlines())
    return "\n".join(line for line in lines if not line.startswith("hint:")).strip()[:_MAX_WORDS]


def nul_fields(output: bytes) -> list[str]:
    """Give the fields of an output in which each is ended by a NUL."""
    return os.fsdecode(output).split("\0")[:-1]
