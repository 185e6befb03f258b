"""Grades the skills of a change: what was before it and after, by the policy of before."""

from collections.abc import Iterator, Sequence
from posixpath import dirname
from typing import NamedTuple, Self

from skillrepo import git_worktree
from skillrepo.check import Plan, report
from skillrepo.commands.former import former
from skillrepo.commands.known import Known
from skillrepo.commands.place import Place
from skillrepo.commands.progress import progress
from skillrepo.commands.since import Since, base_of
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.finding import Finding, Severity
from skillrepo.git_tips import changes
from skillrepo.grade import gate
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.measuring import Measurer
from skillrepo.grade.score import Grade
from skillrepo.library import is_skill_file
from skillrepo.rules import ALL
from skillrepo.selection import applied, check_settings
from skillrepo.settings import GateMode, Grading
from skillrepo.source_lines import SourceLines
from skillrepo.taxonomy import Taxonomy
from skillrepo.verdicts import verdicts


class Sides(NamedTuple):
    """A change: the merge-base that it starts from, and the worktree or commit that it ends in.

    `head` is None for the worktree. `before` has the files of the base, `after` those of the head
    with the settings of the base; `since` says which paths differ.
    """

    place: Place
    base: str
    base_name: str
    head: str | None
    head_name: str
    since: Since
    before: Context
    after: Context

    @classmethod
    def of(cls, place: Place, base: str | None, head: str | None) -> Self:
        """Compare the worktree, or the commit `head`, with its merge-base with a revision.

        That is `base`, else the default branch. SkillRepoError where there is no commit, and for a
        revision that is not there.
        """
        repository = place.git()
        bare = repository.root is None
        tip = repository.resolve(head) if head else repository.head()
        if tip is None:
            raise SkillRepoError("there is no commit yet, so there is nothing to compare with")
        ref = base or repository.default_branch() or "HEAD"
        start = base_of(repository, ref, tip, head or "HEAD")
        commit = tip if head or bare else None
        if commit:
            changed = changes(repository, {commit: start})[commit]
            since = Since(place.tree(start), tuple(sorted(changed)), former(changed))
        else:
            since = Since(place.tree(start), tuple(git_worktree.changed_since(repository, start)))
        source = place.tree(commit) if commit else place.worktree()
        after = Context.of(source, settings_of=since.rules)
        before = after.with_source(since.source)
        name = ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")
        where = head or ("HEAD" if commit else "the worktree")
        return cls(place, start, name, commit, where, since, before, after)

    def was(self, path: str) -> str | None:
        """The SKILL.md in the base of a skill by the one in the head; None for a new skill."""
        old = self.since.was(path, self.after, self.before)
        return None if self.since.source.kind(old) == "missing" else old

    def address(self, path: str) -> str:
        """The address of a skill by the path of its SKILL.md; its folder outside of the tree."""
        taxonomy = self.after.taxonomy
        found = taxonomy.address(path) if isinstance(taxonomy, Taxonomy) else None
        return found or dirname(path) or self.after.library.source.name

    def removed(self) -> Iterator[str]:
        """The SKILL.md in the base of each skill that is gone, and was not moved."""
        gone = {p for p in self.since.changed if is_skill_file(p) and p in self._of_base}
        gone = {path for path in gone if self.after.library.source.kind(path) == "missing"}
        moved = {self.was(path) for path in self.since.touched(self.after)}
        yield from sorted(gone - moved)

    @property
    def _of_base(self) -> frozenset[str]:
        return frozenset(self.before.library.skill_files)


def graded(sides: Sides, *, replay: bool = False, keep: bool = False) -> Graded:
    """Grade the skills that were named, else those that the change touches.

    With `replay` nothing is measured: what is told comes from notes and trees alone.
    SkillRepoError where a note is missing then. With `keep` what was measured of commits is written
    into notes.
    """
    named = bool(sides.place.named)
    touched = sides.since.touched(sides.after)
    paths = sides.place.select(sides.after.library) if named else sorted(touched)
    faults = _faults(sides, paths)
    measurer = Measurer(sides.place.git(), replay=replay)
    after = measurer.measure(sides.after, sides.head, paths)
    old = {path: was for path in paths if (was := sides.was(path))}
    before = measurer.measure(sides.before, sides.base, sorted(set(old.values())))
    if keep:
        measurer.keep()
    own = set(paths)
    skills = tuple(
        _skill(
            path,
            sides,
            after.get(path),
            before.get(old[path]) if path in old else None,
            tuple(f for f in faults if sides.after.library.owner(f.path) == path),
        )
        for path in paths
    )
    others = tuple(f for f in faults if sides.after.library.owner(f.path) not in own)
    verdict = gate.worst(each.gate for each in skills)
    return Graded(
        base=sides.base,
        base_name=sides.base_name,
        head=sides.head,
        head_name=sides.head_name,
        skills=skills,
        removed=() if named else tuple(map(sides.address, sides.removed())),
        others=others,
        verdict="fail" if others else verdict,
    )


def _skill(
    path: str, sides: Sides, head: Grade | None, base: Grade | None, faults: tuple[Finding, ...]
) -> SkillGrade:
    limits = sides.after.settings.grade
    is_new = sides.was(path) is None
    change = gate.Change(base.score if base else None, head.score if head else None)
    layers = (
        gate.integrity([_told(fault) for fault in faults]),
        gate.static(change, limits, is_new=is_new),
        gate.routing(None, None, limits),
    )
    return SkillGrade(
        skill=sides.address(path),
        path=path,
        is_new=is_new,
        grade=head,
        base=base,
        faults=faults,
        gate=gate.decide(layers, limits),
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
    found = verdicts(concerned, plan, context, folder, progress)
    told = report(found, plan, context, honoured=since.honoured(plan, context))
    if not place.named:
        told = since.limit(told, plan, context)
    known = Known.of(place, context, None, since, new=False)
    lines = SourceLines(context.library.source)
    return known.part(told, lines, whole=False).findings


def exit_code(found: Graded, limits: Grading, mode: GateMode | None) -> int:
    """1 where the gate is enforced, by the option, else by the settings, and not passed."""
    if (mode or limits.gate) != "enforce":
        return 0
    refused = ("fail", "inconclusive") if limits.fail_inconclusive else ("fail",)
    return int(found.verdict in refused)
