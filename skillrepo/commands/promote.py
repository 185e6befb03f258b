"""`skillrepo promote`: merge a draft here after its gate, for repositories without a forge."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import click

from skillrepo import git_worktree
from skillrepo.commands.drop import tip_of, told
from skillrepo.commands.gate import gate
from skillrepo.commands.place import Place
from skillrepo.commands.printing import say_all
from skillrepo.commands.since import no_ancestor
from skillrepo.commands.squash import squashed
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.finding import Report, Severity
from skillrepo.git import Repository
from skillrepo.git_branches import Dropped, drop_branch
from skillrepo.git_merge import merge_forward, refuse_unclean
from skillrepo.git_tips import Change, changes
from skillrepo.git_write import RefChange, update_refs
from skillrepo.output import json, render, shapes
from skillrepo.visible import one_line, shell_word

_HEADS = "refs/heads/"
_How = Literal["fast-forward", "squash"]


@dataclass(frozen=True, slots=True)
class _Merge:
    """A draft and the branch that it goes to, `ref`; commits are whole object names.

    `base` is what both have in common, `worktree` where the branch is checked out.
    """

    branch: str
    tip: str
    ref: str
    before: str
    base: str
    worktree: Path | None
    changed: Mapping[str, Change]
    report: Report
    how: _How | None = None
    commit: str | None = None
    dropped: Dropped | None = None

    @property
    def into(self) -> str:
        return self.ref.removeprefix(_HEADS)

    @property
    def passes(self) -> bool:
        return self.report.worst() is not Severity.ERROR


@click.command()
@click.argument("branch")
@click.option("--into", metavar="BRANCH", help="What to merge it into; else the default branch.")
@click.option("--squash", "ways", flag_value="squash", multiple=True, help="Make one commit of it.")
@click.option(
    "--ff", "ways", flag_value="fast-forward", multiple=True, help="Fast-forward, or refuse."
)
@click.option("--drop", is_flag=True, help="Drop the draft afterwards, as `skillrepo drop` does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    branch: str,
    *,
    into: str | None,
    ways: tuple[_How, ...],
    drop: bool,
    as_json: bool,
) -> None:
    """Merge BRANCH, which holds a draft (skill/…), if the skills that it changes pass the gate.

    The gate is the specification, and that no text of a template is left, by the settings of the
    branch that it goes to. It is fast-forwarded, or where that cannot be, the skill's folder is put
    there in one commit. Where that branch is checked out, git merges in its worktree, which must be
    clean. BRANCH stays.
    """
    if len(set(ways)) > 1:
        raise click.UsageError("--squash and --ff exclude each other")
    place = Place.of(())
    merge = _prepared(place, branch, into)
    repository = place.git()
    if drop and (where := git_worktree.checked_out(repository, _HEADS + branch)):
        raise SkillRepoError(f"{branch} is checked out in `{where}`, so leave out --drop")
    if merge.passes:
        merge = _merged(repository, merge, ways[0] if ways else None)
        if drop:
            done = drop_branch(repository, branch, merge.tip, datetime.now(UTC))
            merge = replace(merge, dropped=done)
    say_all([json.dumps(_shape(merge))] if as_json else _text(repository, merge))
    ctx.exit(0 if merge.passes else 1)


def _prepared(place: Place, branch: str, into: str | None) -> _Merge:
    """Look at both branches, and judge; nothing is written yet."""
    repository = place.git()
    tip = tip_of(repository, branch)
    repository.refuse_foreign()
    ref = f"{_HEADS}{into}" if into is not None else repository.default_branch() or ""
    before = repository.ref_oid(ref) if ref.startswith(_HEADS) and ref != _HEADS else None
    if before is None:
        name = into or ref.removeprefix("refs/remotes/") or "default branch"
        raise SkillRepoError(f"there is no branch {name!r} here to merge into: give one by --into")
    name = ref.removeprefix(_HEADS)
    base = repository.merge_base(before, tip)
    if base is None:
        raise no_ancestor(repository, branch, name)
    if base == tip:
        raise SkillRepoError(f"{branch} adds no commit to {name}: it is merged, or empty")
    changed = changes(repository, {tip: base})[tip]
    if not changed.keys() & repository.changes(before, tip).keys():
        raise SkillRepoError(
            f"{branch} changes nothing that is not so in {name} already: `skillrepo drop "
            f"{shell_word(branch)}` drops it"
        )
    worktree = git_worktree.checked_out(repository, ref)
    if worktree:
        refuse_unclean(worktree, ref)
    source = place.tree(before)
    report = gate(Context.of(source), source, place.tree(tip), changed)
    if report is None and repository.is_partial():
        raise SkillRepoError(
            f"{branch} cannot be judged, for this partial clone lacks a file of its skills: "
            f"`git diff {name}...{branch}` fetches it"
        )
    if report is None:
        raise SkillRepoError(
            f"{branch} changes no skill that can be judged: merge it yourself, with git merge"
        )
    return _Merge(branch, tip, ref, before, base, worktree, changed, report)


def _merged(repository: Repository, merge: _Merge, way: _How | None) -> _Merge:
    forward = merge.base == merge.before
    if way == "fast-forward" and not forward:
        raise SkillRepoError(
            f"{merge.into} has commits that {merge.branch} lacks, so it cannot be fast-forwarded: "
            "leave out --ff"
        )
    how: _How = "fast-forward" if forward and way != "squash" else "squash"
    commit = merge.tip
    if how == "squash":
        repository.identity()
        commit = squashed(
            repository,
            merge.branch,
            tip=merge.tip,
            base=merge.base,
            onto=merge.before,
            changed=merge.changed,
        )
    if merge.worktree:
        merge_forward(merge.worktree, merge.ref, merge.before, commit)
    else:
        update_refs(repository, [RefChange(merge.ref, commit, merge.before)], "promote")
    return replace(merge, how=how, commit=commit)


def _text(repository: Repository, merge: _Merge) -> Iterator[str]:
    yield from render("text", merge.report)
    branch, into = one_line(merge.branch), one_line(merge.into)
    if merge.commit is None:
        why = "the specification, and no text of a template"
        yield f"{branch} does not pass the gate ({why}): it was not merged"
        yield "next: mend it on its branch; to merge it as it is, use git merge"
        return
    yield f"merged {branch} into {into} ({merge.how}): {merge.before[:12]} → {merge.commit[:12]}"
    if merge.worktree:
        yield f"updated the worktree {one_line(str(merge.worktree))}"
    if merge.dropped:
        yield from told(repository, merge.dropped)
    else:
        yield f"next: skillrepo drop {shell_word(merge.branch)}"


def _shape(merge: _Merge) -> shapes.PromoteShape:
    return shapes.PromoteShape(
        version=1,
        branch=merge.branch,
        into=merge.into,
        passes=merge.passes,
        gate=json.shape(merge.report),
        how=merge.how,
        before=merge.before,
        commit=merge.commit,
        worktree=str(merge.worktree) if merge.worktree and merge.commit else None,
        dropped=merge.dropped.ref if merge.dropped else None,
    )
