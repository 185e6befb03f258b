"""Trials → what they say of a skill: its tasks with their assertions, and the verdict."""

from collections.abc import Sequence
from statistics import fmean, median
from typing import Literal

from skillrepo.behaviour.comparing import compare, decide, rounded
from skillrepo.behaviour.exam import Assertion, Exam, ExamTask
from skillrepo.behaviour.graders import Verdict as Graded
from skillrepo.behaviour.graders import short
from skillrepo.behaviour.leaks import leaks
from skillrepo.behaviour.result import (
    Against,
    AssertionResult,
    Configuration,
    ConfigurationResult,
    Evaluated,
    Runs,
    Tally,
    TaskResult,
)
from skillrepo.behaviour.trials import Trial

_LOST = ("failed", "timeout", "cut off")


def summarise(  # noqa: PLR0913 - what the record of a run has to say
    exam: Exam,
    body: str,
    trials: Sequence[Trial],
    configurations: Sequence[Configuration],
    *,
    runner: str,
    number: int,
    model: str,
    notes: Sequence[str] = (),
) -> Evaluated:
    """What trials say; `body` is that of the skill whose evals they are.

    Each task was to be run `number` times with each configuration.
    """
    tasks = tuple(
        _task(task, [each for each in trials if each.task == at], configurations, body)
        for at, task in enumerate(exam.tasks)
    )
    known: tuple[Against, ...] = ("base", "none")
    others = [each for each in known if each in configurations]
    compared = compare(tasks, others)
    verdict, reasons = decide(tasks, compared, by_model=bool(model))
    return Evaluated(
        runner=runner,
        exam=exam.sha256,
        side=exam.side,
        trials=number,
        model=model,
        configurations=tuple(_configuration(each, tasks, trials) for each in configurations),
        tasks=tasks,
        compared=compared,
        verdict=verdict,
        reasons=reasons,
        notes=(*exam.notes, *notes),
    )


def _configuration(
    configuration: Configuration, tasks: Sequence[TaskResult], trials: Sequence[Trial]
) -> ConfigurationResult:
    rates = [[each.rate(configuration) for each in task.assertions] for task in tasks]
    means = [fmean(known) for each in rates if (known := [r for r in each if r is not None])]
    runs = [each.run for each in trials if each.configuration == configuration]
    ended = [each for each in runs if each.outcome == "ended"]
    return ConfigurationResult(
        configuration=configuration,
        pass_rate=rounded(fmean(means)) if means else None,
        seconds=_median([each.seconds for each in ended]),
        tokens=_tokens([each.tokens for each in ended]),
        runs=len(runs),
        lost=len(runs) - len(ended),
    )


def _task(
    task: ExamTask, trials: Sequence[Trial], configurations: Sequence[Configuration], body: str
) -> TaskResult:
    by = {name: [each for each in trials if each.configuration == name] for name in configurations}
    assertions = tuple(
        _assertion(assertion, {name: _verdicts(of, at) for name, of in by.items()})
        for at, assertion in enumerate(task.assertions)
    )
    return TaskResult(
        id=short(task.id),
        prompt=short(task.prompt),
        problem=short(task.problem),
        leaks=tuple(map(short, leaks(task, body))),
        runs=tuple(_runs(name, of) for name, of in by.items()),
        assertions=assertions,
    )


def _verdicts(trials: Sequence[Trial], at: int) -> list[Graded]:
    return [each.run.verdicts[at] for each in trials if each.run.outcome == "ended"]


def _assertion(
    assertion: Assertion, verdicts: dict[Configuration, list[Graded]]
) -> AssertionResult:
    tallies = tuple(_tally(name, of) for name, of in verdicts.items())
    by: Literal["code", "model"] = "code" if assertion.check else "model"
    made = AssertionResult(short(assertion.text), by, tallies, None, None)
    rates = [each.rate for each in tallies]
    constant: Literal["always", "never"] | None = None
    # What holds with both versions may be what the skill is for.
    if "none" in verdicts and set(rates) in ({1.0}, {0.0}):
        constant = "always" if rates[0] else "never"
    head = made.rate("head")
    other = made.rate("none")
    other = made.rate("base") if other is None else other
    gained = None if head is None or other is None else rounded(head - other)
    return AssertionResult(made.text, by, tallies, gained, constant)


def _tally(configuration: Configuration, verdicts: Sequence[Graded]) -> Tally:
    passed = [each for each in verdicts if each.passed is True]
    failed = [each for each in verdicts if each.passed is False]
    unknown = [each for each in verdicts if each.passed is None]
    telling = next(iter((*failed, *unknown, *passed)), None)
    return Tally(
        configuration,
        len(passed),
        len(failed),
        len(unknown),
        telling.evidence if telling else "",
    )


def _runs(configuration: Configuration, trials: Sequence[Trial]) -> Runs:
    runs = [each.run for each in trials]
    ended = [each for each in runs if each.outcome == "ended"]
    counts = {name: sum(each.outcome == name for each in runs) for name in _LOST}
    return Runs(
        configuration=configuration,
        ended=len(ended),
        failed=counts["failed"],
        timeout=counts["timeout"],
        cut_off=counts["cut off"],
        why=next((each.why for each in reversed(runs) if each.outcome != "ended"), ""),
        seconds=_median([each.seconds for each in ended]),
        tokens=_tokens([each.tokens for each in ended]),
    )


def _median(values: Sequence[float]) -> float | None:
    return round(median(values), 2) if values else None


def _tokens(values: Sequence[int | None]) -> int | None:
    known = [each for each in values if each is not None]
    return round(median(known)) if known else None
