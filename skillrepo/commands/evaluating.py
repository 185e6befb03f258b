"""Runs the tasks of a skill, or takes what came of them from a note, and keeps and shows it."""

import json as standard_json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click

from skillrepo.behaviour import record
from skillrepo.behaviour.benchmark import files
from skillrepo.behaviour.exam import ExamTask
from skillrepo.behaviour.graders import Decide
from skillrepo.behaviour.result import Configuration, Evaluated, Side
from skillrepo.behaviour.runner import Run, Runner
from skillrepo.behaviour.skill_files import SkillFiles
from skillrepo.behaviour.summary import summarise
from skillrepo.behaviour.trials import run_trials
from skillrepo.commands.examined import Subject
from skillrepo.commands.printing import say_all
from skillrepo.commands.progress import progress
from skillrepo.commands.writing import ends_interrupt
from skillrepo.config import Config, user_file
from skillrepo.errors import SkillRepoError
from skillrepo.git_notes import add_to_notes, read_notes
from skillrepo.grade.record import MESSAGE, REF
from skillrepo.near import Words
from skillrepo.output import eval_text, json
from skillrepo.output.eval_shapes import EvalShape
from skillrepo.visible import one_line

if TYPE_CHECKING:
    from skillrepo.program.account import Account


class Asked(NamedTuple):
    """What is to be evaluated, and how; the fields are the options."""

    skill: Path
    runner: str | None
    against: Literal["base", "none", "both"]
    trials: int
    base: str | None
    head: str | None
    evals: Side | None
    jobs: int


class ByModel(NamedTuple):
    """A model decides what code cannot, within limits."""

    model: str | None
    max_cost: float | None
    max_tokens: int | None


def evaluated(
    asked: Asked, by_model: ByModel | None, *, output: Path | None, keep: bool, as_json: bool
) -> EvalShape:
    """Run it all, show what came of it, and `keep` that in a note.

    SkillRepoError where it cannot begin, or not be kept.
    """
    config = Config.load(os.environ, Path.home())
    runner = _runner(config, asked.runner)
    subject = Subject.of(asked.skill, asked.base, asked.head)
    if keep:
        subject.refuse_unkept()
    if output is not None:
        _make_empty(output)
    exam, body = subject.exam(asked.evals, runner.settings.skills)
    wanted = _configurations(asked, subject)
    skills = subject.skills(wanted)
    runs = len(wanted) * asked.trials
    run = [task for task in exam.tasks if not task.problem]
    undecided = sum(each.check is None for task in run for each in task.assertions)
    model, decide, account = _decider(config, by_model if undecided else None)

    def attempt(task: ExamTask, skill: SkillFiles | None, is_stopped: Callable[[], bool]) -> Run:
        return runner(task, skill, decide, is_stopped)

    trials = run_trials(exam.tasks, skills, attempt, trials=asked.trials, jobs=asked.jobs)
    with _spending_told(account, model, undecided * runs), ends_interrupt():
        done = list(progress(trials, len(run) * runs, what="runs have ended"))
    left_out = sorted({name for skill in skills.values() if skill for name in skill.left_out})
    notes = [f"not put down: {one_line(', '.join(left_out[:5]))}"] if left_out else []
    found = summarise(
        exam,
        body,
        done,
        wanted,
        runner=runner.name,
        number=asked.trials,
        model=model,
        notes=notes,
    )
    shape = _shape(subject, found, wanted)
    try:
        # It took time and money: it is shown where it cannot be kept, and kept where nobody reads.
        _show(shape, as_json=as_json)
    finally:
        if output is not None:
            name = subject.after.context.library.folder_name(subject.after.skill.path)
            _write(output, files(name, exam, done, found))
        if keep:
            _record(subject, shape)
    return shape


def replayed(asked: Asked, *, as_json: bool) -> EvalShape:
    """Show what a note has of this change. SkillRepoError where there is none."""
    subject = Subject.of(asked.skill, asked.base, asked.head)
    tree = subject.after.tree
    if tree is None:
        raise SkillRepoError("the worktree has no notes to take it from: name a commit by --head")
    wanted = _configurations(asked, subject)
    base = _base_tree(subject, wanted)
    note = read_notes(subject.sides.place.git(), REF, [tree]).get(tree, b"")
    found = record.best(
        each
        for each in record.read(note, base)
        if asked.runner in (None, each.runner)
        and wanted == tuple(one.configuration for one in each.configurations)
    )
    if not found:
        raise SkillRepoError(
            f"there is no note of such runs of {subject.address}; if others have one: "
            f"git fetch origin {REF}:{REF}"
        )
    if len(found) > 1:
        names = ", ".join(each.runner for each in found)
        raise SkillRepoError(f"there are notes of several runners; name one by --runner: {names}")
    shape = _shape(subject, found[0], wanted)
    _show(shape, as_json=as_json)
    return shape


def _show(shape: EvalShape, *, as_json: bool) -> None:
    say_all([json.dumps(shape)] if as_json else eval_text.render(shape))


def _runner(config: Config, wanted: str | None) -> Runner:
    known = config.user.runners
    file = user_file(os.environ, Path.home())
    if not known:
        raise SkillRepoError(
            f"no runner is configured: name a program under `runners` in {file}, such as "
            "{agent: {command: [my-agent, --print, 'Do what {task} says.']}}"
        )
    if wanted is None and len(known) > 1:
        raise SkillRepoError(f"there are several runners; name one by --runner: {_names(known)}")
    name = next(iter(known)) if wanted is None else wanted
    if name not in known:
        near = Words(known).near(name)
        hint = f"did you mean {near!r}?" if near else f"known: {_names(known)}"
        raise SkillRepoError(f"there is no runner {name!r} in {file}; {hint}")
    return Runner(name, known[name])


def _names(known: Mapping[str, object]) -> str:
    return ", ".join(sorted(known))


def _configurations(asked: Asked, subject: Subject) -> tuple[Configuration, ...]:
    if asked.against == "none":
        return ("head", "none")
    if subject.before is None:
        if asked.against == "base":
            raise SkillRepoError(
                f"there is no {subject.address} of before that could be read: compare it by "
                "--against none"
            )
        return ("head", "none")
    return ("head", "base") if asked.against == "base" else ("head", "base", "none")


def _decider(
    config: Config, by_model: ByModel | None
) -> tuple[str, Decide | None, "Account | None"]:
    """The name of the model, what asks it, and the account of what that costs."""
    if by_model is None:
        return "", None, None
    from skillrepo.program.account import Account, Limits  # noqa: PLC0415 - for models alone
    from skillrepo.program.asserting import decider  # noqa: PLC0415
    from skillrepo.program.recording import Recordings  # noqa: PLC0415

    resolved = config.resolve("skill_evaluate", by_model.model)
    account = Account(Limits(by_model.max_cost, by_model.max_tokens))
    return one_line(resolved.model), decider(resolved, account, Recordings()), account


@contextmanager
def _spending_told(account: "Account | None", model: str, calls: int) -> Iterator[None]:
    """Say before how often the model may be asked, and afterwards what it cost, however it ends."""
    if account is None:
        yield
        return
    from skillrepo.commands.spending import cap, in_words  # noqa: PLC0415 - for models alone

    limits = cap(account.limits)
    click.echo(f"judge: up to {calls:,} call{'s' * (calls != 1)} of {model}{limits}", err=True)
    try:
        yield
    finally:
        click.echo(f"judge: {in_words(account.total)}{limits}", err=True)


def _base_tree(subject: Subject, wanted: tuple[Configuration, ...]) -> str | None:
    return subject.before.tree if subject.before and "base" in wanted else None


def _shape(subject: Subject, found: Evaluated, wanted: tuple[Configuration, ...]) -> EvalShape:
    return EvalShape(1, subject.address, _base_tree(subject, wanted), subject.after.tree, found)


def _record(subject: Subject, shape: EvalShape) -> None:
    assert shape.head is not None  # noqa: S101 - refused before anything was run
    lines = {shape.head: (record.line(shape.evaluated, shape.base),)}
    new = add_to_notes(subject.sides.place.git(), REF, lines, MESSAGE)
    click.echo(f"recorded in {REF}: {new:,} new", err=True)


def _make_empty(folder: Path) -> None:
    """Before the runs, which are not to be lost for a folder that cannot be made."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SkillRepoError(f"{folder} is there, and is not an empty folder: name a new one")
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SkillRepoError(f"{folder} cannot be written: {error.strerror}") from None


def _write(folder: Path, contents: Mapping[str, Mapping[str, Any]]) -> None:
    try:
        for name, value in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = standard_json.dumps(value, indent=2, ensure_ascii=False)
            path.write_text(f"{text}\n", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise SkillRepoError(f"{folder} cannot be written: {error.strerror}") from None
