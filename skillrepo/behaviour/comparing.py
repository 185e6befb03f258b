"""Is a skill worse than before? Tasks with their assertions → a verdict.

The unit is the task: what was run of it is averaged before. The difference of a task is the mean
over its assertions of how much more often they hold with the head; assertions that were not
measured on both sides are left out of both.
"""

from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean

from skillrepo import paired
from skillrepo.behaviour.result import Against, Compared, Configuration, TaskResult, Verdict

MARGIN = 0.10
"""The fall of the rate that does not matter (non-inferiority)."""
_MOST_LOST = 0.1
"""The share of runs without an end, or of assertions that were not decided although they might have
been, above which a pass is none: the hard ones may be missing."""
SEED = "behaviour"
"""Of nothing that whoever proposes a change writes, or they could look for one that has luck."""
_DIGITS = 4
SAID: dict[Configuration, str] = {
    "head": "with the skill",
    "base": "with the skill before",
    "none": "without a skill",
}


def compare(tasks: Sequence[TaskResult], others: Iterable[Against]) -> tuple[Compared, ...]:
    """The head against each of the others."""
    return tuple(_compared(tasks, other) for other in others)


def decide(
    tasks: Sequence[TaskResult], compared: Sequence[Compared], *, by_model: bool
) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict, which is that of the first comparison, and why.

    `by_model` says whether a model was asked: without one its assertions are none that got lost.
    """
    first = compared[0]
    sides: tuple[Configuration, ...] = ("head", first.against)
    dead = [why for each in sides for why in _dead(tasks, each)]
    if dead:
        # How many tasks there should be says nothing of what went wrong.
        return first.verdict, (*dead, first.why)
    told = [why for each in sides for why in _missing(tasks, each, by_model=by_model)]
    if first.verdict == "pass" and not told:
        told = list(_hiding(tasks, first, by_model=by_model))
    verdict = "inconclusive" if first.verdict == "pass" and told else first.verdict
    return verdict, (first.why, *told)


def _dead(tasks: Sequence[TaskResult], configuration: Configuration) -> Iterator[str]:
    """What the last run of a side says, where none of them came to an end."""
    runs = [each for task in tasks for each in task.runs if each.configuration == configuration]
    whys = [each.why for each in runs if each.lost]
    if whys and not any(each.ended for each in runs):
        yield f"{SAID[configuration]} no run came to an end that could be assessed: {whys[-1]}"


def _missing(
    tasks: Sequence[TaskResult], configuration: Configuration, *, by_model: bool
) -> Iterator[str]:
    """What is missing of a side, where that is more than a pass can do without."""
    if (share := _lost(tasks, configuration)) > _MOST_LOST:
        said = "of the runs came to no end that could be assessed"
        yield f"{SAID[configuration]}: {share:.0%} {said}"
    if (share := _undecided(tasks, configuration, by_model=by_model)) > _MOST_LOST:
        said = "of the assertions that were to be decided got no answer"
        yield f"{SAID[configuration]}: {share:.0%} {said}"


def _hiding(tasks: Sequence[TaskResult], found: Compared, *, by_model: bool) -> Iterator[str]:
    """Whether a fall may be hidden by what is missing of the head: if all of it were failures.

    The interval then lies lower by as much as the mean does (bounds: Manski 1989, Journal of Human
    Resources 24:343-360).
    """
    worst = [_worst(task, found.against, by_model=by_model) for task in tasks]
    low = fmean(each for each in worst if each is not None) - (found.mean or 0.0)
    if (found.low or 0.0) + low < -MARGIN + 10**-_DIGITS:
        said = f"what came to no end, or was not decided, may hide a fall of {MARGIN:.2f}"
        yield f"{SAID['head']}: {said}"


def _worst(task: TaskResult, against: Against, *, by_model: bool) -> float | None:
    """The difference of a task if the head had failed what is missing of it."""
    lost = sum(each.lost for each in task.runs if each.configuration == "head")
    found = []
    for each in task.assertions:
        other = each.rate(against)
        for head in (tally for tally in each.tallies if tally.configuration == "head"):
            asked = by_model or each.by == "code"
            total = head.passed + head.failed + (lost + head.not_measured if asked else 0)
            if other is not None and total:
                found.append(head.passed / total - other)
    return fmean(found) if found else None


def _lost(tasks: Sequence[TaskResult], configuration: Configuration) -> float:
    runs = [each for task in tasks for each in task.runs if each.configuration == configuration]
    total = sum(each.ended + each.lost for each in runs)
    return sum(each.lost for each in runs) / total if total else 0.0


def _undecided(
    tasks: Sequence[TaskResult], configuration: Configuration, *, by_model: bool
) -> float:
    asked = [each for task in tasks for each in task.assertions if by_model or each.by == "code"]
    tallies = [t for each in asked for t in each.tallies if t.configuration == configuration]
    missing = sum(each.not_measured for each in tallies)
    total = missing + sum(each.passed + each.failed for each in tallies)
    return missing / total if total else 0.0


def difference(task: TaskResult, against: Against) -> float | None:
    """How much more of a task's assertions hold with the head; None where nothing tells."""
    pairs = ((each.rate("head"), each.rate(against)) for each in task.assertions)
    found = [head - other for head, other in pairs if head is not None and other is not None]
    return fmean(found) if found else None


def _compared(tasks: Sequence[TaskResult], against: Against) -> Compared:
    found = [difference(task, against) for task in tasks]
    known = [each for each in found if each is not None]
    said = paired.compare(known, margin=MARGIN, seed=f"{SEED}/{against}")
    left_out = len(found) - len(known)
    return Compared(against=against, left_out=left_out, **as_kept(said)._asdict())


def as_kept(said: paired.Comparison) -> paired.Comparison:
    """A comparison with its numbers as they are kept."""
    return said._replace(
        mean=rounded(said.mean),
        low=rounded(said.low),
        high=rounded(said.high),
        p=rounded(said.p),
        detectable=rounded(said.detectable),
    )


def rounded(value: float | None) -> float | None:
    """A number as it is kept: its last bits differ from machine to machine."""
    return None if value is None else round(value, _DIGITS)
