"""The changes of a skill as lines for people, plain or for a terminal, and as an output shape."""

import os
import sys
from collections.abc import Iterator

from click import style

from skillrepo.commands.printing import form_of
from skillrepo.output import shapes
from skillrepo.semantic_diff import Change, SkillDiff
from skillrepo.semver import Bump, is_less, raised
from skillrepo.visible import one_line

_COLORS = {Bump.MAJOR: "red", Bump.MINOR: "yellow", Bump.PATCH: "cyan"}
_WIDTH = max(len(str(bump)) for bump in Bump)


def lines(diff: SkillDiff, *, plain: bool = False, part: bool = False) -> Iterator[str]:
    """Each change with the bump that it asks for, tokens, and what becomes of the version.

    Without `plain` they are as standard output wants them. With `part` they are those of one more
    commit on a branch, whose version is that of all of them together.
    """
    color = not plain and form_of(os.environ, is_terminal=sys.stdout.isatty())[1]
    for change in diff.changes:
        bump = str(change.bump).ljust(_WIDTH)
        bump = style(bump, fg=_COLORS[change.bump], bold=True) if color else bump
        yield f"  {bump}  {_line(change)}"
    before, after = diff.tokens
    yield f"SKILL.md: ≈ {before:,} tokens before, ≈ {after:,} after"
    if part:
        yield f"The version of the whole branch is {one_line(diff.versions[1])}."
    else:
        yield _verdict(diff)


def _line(change: Change) -> str:
    within = f" (in “{one_line(change.within)}”)" if change.within else ""
    return one_line(change.text) + within


def _verdict(diff: SkillDiff) -> str:
    old, new = map(one_line, diff.versions)
    if diff.bump is None:
        return "It asks for no other version." if old == new else f"The version: {old} → {new}."
    due = raised(old, diff.bump)
    said = f"It asks for a {diff.bump} bump"
    if due is None:
        return f"{said}, but the version before, {old}, is no semantic version."
    if raised_enough(diff):
        return f"{said}: {old or 'no version'} → {due}, and the version is {new}."
    return f"{said}: {old or 'no version'} → {due}, but the version is {new or 'not given'}."


def raised_enough(diff: SkillDiff) -> bool | None:
    """Whether the version was raised as far as the changes ask; None where nobody can tell."""
    old, new = diff.versions
    due = raised(old, diff.bump) if diff.bump else old
    if due is None or raised(new, Bump.PATCH) is None:
        return None
    if not new.strip():
        return not due
    # 1.3.0-rc.1 announces 1.3.0.
    announced = is_less(old, new) and raised(new, Bump.PATCH) == due
    return announced or not is_less(new, due)


def shapes_of(diff: SkillDiff) -> tuple[shapes.ChangeShape, ...]:
    """The changes as output shapes."""
    return tuple(
        shapes.ChangeShape(
            kind=change.kind,
            bump=str(change.bump),  # type: ignore[arg-type]  # the three names are all
            subject=change.subject,
            before=change.before,
            after=change.after,
            within=change.within,
            text=change.text,
        )
        for change in diff.changes
    )
