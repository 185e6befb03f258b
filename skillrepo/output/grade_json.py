"""The grades of a change as JSON."""

from collections.abc import Iterator
from typing import Any

from skillrepo.errors import SkillRepoError
from skillrepo.finding import Finding, Severity
from skillrepo.git import is_oid
from skillrepo.grade.gate import Gate, LayerVerdict
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.score import Grade
from skillrepo.measure import Reading
from skillrepo.output import grade_shapes as shapes
from skillrepo.output import json

_PERCENT = range(101)


def render(graded: Graded) -> Iterator[str]:
    """The grades as one JSON object, the same bytes for the same grades."""
    yield json.dumps(shape(graded))


def shape(graded: Graded) -> shapes.GradeShape:
    """The grades as the shape that is printed."""
    return shapes.GradeShape(
        version=1,
        verdict=graded.verdict,
        base=graded.base,
        base_name=graded.base_name,
        head=graded.head,
        head_name=graded.head_name,
        skills=tuple(map(_skill, graded.skills)),
        removed=graded.removed,
        others=tuple(map(json.finding_shape, graded.others)),
    )


def parse(value: Any) -> Graded:
    """The grades that a JSON object says, which satisfies the schema `grade`.

    SkillRepoError for numbers and names that no grade has.
    """
    if not is_oid(value["base"]) or not (value["head"] is None or is_oid(value["head"])):
        raise _unfit("a commit is not named by its whole name")
    return Graded(
        base=value["base"],
        base_name=value["base_name"],
        head=value["head"],
        head_name=value["head_name"],
        skills=tuple(map(_parsed_skill, value["skills"])),
        removed=tuple(value["removed"]),
        others=tuple(map(_parsed_finding, value["others"])),
        verdict=value["verdict"],
    )


def _parsed_skill(value: Any) -> SkillGrade:
    layers = (
        LayerVerdict(each["layer"], each["verdict"], tuple(each["reasons"]))
        for each in value["gate"]["layers"]
    )
    return SkillGrade(
        skill=value["skill"],
        path=value["path"],
        is_new=value["new"],
        grade=_parsed_static(value["grade"]),
        base=_parsed_static(value["base"]),
        faults=tuple(map(_parsed_finding, value["faults"])),
        gate=Gate(value["gate"]["verdict"], tuple(layers)),
    )


def _parsed_static(value: Any) -> Grade | None:
    if value is None:
        return None
    read = {name: Reading(each["value"], each["why"]) for name, each in value["measures"].items()}
    numbers = [value["score"], *(each.value for each in read.values() if each.value is not None)]
    if not all(0 <= number <= 1 for number in numbers) or value["percentile"] not in _PERCENT:
        raise _unfit("a number is out of its range")
    return Grade(value["score"], value["label"], value["percentile"], read)


def _parsed_finding(value: Any) -> Finding:
    """A finding, without its repair: only one that was found here is put before people."""
    if value["line"] < 1 or value["column"] < 1:
        raise _unfit("a line or column is out of its range")
    return Finding(
        path=value["path"],
        line=value["line"],
        column=value["column"],
        code=value["code"],
        rule=value["rule"],
        severity=Severity[value["severity"].upper()],
        message=value["message"],
    )


def _unfit(why: str) -> SkillRepoError:
    return SkillRepoError(f"the grades cannot be right: {why}")


def _skill(each: SkillGrade) -> shapes.SkillGradeShape:
    return shapes.SkillGradeShape(
        skill=each.skill,
        path=each.path,
        new=each.is_new,
        grade=_static(each.grade),
        base=_static(each.base),
        delta=each.delta,
        faults=tuple(map(json.finding_shape, each.faults)),
        gate=_gate(each.gate),
        routing=None,
        review=None,
    )


def _static(grade: Grade | None) -> shapes.StaticShape | None:
    if grade is None:
        return None
    measures = {n: shapes.MeasureShape(*reading) for n, reading in grade.measures.items()}
    return shapes.StaticShape(grade.score, grade.label, grade.percentile, measures)


def _gate(gate: Gate) -> shapes.GateShape:
    layers = (shapes.LayerShape(each.layer, each.verdict, each.reasons) for each in gate.layers)
    return shapes.GateShape(gate.verdict, tuple(layers))
