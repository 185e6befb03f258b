"""What became of the tasks of a skill as plain text, all of it inert, for people at a terminal."""

from collections.abc import Iterator

from skillrepo.behaviour.comparing import SAID, difference
from skillrepo.behaviour.graders import NO_MODEL
from skillrepo.behaviour.result import (
    AssertionResult,
    Compared,
    ConfigurationResult,
    Evaluated,
    Runs,
    Tally,
    TaskResult,
)
from skillrepo.grade.gate import NOT_MEASURED
from skillrepo.output.eval_shapes import EvalShape
from skillrepo.output.text import heading
from skillrepo.visible import one_line

_VERDICTS = {
    "pass": "This skill passes",
    "fail": "This skill fails",
    "inconclusive": "There is no verdict on this skill",
}
_WORDS = {"pass": "not worse", "fail": "worse", "inconclusive": "inconclusive"}
_CONSTANT = {
    "always": "holds always, with the skill and without: it says nothing of the skill",
    "never": "never holds, with the skill or without: it says nothing of the skill",
}


def render(shape: EvalShape) -> Iterator[str]:
    """The lines of the report, without line ends: the tasks, then the verdict."""
    found = shape.evaluated
    whose = "the base" if found.side == "base" else "the change itself"
    trials = f"{found.trials} time{'s' * (found.trials != 1)}"
    counted = f"{len(found.tasks)} task{'s' * (len(found.tasks) != 1)} of {whose}"
    yield f"{heading(shape.skill)}: {counted}, each {trials} by the runner {found.runner}"
    yield from (f"  {one_line(note)}" for note in found.notes)
    yield from _tasks(found)
    yield ""
    yield from map(_configuration, found.configurations)
    yield from (f"  {_compared(each)}" for each in found.compared)
    if unasked := sum(_is_unasked(each) for task in found.tasks for each in task.assertions):
        what = f"{unasked} assertion{'s' * (unasked != 1)}"
        yield f"  {NOT_MEASURED}: {what} that code cannot decide, for no model was asked: --judge"
    yield f"{_VERDICTS[found.verdict]}: {one_line('; '.join(found.reasons))}."


def _tasks(found: Evaluated) -> Iterator[str]:
    """Each task; of several that came to the same it is said once, below all of them."""
    alike: dict[tuple[str, ...], list[TaskResult]] = {}
    for task in found.tasks:
        alike.setdefault(tuple(_task(task, found)), []).append(task)
    for lines, tasks in alike.items():
        yield from (f"  {one_line(task.id)}: “{one_line(task.prompt)}”" for task in tasks)
        yield from ["    of each of them:"] * (len(tasks) > 1)
        yield from lines


def _task(task: TaskResult, found: Evaluated) -> Iterator[str]:
    if task.problem:
        yield f"    not run: {one_line(task.problem)}"
    for run in task.runs:
        if run.lost:
            yield f"    {SAID[run.configuration]}: {_lost(run)}"
    for each in task.assertions:
        yield from _assertion(each)
    for compared in found.compared:
        change = difference(task, compared.against)
        if change is not None:
            yield f"    against {_against(compared)}: {change:+.2f}"
    yield from (f"    {one_line(each)}" for each in task.leaks)


def _lost(run: Runs) -> str:
    counts = ((run.failed, "failed"), (run.timeout, "timed out"), (run.cut_off, "were cut off"))
    said = ", ".join(f"{number} {what}" for number, what in counts if number)
    total = run.ended + run.lost
    runs = f"{total} run{'s' * (total != 1)}"
    return f"{said} of {runs}, which says nothing of the skill: {one_line(run.why)}"


def _assertion(each: AssertionResult) -> Iterator[str]:
    measured = [tally for tally in each.tallies if tally.rate is not None]
    counts = ", ".join(map(_tally, each.tallies)) if measured else NOT_MEASURED
    by = "skill" if any(t.configuration == "none" for t in each.tallies) else "change"
    gained = "" if each.discrimination is None else f" ({each.discrimination:+.2f} by the {by})"
    yield f"    {one_line(each.text)}: {counts}{gained}"
    if each.constant:
        yield f"      {_CONSTANT[each.constant]}"
    head = next((tally for tally in each.tallies if tally.configuration == "head"), None)
    if head and head.evidence and not _is_unasked(each) and (head.failed or head.not_measured):
        yield f"      {one_line(head.evidence)}"


def _is_unasked(each: AssertionResult) -> bool:
    """Whether nobody looked at it: that is said of all such ones at once."""
    return any(tally.evidence == NO_MODEL for tally in each.tallies)


def _tally(tally: Tally) -> str:
    where, total = SAID[tally.configuration], tally.passed + tally.failed
    if not total:
        return f"{NOT_MEASURED} {where}"
    more = f" ({tally.not_measured} more {NOT_MEASURED})" if tally.not_measured else ""
    return f"{tally.passed} of {total} {where}{more}"


def _configuration(each: ConfigurationResult) -> str:
    rate = NOT_MEASURED if each.pass_rate is None else f"{each.pass_rate:.2f}"
    parts = [f"{each.runs} run{'s' * (each.runs != 1)}"]
    if each.lost:
        parts.append(f"{each.lost} of them without an end")
    if each.seconds is not None:
        parts.append(f"median {each.seconds:.1f} s")
    parts.append(f"tokens {NOT_MEASURED}" if each.tokens is None else f"{each.tokens:,} tokens")
    return f"  {SAID[each.configuration]}: {rate} ({', '.join(parts)})"


def _compared(each: Compared) -> str:
    left = f"; {each.left_out} more could not be compared" if each.left_out else ""
    is_better = each.verdict == "pass" and each.low is not None and each.low > 0
    said = "better" if is_better else _WORDS[each.verdict]
    return f"against {_against(each)}: {said}: {one_line(each.why)}{left}"


def _against(each: Compared) -> str:
    return "the skill before" if each.against == "base" else "no skill"
