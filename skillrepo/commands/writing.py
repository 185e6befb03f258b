"""What commands that have a skill written share: the words they are given, and who writes."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from skillrepo.commands.person import ask
from skillrepo.commands.spending import Spending
from skillrepo.config import Config
from skillrepo.draft import Write
from skillrepo.errors import SkillRepoError
from skillrepo.program.account import Account
from skillrepo.writer.command import CommandWriter

WRITERS = ("offline", "command", "model")
LONGEST = 50_000
"""Characters of a brief or feedback."""
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PURPOSES = {
    "brief": "say in a sentence what the skill is for",
    "feedback": "say in a sentence what is to be changed",
}


Command = Callable[..., None]


def options(*, origins: str) -> Callable[[Command], Command]:
    """The options `origins`, `writer` and `model`; the first is told with what it is for."""
    wanted = (
        click.option(
            "--from",
            "origins",
            multiple=True,
            type=click.Path(path_type=Path),
            help=f"A document, or a folder of documents, {origins}; may be repeated.",
        ),
        click.option(
            "--writer", type=click.Choice(WRITERS), help="Who writes.  [default: offline]"
        ),
        click.option("--model", metavar="ID", help="A LiteLLM model id; implies --writer model."),
    )

    def add(command: Command) -> Command:
        for option in reversed(wanted):
            command = option(command)
        return command

    return add


@contextmanager
def ends_interrupt() -> Iterator[None]:
    """Take what ends a process for ctrl-C: a program that writes must not outlive us."""
    # Under nohup one of them is ignored, and stays so.
    ours = [each for each in _ENDS if signal.getsignal(each) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def defers_interrupt(wake: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Let what is under way be finished at ctrl-C: it is raised at the end of the block.

    Then `wake` is called in place of raising it, and what this gives says that there was one. The
    second ctrl-C is raised at once.
    """
    came: list[int] = []

    def heed(number: int, _: object) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)
        wake()

    ours = [each for each in _ENDS if signal.getsignal(each) is signal.default_int_handler]
    for number in ours:
        signal.signal(number, heed)
    try:
        yield lambda: bool(came)
    finally:
        for number in ours:
            signal.signal(number, signal.default_int_handler)
    if came:
        raise KeyboardInterrupt


def given_text(text: str, what: str) -> str:
    """A `brief` or `feedback` as it was given, or read from standard input where it is `-`.

    Raises `SkillRepoError` where it is no text, empty, or too long.
    """
    if text != "-":
        # What of an argument was no UTF-8 is a surrogate, and is no UTF-8 again.
        return read_text(text.encode(errors="surrogatepass"), what)
    if sys.stdin is None:
        raise SkillRepoError(f"the {what} is `-`, but standard input is closed")
    # A character of UTF-8 has at most four bytes.
    return read_text(sys.stdin.buffer.read(4 * LONGEST + 1), what)


def read_text(data: bytes, what: str) -> str:
    """The same of bytes."""
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeError:
        raise SkillRepoError(f"the {what} is not text in UTF-8") from None
    if not text:
        raise SkillRepoError(f"the {what} is empty; {_PURPOSES[what]}")
    if len(text) > LONGEST:
        raise SkillRepoError(
            f"the {what} has more than {LONGEST:,} characters; put what is long into a "
            "document and name it with --from"
        )
    return text


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who is to write, as the options have it; `program` with its arguments."""

    writer: str | None
    model: str | None
    program: tuple[str, ...]
    spending: Spending
    interactive: bool = False


def writer_of(chosen: Chosen, config: Config, account: Account) -> Write | None:
    """The writer that was asked for, None for the offline one.

    A key in the environment alone never selects one.
    """
    writer, model, program = chosen.writer, chosen.model, chosen.program
    if program and writer != "command":
        # Without this, of a brief that is not in quotes the second word would be started.
        raise click.UsageError(
            "put the whole text into quotes; a program goes with --writer command -- PROGRAM …"
        )
    if model is not None and not model.strip():
        # Such as of a variable that is not set: it would be whichever model is the default.
        raise click.UsageError("--model is empty; give the id of a model")
    if model is not None and writer not in (None, "model"):
        raise click.UsageError(f"--model is for --writer model, not --writer {writer}")
    name = "model" if model is not None else writer or config.user.writer.default
    if name == "model":
        from skillrepo.program.writer import ModelWriter  # noqa: PLC0415 - imports dspy when used

        person = ask if chosen.interactive else None
        return ModelWriter(config, model, account, chosen.spending.recordings(), person)
    if used := "--interactive" if chosen.interactive else chosen.spending.used:
        raise click.UsageError(f"{used} is for --writer model, not --writer {name}")
    if name == "offline":
        return None
    argv = program or config.user.writer.command
    if not argv:
        raise SkillRepoError(
            "no program to write with: give it after `--`, or set `writer.command` in your own "
            "config.yaml"
        )
    return CommandWriter(argv, config.user.writer.command_timeout)
