"""The grades of a change as JSON."""

from collections.abc import Iterator
from typing import Any

from skillrepo.conceal import without_keys
from skillrepo.grade.gate import Gate
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.portfolio import Effect
from skillrepo.grade.routing import Routing
from skillrepo.grade.score import Grade
from skillrepo.output import grade_shapes as shapes
from skillrepo.output import json, review_json

_DIGITS = 4


def render(graded: Graded) -> Iterator[str]:
    """The grades as one JSON object, the same bytes for the same grades."""
    yield json.dumps(shape(without_keys(graded)))


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
        effect=_effect(graded.effect) if graded.effect else None,
        had_errors=graded.had_errors,
        profile=graded.profile,
        root=graded.root,
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
        routing=_routing(each.routing),
        routing_base=_routing(each.routing_before),
        distinct=shapes.DistinctShape(*each.distinct) if each.distinct else None,
        review=review_json.shape(each.review) if each.review else None,
    )


def _static(grade: Grade | None) -> shapes.StaticShape | None:
    if grade is None:
        return None
    measures = {n: shapes.MeasureShape(*reading) for n, reading in grade.measures.items()}
    label: Any = grade.label
    return shapes.StaticShape(grade.score, label, grade.percentile, measures)


def _gate(gate: Gate) -> shapes.GateShape:
    layers = (shapes.LayerShape(each.layer, each.verdict, each.reasons) for each in gate.layers)
    return shapes.GateShape(gate.verdict, tuple(layers))


def _routing(routing: Routing | None) -> shapes.RoutingShape | None:
    if routing is None:
        return None
    outcomes = (
        shapes.OutcomeShape(
            query=each.query.text,
            should_trigger=each.query.should_trigger,
            path=each.query.path,
            line=each.query.line,
            rank=each.rank,
            first=each.first,
            margin=round(each.margin, _DIGITS),
            right=each.is_right,
            score=round(each.score, _DIGITS),
        )
        for each in routing.outcomes
    )
    return shapes.RoutingShape(
        hit_at_1=_rounded(routing.hit_at_1),
        mrr=_rounded(routing.mrr),
        negatives_held=_rounded(routing.negatives_held),
        margin=_rounded(routing.margin),
        near_misses=_rounded(routing.near_misses),
        outcomes=tuple(outcomes),
        not_looked_at=routing.not_looked_at,
    )


def _effect(effect: Effect) -> shapes.EffectShape:
    return shapes.EffectShape(
        thefts=tuple(shapes.TheftShape(e.query.text, *e[1:]) for e in effect.thefts),
        losses=tuple(shapes.LossShape(e.query.text, *e[1:]) for e in effect.losses),
        removed=tuple(
            shapes.RemovedShape(e.query.text, e.query.should_trigger, e.skill)
            for e in effect.removed
        ),
        neighbours=tuple(
            shapes.NeighbourShape(
                e.skill, e.other, round(e.overlap, _DIGITS), _rounded(e.before), e.shared
            )
            for e in effect.neighbours
        ),
        resident_tokens_before=effect.resident_tokens_before,
        resident_tokens_after=effect.resident_tokens_after,
        not_looked_at=effect.not_looked_at,
        not_compared=effect.not_compared,
    )


def _rounded(value: float | None) -> float | None:
    # The last bits of a logarithm differ from machine to machine.
    return None if value is None else round(value, _DIGITS)
