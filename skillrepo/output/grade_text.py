"""The grades of a change as plain text, for people at a terminal."""

from collections.abc import Iterator

from skillrepo.conceal import without_keys
from skillrepo.grade import fleet_compat, told_review
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.score import Grade
from skillrepo.grade.told import HINT, change_of, claim, effects, numbers, routed, said_of, summary
from skillrepo.output.text import heading, line
from skillrepo.visible import one_line


def render(graded: Graded) -> Iterator[str]:
    """The lines of the report, without line ends: each skill, then the verdict."""
    graded = without_keys(graded)
    for each in graded.skills:
        yield from _skill(each, graded)
        yield ""
    for name in graded.removed:
        yield f"{heading(name)}: removed"
    yield from map(line, graded.others)
    yield from map(heading, effects(graded))
    yield summary(graded)
    if graded.had_errors:
        yield HINT
    if graded.skills:
        yield claim(graded)
    if cost := told_review.cost(graded):
        yield cost


def _skill(each: SkillGrade, graded: Graded) -> Iterator[str]:
    yield f"{heading(each.skill)}: {change_of(each)}"
    for layer in each.gate.layers:
        yield f"  {one_line(said_of(layer))}"
        if layer.layer == "integrity":
            yield from (f"    {line(fault)}" for fault in each.faults)
        yield from (f"    {one_line(reason)}" for reason in each.reasons(layer))
    yield from (f"  {said}" for said in routed(each, graded))
    if each.grade:
        yield from _measures(each.grade, each)
    if each.review:
        yield f"  {told_review.opinion(each.review)}: {told_review.dimensions(each.review)}"
        yield from (f"    {said}" for said in told_review.items(each.review))


def _measures(grade: Grade, each: SkillGrade) -> Iterator[str]:
    """A line for each measure that changed or could be better, and one for all that are alike."""
    width = max(map(len, grade.measures), default=0)
    alike: dict[str, list[str]] = {"1.00": [], "n/a": []}
    for name, reading in grade.measures.items():
        before = each.base.measures.get(name) if each.base else None
        value = numbers(before and before.value, reading.value, is_new=each.base is None)
        if value in alike and reading.value in (None, 1):
            alike[value].append(name)
        else:
            # The last line says that of all of them.
            why = "" if reading.why == fleet_compat.WARNING else one_line(reading.why)
            yield f"  {name:{width}}  {value:12}  {why}".rstrip()
    yield from (f"  {value}: {', '.join(names)}" for value, names in alike.items() if names)
