"""The options that limit, replay and show what models are asked, and the report of what it cost."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Literal

import click

from skillrepo.commands.limits import limit_options
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.output import json, shapes
from skillrepo.program.account import Account, Event, Limits, Spent
from skillrepo.program.recording import Mode, Recordings
from skillrepo.visible import one_line

Progress = Literal["auto", "text", "json", "none"]
_CLEAR = "\r\x1b[K"


@dataclass(frozen=True, slots=True)
class Spending:
    """What may be asked of models, and how much of it is shown."""

    limits: Limits
    mode: Mode
    progress: Progress

    @property
    def used(self) -> str | None:
        """The first option that was given, which is of no use to those who are no models."""
        if self.limits.cost is not None:
            return "--max-cost"
        if self.limits.tokens is not None:
            return "--max-tokens"
        return None if self.mode == "live" else f"--{self.mode}"

    def account(self) -> Account:
        """An account that keeps to the limits and says what happens."""
        return Account(self.limits, _WATCHERS[self._shown()])

    def recordings(self) -> Recordings:
        """The replies in the git directory of where one is, or none outside of a repository."""
        repository = Repository.discover(Path.cwd())
        folder = repository.common_dir / "skillrepo" / "replies" if repository else None
        return Recordings(folder, self.mode)

    def tell_lost(self, account: Account) -> None:
        """Say what was spent, and how to go on, where nothing came of it."""
        spent = spent_shape(account)
        if spent is None:
            return
        if self.progress == "json":
            # Whoever reads the lines reads the last of them, too.
            _write(json.line(shapes.LostShape(version=1, event="lost", spent=spent)) + "\n")
            return
        for line in spent_lines(account):
            click.echo(line, err=True)
        if spent.total.calls:
            click.echo("each reply is recorded: with --resume none is paid for again", err=True)

    def _shown(self) -> Progress:
        if self.progress != "auto":
            return self.progress
        return "text" if sys.stderr.isatty() else "none"


def spending_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, which is given them together as `spending`."""

    @wraps(command)
    def bundled(
        *arguments: Any,
        max_cost: float | None,
        max_tokens: int | None,
        resume: bool,
        replay: bool,
        progress: Progress,
        **others: Any,
    ) -> None:
        if resume and replay:
            raise click.UsageError(
                "--resume asks for what is not recorded, and --replay asks for nothing: give one"
            )
        mode: Mode = "resume" if resume else "replay" if replay else "live"
        limits = Limits(max_cost, max_tokens)
        command(*arguments, spending=Spending(limits, mode, progress), **others)

    wanted = (
        limit_options,
        click.option(
            "--resume",
            is_flag=True,
            help="Go on where a run of the same request stopped: no reply is paid for twice.",
        ),
        click.option(
            "--replay",
            is_flag=True,
            help="Ask no model: take all replies of the last run of the same request.",
        ),
        click.option(
            "--progress",
            type=click.Choice(["auto", "text", "json", "none"]),
            default="auto",
            help="How calls of models are told on standard error.  [default: auto]",
        ),
    )
    for option in reversed(wanted):
        bundled = option(bundled)
    return bundled


@contextmanager
def told_if_lost(account: Account, spending: Spending) -> Iterator[None]:
    """Where nothing comes of what was paid for, say what it was and how to go on."""
    try:
        yield
    except (SkillRepoError, KeyboardInterrupt):
        total = account.total
        if total.calls or total.replayed:
            spending.tell_lost(account)
        raise


def cap(limits: Limits) -> str:
    """The limits of a run in words that follow what it costs; nothing where there are none."""
    caps = []
    if limits.cost is not None:
        caps.append(f"${limits.cost:g}")
    if limits.tokens is not None:
        caps.append(f"{limits.tokens:,} tokens")
    return f" (cap {', '.join(caps)})" if caps else ""


def spent_lines(account: Account) -> Iterator[str]:
    """What a run spent, for people: a line a step, and all together; nothing without calls."""
    steps = account.steps
    if not steps:
        return
    for step, spent in steps.items():
        yield f"  {step}: {in_words(spent)}"
    yield f"models: {in_words(account.total)}"


def spent_shape(account: Account) -> shapes.SpentShape | None:
    """The same for JSON; None without calls."""
    steps = account.steps
    if not steps:
        return None
    return shapes.SpentShape(
        total=_counts(account.total),
        steps=tuple(
            shapes.StepShape(step=step, spent=_counts(spent)) for step, spent in steps.items()
        ),
    )


def _counts(spent: Spent) -> shapes.SpentCountsShape:
    return shapes.SpentCountsShape(
        calls=spent.calls,
        replayed=spent.replayed,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        estimated=spent.estimated,
        cost=spent.cost,
    )


def in_words(spent: Spent) -> str:
    """What was spent in a few words."""
    calls = [f"{spent.calls:,} call{'s' * (spent.calls != 1)}"]
    if spent.replayed:
        calls.append(f"{spent.replayed:,} replayed")
    return f"{', '.join(calls)}, {_price(spent)}"


def _price(spent: Spent) -> str:
    about = "≈" if spent.estimated else ""
    money = "price not known" if spent.cost is None else f"${spent.cost:.4f}"
    return f"{about}{spent.tokens:,} tokens, {money}"


def _tell(event: Event) -> None:
    """One line that is written over, and a line of its own for what a step cost."""
    # In a log each line stays.
    clear, end = (_CLEAR, "") if sys.stderr.isatty() else ("", "\n")
    step = event.step if event.brief is None else f"{one_line(event.brief)}: {event.step}"
    if event.kind == "asked":
        _write(f"{clear}{step}: asking {event.model}{end}")
    else:
        cost = f", {_price(event.spent)}" if event.kind == "answered" else ""
        said = f"{step}: {event.kind}{cost}"
        _write(f"{clear}{said} (so far {in_words(event.total)})\n")


def _tell_json(event: Event) -> None:
    said = shapes.ProgressShape(
        version=1,
        event=event.kind,
        step=event.step,
        model=event.model,
        spent=_counts(event.spent),
        total=_counts(event.total),
        id=event.brief,
    )
    _write(json.line(said) + "\n")


def _write(text: str) -> None:
    # Who watched may have gone; no reply that was paid for is lost for that.
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()


def _tell_nothing(_: Event) -> None:
    """Whoever wants to know asks for it."""


_WATCHERS: dict[Progress, Callable[[Event], None]] = {
    "text": _tell,
    "json": _tell_json,
    "none": _tell_nothing,
}
