"""`skillrepo hooks`: git hooks for those who do not use pre-commit."""

import os
import shlex
import sys
from pathlib import Path
from typing import Literal

import click

from skillrepo import resource
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.put_file import put
from skillrepo.visible import visible

_NAME = "pre-commit"
# Stands in every version of our hook, and tells it from another program's.
_MARK = "Installed by `skillrepo hooks install`"

_PLACE = "python=''"
"""What the hook has in the place of the Python that is to run it."""

_State = Literal["missing", "ours", "current", "foreign"]


@click.group()
def command() -> None:
    """Install git hooks, for those who do not use pre-commit."""


@command.command(short_help="Install the hook that validates staged skills.")
@click.option("--force", is_flag=True, help="Replace a hook of another program.")
def install(*, force: bool) -> None:
    """Install the hook that validates staged skills on `git commit`, by this skillrepo.

    It goes into the hooks folder of the current repository, which linked worktrees share, or into
    the folder inside of the repository that core.hooksPath names. A folder elsewhere, which may
    serve other repositories too, is left alone.
    """
    repository = Repository.discover(Path.cwd())
    if repository is None or repository.root is None:
        raise SkillRepoError("this is not the working tree of a git repository")
    folder = _folder(repository, repository.root)
    text = resource.read(f"hooks/{_NAME}")
    if folder.resolve().is_relative_to(repository.common_dir):
        # What lies in the working tree may be committed, and run on other machines.
        text = text.replace(_PLACE, f"python={shlex.quote(sys.executable)}", 1)
    file = folder / _NAME
    try:
        state = _state(file, text)
        if state == "foreign" and not force:
            raise SkillRepoError(
                f"{file} is the hook of another program: add the line `skillrepo validate "
                "--staged` to it, or replace it with --force"
            )
        if state != "current":
            put(file, text.encode(), mode=0o777)
    except OSError as error:
        raise SkillRepoError(f"{file} cannot be written: {error.strerror}") from None
    done = {"missing": "installed", "current": "already installed"}.get(state, "replaced")
    click.echo(visible(f"{done}: {file}"))


def _state(file: Path, text: str) -> _State:
    if not file.is_symlink() and not file.exists():
        return "missing"
    if file.is_symlink() or not file.is_file():
        return "foreign"
    found = file.read_bytes()
    if found == text.encode():
        return "current" if os.access(file, os.X_OK) else "ours"
    return "ours" if _MARK.encode() in found else "foreign"


def _folder(repository: Repository, root: Path) -> Path:
    """The folder that git takes the hooks of this repository from."""
    named = _hooks_path(repository)
    own = repository.common_dir / "hooks"
    # A relative path is relative to where hooks run, the top of the working tree.
    folder = own if named is None else root / named
    inside = (repository.common_dir, root)
    if any(folder.resolve().is_relative_to(place) for place in inside):
        return folder
    raise SkillRepoError(
        f"git takes the hooks of this repository from {folder}, which lies outside of it and is "
        "left alone: add the line `skillrepo validate --staged` to the pre-commit hook there, or "
        f"give this repository hooks of its own: git config core.hooksPath {shlex.quote(str(own))}"
    )


def _hooks_path(repository: Repository) -> str | None:
    """The value of core.hooksPath, None where it is not set."""
    # It always has a value: the one that we ourselves give git, so that no hook runs.
    output = repository.run(
        "config", "--null", "--show-scope", "--type=path", "--get-all", "core.hooksPath"
    )
    fields = os.fsdecode(output).split("\0")
    values = [
        value
        for scope, value in zip(fields[::2], fields[1::2], strict=False)
        if value and (scope, value) != ("command", os.devnull)
    ]
    return values[-1] if values else None
