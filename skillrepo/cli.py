"""The command line: finds the command, and is the one place where errors become exit codes.

Exit codes: 0 clean, 1 findings at or above --fail-on, 2 usage error or `SkillRepoError`, 3 a bug
of ours, 130 interrupted.
"""

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import StringIO

import click

from skillrepo import PROJECT_URL, __version__
from skillrepo.errors import SkillRepoError
from skillrepo.visible import visible

# Name → (module of skillrepo.commands, one line of help). Help needs no command's module, so
# `skillrepo --help` imports click alone.
_COMMANDS = {
    "init": ("init", "Make a folder or git repository a repository of skills."),
    "new": ("new", "Draft a skill from a brief and sources, on a branch of its own."),
    "validate": ("validate", "Check skills against the specification and the house rules."),
    "explain": ("explain", "Show the manual page of a rule, or list the rules."),
    "list": ("list", "List the skills of the repository."),
    "taxonomy": ("taxonomy", "Look at the tree of categories."),
    "config": ("config", "Look at the settings in force."),
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

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="skillrepo", message="%(prog)s %(version)s")
def app() -> None:
    """Manage a git repository of Agent Skills (SKILL.md)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    _prepare_streams()
    try:
        code = app.main(arguments, prog_name="skillrepo", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        shown = StringIO()
        error.show(shown)
        click.echo(visible(shown.getvalue()), err=True, nl=False)
        code = 2
    except SkillRepoError as error:
        click.echo(f"error: {visible(str(error))}", err=True)
        code = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = 130
    except (BrokenPipeError, SystemExit):
        # The reader of our output has gone, as `head` does: click ends with SystemExit(1) then,
        # which says "findings" here; and Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            _report_bug()
            return 3
        click.echo("error: there is no space left to write to", err=True)
        code = 2
    except Exception:  # noqa: BLE001 - the boundary: what arrives here is a bug of ours
        _report_bug()
        code = 3
    return code if isinstance(code, int) else 0


def _prepare_streams() -> None:
    # A stream that the caller has closed is None; its number must not go to the next open file.
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        # A path may hold bytes that are not text; printing it must not end in a traceback.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _report_bug() -> None:
    import platform  # noqa: PLC0415
    import traceback  # noqa: PLC0415

    click.echo(visible(traceback.format_exc()), err=True)
    system = f"skillrepo {__version__}, Python {platform.python_version()}, {platform.platform()}"
    click.echo(
        f"This is a bug in skillrepo. Please report it at {PROJECT_URL}/issues with the lines "
        f"above, the command, and: {system}",
        err=True,
    )
