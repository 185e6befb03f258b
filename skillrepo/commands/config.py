"""`skillrepo config`: look at the settings in force."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from skillrepo import yaml_node, yaml_text
from skillrepo.commands.place import Place
from skillrepo.config import Config
from skillrepo.context import Context
from skillrepo.files import Source
from skillrepo.output import json, shapes
from skillrepo.settings import FILE_NAME, Grading, Ignore, Policy, RuleSetting, Section
from skillrepo.visible import one_line

_BUILT_IN = "built-in default"
_NAMED = Grading | Ignore | Policy | RuleSetting | Section


@click.group()
def command() -> None:
    """Look at the settings in force."""


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(*, as_json: bool) -> None:
    """Show every setting in force and where it came from.

    The first are those of the repository (skillrepo.yaml), the others your own (config.yaml). No
    value of a key is read or shown.
    """
    found = (*_repository(Place.of(()).worktree()), *_user())
    if as_json:
        click.echo(json.dumps(shapes.SettingsShape(1, found)))
        return
    for setting in found:
        click.echo(f"{one_line(setting.key)} = {_plain(setting.value)}  # {setting.origin}")


def _repository(source: Source) -> Iterator[shapes.SettingShape]:
    settings = Context.of(source).settings
    file = _file(source)
    for path, value in _leaves(settings._asdict(), ()):
        # Other entries are the repository's as a whole; each key of `grade` has a default.
        given = file and path[: 1 + (path[0] == "grade")] in file.keys
        origin = f"{FILE_NAME}:{file.line_of(path)}" if file and given else _BUILT_IN
        yield shapes.SettingShape(".".join(map(str, path)), value, origin)


def _file(source: Source) -> yaml_node.Loaded | None:
    """The file as it is written; it is known to be good."""
    if source.kind(FILE_NAME) == "missing":
        return None
    data = next(source.read([FILE_NAME]))
    return yaml_text.load(data.decode("utf-8-sig")) if isinstance(data, bytes) else None


def _user() -> Iterator[shapes.SettingShape]:
    for key, value, origin in Config.load(os.environ, Path.home()).items():
        yield shapes.SettingShape(key, value, one_line(origin))  # type: ignore[arg-type]


def _leaves(value: Any, path: yaml_node.Path) -> Iterator[tuple[yaml_node.Path, Any]]:
    inner = value._asdict() if isinstance(value, _NAMED) else value
    if isinstance(value, Ignore):
        # Where it stands, which is no setting.
        inner.pop("line")
    if isinstance(inner, tuple) and any(isinstance(item, tuple) for item in inner):
        inner = dict(enumerate(inner))
    if isinstance(inner, Mapping) and inner:
        for key, below in inner.items():
            yield from _leaves(below, (*path, key))
    else:
        yield path, None if isinstance(inner, Mapping) else inner


def _plain(value: object) -> str:
    if value is None or value in ((), ""):
        return "(none)"
    if isinstance(value, bool):
        return str(value).lower()
    return one_line(", ".join(map(str, value)) if isinstance(value, tuple) else str(value))
