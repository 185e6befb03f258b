"""For which queries a skill is chosen, as plain text, all of it inert, for people at a terminal."""

from collections.abc import Iterator

from skillrepo.behaviour.comparing import SAID
from skillrepo.behaviour.trigger_result import (
    Controls,
    QueryResult,
    Routed,
    RouteRun,
    Share,
    SideResult,
    TriggerComparison,
    Triggers,
    Usage,
)
from skillrepo.grade.gate import NOT_MEASURED
from skillrepo.output.text import heading
from skillrepo.output.trigger_shapes import TriggersShape
from skillrepo.visible import one_line

_VERDICTS = {
    "pass": "This skill passes",
    "fail": "This skill fails",
    "inconclusive": "There is no verdict on this skill",
}
_WORDS = {"pass": "not worse", "fail": "worse", "inconclusive": "inconclusive"}
_MOST_CONFUSED = 5


def render(shape: TriggersShape) -> Iterator[str]:
    """The lines of the report, without line ends: the queries, then the verdict."""
    found = shape.triggers
    whose = "the base" if found.exam_side == "base" else "the change itself"
    total = len(found.queries)
    counted = f"{total} quer{'y' if total == 1 else 'ies'} of {whose}"
    trials = f"{found.trials} time{'s' * (found.trials != 1)}"
    yield f"{heading(shape.skill)}: {counted}, each up to {trials} of {one_line(found.model)}"
    yield from (f"  {one_line(note)}" for note in found.notes)
    for query in found.queries:
        yield from _query(query, found)
    yield ""
    yield _controls(found.controls)
    for side in found.sides:
        yield from _side(side)
    # Of what nothing was asked there is nothing to compare.
    if not found.controls.faults:
        yield from (f"  {_compared(each)}" for each in found.compared)
    yield f"  {_usage(found.usage)}"
    yield f"{_VERDICTS[found.verdict]}: {one_line('; '.join(found.reasons))}."


def _query(query: QueryResult, found: Triggers) -> Iterator[str]:
    wanted = "should trigger" if query.should_trigger else "should not trigger"
    yield f"  {wanted}: “{one_line(query.query)}”"
    names = {each.shown.side: each.shown.name for each in found.sides}
    yield from (f"    {SAID[each.side]}: {_routed(each, names[each.side])}" for each in query.sides)


def _routed(routed: Routed, own: str) -> str:
    if not routed.runs:
        return NOT_MEASURED
    said = ", ".join(_run(run, own) for run in routed.runs)
    return f"{routed.outcome} ({said})"


def _run(run: RouteRun, own: str) -> str:
    if run.problem:
        return f"error: {one_line(run.problem)}"
    if run.skill is None:
        return "none"
    return "it" if run.skill == own else one_line(run.skill)


def _controls(controls: Controls) -> str:
    recall, loaded = controls.recall, controls.loaded
    return (
        f"  probes: an obvious skill was chosen for {recall.found} of {recall.of} requests, and "
        f"none for {loaded.of - loaded.found} of {loaded.of} that need none"
    )


def _side(each: SideResult) -> Iterator[str]:
    shown = each.shown
    yield (
        f"  {SAID[shown.side]}: recall {_share(each.recall)}, specificity "
        f"{_share(each.specificity)}{_missing(each)}"
    )
    if 0 < shown.fewest < shown.skills:
        yield (
            f"    of {shown.skills:,} skills a request shows the nearest by BM25 and this one, at "
            f"least {shown.fewest:,} (`judge.max_prompt_tokens`)"
        )
    if each.confusions:
        first = each.confusions[:_MOST_CONFUSED]
        said = ", ".join(f"{one_line(one.skill or 'none')} ({one.runs})" for one in first)
        more = len(each.confusions) - len(first)
        yield f"    chosen instead: {said}{f', {more} more' if more else ''}"


def _share(share: Share) -> str:
    if share.rate is None:
        return NOT_MEASURED
    ends = f"{share.low:.2f} to {share.high:.2f}"
    return f"{share.rate:.2f} ({share.found} of {share.of}, {ends})"


def _missing(each: SideResult) -> str:
    counts = ((each.errors, "with errors"), (each.not_measured, NOT_MEASURED))
    said = ", ".join(f"{number} {what}" for number, what in counts if number)
    return f"; {said}" if said else ""


def _compared(each: TriggerComparison) -> str:
    left = f"; {each.left_out} more could not be compared" if each.left_out else ""
    return f"{each.dimension}: {_WORDS[each.verdict]}: {one_line(each.why)}{left}"


def _usage(usage: Usage) -> str:
    about = "≈" if usage.estimated else ""
    price = "price not known" if usage.cost is None else f"${usage.cost:.4f}"
    calls = f"{usage.calls:,} call{'s' * (usage.calls != 1)}"
    total = usage.input_tokens + usage.output_tokens
    return f"model: {calls}, {about}{total:,} tokens, {price}"
