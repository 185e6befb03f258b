"""Is a skill worse than before? Tasks with their assertions → a verdict.

The unit is the task: what was run of it is averaged before. The difference of a task is the mean
over its assertions of how much more often they hold with the head; assertions that were not
measured on both sides are left out of both.
"""

from collections.abc import Iterable, Sequence
from statistics import fmean

from skillrepo import paired
from skillrepo.behaviour.result import Against, Compared, Configuration, TaskResult, Verdict

MARGIN = 0.10
"""The fall of the rate that does not matter (non-inferiority)."""
_MOST_LOST = 0.1
"""The share of runs without an end above which a pass is none: the hard ones may be missing."""
_DIGITS = 4
SAID: dict[Configuration, str] = {
    "head": "with the skill",
    "base": "with the skill before",
    "none": "without a skill",
}


def compare(
    tasks: Sequence[TaskResult], others: Iterable[Against], seed: str
) -> tuple[Compared, ...]:
    """The head against each of the others."""
    return tuple(_compared(tasks, other, seed) for other in others)


def decide(
    tasks: Sequence[TaskResult], compared: Sequence[Compared]
) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict, which is that of the first comparison, and why."""
    first = compared[0]
    reasons = [first.why]
    sides: tuple[Configuration, ...] = ("head", first.against)
    lost = {each: _lost(tasks, each) for each in sides}
    told = [
        f"{SAID[each]}: {share:.0%} of the runs came to no end that could be assessed"
        for each, share in lost.items()
        if share > _MOST_LOST
    ]
    if first.verdict == "pass" and told:
        return "inconclusive", (*reasons, *told)
    return first.verdict, (*reasons, *told)


def _lost(tasks: Sequence[TaskResult], configuration: Configuration) -> float:
    runs = [each for task in tasks for each in task.runs if each.configuration == configuration]
    total = sum(each.ended + each.lost for each in runs)
    return sum(each.lost for each in runs) / total if total else 0.0


def difference(task: TaskResult, against: Against) -> float | None:
    """How much more of a task's assertions hold with the head; None where nothing tells."""
    pairs = ((each.rate("head"), each.rate(against)) for each in task.assertions)
    found = [head - other for head, other in pairs if head is not None and other is not None]
    return fmean(found) if found else None


def _compared(tasks: Sequence[TaskResult], against: Against, seed: str) -> Compared:
    found = [difference(task, against) for task in tasks]
    known = [each for each in found if each is not None]
    said = paired.compare(known, margin=MARGIN, seed=f"{seed}/{against}")
    return Compared(
        against=against,
        verdict=said.verdict,
        mean=rounded(said.mean),
        low=rounded(said.low),
        high=rounded(said.high),
        p=rounded(said.p),
        detectable=rounded(said.detectable),
        tasks=said.tasks,
        wanted=said.wanted,
        left_out=len(found) - len(known),
        why=said.why,
    )


def rounded(value: float | None) -> float | None:
    """A number as it is kept: its last bits differ from machine to machine."""
    return None if value is None else round(value, _DIGITS)
