"""Grades the skills of a change: what was before it and after, by the policy of before."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from skillrepo.commands.indexed import indexed
from skillrepo.commands.integrity import Integrity
from skillrepo.commands.sides import Sides
from skillrepo.context import Context
from skillrepo.files import within
from skillrepo.finding import Finding
from skillrepo.grade import gate
from skillrepo.grade.behaved import NOT_RUN, Change, behaved
from skillrepo.grade.distinctness import Distinctness, distinctness
from skillrepo.grade.eval_places import skill_of
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.index import Index
from skillrepo.grade.measuring import Measurer
from skillrepo.grade.opinion import Judgement
from skillrepo.grade.portfolio import Effect, effect
from skillrepo.grade.profile import DEFAULT, ProfileName
from skillrepo.grade.routing import Routing, routing
from skillrepo.grade.score import Grade
from skillrepo.settings import GateMode, Grading

Grades = Mapping[str, Grade]
"""By the path of SKILL.md."""
Measure = Callable[[Context, str | None, Sequence[str]], Grades]
"""Gives the grades of the skills at some paths, of a commit or of the worktree (None)."""


AskJudge = Callable[[Sides, Mapping[str, str | None], Index], Mapping[str, Judgement]]
"""Has a model judge the skills at these paths, each with its path in the base; none it cannot."""


def graded(
    sides: Sides,
    measure: Measure | None = None,
    profile: ProfileName = DEFAULT,
    judge: AskJudge | None = None,
) -> Graded:
    """Grade the skills that were named, else those that the change touches.

    `measure` makes the static grades, by default from notes, and else by measuring. Those of
    another profile are told, and no part of the verdict. With `judge` a model is asked, too.
    """
    measure = measure or Measurer(sides.place.git()).measure
    named = bool(sides.place.named)
    touched = sides.since.touched(sides.after)
    changed = touched | _asked(sides)
    paths = sides.place.select(sides.after.library) if named else sorted(changed)
    old = {path: was for path in paths if (was := sides.was(path))}
    integrity = Integrity.of(sides, paths, touched, old)
    before = measure(sides.before, sides.base, sorted(set(old.values())))
    # What is as it was has the grade that it had.
    after = {
        path: before[was] for path, was in old.items() if path not in touched and was in before
    }
    differing = [path for path in paths if path not in after]
    after |= measure(sides.after, sides.head, differing)
    routes = _routes(sides, paths, old)
    judged = judge(sides, {path: old.get(path) for path in paths}, routes.head) if judge else None
    change = Change(sides.base, sides.head, routes.base, routes.head)
    ran = behaved(sides.place.git(), change, {path: old.get(path) for path in paths})
    found = _Found(after, before, old, routes, integrity, ran, profile == DEFAULT, judged)
    skills = tuple(_skill(path, sides, found) for path in paths)
    known = frozenset(paths)
    others = sorted(
        (each for path, all_of in integrity.faults.items() if path not in known for each in all_of),
        key=Finding.order,
    )
    verdict = gate.worst(each.gate for each in skills)
    return Graded(
        base=sides.base,
        base_name=sides.base_name,
        head=sides.head,
        head_name=sides.head_name,
        skills=skills,
        removed=() if named else tuple(map(sides.address, sides.removed())),
        others=tuple(others),
        effect=None if named else routes.effect,
        had_errors=integrity.had_errors,
        verdict="fail" if others else verdict,
        profile=profile,
        root=sides.after.library.root,
    )


class _Routes(NamedTuple):
    """What routing says of the skills: by the paths of the head, and of the base for `before`."""

    after: Mapping[str, Routing | None]
    before: Mapping[str, Routing | None]
    distinct: Mapping[str, Distinctness]
    effect: Effect
    has_queries: bool
    base: Index
    head: Index


class _Found(NamedTuple):
    """What was found of the skills; `old` leads from the paths of the head to those of the base.

    `judged` is None where no model was asked.
    """

    after: Mapping[str, Grade]
    before: Mapping[str, Grade]
    old: Mapping[str, str]
    routes: _Routes
    integrity: Integrity
    ran: Mapping[str, gate.LayerVerdict]
    gates: bool
    judged: Mapping[str, Judgement] | None = None


def _routes(sides: Sides, paths: Sequence[str], old: Mapping[str, str]) -> _Routes:
    base, head = indexed(sides)
    there = [path for path in paths if path in head.entries]
    return _Routes(
        routing(head, there),
        routing(base, {path for path in old.values() if path in base.entries}),
        distinctness(head, sides.after.library, there),
        effect(base, head, sides.after.library, {was: path for path, was in old.items()}),
        any(a.query.should_trigger for entry in base.entries.values() for a in entry.asked),
        base,
        head,
    )


def _asked(sides: Sides) -> set[str]:
    """The SKILL.md of each skill whose evals beside the skills changed."""
    before, after = sides.before.library, sides.after.library
    beside = [path for path in sides.since.changed if not after.owner(path)]
    skills = {skill_of(library, path) for library in (before, after) for path in beside}
    return {each for each in skills if each and within(each, after.root) and after.owner(each)}


def _skill(path: str, sides: Sides, found: _Found) -> SkillGrade:
    limits = sides.after.settings.grade
    routes, was = found.routes, found.old.get(path, "")
    head, base = found.after.get(path), found.before.get(was)
    effect = routes.effect
    queries = gate.Queries(
        sum(each.thief == path for each in effect.thefts),
        sum(each.skill == path for each in effect.losses),
        sum(each.skill == path for each in effect.removed),
        effect.not_looked_at,
    )
    faults = tuple(found.integrity.faults.get(path, ()))
    unseen = [f"{each.path}: {each.why}" for each in found.integrity.unseen.get(path, ())]
    # What lies elsewhere was not looked at here.
    linked = sides.after.library.stands_for_another(path)
    change = gate.Change(base.score if base else None, head.score if head else None)
    layers: tuple[gate.LayerVerdict, ...] = (
        gate.integrity([*map(_told, faults)] if faults or not linked else None, unseen),
        gate.static(change, limits, is_new=not was) if found.gates else gate.NO_STATIC,
        gate.routing(queries, limits) if routes.has_queries or queries.removed else gate.NO_ROUTING,
    )
    said = found.judged.get(path) if found.judged else None
    if found.judged is not None:
        layers = (*layers, said.layer if said else gate.NO_JUDGE)
    layers = (*layers, found.ran.get(path, NOT_RUN))
    return SkillGrade(
        skill=sides.address(path),
        path=path,
        is_new=not was,
        grade=head,
        base=base,
        faults=faults,
        gate=gate.decide(layers, limits),
        routing=routes.after.get(path),
        routing_before=routes.before.get(was),
        distinct=routes.distinct.get(path),
        review=said.opinion if said else None,
    )


def _told(fault: Finding) -> str:
    return f"{fault.path}:{fault.line}: {fault.code} {fault.rule}: {fault.message}"


def exit_code(found: Graded, limits: Grading, mode: GateMode | None) -> int:
    """1 where the gate is enforced, by the option, else by the settings, and not passed."""
    if (mode or limits.gate) != "enforce":
        return 0
    refused = ("fail", "inconclusive") if limits.fail_inconclusive else ("fail",)
    return int(found.verdict in refused)
