"""Asks a person at the terminal, on standard error, so that the output stays what it is."""

import sys

import click

from skillrepo.errors import SkillRepoError
from skillrepo.program.checkpoints import CancelledError, Prompt
from skillrepo.visible import visible


def refuse_without_terminal() -> None:
    """Raise `SkillRepoError` where there is nobody to ask."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise SkillRepoError(
            "--interactive needs a terminal; without it nobody is asked, and what was assumed "
            "stands in the commit"
        )


def ask(prompt: Prompt) -> str:
    """Show a prompt, and give the answer: a number or the first letters of an option will do.

    Raises `CancelledError` at the end of the input.
    """
    if prompt.shown:
        click.echo(f"\n{visible(prompt.shown)}", err=True)
    click.echo(f"\n{visible(prompt.question)}", err=True)
    for number, option in enumerate(prompt.options, start=1):
        click.echo(f"  {number}) {visible(option)}", err=True)
    default = prompt.options[0] if prompt.options else None
    while True:
        try:
            said = str(click.prompt("", default=default, prompt_suffix="> ", err=True)).strip()
        except click.Abort:
            raise CancelledError from None
        if (answer := _answer(said, prompt)) is not None:
            return answer
        click.echo(f"one of 1 to {len(prompt.options)}, or the first letters of it", err=True)


def _answer(said: str, prompt: Prompt) -> str | None:
    numbers = [str(number) for number in range(1, len(prompt.options) + 1)]
    if said in numbers:
        return prompt.options[numbers.index(said)]
    meant = [option for option in prompt.options if option.casefold().startswith(said.casefold())]
    if said in prompt.options or not prompt.options:
        return said
    if len(meant) == 1:
        return meant[0]
    return said if prompt.free else None
