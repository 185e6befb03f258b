"""What the layers say of a skill → pass, fail or inconclusive, with the reasons.

A layer that did not run says nothing: it is printed as not measured, and makes the verdict
inconclusive only where the settings require it. A verdict that rests on statistics comes in as
`LayerVerdict`, as those made here do.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from skillrepo.grade.score import shown
from skillrepo.settings import Grading, Layer

Verdict = Literal["pass", "fail", "inconclusive"]
NOT_MEASURED = "not measured"
# Scores are printed with two digits: a drop that is one of rounding is none.
_ROUNDING = 1e-9


class LayerVerdict(NamedTuple):
    """What one layer says; None where it did not run. `reasons` are plain lines, not yet inert."""

    layer: Layer
    verdict: Verdict | None
    reasons: tuple[str, ...] = ()


class Gate(NamedTuple):
    """The verdict on one skill, and what it rests on."""

    verdict: Verdict
    layers: tuple[LayerVerdict, ...]


class Change(NamedTuple):
    """A number before and after; None where there is none, or it could not be measured."""

    base: float | None
    head: float | None


def integrity(faults: Sequence[str] | None) -> LayerVerdict:
    """Any fault fails; None where the skill was not checked."""
    if faults is None:
        return LayerVerdict("integrity", None)
    return LayerVerdict("integrity", "fail" if faults else "pass", tuple(faults))


def static(score: Change, limits: Grading, *, is_new: bool) -> LayerVerdict:
    """A new skill has the minimum; a changed one has not lost more than is allowed.

    One that was below the minimum before may stay so: the change does not answer for it. A change
    of which one side could not be measured is inconclusive.
    """
    base, head = score
    if head is None:
        return _static("inconclusive", "the static grade of the skill could not be measured")
    if is_new:
        if head < limits.minimum - _ROUNDING:
            why = (
                f"a new skill has a grade of {limits.minimum:.2f} or more; "
                f"this one has {shown(head)}"
            )
            return _static("fail", why)
        return _static("pass")
    if base is None:
        why = "the static grade before the change could not be measured, so there is no comparison"
        return _static("inconclusive", why)
    if base - head > limits.max_drop + _ROUNDING:
        why = (
            f"the grade falls from {shown(base)} to {shown(head)}; "
            f"{limits.max_drop:.2f} may be lost"
        )
        return _static("fail", why)
    return _static("pass")


def _static(verdict: Verdict, *reasons: str) -> LayerVerdict:
    return LayerVerdict("static", verdict, reasons)


NO_STATIC = LayerVerdict("static", None)
"""What a static grade says that gates nothing."""
NO_ROUTING = LayerVerdict("routing", None)
"""What routing says where no query is labelled: that is no pass."""
NO_JUDGE = LayerVerdict("judge", None)
"""What a model says of a skill that cannot be read."""


def routing(
    thefts: Sequence[str], losses: Sequence[str], limits: Grading, not_looked_at: int = 0
) -> LayerVerdict:
    """Queries of other skills that this one captures, and own ones that it loses, by the limits.

    Where some were not looked at, that there is no more of them is not known.
    """
    reasons = [
        f"it captures {_queries(thefts)} of other skills; {limits.max_thefts} may be captured"
        if len(thefts) > limits.max_thefts
        else "",
        f"it is no longer found first for {_queries(losses)}; {limits.max_losses} may be lost"
        if len(losses) > limits.max_losses
        else "",
    ]
    told = tuple(filter(None, reasons))
    if not told and not_looked_at:
        why = f"labelled queries that were too much work, and not looked at: {not_looked_at:,}"
        return LayerVerdict("routing", "inconclusive", (why,))
    return LayerVerdict("routing", "fail" if told else "pass", told)


def _queries(found: Sequence[str]) -> str:
    return f"{len(found)} labelled quer{'y' if len(found) == 1 else 'ies'}"


def decide(layers: Iterable[LayerVerdict], limits: Grading) -> Gate:
    """One layer that fails decides; else one that is inconclusive, or required and not measured."""
    layers = tuple(layers)
    there = {each.layer for each in layers}
    absent = (LayerVerdict(name, None) for name in limits.require if name not in there)
    known = tuple(
        each._replace(
            reasons=(f"{each.layer}: {NOT_MEASURED}, though the settings require it", *each.reasons)
        )
        if each.verdict is None and each.layer in limits.require
        else each
        for each in (*layers, *absent)
    )
    verdicts = {each.verdict for each in known}
    if "fail" in verdicts:
        return Gate("fail", known)
    missing = any(each.verdict is None and each.layer in limits.require for each in known)
    if "inconclusive" in verdicts or missing:
        return Gate("inconclusive", known)
    return Gate("pass", known)


def worst(gates: Iterable[Gate]) -> Verdict:
    """The verdict on a change of several skills; one of none passes."""
    verdicts = {gate.verdict for gate in gates}
    order: tuple[Verdict, ...] = ("fail", "inconclusive")
    return next((each for each in order if each in verdicts), "pass")
