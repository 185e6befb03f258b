"""What is missing of a side: it is no failure, and hides none either."""

from dataclasses import replace

import pytest

from skillrepo.behaviour.comparing import compare, decide
from skillrepo.behaviour.result import AssertionResult, Configuration, Runs, Tally, TaskResult

Counts = tuple[int, int, int, int]
"""How often an assertion held, did not, was not measured, and how many runs came to no end."""
HELD: Counts = (3, 0, 0, 0)


def task(head: Counts, base: Counts = HELD) -> TaskResult:
    sides: tuple[tuple[Configuration, Counts], ...] = (("head", head), ("base", base))
    tallies = tuple(Tally(name, *counts[:3], "") for name, counts in sides)
    runs = tuple(Runs(name, sum(c[:3]), c[3], 0, 0, "", None, None) for name, c in sides)
    return TaskResult("1", "p", "", (), runs, (AssertionResult("a", "code", tallies, None, None),))


@pytest.mark.parametrize(
    ("tasks", "verdict", "why"),
    [
        ([task(HELD)] * 10, "pass", ""),
        # Where a single run is lost, or two of a hard task, no fall of the margin fits in.
        ([task((2, 0, 0, 1)), *[task(HELD)] * 9], "pass", ""),
        ([task((1, 0, 0, 2)), *[task(HELD)] * 9], "pass", ""),
        # A task of ten that the head never ends is a tenth of all.
        ([task((0, 0, 0, 3)), *[task(HELD)] * 9], "inconclusive", "may hide a fall of 0.10"),
        ([task((0, 0, 3, 0)), *[task(HELD)] * 9], "inconclusive", "may hide a fall of 0.10"),
        # One falls that was seen, and others that were not.
        (
            [task((0, 3, 0, 0)), *[task((0, 0, 0, 3))] * 4, *[task(HELD)] * 45],
            "inconclusive",
            "with the skill: what came to no end",
        ),
        # What is missing of the base speaks for nobody, and what neither ends is no difference.
        ([task(HELD, (0, 0, 0, 3)), *[task(HELD)] * 9], "pass", ""),
        ([task((0, 0, 0, 3), (0, 0, 0, 3)), *[task(HELD)] * 9], "pass", ""),
    ],
)
def test_a_pass_stands_if_what_is_missing_had_failed(
    tasks: list[TaskResult], verdict: str, why: str
) -> None:
    compared = compare(tasks, ["base"])
    assert compared[0].verdict == "pass"
    found, reasons = decide(tasks, compared, by_model=False)
    assert (found, why in "; ".join(reasons)) == (verdict, True)


def test_what_is_missing_fails_nobody() -> None:
    tasks = [task((0, 0, 0, 3))] * 10
    assert decide(tasks, compare(tasks, ["base"]), by_model=False)[0] == "inconclusive"


def test_what_the_runner_says_comes_first_where_nothing_ended() -> None:
    lost = task((0, 0, 0, 3), (0, 0, 0, 3))
    runs = tuple(replace(each, why="it failed with exit code 1: no key") for each in lost.runs)
    tasks = [replace(lost, runs=runs)] * 5
    verdict, reasons = decide(tasks, compare(tasks, ["base"]), by_model=False)
    told = "no run came to an end that could be assessed: it failed with exit code 1: no key"
    assert verdict == "inconclusive"
    assert reasons[:2] == (f"with the skill {told}", f"with the skill before {told}")
    assert reasons[2].startswith("0 tasks: ")
    assert len(reasons) == 3
