"""`skillrepo eval`: runs a skill's tasks, or asks a model when it would load the skill."""

import math
from pathlib import Path
from typing import Literal

import click
from click.core import ParameterSource

from skillrepo.behaviour.exam import MOST_TRIALS
from skillrepo.behaviour.result import Side

_OF_TASKS = ("runner", "against", "jobs", "judge", "output")


@click.command()
@click.argument("skill", type=click.Path(path_type=Path))
@click.option(
    "--runner", metavar="NAME", help="One of `runners` in your config.yaml.  [the only one]"
)
@click.option(
    "--against",
    type=click.Choice(["base", "none", "both"]),
    default="both",
    show_default=True,
    help="Compare with the skill as it was, with no skill, or with both; a new one was not before.",
)
@click.option(
    "--trials",
    type=click.IntRange(1, MOST_TRIALS),
    default=3,
    show_default=True,
    metavar="N",
    help="Run each task so often with each of them; ask each query of --triggers so often at most.",
)
@click.option("--base", metavar="REV", help="Since the merge-base with REV.  [default branch]")
@click.option("--head", metavar="REV", help="The skill of this commit, not of the worktree.")
@click.option(
    "--evals",
    type=click.Choice(["base", "head"]),
    help="Whose evals are run.  [the base's, where it has any]",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="N",
    help="Run so many at the same time.",
)
@click.option("--judge", is_flag=True, help="Have a model decide what code cannot.")
@click.option(
    "--triggers",
    is_flag=True,
    help="Ask a model which skill of all it would load for each trigger query, and run no task.",
)
@click.option(
    "--model", metavar="ID", help="Of --judge or --triggers.  [that of skill_evaluate, skill_route]"
)
@click.option("--max-cost", type=click.FloatRange(min=0), metavar="USD", help="Of the model.")
@click.option("--max-tokens", type=click.IntRange(min=0), metavar="N", help="The same in tokens.")
@click.option(
    "--record", is_flag=True, help="Keep the result of a --head in refs/notes/skillrepo/grades."
)
@click.option("--replay", is_flag=True, help="Run nothing: take the result from these notes.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write grading.json and benchmark.json into a new folder.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(  # noqa: PLR0913 - as many as there are options
    ctx: click.Context,
    /,
    skill: Path,
    *,
    runner: str | None,
    against: Literal["base", "none", "both"],
    trials: int,
    base: str | None,
    head: str | None,
    evals: Side | None,
    jobs: int,
    judge: bool,
    triggers: bool,
    model: str | None,
    max_cost: float | None,
    max_tokens: int | None,
    record: bool,
    replay: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """Run the tasks of a skill's evals, to see whether it helps, and is not worse than before.

    Each runs in a fresh folder, by a program of your own configuration, with the skill, with the
    skill as it was in the base, and without one. The evals of the base are run, where it has any.
    The verdict is over tasks: with fewer than five of them there is none. The exit code is 1 where
    it is fail.

    With --triggers, a model chooses among all skills of the repository for each labelled query:
    verdict and notes are over queries, those that should trigger and those that should not.
    """
    if not judge and not triggers and (model or max_cost is not None or max_tokens is not None):
        why = "--model, --max-cost and --max-tokens are of --judge and --triggers: give one, too"
        raise click.UsageError(why)
    if max_cost is not None and not math.isfinite(max_cost):
        raise click.UsageError(f"{max_cost} is no amount of money")
    if replay and (record or output or judge):
        raise click.UsageError("--replay runs nothing: it takes no --record, --output or --judge")
    if record and evals == "head":
        raise click.UsageError("a change does not set its own exam: --evals head has no --record")
    if triggers:
        _refuse_other(ctx)
        from skillrepo.commands import triggering  # noqa: PLC0415 - what --help need not import

        limits = (model, max_cost, max_tokens)
        ask = triggering.Asked(skill, trials, base, head, evals, *limits)
        if replay:
            found = triggering.replayed(ask, as_json=as_json)
        else:
            found = triggering.evaluated(ask, keep=record, as_json=as_json)
        ctx.exit(int(found.triggers.verdict == "fail"))
    from skillrepo.commands import evaluating  # noqa: PLC0415 - what --help need not import

    asked = evaluating.Asked(skill, runner, against, trials, base, head, evals, jobs)
    if replay:
        shape = evaluating.replayed(asked, as_json=as_json)
    else:
        by_model = evaluating.ByModel(model, max_cost, max_tokens) if judge else None
        shape = evaluating.evaluated(asked, by_model, output=output, keep=record, as_json=as_json)
    ctx.exit(int(shape.evaluated.verdict == "fail"))


def _refuse_other(ctx: click.Context) -> None:
    for name in _OF_TASKS:
        if ctx.get_parameter_source(name) != ParameterSource.DEFAULT:
            raise click.UsageError(f"--triggers runs no task, and takes no --{name}")
