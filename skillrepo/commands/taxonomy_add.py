"""`skillrepo taxonomy add`: add a category to taxonomy.yaml, on a branch or here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import click

from skillrepo.commands.printing import say_all
from skillrepo.commands.taxonomy_branch import branch_of, land, refuse_branch, start
from skillrepo.commands.work import Work
from skillrepo.commit_message import line, paragraph, subject
from skillrepo.errors import SkillRepoError
from skillrepo.files import folders_of
from skillrepo.move import refuse_category, refuse_same_file, refuse_unfit
from skillrepo.output import json, shapes
from skillrepo.put_file import replace
from skillrepo.taxonomy import FILE_NAME
from skillrepo.taxonomy_edit import NewCategory, added
from skillrepo.visible import one_line

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Done:
    """A category that was added, or would be."""

    category: str
    entry: NewCategory
    status: Literal["added", "dry-run"]
    base: str | None = None
    branch: str | None = None
    commit: str | None = None


@click.command(short_help="Add a category, by one commit on a branch.")
@click.argument("category")
@click.option("--purpose", required=True, metavar="TEXT", help="What belongs there, in a sentence.")
@click.option("--title", metavar="TEXT", help="What people call it.  [made of its name]")
@click.option(
    "--owner", "owners", multiple=True, metavar="NAME", help="Who reviews: @user or @org/team."
)
@click.option("--base", metavar="REV", help="Start the branch from REV, not the default branch.")
@click.option("--here", is_flag=True, help="Write taxonomy.yaml of the worktree; commit nothing.")
@click.option("--dry-run", is_flag=True, help="Write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(  # noqa: PLR0913 - one parameter an option
    category: str,
    *,
    purpose: str,
    title: str | None,
    owners: tuple[str, ...],
    base: str | None,
    here: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add CATEGORY, such as data/tables, to taxonomy.yaml; what is above it must be there.

    It is one commit on the branch skill/taxonomy/<category>.
    """
    work = start(base, here=here, dry_run=dry_run)
    category = category.rstrip("/")
    _refuse(category, work)
    entry = _entry(category, purpose, title, owners)
    done = _added(category, entry, work, here=here, dry_run=dry_run)
    say_all([json.dumps(_shape(done))] if as_json else _text(done, work))


def _entry(category: str, purpose: str, title: str | None, owners: tuple[str, ...]) -> NewCategory:
    name = category.rpartition("/")[2].replace("-", " ").replace("_", " ")
    fields = {"purpose": purpose, "title": name[:1].upper() + name[1:] if title is None else title}
    for option, text in (*fields.items(), *(("owner", owner) for owner in owners)):
        if not text.strip() or not text.isprintable():
            raise SkillRepoError(f"--{option} {text!r} is not a line of text")
    return NewCategory(fields["title"].strip(), purpose.strip(), owners)


def _refuse(category: str, work: Work) -> None:
    """Raises `SkillRepoError` where the category cannot be."""
    taxonomy, library = work.taxonomy, work.context.library
    refuse_unfit(category, taxonomy)
    if category in taxonomy.categories:
        raise SkillRepoError(f"there is a category {category} already")
    if other := taxonomy.canonical(category):
        raise SkillRepoError(
            f"{category} is a former address of {other}: choose another, or take it out of the "
            "`aliases` in taxonomy.yaml"
        )
    refuse_category(category, taxonomy)
    refuse_same_file(category, taxonomy.categories)
    folder = taxonomy.folder(category)
    files = library.source.files()
    refuse_same_file(folder, folders_of(files))
    if library.source.kind(folder) not in ("folder", "missing"):
        raise SkillRepoError(f"{folder} is in the way: it is no folder")
    if owner := library.owner(f"{folder}/file"):
        raise SkillRepoError(f"{folder} cannot be a category: it belongs to the skill {owner}")


def _added(category: str, entry: NewCategory, work: Work, *, here: bool, dry_run: bool) -> _Done:
    before = next(work.context.library.source.read([FILE_NAME]))
    if not isinstance(before, bytes):
        raise SkillRepoError(f"{FILE_NAME} cannot be read")
    bom = _BOM if before.startswith(_BOM) else b""
    after = bom + added(before[len(bom) :].decode(), category, entry).encode()
    repository = work.place.git()
    branch = branch_of("taxonomy", category)
    if not here:
        refuse_branch(repository, branch)
    if dry_run:
        return _Done(category, entry, "dry-run", None if here else work.base)
    if here:
        _write(work, before, after)
        return _Done(category, entry, "added")
    commit = land(work, branch, {FILE_NAME: after}, _message(category, entry))
    return _Done(category, entry, "added", work.base, branch, commit)


def _write(work: Work, before: bytes, after: bytes) -> None:
    try:
        written = replace(work.place.root / FILE_NAME, before, after)
    except OSError as error:
        raise SkillRepoError(f"{FILE_NAME} cannot be written: {error.strerror}") from None
    if not written:
        raise SkillRepoError(f"{FILE_NAME} was changed meanwhile: run it again")


def _message(category: str, entry: NewCategory) -> str:
    parts = (
        subject("feat(taxonomy)", f"add {category}"),
        paragraph(f"{entry.title}: {entry.description}"),
        paragraph(f"Owners: {', '.join(entry.owners)}") if entry.owners else "",
        f"Skill-Category: {line(category)}",
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _text(done: _Done, work: Work) -> Iterator[str]:
    yield f"category: {one_line(done.category)} ({one_line(done.entry.title)})"
    if done.status == "dry-run":
        yield "dry run: nothing was written"
    elif done.branch and done.commit:
        begin = f"from {one_line(work.start)}, {str(work.base)[:12]}"
        yield f"committed {done.commit[:12]} on {done.branch} ({begin})"
        yield f"next: git show {done.branch}"
    else:
        yield f"written to {FILE_NAME}, not committed"
        yield f"next: git add {FILE_NAME}, and commit"


def _shape(done: _Done) -> shapes.TaxonomyAddShape:
    return shapes.TaxonomyAddShape(
        version=1,
        status=done.status,
        category=done.category,
        title=done.entry.title,
        description=done.entry.description,
        owners=done.entry.owners,
        base=done.base,
        branch=done.branch,
        commit=done.commit,
    )
