"""What becomes of a proposal: a commit on a branch, files in the worktree, or a kept text."""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

import click

from skillrepo import git_history
from skillrepo.commands.work import Ground, Work
from skillrepo.commands.writing import ends_interrupt
from skillrepo.commit_message import commit_message
from skillrepo.draft import Draft, Request, Write
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.git_write import commit_files, create_branch
from skillrepo.propose import Proposal
from skillrepo.tree_path import path_problem

BRANCH = "skill/new/"
NAME = re.compile(r"(?=.{1,64}\Z)[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a proposal left behind; nothing after a dry run.

    `trailers` are those that git reads from the commit; `remote` is where it may be pushed.
    """

    branch: str | None = None
    commit: str | None = None
    trailers: tuple[tuple[str, str], ...] = ()
    remote: str | None = None
    written: str | None = None
    kept: str | None = None


@contextmanager
def safely_written(work: Ground, name: str, write: Write) -> Iterator[Write]:
    """`write`, such that nothing it gave is lost, whatever goes wrong: the error says where it is.

    `name` is for what it gave before it failed.
    """
    drafts: list[Draft] = []

    def remember(request: Request) -> Draft:
        drafts.append(write(request))
        return drafts[-1]

    try:
        with ends_interrupt():
            yield remember
    except WriterFailed as error:
        raise SkillRepoError(str(error) + keep(work, name, error.kept)) from None
    except KeyboardInterrupt:
        if drafts:
            where = keep(work, drafts[-1].name, drafts[-1].files)
            click.echo(f"the draft of round {len(drafts)} was ready{where}", err=True)
        raise


def land(proposal: Proposal, request: Request, work: Work) -> Outcome:
    """Do the step; where it fails, the text is kept and the error says where."""
    return do_step(
        work,
        proposal.draft,
        write=lambda: _write_files(proposal, work.place.root),
        commit=lambda: _commit(proposal, request, work),
    )


def do_step(
    work: Ground, draft: Draft, *, write: Callable[[], str], commit: Callable[[], Outcome]
) -> Outcome:
    """Write or commit, as the step has it; where that fails, the text is kept."""
    if work.step == "dry-run":
        return Outcome()
    try:
        return Outcome(written=write()) if work.step == "write-only" else commit()
    except SkillRepoError as error:
        raise SkillRepoError(f"{error}{keep(work, draft.name, draft.files)}") from error


def _commit(proposal: Proposal, request: Request, work: Work) -> Outcome:
    repository = work.place.git()
    commit = _commit_draft(proposal, request, work)
    branch = BRANCH + proposal.draft.name
    remotes = repository.remotes()
    trailers = tuple(git_history.trailers(repository, commit))
    # Last, so that whatever goes wrong leaves no branch that nobody was told of.
    create_branch(repository, branch, commit)
    return Outcome(branch, commit, trailers, remote=next(iter(remotes), None))


def _commit_draft(proposal: Proposal, request: Request, work: Work) -> str:
    """Commit a draft; no branch has it yet."""
    if not NAME.fullmatch(proposal.draft.name):
        # The specification knows letters of all alphabets, branches and installers do not.
        raise SkillRepoError(
            f"the name {proposal.draft.name!r} serves for no branch; give with --name one of "
            "lowercase letters a-z, digits and single hyphens"
        )
    return commit_files(
        work.place.git(),
        work.base,
        folder=proposal.folder,
        files=proposal.draft.files,
        message=commit_message(proposal, request),
    )


def _write_files(proposal: Proposal, root: Path) -> str:
    """Put the files into the worktree, in a folder that was not there."""
    target = root / proposal.folder
    for parent in reversed(target.relative_to(root).parents):
        if (root / parent).is_symlink():
            raise SkillRepoError(f"{parent} is a symbolic link; nothing is written through it")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # What is there, even a link that leads nowhere, is not written to.
        target.mkdir()
        _store(target, proposal.draft.files)
    except OSError as error:
        raise SkillRepoError(f"{proposal.folder} cannot be written: {error.strerror}") from None
    return proposal.folder


def _store(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("xb") as file:
            file.write(data)


def kept(proposal: Proposal, work: Ground) -> str | None:
    """Where the text of a draft that failed the gate is kept; a dry run shows it instead."""
    if work.step == "dry-run":
        return None
    return store(work, proposal.draft.name, proposal.draft.files)


def keep(work: Ground, name: str, files: Mapping[str, bytes]) -> str:
    """Keep what a writer gave, and say where in the words that end an error's message."""
    if not files:
        return ""
    try:
        return f"\nwhat was written is kept in {store(work, name, files)}"
    except SkillRepoError as error:
        return f"\n{error}"


def store(work: Ground, name: str, files: Mapping[str, bytes]) -> str:
    """Store files under the git directory, where git takes no notice of them; give the folder.

    A dry run changes nothing there, and it may be closed to us: then the system's folder for
    temporary files serves. Raises `SkillRepoError` with the text itself where nothing does.
    """
    prefix = f"{name}-" if NAME.fullmatch(name) else "draft-"
    if work.step != "dry-run":
        above = work.place.git().common_dir / "skillrepo" / "kept"
        with suppress(OSError):
            above.mkdir(parents=True, exist_ok=True)
            return _stored(Path(tempfile.mkdtemp(prefix=prefix, dir=above)), files)
    try:
        return _stored(Path(tempfile.mkdtemp(prefix=f"skillrepo-{prefix}")), files)
    except OSError as error:
        texts = (f"\n--- {path}\n{data.decode(errors='replace')}" for path, data in files.items())
        raise SkillRepoError(
            f"what was written can be kept nowhere ({error.strerror}), so it follows:"
            + "".join(texts)
        ) from None


def _stored(folder: Path, files: Mapping[str, bytes]) -> str:
    """Store the files in a new folder, which is gone where that fails."""
    try:
        return _numbered(folder, files)
    except OSError:
        rmtree(folder, ignore_errors=True)
        raise


def _numbered(folder: Path, files: Mapping[str, bytes]) -> str:
    """Store files that may be the reason of the failure: one in no fit place gets a number."""
    for number, (path, data) in enumerate(files.items(), start=1):
        fit = path_problem(path) is None
        try:
            _store(folder, {path if fit else f"refused-{number}": data})
        except OSError:
            _store(folder, {f"refused-{number}": data})
    return str(folder)
