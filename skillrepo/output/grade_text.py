"""The grades of a change as plain text, for people at a terminal."""

from collections.abc import Iterator

from skillrepo.grade.gate import NOT_MEASURED
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.score import Grade
from skillrepo.grade.told import CLAIM, change_of, effects, numbers, routed, summary
from skillrepo.output.text import heading, line
from skillrepo.visible import one_line


def render(graded: Graded) -> Iterator[str]:
    """The lines of the report, without line ends: each skill, then the verdict."""
    for each in graded.skills:
        yield from _skill(each)
        yield ""
    for name in graded.removed:
        yield f"{heading(name)}: removed"
    yield from map(line, graded.others)
    yield from map(heading, effects(graded))
    yield summary(graded)
    if graded.skills:
        yield CLAIM


def _skill(each: SkillGrade) -> Iterator[str]:
    yield f"{heading(each.skill)}: {change_of(each)}"
    for layer in each.gate.layers:
        yield f"  {layer.layer}: {layer.verdict or NOT_MEASURED}"
        # The findings of integrity follow with their places.
        if layer.layer != "integrity":
            yield from (f"    {one_line(reason)}" for reason in layer.reasons)
    yield from (f"    {line(fault)}" for fault in each.faults)
    yield from (f"  {said}" for said in routed(each))
    if each.grade:
        yield from _measures(each.grade, each)


def _measures(grade: Grade, each: SkillGrade) -> Iterator[str]:
    width = max(map(len, grade.measures), default=0)
    for name, reading in grade.measures.items():
        before = each.base.measures.get(name) if each.base else None
        value = numbers(before and before.value, reading.value, is_new=each.base is None)
        yield f"  {name:{width}}  {value:16}  {one_line(reading.why)}".rstrip()
