"""`skillrepo grade`: what a change makes of skills, with the gate's verdict."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click

from skillrepo.commands.grading import Grades, Measure, exit_code, graded
from skillrepo.commands.judge_options import Asked, judge_options, judging
from skillrepo.commands.place import Place
from skillrepo.commands.printing import one_form, say_all
from skillrepo.commands.sides import Sides
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.grade import fleet_compat
from skillrepo.grade.measuring import Measurer, fleet_grades
from skillrepo.grade.profile import DEFAULT, ProfileName
from skillrepo.grade.record import REF
from skillrepo.output import grade_json, grade_markdown, grade_text
from skillrepo.settings import GateMode

_FORMS = {"text": grade_text.render, "json": grade_json.render, "markdown": grade_markdown.render}


@click.command()
@click.argument("skills", nargs=-1, type=click.Path(path_type=Path), metavar="[SKILL]...")
@click.option("--base", metavar="REV", help="Since the merge-base with REV.  [default branch]")
@click.option("--head", metavar="REV", help="Grade this commit, not the worktree.")
@click.option(
    "--gate",
    "mode",
    type=click.Choice(get_args(GateMode)),
    help="What the verdict does; enforce ends in exit code 1 where it is fail.  [default: the "
    "settings of the base, else warn]",
)
@click.option(
    "--format", "forms", type=click.Choice(tuple(_FORMS)), multiple=True, help="[default: text]"
)
@click.option(
    "--json", "forms", flag_value="json", multiple=True, help="The same as --format json."
)
@click.option(
    "--record", is_flag=True, help="Keep the grades of commits in refs/notes/skillrepo/grades."
)
@click.option("--replay", is_flag=True, help="Measure nothing: take the grades from these notes.")
@click.option(
    "--profile",
    type=click.Choice(get_args(ProfileName)),
    default=DEFAULT,
    show_default=True,
    help="fleet-compat is the reference system's grade: gameable, so it gates nothing.",
)
@judge_options
@click.pass_context
def command(  # noqa: PLR0913 - as many as there are options
    ctx: click.Context,
    /,
    skills: tuple[Path, ...],
    *,
    base: str | None,
    head: str | None,
    mode: GateMode | None,
    forms: tuple[str, ...],
    record: bool,
    replay: bool,
    profile: ProfileName,
    asked: Asked | None,
) -> None:
    """Grade the skills that a change adds or changes: before it, after it, and a verdict.

    SKILL is a name, an address, or the path of one or more; without any those that the worktree, or
    --head, changes since the merge-base with the default branch, or --base. The static grade says
    how well a skill is kept, how it is worded to be found, and what it costs; not that it helps.
    """
    form = one_form(forms)
    sides = Sides.of(Place.of(skills), base, head).naming(skills)
    if base is None and sides.base_name == "HEAD":
        click.echo(
            "no default branch is known here: compared with HEAD; --base has another", err=True
        )
    if replay and sides.head is None:
        raise SkillRepoError(
            "the worktree has no notes to take grades from: name a commit by --head"
        )
    if profile == fleet_compat.NAME:
        if record or replay or asked:
            what = "no model is asked with" if asked else "no note has the grade of"
            raise click.UsageError(f"{what} --profile {profile}")
        found = graded(sides, _fleet(), profile)
    else:
        measurer = Measurer(sides.place.git(), replay=replay)
        judge = judging(asked, sides, replay=replay) if asked else None
        found = graded(sides, measurer.measure, judge=judge.judge if judge else None)
        if judge and judge.recalled and not replay:
            click.echo(f"judge: {judge.recalled:,} taken from notes, at no cost", err=True)
    try:
        # What was paid for is shown where it cannot be kept, and kept where nobody reads it.
        say_all(_FORMS[form](found))
    finally:
        if record:
            kept = measurer.keep() + (judge.keep() if judge else 0)
            for each in measurer.not_kept():
                click.echo(each, err=True)
            click.echo(f"recorded in {REF}: {kept:,} new", err=True)
    ctx.exit(exit_code(found, sides.after.settings.grade, mode))


def _fleet() -> Measure:
    from skillrepo.config import Config  # noqa: PLC0415 - for this profile alone

    evaluation = Config.load(os.environ, Path.home()).user.evaluation
    weights = evaluation.metric_weights.model_dump()
    thresholds = evaluation.thresholds.model_dump()

    def measure(context: Context, _commit: str | None, paths: Sequence[str]) -> Grades:
        return fleet_grades(context, paths, weights, thresholds)

    return measure
