"""Grades the skills of a change: what was before it and after, by the policy of before."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from skillrepo.check import Plan, report
from skillrepo.commands.indexed import indexed
from skillrepo.commands.known import Known
from skillrepo.commands.progress import progress
from skillrepo.commands.sides import Sides
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.finding import Finding, Severity
from skillrepo.grade import gate, integrity
from skillrepo.grade.behaved import NOT_RUN, Change, behaved
from skillrepo.grade.distinctness import Distinctness, distinctness
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.index import Index
from skillrepo.grade.measuring import Measurer
from skillrepo.grade.opinion import Judgement
from skillrepo.grade.portfolio import Effect, effect
from skillrepo.grade.profile import DEFAULT, ProfileName
from skillrepo.grade.routing import Routing, routing
from skillrepo.grade.score import Grade
from skillrepo.rules import ALL
from skillrepo.selection import applied, check_settings
from skillrepo.settings import GateMode, Grading
from skillrepo.source_lines import SourceLines
from skillrepo.trigger_queries import of_bundle
from skillrepo.verdicts import verdicts

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
    paths = sides.place.select(sides.after.library) if named else sorted(touched)
    faults: dict[str | None, list[Finding]] = {}
    old = {path: was for path in paths if (was := sides.was(path))}
    of_change = _of_change(sides, [path for path in paths if path in touched], old)
    for fault in sorted((*_faults(sides, paths), *of_change), key=Finding.order):
        faults.setdefault(sides.after.library.owner(fault.path), []).append(fault)
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
    found = _Found(after, before, old, routes, ran, profile == DEFAULT, judged)
    skills = tuple(_skill(path, sides, found, tuple(faults.pop(path, ()))) for path in paths)
    others = tuple(sorted((each for left in faults.values() for each in left), key=Finding.order))
    verdict = gate.worst(each.gate for each in skills)
    return Graded(
        base=sides.base,
        base_name=sides.base_name,
        head=sides.head,
        head_name=sides.head_name,
        skills=skills,
        removed=() if named else tuple(map(sides.address, sides.removed())),
        others=others,
        effect=None if named else found.routes.effect,
        verdict="fail" if others else verdict,
        profile=profile,
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


def _skill(path: str, sides: Sides, found: _Found, faults: tuple[Finding, ...]) -> SkillGrade:
    limits = sides.after.settings.grade
    routes, was = found.routes, found.old.get(path, "")
    head, base = found.after.get(path), found.before.get(was)
    thefts = [each.query.text for each in routes.effect.thefts if each.thief == path]
    losses = [each.query.text for each in routes.effect.losses if each.skill == path]
    # What lies elsewhere was not looked at here.
    linked = sides.after.library.stands_for_another(path)
    change = gate.Change(base.score if base else None, head.score if head else None)
    layers: tuple[gate.LayerVerdict, ...] = (
        gate.integrity([*map(_told, faults)] if faults or not linked else None),
        gate.static(change, limits, is_new=not was) if found.gates else gate.NO_STATIC,
        gate.routing(thefts, losses, limits, routes.effect.not_looked_at)
        if routes.has_queries
        else gate.NO_ROUTING,
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


def _faults(sides: Sides, paths: Sequence[str]) -> tuple[Finding, ...]:
    """The errors by the rules and settings of the base, as `validate --base` finds them."""
    context, since, place = sides.after, sides.since, sides.place
    check_settings(context.settings.rules, ALL)
    rules = applied(ALL, context.settings.profile, context.settings.rules, Severity.ERROR)
    plan = Plan.of(rules, ALL, context)
    concerned = sorted({*paths, *(() if place.named else since.affected(context))})
    folder = place.git().common_dir / "skillrepo"
    judged = verdicts(concerned, plan, context, folder, progress)
    told = report(judged, plan, context, honoured=since.honoured(plan, context))
    if not place.named:
        told = since.limit(told, plan, context)
    known = Known.of(place, context, None, since, new=False)
    lines = SourceLines(context.library.source)
    found = known.part(told, lines, whole=False).findings
    return (*found, *(_LINKED._replace(path=path) for path in paths if _is_link_now(sides, path)))


_LINKED = Finding(
    *("", 1, 1, "D101", "readable", Severity.ERROR),
    "was a file, and is a link to another now, which is not graded; make it a file again",
)


def _is_link_now(sides: Sides, path: str) -> bool:
    if not sides.after.library.stands_for_another(path):
        return False
    was = sides.was(path)
    return was is not None and sides.since.source.kind(was) != "link"


def _of_change(sides: Sides, paths: Sequence[str], old: Mapping[str, str]) -> Iterator[Finding]:
    """What is wrong with the change of a skill, though with neither version by itself."""
    former = sorted({old[path] for path in paths if path in old})
    before = {each.path: each for each in sides.before.library.load(former)}
    for new in sides.after.library.load(paths):
        one = before.get(old.get(new.path, ""))
        if isinstance(one, Document) and isinstance(new, Document):
            yield from integrity.wider(one, new)
        asked = of_bundle(sides.after.bundle(new), new.folder)
        known = of_bundle(sides.before.bundle(one), one.folder) if one else None
        yield from integrity.named(new.folder, known, asked)


def exit_code(found: Graded, limits: Grading, mode: GateMode | None) -> int:
    """1 where the gate is enforced, by the option, else by the settings, and not passed."""
    if (mode or limits.gate) != "enforce":
        return 0
    refused = ("fail", "inconclusive") if limits.fail_inconclusive else ("fail",)
    return int(found.verdict in refused)
