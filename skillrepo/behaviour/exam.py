"""The evals of a skill → the tasks that are run: each with its input files and its assertions.

A change cannot make its own exam easier: where the base has tasks to assess, those of the base are
run for every configuration, with the input files of the base.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from skillrepo.behaviour.checks import Check, check_of
from skillrepo.behaviour.result import Side
from skillrepo.tree_path import path_problem, paths_problem
from skillrepo.trigger_queries import Task

MOST_TASKS = 50
MOST_ASSERTIONS = 20
"""Of one task."""
MOST_TRIALS = 100
"""Of one task with one version of a skill."""
TASK_FILE = "TASK.md"
_OF_EVALS = ("evals/files/", "evals/", "eval/files/", "eval/")
Read = Callable[[str], bytes | None]
"""Gives a file of the skill, by its path from the skill's folder on; None where there is none."""


class Assertion(NamedTuple):
    """What is to be true of what a program left, in words, and what code can decide of it."""

    text: str
    check: Check | None


class ExamTask(NamedTuple):
    """A task; `files` are what it starts from, by the path in the folder that it is done in.

    With a `problem` it cannot be run.
    """

    id: str
    prompt: str
    expected: str
    assertions: tuple[Assertion, ...]
    files: Mapping[str, bytes]
    problem: str = ""

    @property
    def is_about_the_exit_code(self) -> bool:
        """Whether a program that ends in another one than 0 may have done what it should."""
        return any(each.check and each.check.kind == "exit_code" for each in self.assertions)


class Exam(NamedTuple):
    """The tasks of a skill, of which `side` they are, and what is to be said of them.

    `sha256` (hex) names their prompts, assertions and input files.
    """

    tasks: tuple[ExamTask, ...]
    side: Side
    sha256: str
    notes: tuple[str, ...] = ()


def exam(tasks: Sequence[Task], read: Read, side: Side, skills: str = "skills") -> Exam:
    """The tasks that have an assertion, in their order; `skills` is the folder of skills."""
    assessed = [task for task in tasks if task.assertions]
    taken = assessed[:MOST_TASKS]
    counts = Counter(task.id for task in taken)
    made = tuple(
        _task(task, task.id if task.id and counts[task.id] == 1 else f"#{number}", read, skills)
        for number, task in enumerate(taken, start=1)
    )
    return Exam(made, side, _digest(made), tuple(_notes(tasks, assessed)))


def _notes(tasks: Sequence[Task], assessed: Sequence[Task]) -> Iterator[str]:
    if unassessed := len(tasks) - len(assessed):
        yield f"tasks without an assertion, which are not run: {unassessed}"
    if len(assessed) > MOST_TASKS:
        yield f"only the first {MOST_TASKS} of {len(assessed)} tasks are run"
    longer = sum(len(task.assertions) > MOST_ASSERTIONS for task in assessed[:MOST_TASKS])
    if longer:
        yield f"tasks of which only the first {MOST_ASSERTIONS} assertions count: {longer}"


def _task(task: Task, name: str, read: Read, skills: str) -> ExamTask:
    forms = task.forms or ({},) * len(task.assertions)
    pairs = list(zip(task.assertions, forms, strict=True))[:MOST_ASSERTIONS]
    assertions = []
    for text, form in pairs:
        check = check_of(text, form)
        assertions.append(Assertion(check.told if check and form else text, check))
    files, problem = _files(task, read, skills)
    return ExamTask(name, task.prompt, task.expected, tuple(assertions), files, problem)


def _files(task: Task, read: Read, skills: str) -> tuple[dict[str, bytes], str]:
    """What the task starts from, and why that is not all there."""
    found: dict[str, bytes] = {}
    if task.files is None:
        return found, "its `files` are no list of paths"
    for path in task.files:
        place = placed(path)
        if problem := path_problem(path) or _place_problem(place, skills):
            return {}, f"its input file cannot be given: {problem}"
        data = read(path)
        if data is None:
            return {}, f"its input file `{path}` is no file of the skill"
        found[place] = data
    if problem := paths_problem(map(placed, task.files)):
        return {}, f"its input files cannot be given: {problem}"
    return found, ""


def _place_problem(place: str, skills: str) -> str | None:
    """Why no input file may lie there."""
    if problem := path_problem(place):
        return problem
    if place.startswith("."):
        return f"`{place}` is hidden, and may steer the program"
    start, top = (each.partition("/")[0].casefold() for each in (place, skills))
    return f"`{place}` is not its own" if start in (top, TASK_FILE.casefold()) else None


def placed(path: str) -> str:
    """Where an input file lies in the folder that the task is done in.

    Of `evals/files/data/a.csv` that is `data/a.csv`: what a user has lies in no folder of evals.
    """
    start = next((each for each in _OF_EVALS if path.startswith(each)), "")
    return path[len(start) :]


def _digest(tasks: Sequence[ExamTask]) -> str:
    value = [
        (
            task.prompt,
            [(each.text, each.check) for each in task.assertions],
            sorted((name, sha256(data).hexdigest()) for name, data in task.files.items()),
        )
        for task in tasks
    ]
    text = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return sha256(text.encode()).hexdigest()
