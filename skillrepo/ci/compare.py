"""Whether what the first stage reported is what the second one finds."""

import json

from skillrepo.grade import gate
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.output import grade_json, grade_read
from skillrepo.settings import Grading

_OF_NOTES = "behaviour"
"""The layer that is taken from notes. The first stage has none: a checkout does not fetch them."""


def is_same(reported: Graded, own: Graded, limits: Grading) -> bool:
    """Whether two grades of a change are alike, but for what people call it.

    Where notes told the second stage how skills did, both are compared without that, and without
    what follows from it by the `limits`.
    """
    if any(_is_noted(each) for each in own.skills):
        reported, own = _without_notes(reported, limits), _without_notes(own, limits)
    return _said(reported) == _said(own)


def _is_noted(skill: SkillGrade) -> bool:
    return any(each.layer == _OF_NOTES and each.verdict for each in skill.gate.layers)


def _without_notes(found: Graded, limits: Grading) -> Graded:
    skills = tuple(
        each._replace(
            gate=gate.decide((one for one in each.gate.layers if one.layer != _OF_NOTES), limits)
        )
        for each in found.skills
    )
    verdict = "fail" if found.others else gate.worst(each.gate for each in skills)
    return found._replace(skills=skills, verdict=verdict)


def _said(found: Graded) -> Graded:
    """What it says once it is read again, as the report was."""
    plain = grade_read.read(json.loads("".join(grade_json.render(found))))
    return plain._replace(base_name="", head_name="")
