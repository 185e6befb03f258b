"""`skillrepo init`: make a folder or git repository a repository of skills."""

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import click

from skillrepo import scaffold, settings, taxonomy
from skillrepo.adopt import Adoption, adopt
from skillrepo.config import Config
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.files import Folder
from skillrepo.git import Repository
from skillrepo.git_process import GitError
from skillrepo.git_write import commit_paths, init_repository
from skillrepo.library import Library
from skillrepo.put_file import put
from skillrepo.scaffold import State, Tool
from skillrepo.visible import one_line, visible

_MESSAGE = """\
chore: set up a repository of Agent Skills

taxonomy.yaml holds the categories, skillrepo.yaml the settings. Skills are
validated on `git commit` (.pre-commit-config.yaml) and for each pull
request (.github/workflows/skills.yml).
"""
_DONE: Mapping[State, str] = {
    "write": "wrote",
    "replace": "replaced",
    "keep": "kept",
    "unchanged": "unchanged",
}


@click.command()
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option("--commit", is_flag=True, help="Commit the files in an existing repository too.")
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@click.option(
    "--ci",
    type=click.Choice(tuple(scaffold.CI)),
    help="Workflows that grade pull requests; github-comment has one that comments, too.",
)
@click.option("--tool-address", metavar="URL", help="Where hooks and CI get skillrepo from.")
@click.option("--tool-revision", metavar="REV", help="Its tag or commit.  [default: this version]")
def command(  # noqa: PLR0913 - one parameter an option
    directory: Path,
    *,
    commit: bool,
    force: bool,
    ci: str | None,
    tool_address: str | None,
    tool_revision: str | None,
) -> None:
    """Make DIR (default: the current folder) a repository of Agent Skills.

    Writes taxonomy.yaml, skillrepo.yaml, .pre-commit-config.yaml and a GitHub workflow. Where
    skills are already, the taxonomy is made from their folders; no skill is changed.

    A folder that is not a git repository becomes one, with one commit of these files. In an
    existing repository nothing is committed without --commit: then these files alone, on the
    current branch (your git hooks run); what else you have staged stays staged.
    """
    user = Config.load(os.environ, Path.home()).user.tool
    tool = Tool.of(tool_address or user.address, tool_revision or user.revision)
    try:
        target = _Target.of(directory)
        setup = _Setup.of(target.repository, tool, force=force, ci=ci)
        for path in setup.changed:
            put(target.repository.cwd / path, setup.texts[path].encode())
    except OSError as error:
        where = error.filename or directory
        raise SkillRepoError(f"{where} cannot be written: {error.strerror}") from None
    pending = setup.pending(target.repository)
    committing = bool(pending) and (commit or target.new)
    click.echo(visible(_headline(directory, target, setup, committing=committing)))
    for line in (*target.notes(), *setup.lines()):
        click.echo(visible(line))
    if committing:
        click.echo(_commit(target.repository, pending, directory))
        pending = []
    for line in _next(directory, setup, pending):
        click.echo(line)


@dataclass(frozen=True, slots=True)
class _Target:
    """The repository to write into; `around` is one that a new one was made inside of."""

    repository: Repository
    new: bool
    around: Path | None = None

    @classmethod
    def of(cls, directory: Path) -> Self:
        """The repository at `directory`, which is made where there is none."""
        if directory.exists() and not directory.is_dir():
            raise SkillRepoError(f"{one_line(str(directory))} is a file; name a folder")
        folder = directory.resolve()
        found = Repository.discover(folder)
        if found is None:
            return cls(init_repository(folder), new=True)
        if any(folder.is_relative_to(own) for own in (found.git_dir, found.common_dir)):
            what = "is in a bare repository" if found.root is None else "is in a .git folder"
            raise SkillRepoError(f"{directory} {what}; name the folder of a working tree")
        if found.root == folder:
            return cls(found, new=False)
        if directory.exists():
            raise SkillRepoError(
                f"{directory} lies in the git repository {found.cwd}: run `skillrepo init` there, "
                f"or first `git init` in {directory} if it is to be a repository of its own"
            )
        return cls(init_repository(folder), new=True, around=found.cwd)

    def notes(self) -> Iterator[str]:
        """What may surprise."""
        if self.around:
            yield f"note: it lies inside of the git repository {self.around}"


@dataclass(frozen=True, slots=True)
class _Setup:
    """The files: their texts, what is done with each, and what is to be added by hand."""

    texts: Mapping[str, str]
    states: Mapping[str, State]
    by_hand: Mapping[str, tuple[str, ...]]
    adoption: Adoption | None

    @classmethod
    def of(cls, repository: Repository, tool: Tool, *, force: bool, ci: str | None) -> Self:
        """What fits the repository as it is."""
        root, branch = repository.cwd, _branch(repository)
        source = Folder(root, repository.files)

        def planned(adoption: Adoption | None) -> tuple[dict[str, str], dict[str, State]]:
            texts = scaffold.texts(tool, branch, adoption, ci)
            return texts, scaffold.plan(root, texts, force=force)

        adoption = _adoption(Library(source))
        texts, states = planned(adoption)
        if states[settings.FILE_NAME] == "keep":
            # What settings of one's own exclude is no skill to find a place for.
            own = Context.of(source).settings.exclude
            adoption = _adoption(Library(source, exclude=own))
            texts, states = planned(adoption)
        if states[taxonomy.FILE_NAME] == "keep":
            # A taxonomy of one's own has other places, so nothing need be left out for ours.
            adoption = None
            texts, states = planned(adoption)
        by_hand = {
            path: tuple(scaffold.by_hand(root, path, texts[path], adoption))
            for path, state in states.items()
            if state == "keep"
        }
        return cls(texts, states, by_hand, adoption)

    @property
    def changed(self) -> list[str]:
        """The files to write."""
        return [path for path, state in self.states.items() if state in {"write", "replace"}]

    def lines(self) -> Iterator[str]:
        """What was done with each file."""
        for path, state in self.states.items():
            yield f"  {_DONE[state]:<9} {path}"
            yield from (f"            {line}" for line in self.by_hand.get(path, ()))
        if self.by_hand:
            yield "kept files are as they were; --force replaces them"
        if self.adoption:
            yield f"skills with a place in taxonomy.yaml: {self.adoption.skills}"
        if self.adoption and self.states[settings.FILE_NAME] != "keep":
            for each in self.adoption.left_out:
                yield f"left out by skillrepo.yaml: {each.glob} (it {each.why})"

    def pending(self, repository: Repository) -> list[str]:
        """The files that stand as we write them but not in the last commit."""
        ours = [path for path, state in self.states.items() if state != "keep"]
        head = repository.head()
        entries = repository.tree_entries(head) if head else {}
        there = [path for path in ours if path in entries]
        oids = [entries[path].oid for path in there]
        contents = repository.read(oids, limit=max(map(len, self.texts.values())) * 4)
        committed = dict(zip(there, contents, strict=True))
        return [path for path in ours if committed.get(path) != self.texts[path].encode()]


def _adoption(library: Library) -> Adoption | None:
    """The taxonomy of the skills that are there; None without skills."""
    files = [path for path in library.skill_files if library.source.kind(path) == "file"]
    if not files:
        return None
    adoption = adopt(files)
    if adoption.skills:
        return adoption
    reasons = "".join(f"\n  {each.glob}: it {each.why}" for each in adoption.left_out)
    raise SkillRepoError(
        "no skill has a place in a taxonomy here; `skillrepo validate` checks them as they are. "
        f"To hold more, move each to skills/<name>/ and run this again:{reasons}"
    )


def _branch(repository: Repository) -> str | None:
    """The name of the default branch, else of the one that is checked out."""
    ref = repository.default_branch()
    if ref is None:
        try:
            ref = repository.run("symbolic-ref", "--quiet", "HEAD").decode(errors="replace").strip()
        except GitError:  # detached
            return None
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/origin/")


def _headline(directory: Path, target: _Target, setup: _Setup, *, committing: bool) -> str:
    if target.new or setup.changed or committing:
        done = "Made" if target.new else "Set up"
        return f"{done} a repository of Agent Skills in {directory}"
    return f"Nothing to do in {directory}: the files of a repository of Agent Skills are there"


def _commit(repository: Repository, paths: list[str], directory: Path) -> str:
    """Commit these files and say where."""
    try:
        oid = commit_paths(repository, paths, _MESSAGE)
    except SkillRepoError as error:
        again = f"skillrepo init --commit {shlex.quote(str(directory))}"
        raise SkillRepoError(f"{error}\nthe files are written; to commit them: {again}") from error
    try:
        head = repository.run("symbolic-ref", "--quiet", "--short", "HEAD").decode(errors="replace")
    except GitError:
        head = "a detached HEAD"
    return visible(f"committed {oid[:12]} on {head.strip()}: {_MESSAGE.splitlines()[0]}")


def _next(directory: Path, setup: _Setup, pending: list[str]) -> Iterator[str]:
    """What to do with the repository now."""
    yield "next:"
    if directory.resolve() != Path.cwd():
        yield f"  cd {shlex.quote(str(directory))}"
    if pending:
        yield "  skillrepo init --commit    (these files alone; drafts start from the last commit)"
    if setup.adoption:
        yield "  skillrepo validate"
        why = "then only new findings fail, here and in CI; commit it"
        yield f"  skillrepo validate --write-baseline    ({why})"
    yield '  skillrepo new "what the skill is for" --from DOCUMENT'
    yield "  skillrepo hooks install    (or, with pre-commit: pre-commit install)"
