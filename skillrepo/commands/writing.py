"""What commands that have a skill written share: the words they are given, and who writes."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from skillrepo.config import Config
from skillrepo.draft import Write
from skillrepo.errors import SkillRepoError
from skillrepo.writer.command import CommandWriter

WRITERS = ("offline", "command", "model")
LONGEST = 50_000
"""Characters of a brief or feedback."""
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
    numbers = (signal.SIGTERM, signal.SIGHUP)
    # Under nohup one of them is ignored, and stays so.
    ours = [each for each in numbers if signal.getsignal(each) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


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


def writer_of(
    writer: str | None, model: str | None, program: tuple[str, ...], config: Config
) -> Write | None:
    """The writer that was asked for, None for the offline one.

    A key in the environment alone never selects one.
    """
    if program and writer != "command":
        # Without this, of a brief that is not in quotes the second word would be started.
        raise click.UsageError(
            "put the whole text into quotes; a program goes with --writer command -- PROGRAM …"
        )
    if model is not None and writer not in (None, "model"):
        raise click.UsageError(f"--model is for --writer model, not --writer {writer}")
    chosen = "model" if model is not None else writer or config.user.writer.default
    if chosen == "offline":
        return None
    if chosen == "model":
        from skillrepo.program.writer import ModelWriter  # noqa: PLC0415 - imports dspy when used

        return ModelWriter(config, model)
    argv = program or config.user.writer.command
    if not argv:
        raise SkillRepoError(
            "no program to write with: give it after `--`, or set `writer.command` in your own "
            "config.yaml"
        )
    return CommandWriter(argv, config.user.writer.command_timeout)
