"""The ladder of the commands that draft: its options, what they ask for, and its last steps."""

import os
from collections.abc import Callable, Iterable, Sequence

import click

from skillrepo.commands.landing import Outcome
from skillrepo.commands.offering import Offered, Target, as_text, offer, push_target, request_target
from skillrepo.commands.printing import say_all
from skillrepo.commands.work import OFFERS, STEPS, Ground
from skillrepo.config import Config

Command = Callable[..., None]

to_option = click.option(
    "--to",
    metavar="NAME",
    help="The remote of the project that it is opened in; else upstream of a fork.",
)


def options(*, dry_run: str, write_only: str) -> Callable[[Command], Command]:
    """The options of the ladder; two of its steps need words of their own."""
    helps = {
        "dry-run": dry_run,
        "write-only": write_only,
        "commit": "Commit on a branch of its own (the default).",
        "push": "Push that branch, too.",
        "pr": "Open a pull request for it, too.",
    }
    wanted = [
        *(
            click.option(f"--{step}", "steps", flag_value=step, multiple=True, help=helps[step])
            for step in STEPS
        ),
        click.option("--draft-pr", is_flag=True, help="The same, as a draft."),
        click.option("--remote", metavar="NAME", help="Where to push to; else origin."),
        to_option,
        click.option(
            "--base", metavar="REV", help="Where the branch starts; else the default branch."
        ),
    ]

    def add(command: Command) -> Command:
        for option in reversed(wanted):
            command = option(command)
        return command

    return add


def highest(steps: Sequence[str], *, draft: bool, remote: str | None, to: str | None) -> str:
    """The highest step of the ladder that was asked for; the lowest two stand alone."""
    asked = {*steps, "pr"} if draft else set(steps)
    if len(asked) > 1 and not {"dry-run", "write-only"}.isdisjoint(asked):
        raise click.UsageError("--dry-run and --write-only exclude each other and later steps")
    step = max(asked, key=STEPS.index, default="commit")
    if remote is not None and step not in OFFERS:
        raise click.UsageError("--remote is for --push and --pr")
    if to is not None and step != "pr":
        raise click.UsageError("--to is for --pr and --draft-pr")
    return step


def target_of(  # noqa: PLR0913 - one for each option
    work: Ground,
    config: Config,
    *,
    remote: str | None,
    to: str | None,
    base: str | None,
    draft: bool,
) -> Target | None:
    """Where the branch goes; all that can be refused is refused before a writer is paid."""
    repository = work.place.git()
    if work.step == "push":
        return push_target(repository, remote)
    if work.step != "pr":
        return None
    settings = config.user.forge
    return request_target(
        repository, settings, os.environ, remote=remote, to=to, base=base, draft=draft
    )


def finish(
    work: Ground,
    outcome: Outcome,
    target: Target | None,
    *,
    text: Iterable[str],
    as_json: Callable[[Offered | None], str] | None,
) -> None:
    """Say what became of the draft; people are told of the commit before it is pushed."""
    if as_json is None:
        say_all(text)
    offered = offer(work.place, outcome.branch, target) if target and outcome.branch else None
    if as_json is not None:
        say_all([as_json(offered)])
    elif offered:
        say_all(as_text(offered))
