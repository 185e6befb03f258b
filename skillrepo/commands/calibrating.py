"""Asks a model of skills that people labelled, and compares what it answers with the labels."""

import os
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import click

from skillrepo.commands.place import Place
from skillrepo.commands.spending import Spending, cap, in_words, spent_shape, told_if_lost
from skillrepo.commands.target import find
from skillrepo.config import Config
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.errors import SkillRepoError
from skillrepo.facts import Index as Facts
from skillrepo.files import SKILL_FILE
from skillrepo.git import is_oid
from skillrepo.git_process import GitError
from skillrepo.grade.index import Index
from skillrepo.grade.judge_cases import material, neighbours
from skillrepo.grade.record import trees_of
from skillrepo.grade.remembered import Remembered
from skillrepo.judge import calibration, controls, labels, repeat
from skillrepo.judge.ask import PROMPT
from skillrepo.judge.calibration import Calibration
from skillrepo.judge.case import Case, Material
from skillrepo.judge.change import judged
from skillrepo.judge.labels import Label
from skillrepo.judge.panel import Panel
from skillrepo.judge.rubric import rubric
from skillrepo.library import Library
from skillrepo.output import json, shapes
from skillrepo.output.judge_shapes import AgreementShape, CalibrateShape, NotJudgedShape
from skillrepo.program import judging
from skillrepo.program.at_once import at_once
from skillrepo.put_file import put
from skillrepo.visible import one_line

Version = tuple[str, str]
"""A skill and its tree, as a label names them."""


class Calibrated(NamedTuple):
    """What came of it; `failed` are the skills that were not judged, with why."""

    calibration: Calibration
    waiting: int
    failed: tuple[tuple[str, str], ...]
    spent: shapes.SpentShape | None


def calibrate(file: Path, model: str | None, votes: int | None, spending: Spending) -> Calibrated:
    """Judge each version of a skill in a file of labels, and compare.

    SkillRepoError for labels that are none, for a model that cannot tell the control skills apart,
    and where no skill could be judged.
    """
    data = _bytes(file)
    names = [item.name for item in rubric().items]
    given = labels.read(data, str(file), names)
    if not given.labels:
        raise SkillRepoError(
            f"{one_line(str(file))} has no label yet: put yes, no or na in place of null"
        )
    cases = dict(_cases(given.labels))
    config = Config.load(os.environ, Path.home())
    account = spending.account()
    limits = cap(spending.limits)
    with told_if_lost(account, spending):
        most = config.user.judge.in_flight
        panel = judging.panel(config, account, spending.recordings(), model=model, votes=votes)
        if spending.mode == "live":
            likely = judging.expected(
                list(cases.values()), config, model=model, votes=votes, more=repeat.MORE
            )
            _say(f"judge: {len(cases):,} to ask about, likely {in_words(likely)}{limits}")
        _refuse_blind(panel, most)
        results = at_once(lambda case: repeat.repeated(panel, case), list(cases.values()), most)
        found = dict(zip(cases, results, strict=True))
        good = {each: one for each, one in found.items() if not one.problems}
        if not good:
            raise SkillRepoError(f"no skill could be judged: {results[0].problems[0]}")
    _say(f"judge: {in_words(account.total)}{limits}")
    made = Calibration(
        panel.model,
        panel.rubric.sha256,
        PROMPT,
        sha256(data).hexdigest(),
        len(good),
        panel.votes,
        calibration.same([one.again for one in good.values() if one.again]),
        calibration.same([one.swapped for one in good.values() if one.swapped]),
        calibration.measure(given.labels, {each: one.answers for each, one in good.items()}, names),
    )
    failed = tuple((each[0], one.problems[0]) for each, one in found.items() if one.problems)
    return Calibrated(made, given.waiting, failed, spent_shape(account))


def known() -> tuple[Calibration, ...]:
    """Those of the worktree's file, to which a new one is to be added.

    SkillRepoError where that cannot be: known before anything is paid for.
    """
    file = _kept_in()
    if file.parent.is_symlink():
        raise SkillRepoError(
            f"{file.parent.name} is a symbolic link; nothing is written through it"
        )
    return calibration.load(_bytes(file).decode(errors="replace")) if file.is_file() else ()


def keep(new: Calibration) -> str:
    """Put a calibration into the worktree's file; say so."""
    try:
        put(_kept_in(), calibration.dump(known(), new).encode())
    except OSError as error:
        raise SkillRepoError(
            f"{calibration.FILE_NAME} cannot be written: {error.strerror}"
        ) from None
    return f"wrote {calibration.FILE_NAME}: commit it, and it decides from then on"


def _kept_in() -> Path:
    return Place.of(()).git().worktree() / calibration.FILE_NAME


def as_json(found: Calibrated) -> Iterator[str]:
    """It as one JSON object."""
    made = found.calibration
    items = tuple(AgreementShape(**each._asdict(), binds=each.binds) for each in made.items)
    yield json.dumps(
        CalibrateShape(
            version=1,
            **{**made._asdict(), "items": items},
            waiting=found.waiting,
            not_judged=tuple(NotJudgedShape(*each) for each in found.failed),
            spent=found.spent,
        )
    )


def _say(text: str) -> None:
    click.echo(text, err=True)


def _refuse_blind(panel: Panel, most: int) -> None:
    """Who cannot tell the two control skills apart agrees with people by chance alone."""
    good, bad = at_once(lambda case: judged(panel, case).head, controls.cases(), most)
    if problems := (*good.problems, *bad.problems):
        raise SkillRepoError(f"the control skills could not be judged: {problems[0]}")
    if faults := controls.faults(panel.rubric, good, bad):
        raise SkillRepoError(f"{panel.model} is no judge: {faults[0]}")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SkillRepoError(f"{one_line(str(file))} cannot be read: {error.strerror}") from None


def _cases(given: Sequence[Label]) -> Iterator[tuple[Version, Case]]:
    """What is to be judged of each version that has labels."""
    place = Place.of(())
    head = place.git().resolve("HEAD")
    context, trees = Context.of(place.tree(head)), trees_of(place.git(), head)
    index = Index.of(context.library, Remembered(None))
    for skill, tree in dict.fromkeys(each[:2] for each in given):
        path = find(skill, skill, context)
        others = neighbours(index, path) if path else ()
        now = trees.get(path.rpartition("/")[0], "") if path else ""
        if not path and not tree:
            raise SkillRepoError(f"{one_line(skill)}: HEAD has no skill of this name or address")
        if path and tree in ("", now):
            shown = _material(context, path, now)
        else:
            shown = _material(_of_tree(place, context, skill, tree), SKILL_FILE, tree)
        yield (skill, tree), Case(f"{skill}@{tree}", shown, None, others)


def _material(context: Context, path: str, tree: str) -> Material:
    """The texts of a version of a skill."""
    skill = next(iter(context.library.load([path])))
    if not isinstance(skill, Document) or skill.problem is not None:
        raise SkillRepoError(f"{one_line(path)} of tree {tree} cannot be read")
    return material(context, skill, tree)


def _of_tree(place: Place, context: Context, skill: str, tree: str) -> Context:
    """The skill that a tree of its own holds, as the only one."""
    if not is_oid(tree) or not _is_tree(place, tree):
        raise SkillRepoError(
            f"{one_line(skill)}: {one_line(tree)} is no tree of this repository; "
            "`skillrepo judge labels` prints those of HEAD"
        )
    library = Library(place.tree(tree))
    return context._replace(library=library, facts=Facts(library), taxonomy=None)


def _is_tree(place: Place, oid: str) -> bool:
    try:
        return place.git().run("cat-file", "-t", oid).strip() == b"tree"
    except GitError:
        return False
