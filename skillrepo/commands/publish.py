"""`skillrepo publish`: the stable skills as a flat tree on a branch of their own."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import click

from skillrepo import git_history
from skillrepo.commands.offering import push_target
from skillrepo.commands.outcome import few
from skillrepo.commands.place import Place
from skillrepo.commands.printing import say_all
from skillrepo.commands.target import drafted
from skillrepo.commands.work import start_of
from skillrepo.errors import SkillRepoError
from skillrepo.finding import Severity
from skillrepo.git import Entry, Repository
from skillrepo.git_blobs import BlobReader
from skillrepo.git_objects import FOLDER as TREE
from skillrepo.git_process import GitError
from skillrepo.git_push import push_branch
from skillrepo.git_tree import Change, commit_changes
from skillrepo.git_write import create_branch, move_branch, refuse_unfit_branch
from skillrepo.output import json, render, shapes
from skillrepo.publication import (
    FOLDER,
    README,
    Publication,
    context_of,
    licences,
    publication,
    readme,
)
from skillrepo.visible import one_line

_TRAILER = "Skill-Published-From"
_MOST_LINES = 50


@click.command()
@click.option("--ref", "branch", default="published", show_default=True, help="The branch.")
@click.option("--push", is_flag=True, help="Push that branch, too.")
@click.option("--remote", metavar="NAME", help="Where to push to; else origin.")
@click.option("--dry-run", is_flag=True, help="Say what would be published; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context, *, branch: str, push: bool, remote: str | None, dry_run: bool, as_json: bool
) -> None:
    """Commit skills/<name> for each stable skill of the default branch on the branch `published`.

    Its tree is flat, as installers want it: the very same folders of the skills, a README that
    lists them, and the licence of the repository. Skills whose status is draft or deprecated are
    left out; one without a status counts as stable. Where nothing has changed there is no new
    commit. A skill that breaks the specification keeps all from being published: exit code 1.
    """
    if remote is not None and not push:
        raise click.UsageError("--remote is for --push")
    if dry_run and push:
        raise click.UsageError("--dry-run and --push exclude each other")
    branch = branch.removeprefix("refs/heads/")
    source = _Source.of(Place.of(()))
    target = push_target(source.repository, remote).remote if push else None
    last = _Last.of(source.repository, branch, target)
    last.refuse_older(source)
    if not dry_run:
        source.repository.refuse_foreign()
        source.repository.identity()
    done = _Done(source, last, _changed(source, last))
    refused = source.publication.report.worst() is Severity.ERROR
    if not refused and not dry_run:
        done.commit = _commit(done)
    if not as_json:
        say_all(_text(done, refused=refused, dry_run=dry_run))
    if target and not refused and last.repository.branch_oid(branch):
        done.pushed = shapes.PushedShape(target, push_branch(last.repository, target, branch))
    if as_json:
        say_all([json.dumps(_shape(done, refused=refused, dry_run=dry_run))])
    elif done.pushed:
        there = "was there already" if done.pushed.pushed == "unchanged" else done.pushed.pushed
        click.echo(f"pushed {branch} to {one_line(done.pushed.remote)} ({there})")
    ctx.exit(int(refused))


@dataclass(frozen=True, slots=True)
class _Source:
    """The commit whose skills are published, what people call it, and what is in it."""

    repository: Repository
    commit: str
    name: str
    entries: Mapping[str, Entry]
    trees: Mapping[str, str]
    publication: Publication

    @classmethod
    def of(cls, place: Place) -> "_Source":
        repository = place.git()
        commit, name = start_of(repository, None)
        if commit is None:
            raise SkillRepoError("there is no commit yet, so nothing to publish")
        entries = repository.tree_entries(commit)
        context = context_of(place.root.name, entries, BlobReader(repository))
        trees = repository.folder_trees(commit)
        return cls(repository, commit, name, entries, trees, publication(context))

    def changes(self) -> dict[str, Change]:
        """The flat tree."""
        skills = self.publication.skills
        flat: dict[str, Change] = {**licences(self.entries)}
        flat[README] = readme(skills)
        for each in skills:
            flat[f"{FOLDER}/{each.name}"] = Entry(TREE.decode(), self.trees[each.folder])
        return flat


@dataclass(frozen=True, slots=True)
class _Last:
    """The last publication, here or as it was fetched from a remote; None where there is none.

    `local` is where the branch stands here, `source` the commit that it was made of.
    """

    repository: Repository
    branch: str
    local: str | None
    commit: str | None
    source: str | None

    @classmethod
    def of(cls, repository: Repository, branch: str, remote: str | None) -> "_Last":
        """Look for it. SkillRepoError where the branch is none of ours, or is checked out."""
        if f"refs/heads/{branch}" == repository.default_branch() or drafted(branch)[0]:
            raise SkillRepoError(
                f"`{branch}` is for skills as they are written: give another branch with --ref"
            )
        refuse_unfit_branch(repository, branch)
        local = repository.branch_oid(branch)
        remotes = repository.remotes()
        if remote is None and remotes and (remotes[0] == "origin" or len(remotes) == 1):
            remote = remotes[0]
        fetched = repository.tracked_oid(remote, branch) if remote else None
        commit = local or fetched
        if local and fetched and local != fetched:
            base = repository.merge_base(local, fetched)
            if base not in (local, fetched):
                raise SkillRepoError(
                    f"the branch `{branch}` and that of {remote} have gone apart: give up the one "
                    f"here with `git branch -D {branch}`, and publish again"
                )
            commit = fetched if base == local else local
        source = _source_of(repository, branch, commit) if commit else None
        return cls(repository, branch, local, commit, source)

    def skills(self) -> dict[str, str]:
        """Name → tree of what was published."""
        trees = self.repository.folder_trees(self.commit) if self.commit else {}
        found = {path.removeprefix(f"{FOLDER}/"): tree for path, tree in trees.items()}
        return {name: tree for name, tree in found.items() if "/" not in name and name != FOLDER}

    def refuse_older(self, source: _Source) -> None:
        """SkillRepoError where what was published is newer than what is to be."""
        if self.source is None or self.source == source.commit:
            return
        # In a shallow clone it may not be there.
        with suppress(GitError):
            if self.repository.merge_base(source.commit, self.source) == source.commit:
                raise SkillRepoError(
                    f"`{self.branch}` was made of {self.source[:12]}, which is newer than "
                    f"{source.name} here ({source.commit[:12]}): fetch and merge first"
                )


def _source_of(repository: Repository, branch: str, commit: str) -> str:
    trailers = dict(git_history.trailers(repository, commit))
    if _TRAILER not in trailers:
        subject = one_line(git_history.message(repository, commit).partition("\n")[0])[:72]
        raise SkillRepoError(
            f"the branch `{branch}` ends in a commit that `skillrepo publish` did not make "
            f"({commit[:12]} “{subject}”): give another one with --ref, or put it out of the way "
            f"with `git branch -m {branch} OTHER-NAME`"
        )
    return trailers[_TRAILER].strip()


@dataclass(slots=True)
class _Done:
    """What is published against the last time: name → what became of it; and what was done."""

    source: _Source
    last: _Last
    changed: Mapping[str, str]
    commit: str | None = None
    pushed: shapes.PushedShape | None = None


def _changed(source: _Source, last: _Last) -> dict[str, str]:
    old = last.skills()
    new = {each.name: source.trees[each.folder] for each in source.publication.skills}
    words = {name: "unchanged" if old.get(name) == new[name] else "changed" for name in new}
    words.update((name, "added") for name in new.keys() - old)
    words.update((name, "removed") for name in old.keys() - new)
    return dict(sorted(words.items()))


def _commit(done: _Done) -> str | None:
    """Commit and set the branch; None where it was all there."""
    last, repository = done.last, done.source.repository
    if last.commit is None and not done.source.publication.skills:
        return None
    commit = commit_changes(
        repository, last.commit, done.source.changes(), _message(done), anew=True
    )
    new = commit or last.commit
    if last.local is None and new:
        create_branch(repository, last.branch, new, looked=True)
    elif last.local and new and last.local != new:
        move_branch(repository, last.branch, last.local, new, what="publish")
    return commit


def _message(done: _Done) -> str:
    lines = [f"- {word} {name}" for name, word in done.changed.items() if word != "unchanged"]
    more = len(lines) - _MOST_LINES
    paragraphs = (
        f"chore: publish {_count(done.source.publication)}",
        "\n".join([*lines[:_MOST_LINES], *([f"- and {more:,} more"] if more > 0 else [])]),
        f"{_TRAILER}: {done.source.commit}",
    )
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def _count(found: Publication) -> str:
    number = len(found.skills)
    return f"{number:,} skill{'s' * (number != 1)}"


def _text(done: _Done, *, refused: bool, dry_run: bool) -> Iterator[str]:
    """The lines for people."""
    found, last = done.source.publication, done.last
    start = f"from {one_line(done.source.name)}, {done.source.commit[:12]}"
    yield from (f"note: {one_line(note)}" for note in found.notes)
    if refused:
        yield from render("text", found.report)
        yield "nothing was published: mend these, or let `metadata.status` be `draft`"
        if any(each.fix for each in found.report.findings):
            yield "next: `skillrepo validate --profile spec --fix` mends what has one right answer"
        return
    changed = [(word, name) for name, word in done.changed.items() if word != "unchanged"]
    yield from few([f"  {word:<9} {one_line(name)}" for word, name in changed])
    yield from few([f"  held back {one_line(path)} ({one_line(why)})" for path, why in found.held])
    if dry_run:
        yield f"dry run: {_count(found)} ({start}) would be on {last.branch}; nothing was written"
    elif done.commit:
        yield f"published {_count(found)} ({start})"
        yield f"committed {done.commit[:12]} on {last.branch}"
    elif last.commit is None:
        yield "nothing to publish: no skill is stable yet"
    else:
        yield f"nothing to do: {last.branch} has {_count(found)} ({start}) already"


def _shape(done: _Done, *, refused: bool, dry_run: bool) -> shapes.PublishShape:
    found = done.source.publication
    skills = tuple(
        shapes.PublishedShape(
            name=each.name,
            address=each.address,
            skill_version=each.version,
            description=each.description,
            tree=done.source.trees[each.folder],
            change=done.changed[each.name],  # type: ignore[arg-type]  # the words of _changed
        )
        for each in found.skills
    )
    status = "refused" if refused else "dry-run" if dry_run else "published"
    if status == "published" and done.commit is None:
        status = "unchanged"
    return shapes.PublishShape(
        version=1,
        status=status,  # type: ignore[arg-type]  # the four words above
        branch=done.last.branch,
        base=done.source.commit,
        base_name=done.source.name,
        parent=done.last.commit,
        commit=done.commit,
        skills=skills,
        removed=tuple(name for name, word in done.changed.items() if word == "removed"),
        held=tuple(shapes.HeldShape(*each) for each in found.held),
        notes=found.notes,
        gate=json.shape(found.report),
        pushed=done.pushed,
    )
