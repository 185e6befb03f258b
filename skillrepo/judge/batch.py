"""A batch of skills, and the two control skills with it."""

from collections.abc import Callable, Mapping, Sequence

from skillrepo.judge import controls
from skillrepo.judge.case import Case
from skillrepo.judge.change import judged
from skillrepo.judge.panel import Panel
from skillrepo.judge.review import Judged

_One = Callable[[Case], Judged]
Spread = Callable[[_One, Sequence[Case]], list[Judged]]
"""Calls a function with each case, at the same time where it can; in order."""


def one_by_one(judge: _One, cases: Sequence[Case]) -> list[Judged]:
    """Without threads."""
    return [judge(case) for case in cases]


def batch(panel: Panel, cases: Sequence[Case], spread: Spread = one_by_one) -> Mapping[str, Judged]:
    """What the panel says of each case, by its path; what it says of the controls is in all."""
    if not cases:
        return {}
    good, bad, *rest = spread(lambda case: judged(panel, case), (*controls.cases(), *cases))
    faults = controls.faults(panel.rubric, good.head, bad.head)
    return {
        case.path: result._replace(controls=faults)
        for case, result in zip(cases, rest, strict=True)
    }
