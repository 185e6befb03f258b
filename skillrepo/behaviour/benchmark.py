"""The results in the files that others read: `grading.json`, `timing.json`, `benchmark.json`.

`grading.json` is that of https://agentskills.io (`assertion_results`), one a run; `benchmark.json`
has its `run_summary`, and beside it `metadata` and `runs` as Anthropic's skill-creator shows them.
What was not measured is left out of counts and means, and named: neither format has a word for it.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from skillrepo.behaviour.exam import Exam, ExamTask
from skillrepo.behaviour.graders import short
from skillrepo.behaviour.result import Configuration, Evaluated
from skillrepo.behaviour.runner import Run
from skillrepo.behaviour.trials import Trial

NAMES: Mapping[Configuration, str] = {
    "head": "with_skill",
    "base": "old_skill",
    "none": "without_skill",
}
_DIGITS = 4


def files(
    skill: str, exam: Exam, trials: Sequence[Trial], evaluated: Evaluated
) -> dict[str, dict[str, Any]]:
    """All files, by their path from the folder on that they are written into."""
    found: dict[str, dict[str, Any]] = {}
    for each in trials:
        folder = f"eval-{each.task + 1}/{NAMES[each.configuration]}/run-{each.number}"
        found[f"{folder}/grading.json"] = grading(exam.tasks[each.task], each.run)
        found[f"{folder}/timing.json"] = _timing(each.run)
    found["benchmark.json"] = benchmark(skill, exam, trials, evaluated)
    return found


def grading(task: ExamTask, run: Run) -> dict[str, Any]:
    """What became of the assertions of a task in one run."""
    pairs = list(zip(task.assertions, run.verdicts, strict=False))
    measured = [
        {"text": short(assertion.text), "passed": verdict.passed, "evidence": verdict.evidence}
        for assertion, verdict in pairs
        if verdict.passed is not None
    ]
    missing = [
        {"text": short(assertion.text), "why": verdict.evidence}
        for assertion, verdict in pairs
        if verdict.passed is None
    ]
    missing += [{"text": short(a.text), "why": run.why} for a in task.assertions[len(pairs) :]]
    return {"assertion_results": measured, "summary": _counts(run), "not_measured": missing}


def _counts(run: Run) -> dict[str, Any]:
    passed = sum(each.passed is True for each in run.verdicts)
    failed = sum(each.passed is False for each in run.verdicts)
    total = passed + failed
    rate = round(passed / total, _DIGITS) if total else None
    return {"passed": passed, "failed": failed, "total": total, "pass_rate": rate}


def _timing(run: Run) -> dict[str, Any]:
    tokens = {} if run.tokens is None else {"total_tokens": run.tokens}
    return {**tokens, "duration_ms": round(run.seconds * 1000)}


def benchmark(
    skill: str, exam: Exam, trials: Sequence[Trial], evaluated: Evaluated
) -> dict[str, Any]:
    """All runs, and their means by configuration."""
    order: tuple[Configuration, ...] = ("head", "base", "none")
    summary = {
        NAMES[each]: _summary([t.run for t in trials if t.configuration == each])
        for each in order
        if any(t.configuration == each for t in trials)
    }
    other = "without_skill" if "without_skill" in summary else "old_skill"
    if {"with_skill", other} <= summary.keys():
        summary["delta"] = _delta(summary["with_skill"], summary[other])
    return {
        "metadata": {
            "skill_name": skill,
            "evals_run": [short(task.id) for task in exam.tasks if not task.problem],
            "runs_per_configuration": evaluated.trials,
        },
        "runs": [_run(exam.tasks[each.task], each) for each in trials],
        "run_summary": summary,
        "notes": [*evaluated.reasons, *evaluated.notes],
    }


def _run(task: ExamTask, trial: Trial) -> dict[str, Any]:
    run = trial.run
    tokens = {} if run.tokens is None else {"tokens": run.tokens}
    return {
        "eval_id": short(task.id),
        "configuration": NAMES[trial.configuration],
        "run_number": trial.number,
        "result": {
            **_counts(run),
            "time_seconds": round(run.seconds, 2),
            **tokens,
            "errors": int(run.outcome != "ended"),
        },
        "notes": [run.why] if run.why else [],
    }


def _summary(runs: Sequence[Run]) -> dict[str, Any]:
    ended = [run for run in runs if run.outcome == "ended"]
    rates = [_counts(run)["pass_rate"] for run in ended]
    values: dict[str, list[float]] = {
        "pass_rate": [rate for rate in rates if rate is not None],
        "time_seconds": [run.seconds for run in ended],
        "tokens": [run.tokens for run in ended if run.tokens is not None],
    }
    return {name: _spread(found) for name, found in values.items() if found}


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "mean": round(fmean(values), _DIGITS),
        "stddev": round(stdev(values), _DIGITS) if len(values) > 1 else 0.0,
        "min": round(min(values), _DIGITS),
        "max": round(max(values), _DIGITS),
    }


def _delta(new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: round(new[name]["mean"] - old[name]["mean"], _DIGITS) for name in new if name in old
    }
