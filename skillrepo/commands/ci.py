"""`skillrepo ci`: what the actions for GitHub run."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from skillrepo.ci import job
from skillrepo.ci.as_job import as_job
from skillrepo.ci.event import Event
from skillrepo.ci.finished import Finished
from skillrepo.commands.grading import exit_code, graded
from skillrepo.commands.judge_options import Asked, model_options
from skillrepo.commands.limits import cost_option
from skillrepo.commands.place import Place
from skillrepo.commands.printing import say_all
from skillrepo.commands.sides import Sides
from skillrepo.conceal import without_keys
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_notes_remote import fetch_notes, share_notes
from skillrepo.grade import record as notes
from skillrepo.grade.measuring import Measurer
from skillrepo.grade.told import summary
from skillrepo.settings import GateMode

if TYPE_CHECKING:
    from skillrepo.commands.reviewing import Reviewer

_REMOTE = "origin"
_SHORT = 12
_MAX_COST = 0.5
"""US dollars for one pull request: some 25 skills by the model that is shipped as the default."""


@click.group()
def command() -> None:
    """Run in a job of GitHub Actions."""


_gate = click.option(
    "--gate",
    "mode",
    type=click.Choice(get_args(GateMode)),
    help="What the verdict does.  [default: the settings of the base]",
)


@command.command("grade")
@_gate
@click.option(
    "--report",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for the report.  [default: skillrepo-grade in RUNNER_TEMP]",
)
@click.option("--base", metavar="REV", help="Compare with this.  [default: what the event says]")
@click.option("--head", metavar="REV", help="Grade this.  [default: what the event says]")
@click.option(
    "--record",
    is_flag=True,
    help="After a push to the default branch: measure every skill, and share that as git notes.",
)
@click.pass_context
def grade(  # noqa: PLR0913 - as many as there are options
    ctx: click.Context,
    /,
    *,
    mode: GateMode | None,
    folder: Path | None,
    base: str | None,
    head: str | None,
    record: bool,
) -> None:
    """Grade the skills that the event of this job changes.

    Writes annotations, the job's summary, the outputs grade, verdict and report, and the report
    itself. But for --record it needs no right to write anything, and no key.
    """
    event = Event.of(os.environ)
    place = Place.of(())
    sides = _sides(place, event, base, head)
    found = graded(sides)
    limits = sides.after.settings.grade
    temporary = Path(os.environ.get("RUNNER_TEMP") or ".")
    report = job.write_report(found, (folder or temporary / "skillrepo-grade").absolute())
    say_all(job.annotated(found, mode or limits.gate))
    say_all([summary(without_keys(found))])
    job.summarize(found, os.environ)
    job.set_outputs(found, report, os.environ)
    if record:
        say_all(_recorded(sides, event))
    ctx.exit(exit_code(found, limits, mode))


_report = click.option(
    "--report",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The folder that the report of the first stage was put into.",
)


@command.command("comment")
@_report
@_gate
def comment(folder: Path, mode: GateMode | None) -> None:
    """Tell of the grades on the pull request: a comment, labels, suggestions.

    It is for the event workflow_run, needs GITHUB_TOKEN with `pull-requests: write`, and runs
    nothing of the pull request.
    """
    _tell(folder, mode)


@command.command("judge")
@_report
@_gate
@model_options
@cost_option(_MAX_COST)
@click.option(
    "--behind-environment",
    "environment",
    metavar="NAME",
    help="The environment of this job: where it has required reviewers, one of them let it run.",
)
@click.option("--record", is_flag=True, help="Share the votes as git notes.")
def judge(  # noqa: PLR0913 - as many as there are options
    folder: Path,
    *,
    mode: GateMode | None,
    model: str | None,
    votes: str | None,
    max_cost: float,
    environment: str | None,
    record: bool,
) -> None:
    """Have a model judge the skills of the pull request, too, and tell that in the comment.

    It is for the event workflow_run, and asks nobody before a person has let it: a reviewer of the
    environment, or who may write to the repository by the label judge:COMMIT. It runs nothing of
    the pull request. GITHUB_TOKEN needs `pull-requests: write`, with --record `contents: write`.
    """
    from skillrepo.commands.reviewing import Reviewer  # noqa: PLC0415 - for this command alone

    asked = Asked(model, int(votes) if votes else None, max_cost, None)
    _tell(folder, mode, Reviewer(asked, environment, record=record))


def _tell(folder: Path, mode: GateMode | None, reviewer: "Reviewer | None" = None) -> None:
    from skillrepo.commands import commenting  # noqa: PLC0415 - pydantic, for the second stage alone

    run = Finished.of(os.environ)
    if run is None:
        say_all(["the run was for no pull request: there is nothing to tell"])
        return
    for line in commenting.comment(run, Place.of(()), folder, mode, reviewer):
        say_all([line])


def _sides(place: Place, event: Event, base: str | None, head: str | None) -> Sides:
    """What is compared: what was asked for, else what the event names."""
    repository = place.git()
    tip = head or _present(repository, event.head)
    if base:
        return Sides.of(place, base, tip)
    start = _start(repository, event)
    sides = Sides.of(place, start, tip)
    # The name of an object is compared; people know the branch.
    branch = event.branch or ("the commit before" if start == event.base else sides.base_name)
    return sides._replace(base_name=branch, head_name=(sides.head or tip)[:_SHORT])


def _start(repository: Repository, event: Event) -> str | None:
    """The base of the event, else its branch as the remote has it; None where there is neither."""
    if event.base:
        rewritten = event.name == "push" and not repository.is_shallow()
        if not rewritten or _is_here(repository, event.base):
            return _present(repository, event.base)
    ref = f"refs/remotes/{_REMOTE}/{event.branch}"
    return ref if event.branch and repository.ref_oid(ref) else None


def _is_here(repository: Repository, commit: str) -> bool:
    try:
        repository.resolve(commit)
    except SkillRepoError:
        return False
    return True


def _present(repository: Repository, commit: str) -> str:
    if not _is_here(repository, commit):
        raise SkillRepoError(
            f"the commit {commit} of the event is not in this clone: check the repository out "
            "with `fetch-depth: 0`"
        )
    return commit


def _recorded(sides: Sides, event: Event) -> Iterator[str]:
    """Measure every skill of the head, and share it with the remote; what became of that."""
    if not event.records:
        yield "not recorded: grades are kept after a push to the default branch alone"
        return
    repository = sides.place.git()
    with as_job(repository):
        fetch_notes(repository, _REMOTE, notes.REF, notes.MESSAGE)
        measurer = Measurer(repository)
        measurer.measure(sides.after, sides.head, sides.after.library.skill_files)
        new = measurer.keep()
        not_kept = list(measurer.not_kept())
        share_notes(repository, _REMOTE, notes.REF, notes.MESSAGE)
    yield from not_kept
    yield f"recorded in {notes.REF}: {new:,} new of {len(sides.after.library.skill_files):,} skills"
