"""Asks a model when it would load a skill, or takes that from a note, and keeps and shows it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from skillrepo.behaviour import trigger_record
from skillrepo.behaviour.result import Side
from skillrepo.behaviour.trigger_measure import Plan
from skillrepo.behaviour.trigger_result import Triggers, Usage
from skillrepo.behaviour.triggers import MOST_QUERIES, Answered, Exam, Request, Router
from skillrepo.commands.examined import Subject, Version
from skillrepo.commands.indexed import indexed
from skillrepo.commands.printing import say_all
from skillrepo.config import Config
from skillrepo.errors import SkillRepoError
from skillrepo.git_notes import add_to_notes, read_notes
from skillrepo.grade.record import MESSAGE, REF
from skillrepo.grade.route_catalogue import catalogue
from skillrepo.output import json, trigger_text
from skillrepo.output.trigger_shapes import TriggersShape
from skillrepo.visible import one_line

if TYPE_CHECKING:
    from skillrepo.program.account import Account

_TASK: Final = "skill_route"


class Asked(NamedTuple):
    """What is to be asked, and how; the fields are the options."""

    skill: Path
    trials: int
    base: str | None
    head: str | None
    evals: Side | None
    model: str | None
    max_cost: float | None
    max_tokens: int | None


def evaluated(asked: Asked, *, keep: bool, as_json: bool) -> TriggersShape:
    """Ask it all, print it, and `keep` it in a note. SkillRepoError where that cannot begin."""
    subject = Subject.of(asked.skill, asked.base, asked.head)
    if keep:
        subject.refuse_unkept()
    plan = _plan(subject, asked)
    shape = _shape(subject, _measured(plan, asked))
    # First, since it was paid for, and a note may yet be refused.
    _show(shape, as_json=as_json)
    if keep:
        _record(subject, shape)
    return shape


def replayed(asked: Asked, *, as_json: bool) -> TriggersShape:
    """Print what a note has of this change. SkillRepoError where there is none."""
    subject = Subject.of(asked.skill, asked.base, asked.head)
    tree = subject.after.tree
    if tree is None:
        raise SkillRepoError("the worktree has no notes to take it from: name a commit by --head")
    plan = _plan(subject, asked)
    model = None
    if asked.model is not None:
        model = Config.load(os.environ, Path.home()).resolve(_TASK, asked.model).model
    note = read_notes(subject.sides.place.git(), REF, [tree]).get(tree, b"")
    found = trigger_record.best(
        each
        for each in trigger_record.read(note, _base_tree(subject))
        if model in (None, each.model) and _is_of(each, plan)
    )
    if not found:
        raise SkillRepoError(
            f"there is no note of such queries of {subject.address} among these skills; if others "
            f"have one: git fetch origin {REF}:{REF}"
        )
    if len(found) > 1:
        names = ", ".join(one_line(each.model) for each in found)
        raise SkillRepoError(f"there are notes of several models; name one by --model: {names}")
    shape = _shape(subject, found[0])
    _show(shape, as_json=as_json)
    return shape


def _show(shape: TriggersShape, *, as_json: bool) -> None:
    say_all([json.dumps(shape)] if as_json else trigger_text.render(shape))


def _plan(subject: Subject, asked: Asked) -> Plan:
    exam = _exam(subject, asked.evals)
    base, head = indexed(subject.sides)
    sides: list[tuple[Side, Version]] = [("head", subject.after)]
    if subject.before:
        sides.append(("base", subject.before))
    indexes = {"head": head, "base": base}
    notes = list(exam.notes)
    found = {}
    for side, version in sides:
        made = catalogue(indexes[side], version.skill.path)
        why = None if made.own else "it has no description, or its name is too long"
        if made.own and any(each.name == made.own.name for each in made.others):
            why = "another skill has the same name"
        if why and side == "head":
            raise SkillRepoError(f"no model can choose {subject.address} by its name: {why}")
        if why:
            notes.append(f"the skill before could not be chosen by its name: {why}")
            continue
        found[side] = made
    was = subject.before.skill.path if subject.before else subject.after.skill.path
    probed = replace(catalogue(base, was), own=None)
    return Plan(exam._replace(notes=tuple(notes)), found, probed, asked.trials)


def _exam(subject: Subject, side: Side | None) -> Exam:
    """The queries of a side, else those of the base if it has any. SkillRepoError without any."""
    head = _queries(subject.after, "head")
    base = _queries(subject.before, "base") if subject.before else None
    chosen = base if base and base.queries and side != "head" else head
    if not chosen.queries or (side == "base" and chosen is head):
        where = " in the base" if side == "base" else ""
        raise SkillRepoError(
            f"{subject.address} has no trigger queries{where}: write evals/eval_queries.json in "
            'its folder, a list of {"query": "…", "should_trigger": true or false}'
        )
    notes = list(chosen.notes)
    if chosen is base and head.sha256 != base.sha256:
        notes.append(
            "the change has other queries, which are not asked here: a change does not set its own "
            "exam (--evals head asks them, for no record)"
        )
    return chosen._replace(notes=tuple(notes))


def _queries(version: Version, side: Side) -> Exam:
    found = version.evals()
    notes = [f"{each.path}:{each.line}: {each.why}" for each in found.problems]
    if len(found.queries) > MOST_QUERIES:
        notes.append(f"only the first {MOST_QUERIES} of {len(found.queries)} queries are asked")
    return Exam(found.queries[:MOST_QUERIES], side, tuple(map(one_line, notes)))


def _measured(plan: Plan, asked: Asked) -> Triggers:
    # LiteLLM takes seconds to load, which who has a note need not wait for.
    from skillrepo.commands import spending  # noqa: PLC0415
    from skillrepo.program import routing  # noqa: PLC0415
    from skillrepo.program.account import Limits  # noqa: PLC0415
    from skillrepo.program.at_once import at_once  # noqa: PLC0415
    from skillrepo.program.recording import Recordings  # noqa: PLC0415

    config = Config.load(os.environ, Path.home())
    resolved = config.resolve(_TASK, asked.model)
    settings = config.user.judge
    limits = Limits(asked.max_cost, asked.max_tokens)
    account = spending.Spending(limits, "live", "auto").account()
    choose = routing.chooser(resolved, account, Recordings())

    def spread(ask: Callable[[Request], Answered], requests: Sequence[Request]) -> list[Answered]:
        return at_once(ask, requests, settings.in_flight)

    router = Router(choose, routing.room(settings.max_prompt_tokens), spread)
    likely = spending.in_words(routing.expected(plan.likely(router), resolved))
    total = len(plan.exam.queries)
    click.echo(f"triggers: {total:,} to ask about, likely {likely}", err=True)
    try:
        return plan.measured(router, one_line(resolved.model), lambda: _usage(account))
    finally:
        click.echo(f"triggers: {spending.in_words(account.total)}", err=True)


def _usage(account: "Account") -> Usage:
    total = account.total
    return Usage(total.calls, total.input_tokens, total.output_tokens, total.cost, total.estimated)


def _is_of(found: Triggers, plan: Plan) -> bool:
    """Whether that was asked of these queries, as often, with these skills to choose from."""
    catalogues = {each.shown.side: each.shown.catalogue for each in found.sides}
    return (
        found.exam == plan.exam.sha256
        and found.controls.catalogue == plan.probed.sha256
        and catalogues == {side: each.sha256 for side, each in plan.catalogues.items()}
    )


def _base_tree(subject: Subject) -> str | None:
    return subject.before.tree if subject.before else None


def _shape(subject: Subject, found: Triggers) -> TriggersShape:
    return TriggersShape(1, subject.address, _base_tree(subject), subject.after.tree, found)


def _record(subject: Subject, shape: TriggersShape) -> None:
    assert shape.head is not None  # noqa: S101 - refused before anything was asked
    lines = {shape.head: (trigger_record.line(shape.triggers, shape.base),)}
    new = add_to_notes(subject.sides.place.git(), REF, lines, MESSAGE)
    click.echo(f"recorded in {REF}: {new:,} new", err=True)
