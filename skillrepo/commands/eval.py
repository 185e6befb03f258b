"""`skillrepo eval`: runs a skill's tasks with the skill, with it as it was, and with none."""

import math
from pathlib import Path
from typing import Literal

import click

from skillrepo.behaviour.exam import MOST_TRIALS
from skillrepo.behaviour.result import Side


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
    help="Run each task so often with each of them.",
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
@click.option("--model", metavar="ID", help="The model, with --judge.  [that of skill_evaluate]")
@click.option("--max-cost", type=click.FloatRange(min=0), metavar="USD", help="Of --judge, in all.")
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
    """
    from skillrepo.commands import evaluating  # noqa: PLC0415 - what --help need not import

    if not judge and (model or max_cost is not None or max_tokens is not None):
        raise click.UsageError("--model, --max-cost and --max-tokens are of --judge: give it, too")
    if max_cost is not None and not math.isfinite(max_cost):
        raise click.UsageError(f"{max_cost} is no amount of money")
    if replay and (record or output or judge):
        raise click.UsageError("--replay runs nothing: it takes no --record, --output or --judge")
    if record and evals == "head":
        raise click.UsageError("a change does not set its own exam: --evals head has no --record")
    asked = evaluating.Asked(skill, runner, against, trials, base, head, evals, jobs)
    if replay:
        shape = evaluating.replayed(asked, as_json=as_json)
    else:
        by_model = evaluating.ByModel(model, max_cost, max_tokens) if judge else None
        shape = evaluating.evaluated(asked, by_model, output=output, keep=record, as_json=as_json)
    ctx.exit(int(shape.evaluated.verdict == "fail"))
