"""The last `skillrepo new` that did not end: its brief and options, for --resume without a brief.

They lie in the user's state folder (https://specifications.freedesktop.org/basedir-spec/) and not
in the git directory. What is there may have come with an archive of somebody else's, and this says
which files are sent, and to whom.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.put_file import put
from skillrepo.secret_text import masked
from skillrepo.visible import one_line

_VERSION = 1
# How a run goes on and what is shown of it is of each run its own.
_NOT_KEPT = ("resume", "replay", "progress", "json")
_SHOWN = 100


class Resumable(click.Command):
    """A command that goes on with its last run where --resume stands without a brief."""

    def invoke(self, ctx: click.Context) -> Any:
        """Take what is not given now from the run that did not end."""
        given = ctx.params
        if given["resume"] and given["brief"] is None and given["batch"] is None:
            _fill(ctx)
        return super().invoke(ctx)


class Unfinished:
    """The run that is under way, remembered until it has ended."""

    def __init__(self, ctx: click.Context, brief: str, repository: Repository) -> None:
        """Remember it; on a disk that is full or closed it is not."""
        kept = {name: value for name, value in ctx.params.items() if name not in _NOT_KEPT}
        value = {"version": _VERSION, "folder": str(Path.cwd()), **kept, "brief": brief}
        self._file = _file(repository, os.environ)
        self._data = json.dumps(value, default=str, indent=1).encode() + b"\n"
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            put(self._file, self._data, mode=0o600)

    def end(self) -> None:
        """Forget it, unless another has begun since."""
        with suppress(OSError):
            if self._file.read_bytes() == self._data:
                self._file.unlink()


def _fill(ctx: click.Context) -> None:
    repository = Repository.discover(Path.cwd())
    file = _file(repository, os.environ) if repository else None
    if file is None or not file.is_file():
        raise click.UsageError(
            "no `skillrepo new` with a model was broken off here: say what the skill is for"
        )
    try:
        kept = _kept(file.read_bytes())
    except (OSError, ValueError, TypeError, KeyError) as error:
        why = f"is not the run that was broken off ({error})"
        raise SkillRepoError(f"{file} {why}; remove it, and give BRIEF") from None
    if kept["folder"] != str(Path.cwd()):
        # Documents were named from there.
        raise SkillRepoError(
            f"the run that was broken off was started in {one_line(kept['folder'])}: go on from "
            "there, or give its BRIEF and options again"
        )
    for option in ctx.command.params:
        name = str(option.name)
        taken = name in kept and name not in _NOT_KEPT
        if taken and ctx.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            ctx.params[name] = option.type_cast_value(ctx, kept[name])
    if ctx.params["progress"] != "json":
        click.echo(f"goes on with: {one_line(masked(kept['brief']))[:_SHOWN]}", err=True)


def _kept(data: bytes) -> dict[str, Any]:
    kept = json.loads(data)
    if kept["version"] != _VERSION:
        raise ValueError(f"of version {kept['version']}")
    return {**kept, "brief": str(kept["brief"]), "folder": str(kept["folder"])}


def _file(repository: Repository, environ: Mapping[str, str]) -> Path:
    """Its place, one for each repository, whichever worktree of it is worked in."""
    given = Path(environ.get("XDG_STATE_HOME", ""))
    state = given if given.is_absolute() else Path.home() / ".local" / "state"
    name = hashlib.sha256(os.fsencode(repository.common_dir.resolve())).hexdigest()
    return state / "skillrepo" / "unfinished" / f"{name}.json"
