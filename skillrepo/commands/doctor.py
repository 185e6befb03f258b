"""`skillrepo doctor`: what is installed and configured, and whether a model answers."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click

from skillrepo.commands import installed
from skillrepo.config import Config, user_file
from skillrepo.errors import SkillRepoError
from skillrepo.output import json, shapes
from skillrepo.user_config import Task
from skillrepo.visible import one_line


@click.command()
@click.option(
    "--model",
    is_flag=False,
    flag_value="",
    metavar="[ID]",
    help="Make one tiny call of this model, or of the one that writes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, model: str | None, as_json: bool) -> int:
    """Say what is installed and configured, and what to do about what is wrong.

    Nothing is asked of the network, but with --model: one call, of a few tokens. It says which key,
    address and model were used, how long the reply took and what it cost, or why there was none. No
    value of a key is shown. The exit code is 2 where something is wrong.
    """
    config = _config()
    if model is None:
        found = tuple(installed.checks(config, user_file(os.environ, Path.home())))
        models = () if isinstance(config, SkillRepoError) else tuple(_models(config, None))
        call = None
    elif isinstance(config, SkillRepoError):
        raise config
    else:
        found = (installed.extra_of("llm"),)
        models = tuple(_models(config, model or None))
        call = _call(config, model or None)
    is_wrong = any(check.state == "wrong" for check in found)
    # A draft asks several models, if several are configured; one is called here.
    is_wrong = is_wrong or (call is not None and bool(call.problem or any(map(_lacks, models))))
    shape = shapes.DoctorShape(1, "wrong" if is_wrong else "fine", found, models, call)
    if as_json:
        click.echo(json.dumps(shape))
    else:
        for line in _lines(shape):
            click.echo(line)
    return 2 if is_wrong else 0


def _config() -> Config | SkillRepoError:
    """The user's configuration, or what is wrong with it: the rest can be told all the same."""
    try:
        return Config.load(os.environ, Path.home())
    except SkillRepoError as error:
        return error


def _models(config: Config, model: str | None) -> Iterator[shapes.DoctorModelShape]:
    """The models of all tasks, each once."""
    tasks: dict[tuple[str, str], list[Task]] = {}
    for task in get_args(Task):
        resolved = config.resolve(task, model)
        tasks.setdefault((resolved.name, resolved.origins["model"]), []).append(task)
    for (_, origin), those in tasks.items():
        resolved = config.resolve(those[0], model)
        yield shapes.DoctorModelShape(
            model=one_line(resolved.model),
            origin=one_line(origin),
            tasks=tuple(those),
            address=resolved.api_base,
            keys=resolved.key_env,
            key=installed.key_of(resolved),
        )


def _lacks(model: shapes.DoctorModelShape) -> bool:
    return bool(model.keys) and model.key is None


def _call(config: Config, model: str | None) -> shapes.DoctorCallShape:
    from skillrepo.program.probe import probe  # noqa: PLC0415 - imports dspy when used

    call = probe(config.resolve(installed.WRITES, model))
    spent = call.spent
    return shapes.DoctorCallShape(
        model=one_line(call.model),
        address=call.address,
        key=call.key,
        seconds=None if call.seconds is None else round(call.seconds, 3),
        input_tokens=spent.input_tokens if spent else None,
        output_tokens=spent.output_tokens if spent else None,
        dollars=spent.cost if spent else None,
        estimated=bool(spent and spent.estimated),
        notes=tuple(map(one_line, call.notes)),
        kind=call.kind,
        problem=one_line(call.problem) if call.problem else None,
    )


def _lines(shape: shapes.DoctorShape) -> Iterator[str]:
    for check in shape.checks:
        yield f"{check.state:<6}  {check.name}: {check.found or check.advice}"
    for model in shape.models:
        if model.key:
            key = f"key in {model.key}"
        elif model.keys:
            key = f"no key in {' or '.join(model.keys)}"
        else:
            key = "without a key" if model.address else "its usual key, or none"
        at = f" at {model.address}" if model.address else ""
        is_all = len(model.tasks) == len(get_args(Task))
        tasks = "every task" if is_all else ", ".join(model.tasks)
        mark = "wrong   model" if shape.call and _lacks(model) else "model  "
        yield f"{mark} {model.model}{at} ({model.origin}), {key}: {tasks}"
    if shape.call:
        yield from _call_lines(shape.call)


def _call_lines(call: shapes.DoctorCallShape) -> Iterator[str]:
    if call.problem:
        yield f"wrong   call ({call.kind}): {call.problem}"
    else:
        about = " ≈" if call.estimated else ""
        price = "price not known" if call.dollars is None else f"${call.dollars:.6f}"
        address = call.address or "the provider's own address"
        key = f"with the key in {call.key}" if call.key else "without a key of ours"
        yield (
            f"ok      call: {call.model} at {address}, {key}, answered in {call.seconds:.2f} s; "
            f"tokens{about} {call.input_tokens} + {call.output_tokens}; {price}"
        )
    for note in call.notes:
        yield f"note    {note}"
