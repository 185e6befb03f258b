"""`skillrepo diff`: what a change of a skill means for those who use it."""

from collections.abc import Iterator
from typing import NamedTuple

import click

from skillrepo.commands.changes import lines, raised_enough, shapes_of
from skillrepo.commands.former import former
from skillrepo.commands.printing import say_all
from skillrepo.commands.target import Target, read
from skillrepo.context import Context
from skillrepo.document import Unreadable
from skillrepo.git_tips import changes
from skillrepo.output import json, shapes
from skillrepo.semantic_diff import SkillDiff, Snapshot, compare
from skillrepo.tokens import tokens
from skillrepo.visible import one_line

_SHORT = 12


class _Sides(NamedTuple):
    """The skill before and after, and what people call these places."""

    target: Target
    base: str
    base_name: str
    path: str
    old_path: str | None
    old: Snapshot | Unreadable | None
    new: Snapshot | Unreadable | None

    @property
    def diff(self) -> SkillDiff | None:
        """The changes; None where there are not two texts to compare."""
        if isinstance(self.old, Snapshot) and isinstance(self.new, Snapshot):
            return compare(self.old, self.new)
        return None

    @property
    def start(self) -> str:
        """The base in words."""
        return f"{one_line(self.base_name)} ({self.base[:_SHORT]})"


@click.command()
@click.argument("skill")
@click.option(
    "--base", metavar="REV", help="Compare with the merge-base with REV.  [default branch]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(skill: str, base: str | None, *, as_json: bool) -> None:
    """Say what changed in SKILL, and which version bump that asks for.

    SKILL is a name, an address, a path, or the branch of a draft (skill/…). The worktree, or the
    draft's commit, is compared with the merge-base with the default branch. Descriptions are
    compared by their wording; docs/revising.md says how.
    """
    sides = _sides(Target.of(skill), base)
    say_all([json.dumps(_shape(sides))] if as_json else _text(sides))


def _sides(target: Target, rev: str | None) -> _Sides:
    commit, name = target.base(rev)
    before = Context.of(target.place.tree(commit))
    old_path = target.path_in(before) or _renamed(target, commit)
    path = target.path or old_path or target.there()
    old, new = read(before, old_path), read(target.context, target.path)
    return _Sides(target, commit, name, path, old_path, old, new)


def _renamed(target: Target, base: str) -> str | None:
    """The SKILL.md in the base of a skill that a draft gave another name."""
    if not target.commit or not target.path:
        return None
    changed = changes(target.place.git(), {target.commit: base})
    return former(changed[target.commit]).get(target.path)


def _text(sides: _Sides) -> Iterator[str]:
    where = sides.target.where
    yield f"{one_line(sides.target.address(sides.path))}: {where}, compared with {sides.start}"
    if sides.old_path and sides.target.path and sides.old_path != sides.path:
        yield f"moved from {one_line(sides.old_path)}"
    diff = sides.diff
    if diff is None:
        yield _why_not(sides)
    elif not diff.changes and diff.versions[0] == diff.versions[1]:
        yield "Nothing changed."
    else:
        yield from lines(diff)


def _why_not(sides: _Sides) -> str:
    for skill, where in ((sides.old, sides.start), (sides.new, sides.target.where)):
        if isinstance(skill, Unreadable):
            why = f"line {skill.line}: {one_line(skill.why)}"
            return f"The SKILL.md of {where} cannot be read, so nothing is compared; {why}."
    if isinstance(sides.new, Snapshot):
        size = tokens(sides.new.document.text)
        files = len(sides.new.files) + 1
        plural = "s" * (files != 1)
        return (
            f"It is a new skill: {sides.start} has none of it. It has {files:,} file{plural}, "
            f"SKILL.md ≈ {size:,} tokens."
        )
    return (
        f"It was deleted: {sides.target.where} has none of it. Its users lose it: a major change."
    )


def _shape(sides: _Sides) -> shapes.DiffShape:
    diff = sides.diff
    old, new = sides.old, sides.new
    before = old.version if isinstance(old, Snapshot) else None
    after = new.version if isinstance(new, Snapshot) else None
    status: shapes.DiffStatus = "changed" if diff and diff.changes else "unchanged"
    if isinstance(old, Unreadable) or isinstance(new, Unreadable):
        status = "unreadable"
    elif diff is None:
        status = "added" if old is None else "deleted"
    return shapes.DiffShape(
        version=1,
        address=sides.target.address(sides.path),
        path=sides.path,
        old_path=sides.old_path,
        base=sides.base,
        base_name=sides.base_name,
        branch=sides.target.branch,
        commit=sides.target.commit,
        status=status,
        why=_why_not(sides) if diff is None else None,
        bump=str(diff.bump) if diff and diff.bump else None,  # type: ignore[arg-type]
        version_before=before,
        version_after=after,
        raised_enough=raised_enough(diff) if diff else None,
        tokens_before=tokens(old.document.text) if isinstance(old, Snapshot) else None,
        tokens_after=tokens(new.document.text) if isinstance(new, Snapshot) else None,
        changes=shapes_of(diff) if diff else (),
    )
