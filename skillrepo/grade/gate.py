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


def integrity(faults: Sequence[str] | None, unseen: Sequence[str] = ()) -> LayerVerdict:
    """Any fault fails; None where the skill was not checked.

    What was not looked at may hold any fault, so without one there is no verdict.
    """
    if faults is None:
        return LayerVerdict("integrity", None)
    verdict: Verdict = "fail" if faults else "inconclusive" if unseen else "pass"
    return LayerVerdict("integrity", verdict, (*faults, *unseen))


def static(score: Change, limits: Grading, *, is_new: bool) -> LayerVerdict:
    """A new skill has the minimum; a changed one has not lost more than is allowed, nor that.

    One that was below the minimum before may stay so: the change does not answer for it. A change
    of which one side could not be measured is inconclusive.
    """
    base, head = score
    if head is None:
        return _static("inconclusive", "the static grade of the skill could not be measured")
    least = limits.minimum - _ROUNDING
    if is_new:
        why = f"a new skill has a grade of {limits.minimum:.2f} or more; this one has {shown(head)}"
        return _static("fail", why) if head < least else _static("pass")
    if base is None:
        why = "the static grade before the change could not be measured, so there is no comparison"
        return _static("inconclusive", why)
    fall = f"the grade falls from {shown(base)} to {shown(head)}"
    if base - head > limits.max_drop + _ROUNDING:
        return _static("fail", f"{fall}; {limits.max_drop:.2f} may be lost")
    # Else many changes, each of which loses less than is allowed, would have no end.
    if head < least <= base:
        return _static("fail", f"{fall}, below the minimum of {limits.minimum:.2f} that it had")
    return _static("pass")


def _static(verdict: Verdict, *reasons: str) -> LayerVerdict:
    return LayerVerdict("static", verdict, reasons)


NO_STATIC = LayerVerdict("static", None)
"""What a static grade says that gates nothing."""
NO_ROUTING = LayerVerdict("routing", None)
"""What routing says where no query is labelled: that is no pass."""
NO_JUDGE = LayerVerdict("judge", None)
"""What a model says of a skill that cannot be read."""


class Queries(NamedTuple):
    """How many labelled queries a skill captures from others, has lost, and has no more.

    `not_looked_at` are those that were too much work.
    """

    thefts: int = 0
    losses: int = 0
    removed: int = 0
    not_looked_at: int = 0


def routing(found: Queries, limits: Grading) -> LayerVerdict:
    """Queries of other skills that this one captures, and own ones that it loses, by the limits.

    Where some were not looked at, that there is no more of them is not known. And where some are
    removed, the next change loses them unseen.
    """
    reasons = [
        f"it captures {_queries(found.thefts)} of other skills; {limits.max_thefts} may be captured"
        if found.thefts > limits.max_thefts
        else "",
        f"it is no longer found first for {_queries(found.losses)}; {limits.max_losses} may be lost"
        if found.losses > limits.max_losses
        else "",
    ]
    unknown = [
        f"labelled queries that were too much work, and not looked at: {found.not_looked_at:,}"
        if found.not_looked_at
        else "",
        f"it no longer has {_queries(found.removed)} of before, so who gets them is seen no more; "
        f"{limits.max_removed_queries} may be removed"
        if found.removed > limits.max_removed_queries
        else "",
    ]
    failed, told = any(reasons), tuple(filter(None, (*reasons, *unknown)))
    return LayerVerdict("routing", "fail" if failed else "inconclusive" if told else "pass", told)


def _queries(number: int) -> str:
    return f"{number} labelled quer{'y' if number == 1 else 'ies'}"


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
