"""Runs each task several times with each version of a skill: by turns, so that all age alike."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from threading import Event
from typing import NamedTuple

from skillrepo.behaviour.exam import ExamTask
from skillrepo.behaviour.result import Configuration
from skillrepo.behaviour.runner import Run
from skillrepo.behaviour.skill_files import SkillFiles
from skillrepo.errors import SkillRepoError

Skills = Mapping[Configuration, SkillFiles | None]
Attempt = Callable[[ExamTask, SkillFiles | None, Callable[[], bool]], Run]
"""Does a task once with a skill; the last argument says whether all is to end."""


class Trial(NamedTuple):
    """One run: of the task at a place in the exam, with a configuration, by its number from 1."""

    task: int
    configuration: Configuration
    number: int
    run: Run


def run_trials(
    tasks: Sequence[ExamTask], skills: Skills, attempt: Attempt, *, trials: int, jobs: int = 1
) -> Iterator[Trial]:
    """Each trial of the tasks that can be run, as it ends; `jobs` of them at the same time.

    Where one raises, or nobody waits any more, the others are ended, and none is begun.
    SkillRepoError where the first with each configuration find no program that can be started.
    """
    stopped = Event()
    planned = [
        (at, configuration, number)
        for number in range(1, trials + 1)
        for at, task in enumerate(tasks)
        if not task.problem
        for configuration in skills
    ]

    def one(at: int, configuration: Configuration, number: int) -> Trial:
        if stopped.is_set():
            # Whoever waits hears of the one before that raised.
            raise CancelledError
        try:
            run = attempt(tasks[at], skills[configuration], stopped.is_set)
        except BaseException:
            stopped.set()
            raise
        return Trial(at, configuration, number, run)

    pool = ThreadPoolExecutor(jobs)
    try:
        futures: list[Future[Trial]] = [pool.submit(one, *each) for each in planned]
        # In their order, so that what is told of them does not depend on who was quicker.
        unstarted = 0
        for number, future in enumerate(futures, start=1):
            trial = future.result()
            yield trial
            unstarted += bool(trial.run.unstarted)
            if number == unstarted == len(skills):
                raise SkillRepoError(trial.run.unstarted)
    finally:
        stopped.set()
        pool.shutdown(cancel_futures=True)
