"""The commands, by click: finds the one that is called, and says what is wrong with a call."""

from collections.abc import Sequence
from importlib import import_module
from io import StringIO

import click

from skillrepo import __version__
from skillrepo.visible import visible

# Name → (module of skillrepo.commands, one line of help). Help needs no command's module, so
# `skillrepo --help` imports click alone.
_COMMANDS = {
    "init": ("init", "Make a folder or git repository a repository of skills."),
    "new": ("new", "Draft a skill from a brief and sources, on a branch of its own."),
    "revise": ("revise", "Revise a skill by feedback, on a branch, under a contract."),
    "drafts": ("drafts", "List the drafts: what each does, how far it is, whether it passes."),
    "promote": ("promote", "Merge a draft here, after its gate, without a forge."),
    "drop": ("drop", "Delete a draft; for 30 days it can be brought back."),
    "pr": ("pr", "Push the branch of a draft and open or update its pull request."),
    "diff": ("diff", "Say what a change of a skill means, and which version bump it asks for."),
    "validate": ("validate", "Check skills against the specification and the house rules."),
    "grade": ("grade", "Grade the skills of a change: before, after, and a verdict."),
    "eval": ("eval", "Run a skill's tasks with it, with it as it was, and without."),
    "judge": ("judge", "Say what a judge's answers are worth, by labels of people."),
    "explain": ("explain", "Show the manual page of a rule, or list the rules."),
    "list": ("list", "List the skills of the repository."),
    "show": ("show", "Show a skill: versions, history, relations, where it came from, drafts."),
    "publish": ("publish", "Commit the stable skills as a flat tree, which installers read."),
    "taxonomy": ("taxonomy", "Look at the tree of categories, check it, move and add in it."),
    "optimize": ("optimize", "Improve what models are told, by skills that were merged."),
    "ci": ("ci", "Run in a job of GitHub Actions: grade what the event changes."),
    "config": ("config", "Look at the settings in force."),
    "doctor": ("doctor", "Say what is installed and configured; with --model, ask a model."),
    "schema": ("schema", "Write or check the JSON Schemas of this project."),
    "hooks": ("hooks", "Install git hooks, for those who do not use pre-commit."),
}


class _Commands(click.Group):
    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = import_module(f"skillrepo.commands.{_COMMANDS[name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from skillrepo.near import Words  # noqa: PLC0415 - seldom needed

            near = Words(_COMMANDS).near(args[0])
            hint = f" Did you mean {near!r}?" if near else ""
            raise click.UsageError(error.message + hint, ctx) from None

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="skillrepo", message="%(prog)s %(version)s")
def app() -> None:
    """Manage a git repository of Agent Skills (SKILL.md)."""


def run(arguments: Sequence[str] | None) -> int:
    """Run the command line; returns the exit code, 2 for wrong usage.

    Raises KeyboardInterrupt where the user breaks off, and what the commands raise.
    """
    try:
        code = app.main(arguments, prog_name="skillrepo", standalone_mode=False)
    except click.ClickException as error:
        shown = StringIO()
        error.show(shown)
        click.echo(visible(shown.getvalue()), err=True, nl=False)
        return 2
    except click.Abort:
        raise KeyboardInterrupt from None
    return code if isinstance(code, int) else 0
