"""The grades of a change as JSON."""

from collections.abc import Iterator

from skillrepo.grade.gate import Gate
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.score import Grade
from skillrepo.output import grade_shapes as shapes
from skillrepo.output import json


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
