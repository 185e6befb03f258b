"""`skillrepo taxonomy mv`: move a category or a skill, and what names it, on a branch or here."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import click

from skillrepo.check import check
from skillrepo.commands.outcome import few
from skillrepo.commands.printing import say_all
from skillrepo.commands.taxonomy_branch import branch_of, land, refuse_branch, start
from skillrepo.commands.work import Work
from skillrepo.commit_message import item, line, paragraph, subject
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.files import Patched, within
from skillrepo.finding import Finding, Report, Severity
from skillrepo.git import Entry
from skillrepo.git_blobs import BlobReader
from skillrepo.git_move import move_here, refuse_changed
from skillrepo.git_tree import Change
from skillrepo.move import Move, move_of
from skillrepo.move_edits import Edits, edits_of
from skillrepo.moved_source import Moved
from skillrepo.output import json, render, shapes
from skillrepo.rules import ALL
from skillrepo.visible import one_line

_SUBMODULE = "160000"
_MOST_ITEMS = 50


@dataclass(frozen=True, slots=True)
class _Done:
    """A move, what changes with it, and what became of it: nothing where `worse` has errors."""

    move: Move
    edits: Edits
    skills: tuple[tuple[str, str], ...]
    worse: Report
    work: Work
    status: Literal["moved", "dry-run", "refused"] = "refused"
    branch: str | None = None
    commit: str | None = None


@click.command(short_help="Move a category or a skill, by one commit on a branch.")
@click.argument("old")
@click.argument("new")
@click.option("--base", metavar="REV", help="Start the branch from REV, not the default branch.")
@click.option("--here", is_flag=True, help="Move in the worktree and the index; commit nothing.")
@click.option("--dry-run", is_flag=True, help="Write nothing, and show what would change.")
@click.option("--why", metavar="TEXT", help="The reason, for the commit's message.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    old: str,
    new: str,
    *,
    base: str | None,
    here: bool,
    dry_run: bool,
    why: str | None,
    as_json: bool,
) -> None:
    """Move OLD, a category with all below it or a skill, to the address NEW.

    It is one commit on the branch skill/move/<name>. A category's former address becomes an alias
    of it in taxonomy.yaml. Links from and to what is moved are brought along, and so are names in
    relations, CODEOWNERS and skillrepo.yaml. A move that brings new errors is refused.
    """
    if here and why is not None:
        raise click.UsageError("--why is for a commit; with --here you commit yourself")
    work = start(base, here=here, dry_run=dry_run)
    done = _planned(old, new, work)
    if done.worse.findings:
        say_all([json.dumps(_shape(done))] if as_json else _refused(done))
        ctx.exit(1)
    done = _here(done, dry_run=dry_run) if here else _on_branch(done, why or "", dry_run=dry_run)
    say_all([json.dumps(_shape(done))] if as_json else _text(done))


def _planned(old: str, new: str, work: Work) -> _Done:
    move = move_of(old, new, work.context, work.taxonomy)
    edits = edits_of(move, work.context)
    source = work.context.library.source
    contents = {path: each.after for path, each in edits.files.items()}
    after = Context.of(Patched(Moved(source, move), contents))
    skills = tuple(
        (move.old + rest, move.new + rest)
        for path in work.context.library.skill_files
        if within(path, move.old_folder)
        for rest in [path[len(move.old_folder) :].rpartition("/")[0]]
    )
    return _Done(move, edits, skills, _worse(move, edits, work.context, after), work)


def _worse(move: Move, edits: Edits, before: Context, after: Context) -> Report:
    """The errors of the specification that the move would bring to the skills that it concerns."""
    files = after.library.skill_files
    concerned = {path for path in files if within(path, move.new_folder)}
    concerned.update(filter(None, map(after.library.owner, edits.files)))
    now = _judged(after, sorted(concerned))
    was = _judged(before, sorted(filter(None, map(move.was, concerned))))
    known = Counter((move.now(each.path), each.code) for each in was.findings)

    def is_new(finding: Finding) -> bool:
        known[finding.path, finding.code] -= 1
        return known[finding.path, finding.code] < 0

    errors = (each for each in now.findings if each.severity is Severity.ERROR)
    return now._replace(findings=tuple(each for each in errors if is_new(each)))


def _judged(context: Context, paths: list[str]) -> Report:
    return check(context.library.load(paths), ALL, context, "spec")


def _on_branch(done: _Done, why: str, *, dry_run: bool) -> _Done:
    move, work = done.move, done.work
    branch = branch_of("move", move.name)
    refuse_branch(work.place.git(), branch)
    changes: dict[str, Change] = dict(_folder(move, work))
    changes.update({path: each.after for path, each in done.edits.files.items()})
    if dry_run:
        return replace(done, status="dry-run")
    commit = land(work, branch, changes, _message(done, why))
    return replace(done, status="moved", branch=branch, commit=commit)


def _folder(move: Move, work: Work) -> Iterator[tuple[str, Change]]:
    """The folder's own tree at its new place; none where the category has no folder."""
    repository = work.place.git()
    entries = repository.tree_entries(str(work.base), move.old_folder)
    for path, entry in entries.items():
        if entry.mode == _SUBMODULE:
            raise SkillRepoError(
                f"{path} is a submodule, whose place .gitmodules names: use --here, which lets git "
                "move both"
            )
    found = BlobReader(repository).object(f"{work.base}:{move.old_folder}", limit=1 << 26)
    if found and found.kind == "tree":
        yield move.old_folder, None
        yield move.new_folder, Entry("40000", found.oid)


def _here(done: _Done, *, dry_run: bool) -> _Done:
    move, place = done.move, done.work.place
    repository = place.git()
    there = done.work.context.library.source.kind(move.old_folder) == "folder"
    files = {path: (each.before, each.after) for path, each in done.edits.files.items()}
    own = [path for path in files if not within(path, move.new_folder)]
    refuse_changed(repository, [*([move.old_folder] if there else ()), *own])
    if repository.setting("core.sparseCheckout", "bool") == "true":
        notes = (*done.edits.notes, "what the sparse checkout leaves out was not looked at")
        done = replace(done, edits=done.edits._replace(notes=notes))
    if dry_run:
        return replace(done, status="dry-run")
    move_here(repository, (move.old_folder, move.new_folder) if there else None, files)
    return replace(done, status="moved")


def _message(done: _Done, why: str) -> str:
    move = done.move
    renamed = move.kind == "skill" and move.name != move.old_name
    kind = f"refactor({line(move.name) if move.kind == 'skill' else 'taxonomy'}){'!' * renamed}"
    count = f"{len(done.skills):,} skill{'s' * (len(done.skills) != 1)}"
    if renamed:
        what = f"The skill {move.old} is now {move.new}; those who use it know it by its new name."
    elif move.kind == "skill":
        what = f"The skill {move.old} is now {move.new}."
    else:
        what = f"The category {move.old} is now {move.new}, with {count}; {move.old} is its alias."
    items = [item(f"{path}: {', '.join(each.what)}") for path, each in done.edits.files.items()]
    more = len(items) - _MOST_ITEMS
    items = [*items[:_MOST_ITEMS], *([f"- and {more:,} more"] if more > 0 else ())]
    trailer = "Skill" if move.kind == "skill" else "Skill-Category"
    parts = (
        subject(kind, f"move {move.old} to {move.new}"),
        paragraph(why),
        paragraph(what),
        "\n".join(("Changed with it:", *items)) if items else "",
        "\n".join(map(item, done.edits.notes)),
        f"{trailer}: {line(move.new)}\nSkill-Moved-From: {line(move.old)}",
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _refused(done: _Done) -> Iterator[str]:
    yield from render("text", done.worse)
    move = done.move
    what = f"{one_line(move.old)} to {one_line(move.new)}"
    yield f"to move {what} brings these errors: nothing was moved"


def _text(done: _Done) -> Iterator[str]:
    move, work = done.move, done.work
    for note in done.edits.notes:
        yield f"note: {one_line(note)}"
    number = f" ({len(done.skills):,} skill{'s' * (len(done.skills) != 1)})"
    what = f"{one_line(move.old)} → {one_line(move.new)}{number * (move.kind == 'category')}"
    yield f"{move.kind}: {what}"
    lines = [
        f"  edits {one_line(path)}: {', '.join(each.what)}"
        for path, each in done.edits.files.items()
    ]
    yield from few(lines)
    if done.status == "dry-run":
        yield "dry run: nothing was written"
    elif done.branch and done.commit:
        begin = f"from {one_line(work.start)}, {str(work.base)[:12]}"
        yield f"committed {done.commit[:12]} on {done.branch} ({begin})"
        yield f"next: git show {done.branch}"
    else:
        yield "moved in the worktree and the index, not committed"
        yield "next: git status, and git commit"


def _shape(done: _Done) -> shapes.TaxonomyMoveShape:
    move = done.move
    edits: Mapping[str, tuple[str, ...]] = {p: e.what for p, e in done.edits.files.items()}
    return shapes.TaxonomyMoveShape(
        version=1,
        status=done.status,
        kind=move.kind,
        old=move.old,
        new=move.new,
        old_path=move.old_folder,
        new_path=move.new_folder,
        skills=tuple(shapes.MovedShape(*pair) for pair in done.skills),
        edits=tuple(shapes.MoveEditShape(path, what) for path, what in edits.items()),
        notes=done.edits.notes,
        base=done.work.base if done.work.step != "write-only" else None,
        branch=done.branch,
        commit=done.commit,
        gate=json.shape(done.worse),
    )
