"""`skillrepo show`: what is known of one skill from its files and from git."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from posixpath import dirname

import click

from skillrepo import document, git_history
from skillrepo.commands.printing import say_all
from skillrepo.commands.target import Target, drafts
from skillrepo.document import Document, Unreadable
from skillrepo.facts import Facts
from skillrepo.files import SKILL_FILE
from skillrepo.git import Repository
from skillrepo.git_process import GitError
from skillrepo.output import json, shapes
from skillrepo.relations import skill_of
from skillrepo.semantic_diff import Snapshot
from skillrepo.tokens import tokens
from skillrepo.visible import one_line

_MOST = 200
"""Commits that are looked at."""
_SHOWN = 12
_SHORT = 12
_DATE = len("2026-01-01")


@click.command()
@click.argument("skill")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(skill: str, *, as_json: bool) -> None:
    """Show address, files, relations, versions, history, provenance and drafts of SKILL.

    SKILL is a name, an address, a path, or the branch of a draft (skill/…).
    """
    shape = _shape(Target.of(skill))
    say_all([json.dumps(shape)] if as_json else _text(shape))


def _shape(target: Target) -> shapes.ShowShape:
    path = target.there()
    context = target.context
    read = next(context.library.load([path]), Unreadable(path, "", 1, "is a symbolic link"))
    facts = Facts.of(read)
    known = isinstance(read, Document) and read.problem is None
    files = tuple(_files(target, read))
    repository = target.place.repository
    start = target.commit or (repository.head() if repository else None)
    log = _Log(repository, start, path)
    return shapes.ShowShape(
        version=1,
        address=target.address(path),
        path=dirname(path) or ".",
        branch=target.branch,
        commit=target.commit,
        why=None if known else _why(read),
        name=facts.name or facts.folder,
        description=_field(read, "description"),
        skill_version=Snapshot(read).version if isinstance(read, Document) else "",
        status=facts.status,
        tokens=sum(each.tokens or 0 for each in files),
        files=files,
        requires=_related(facts.requires, target),
        recommends=_related(facts.recommends, target),
        conflicts=_related(facts.conflicts, target),
        required_by=tuple(_requiring(facts.folder, target)),
        versions=tuple(log.versions()),
        history=log.history(),
        complete=log.complete,
        drafts=_drafts(repository, facts.folder),
    )


def _why(read: Document | Unreadable) -> str:
    if isinstance(read, Unreadable):
        return read.why
    return read.problem.why if read.problem else ""


def _field(read: Document | Unreadable, key: str) -> str:
    value = read.frontmatter.get(key) if isinstance(read, Document) else None
    return value if isinstance(value, str) else ""


def _files(target: Target, read: Document | Unreadable) -> Iterator[shapes.FileShape]:
    size = tokens(read.text) if isinstance(read, Document) else None
    yield shapes.FileShape(SKILL_FILE, target.context.library.source.executable(read.path), size)
    bundle = target.context.bundle(read)
    texts = {page.path: tokens(page.text) for page in bundle.pages()}
    for item in bundle.items:
        yield shapes.FileShape(item.name, item.executable, texts.get(item.path))


def _related(names: Iterable[str], target: Target) -> tuple[shapes.RelatedShape, ...]:
    index = target.context.facts
    found = ((name, skill_of(name, index)) for name in dict.fromkeys(names))
    return tuple(
        shapes.RelatedShape(name, target.address(each.path) if each else None)
        for name, each in found
    )


def _requiring(name: str, target: Target) -> Iterator[shapes.RelatedShape]:
    for facts in target.context.facts.all():
        if name in facts.requires and facts.folder != name:
            yield shapes.RelatedShape(facts.folder, target.address(facts.path))


def _drafts(repository: Repository | None, name: str) -> tuple[shapes.BranchShape, ...]:
    found = drafts(repository, name) if repository else {}
    return tuple(shapes.BranchShape(*pair) for pair in found.items())


class _Log:
    """What git knows of a skill; nothing where it is in no repository or in no commit yet."""

    def __init__(self, repository: Repository | None, start: str | None, path: str) -> None:
        self._repository = repository
        self._ways: list[tuple[str, str]] = []
        commits = []
        if repository and start:
            self._ways = git_history.versions(repository, start, path, most=_MOST)
            # The folder's own and those that it was moved from; of the last one more is looked for.
            folders = dict.fromkeys(dirname(way) or "." for _, way in [("", path), *self._ways])
            commits = git_history.commits(repository, start, list(folders), most=_MOST + 1)
        self._commits = commits[:_MOST]
        self.complete = len(commits) <= _MOST

    def versions(self) -> Iterator[shapes.VersionShape]:
        """Each version, the newest first, with the first commit that has it."""
        dates = {commit.oid: commit.date for commit in self._commits}
        # A name with a line break cannot be asked for.
        ways = [(oid, way) for oid, way in self._ways if "\n" not in way]
        last: shapes.VersionShape | None = None
        for (oid, way), found in zip(ways, self._texts(ways), strict=False):
            read = document.read(way, "", found[1]) if found and found[0] == "blob" else None
            version = Snapshot(read).version if isinstance(read, Document) else ""
            if last and last.skill_version != version:
                yield last
            last = shapes.VersionShape(version, oid, dates.get(oid, "")) if version else None
        if last:
            yield last

    def _texts(self, ways: Sequence[tuple[str, str]]) -> list[tuple[str, bytes] | None]:
        """The objects at the paths; none in a partial clone that lacks one of them."""
        if self._repository:
            with suppress(GitError):
                return list(self._repository.objects([f"{oid}:{way}" for oid, way in ways]))
        return []

    def history(self) -> tuple[shapes.CommitShape, ...]:
        """The commits, the newest first."""
        return tuple(
            shapes.CommitShape(
                commit=each.oid,
                date=each.date,
                author=each.author,
                subject=each.subject,
                trailers=tuple(
                    shapes.TrailerShape(*pair)
                    for pair in each.trailers
                    if pair[0] == "Skill" or pair[0].startswith("Skill-")
                ),
            )
            for each in self._commits
        )


def _text(shape: shapes.ShowShape) -> Iterator[str]:
    about = one_line(f"{shape.skill_version} {shape.status}") or "-"
    yield f"{one_line(shape.address)}  {about}"
    if shape.why is not None:
        yield f"SKILL.md cannot be read: {one_line(shape.why)}"
    if shape.description:
        yield f"  {one_line(shape.description)}"
    where = f"the branch {shape.branch}" if shape.branch else "HEAD" if shape.commit else ""
    yield f"path: {one_line(shape.path)}{where and f' ({where})'}"
    for name, related in (
        ("requires", shape.requires),
        ("recommends", shape.recommends),
        ("conflicts with", shape.conflicts),
        ("required by", shape.required_by),
    ):
        if related:
            yield f"{name}: {', '.join(map(_name, related))}"
    yield f"files: {len(shape.files):,}, ≈ {shape.tokens:,} tokens"
    yield from _some([_file(each) for each in shape.files])
    if shape.versions:
        yield "versions:"
        yield from _some(
            [
                f"{one_line(v.skill_version)}  {v.date[:_DATE]}  {v.commit[:_SHORT]}"
                for v in shape.versions
            ]
        )
    if shape.history:
        yield "history:" if shape.complete else f"history (the last {_MOST}):"
        yield from _some([_commit(each) for each in shape.history])
    if sources := list(_provenance(shape)):
        yield "provenance:"
        yield from _some(sources)
    if shape.drafts:
        yield "drafts:"
        yield from _some([f"{one_line(d.name)}  {d.commit[:_SHORT]}" for d in shape.drafts])


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:_SHOWN])
    if (more := len(lines) - _SHOWN) > 0:
        yield f"  and {more:,} more; --json has all"


def _name(related: shapes.RelatedShape) -> str:
    return one_line(related.address or f"{related.name} (which is not here)")


def _file(each: shapes.FileShape) -> str:
    size = "no text" if each.tokens is None else f"≈ {each.tokens:,} tokens"
    return f"{one_line(each.name)}  {size}{', may be run' if each.executable else ''}"


def _commit(each: shapes.CommitShape) -> str:
    words = f"{one_line(each.author)}  {one_line(each.subject)}"
    return f"{each.commit[:_SHORT]}  {each.date[:_DATE]}  {words}"


def _provenance(shape: shapes.ShowShape) -> Iterator[str]:
    """Of each commit that skillrepo made who wrote it, by what, from which sources."""
    for each in shape.history:
        for trailer in each.trailers:
            if trailer.key not in ("Skill", "Skill-Version"):
                yield f"{each.commit[:_SHORT]}  {one_line(f'{trailer.key}: {trailer.value}')}"
