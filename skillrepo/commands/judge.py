"""`skillrepo judge`: what people answer of skills, and how far a model answers as they do."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from skillrepo.commands.place import Place
from skillrepo.commands.printing import say_all
from skillrepo.commands.target import find
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.grade.record import trees_of
from skillrepo.judge import calibration, labels
from skillrepo.judge.calibration import Calibration, ItemAgreement
from skillrepo.judge.rubric import rubric
from skillrepo.visible import one_line

if TYPE_CHECKING:
    from skillrepo.commands.calibrating import Calibrated
    from skillrepo.commands.spending import Spending

from skillrepo.commands.spending import spending_options


@click.group()
def command() -> None:
    """Say what a judge's answers are worth: by labels of people, item by item."""


@command.command("labels")
@click.argument("skills", nargs=-1, required=True, metavar="SKILL...")
def label(skills: tuple[str, ...]) -> None:
    """Print questions about each SKILL, for people to answer.

    There is a line for each question. The skills are those of HEAD. Put yes, no or na in place of
    null, and leave what you do not know: `skillrepo judge calibrate` compares what a model answers
    with that.
    """
    place = Place.of(())
    head = place.git().head()
    if head is None:
        raise SkillRepoError("there is no commit yet, so there is no skill to label")
    context, trees = Context.of(place.tree(head)), trees_of(place.git(), head)
    asked = [(item.name, item.ask) for item in rubric().items]
    for skill in skills:
        path = find(skill, skill, context)
        if path is None:
            raise SkillRepoError(f"{one_line(skill)}: HEAD has no skill of this name or address")
        folder = path.rpartition("/")[0]
        say_all(labels.template(context.address(path), trees[folder], asked))


@command.command()
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="LABELS.jsonl"
)
@click.option("--model", metavar="ID", help="The one to ask.  [default: that of `skill_evaluate`]")
@click.option(
    "--votes",
    type=click.Choice(["1", "3", "5"]),
    help="How often each question is asked.  [default: `judge.votes` of the configuration]",
)
@click.option(
    "--write",
    is_flag=True,
    help=f"Keep it in {calibration.FILE_NAME}, which decides once it is in the base of a change.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@spending_options
def calibrate(  # noqa: PLR0913 - as many as there are options
    file: Path,
    *,
    model: str | None,
    votes: str | None,
    write: bool,
    as_json: bool,
    spending: "Spending",
) -> None:
    """Measure how far a model answers as people do, by item.

    Each skill that has labels is judged as `grade --judge` does it, and twice more to see how
    steady the model is. An item whose kappa may be below 0.4 is advisory: it is printed, and is no
    part of a verdict.
    """
    from skillrepo.commands import calibrating  # noqa: PLC0415 - it asks a model

    if write:
        calibrating.known()
    found = calibrating.calibrate(file, model, int(votes) if votes else None, spending)
    if as_json:
        say_all(calibrating.as_json(found))
    else:
        say_all(_table(found.calibration))
        say_all(_told(found))
    if write:
        say_all([calibrating.keep(found.calibration)])


def _table(found: Calibration) -> Iterator[str]:
    width = max(len(each.item) for each in found.items)
    yield f"{'item':{width}}  labels  agreed  kappa  95 % interval"
    yield from (f"{each.item:{width}}  {_row(each)}" for each in found.items)


def _row(each: ItemAgreement) -> str:
    role = "may decide" if each.binds else "advisory"
    if each.kappa is None:
        return f"{each.labels:6,}  {each.agreed:6.2f}      -  not defined     {role}"
    ends = "not known" if each.low is None else f"{each.low:.2f} to {each.high:.2f}"
    return f"{each.labels:6,}  {each.agreed:6.2f}  {each.kappa:5.2f}  {ends:14}  {role}"


def _told(found: "Calibrated") -> Iterator[str]:
    made = found.calibration
    binding = sum(each.binds for each in made.items)
    of_all = len(rubric().items)
    yield (
        f"{one_line(made.model)}: {binding} of {of_all} items may decide, by "
        f"{sum(each.labels for each in made.items):,} labels of {made.skills:,} skills"
    )
    if any(each.low is None for each in made.items):
        yield (
            "without an interval: nearly all labels or answers of the item are alike, so nothing "
            "shows whether the model tells them apart; label skills where it is otherwise"
        )
    yield f"the same answers, asked again: {_share(made.retest)}; reversed: {_share(made.swap)}"
    if found.waiting:
        yield f"lines that wait for a label: {found.waiting:,}"
    yield from (f"not judged: {one_line(skill)}: {one_line(why)}" for skill, why in found.failed)


def _share(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.0%}"
