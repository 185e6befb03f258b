"""Which saved program the model writer uses: one named on the command line, or one of the base.

The settings of a content repository choose nothing that is run. A program there is a stranger's
text that goes to the user's model, so the user's own config.yaml has to name it, by the hash of
its file: one that was exchanged is another one.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any

import click

from skillrepo.config import Config
from skillrepo.context import Context
from skillrepo.draft import Write
from skillrepo.errors import SkillRepoError


@dataclass(frozen=True, slots=True)
class Trained:
    """The options: a file, and whether it is used although nothing speaks for it."""

    file: Path | None
    force: bool

    def refuse_unless(self, write: Write | None) -> None:
        """Refuse the options for a writer that is no model."""
        if self.force and self.file is None:
            raise click.UsageError("--force-program is for --program")
        if self.file is not None and not _is_model(write):
            raise click.UsageError("--program is for --writer model")


def program_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, which is given them together as `trained`."""

    @wraps(command)
    def bundled(*arguments: Any, program_file: Path | None, force: bool, **others: Any) -> None:
        command(*arguments, trained=Trained(program_file, force), **others)

    wanted = (
        click.option(
            "--program",
            "program_file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Use this program, which `skillrepo optimize` made.",
        ),
        click.option(
            "--force-program",
            "force",
            is_flag=True,
            help="Use it although it was not measured to be better, or does not fit.",
        ),
    )
    for option in reversed(wanted):
        bundled = option(bundled)
    return bundled


def with_program(write: Write, trained: Trained, config: Config, context: Context) -> Write:
    """The writer with its program; `context` is that of the base commit.

    Raises `SkillRepoError` where a file that was named is refused.
    """
    if not _is_model(write):
        return write
    from skillrepo.program import saved  # noqa: PLC0415 - for a model alone
    from skillrepo.program.writer import ModelWriter  # noqa: PLC0415

    assert isinstance(write, ModelWriter)  # noqa: S101 - for the type checker
    if trained.file is not None:
        loaded, warnings = saved.load(_read(trained.file), force=trained.force)
        for warning in warnings:
            click.echo(f"warning: {warning}", err=True)
        return replace(write, program=loaded)
    trusted = config.user.optimization.programs
    if not trusted:
        return write
    folder = config.user.optimization.training.optimized_programs_dir
    there = _of(context, folder, saved.MOST_BYTES)
    found = {hashlib.sha256(data).hexdigest(): data for data in there}
    for name in trusted:
        if name not in found:
            continue
        try:
            loaded, _ = saved.load(found[name])
        except SkillRepoError as error:
            click.echo(f"warning: {name[:12]}: {error}; the shipped one is used", err=True)
            continue
        return replace(write, program=loaded)
    return write


def _is_model(write: Write | None) -> bool:
    # By its name: to import it would import pydantic for every writer.
    return type(write).__name__ == "ModelWriter"


def _of(context: Context, folder: str, limit: int) -> list[bytes]:
    source = context.library.source
    paths = [path for path in source.files(folder) if path.endswith(".json")]
    return [data for data in source.read(paths) if isinstance(data, bytes) and len(data) <= limit]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SkillRepoError(f"{file} cannot be read: {error.strerror}") from None
