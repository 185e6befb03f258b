"""Where a revision starts from and where it goes: a branch, or the files of the worktree."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click

from skillrepo import git_history, git_worktree
from skillrepo.commands.asking import choice_of
from skillrepo.commands.landing import NAME, Outcome, do_step
from skillrepo.commands.place import Place
from skillrepo.commands.target import DRAFTS, Target, read
from skillrepo.commands.work import COMMITS
from skillrepo.commit_message import commit_message
from skillrepo.context import Context
from skillrepo.draft import Choice, Request
from skillrepo.errors import SkillRepoError
from skillrepo.git import Entry, Repository
from skillrepo.git_tips import fork_point
from skillrepo.git_write import commit_files, create_branch, move_branch, refuse_unfit_branch
from skillrepo.propose import Proposal
from skillrepo.put_file import put
from skillrepo.put_file import replace as put_in_place
from skillrepo.revise import Original
from skillrepo.semantic_diff import Snapshot
from skillrepo.taxonomy import Taxonomy
from skillrepo.visible import one_line, shell_word

BRANCH = "skill/revise/"


@dataclass(frozen=True, slots=True)
class Ladder:
    """What the options say of where a revision starts and ends."""

    step: str
    base: str | None = None
    slug: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A revision's start; `step`, `place`, `base` and `start` are as in `work.Work`.

    `branch` is where it goes; with `goes_on` it is there and stands on `base`.
    """

    step: str
    place: Place
    base: str
    start: str
    original: Original
    address: str
    choices: tuple[Choice, ...]
    branch: str | None = None
    goes_on: bool = False

    def onto(self, slug: str) -> "Job":
        """The same with a branch for a slug; it goes on from that branch if it is there.

        Raises `SkillRepoError` where the branch cannot be written.
        """
        if self.branch:
            return self
        branch = f"{BRANCH}{self.original.draft.name}/{slug}"
        if self.step == "write-only":
            return self
        repository = self.place.git()
        if self.step in COMMITS:
            refuse_unfit_branch(repository, branch)
        tip = repository.branch_oid(branch)
        if tip is None:
            return replace(self, branch=branch)
        return _at(self, Target.of_branch(self.place, branch, tip))


def prepare(skill: str, ladder: Ladder) -> Job:
    """Find the skill in the commit that its revision starts from.

    That is `--base`, else the tip of the draft's branch that was named, else the default branch;
    with `--write-only` it is HEAD. Raises `SkillRepoError` where it cannot be done.
    """
    target = Target.of(skill)
    repository = target.place.git()
    if ladder.step == "write-only":
        _refuse_write_only(repository, target, ladder.base)
    if ladder.step in COMMITS:
        # Before a writer is paid for what cannot be committed.
        repository.refuse_foreign()
        repository.identity()
    if target.branch and (ladder.base or ladder.slug):
        raise click.UsageError(f"the revision goes on from {target.branch}: no --base, no --slug")
    base, start = _start(repository, target, ladder)
    context = Context.of(target.place.tree(base))
    path = target.path_in(context)
    if path is None:
        target.there()  # which says so where it is nowhere
        head = repository.head()
        there = head is not None and target.path_in(Context.of(target.place.tree(head)))
        do = ", or start from HEAD, which has it, with --base HEAD" if there else ""
        raise SkillRepoError(
            f"{start} ({base[:12]}) has no skill {skill!r}: commit it there first{do}"
        )
    inside = target._replace(context=context, path=path, commit=base)
    if target.branch:
        if target.branch not in repository.branches("skill"):
            name = target.branch.partition("/")[2]
            raise SkillRepoError(
                f"{one_line(target.branch)} is a remote's; make a branch of it first: git branch "
                f"{shell_word(name)} {shell_word(target.branch)}"
            )
        if ladder.step in COMMITS:
            refuse_unfit_branch(repository, target.branch)
    job = _job(ladder.step, inside, base, start)
    return _at(job, target) if target.branch else job


def _refuse_write_only(repository: Repository, target: Target, base: str | None) -> None:
    if base is not None:
        raise click.UsageError("--base is for a commit; --write-only starts from HEAD")
    if target.branch:
        raise click.UsageError("--write-only writes to the worktree; name the skill there")
    if repository.root is None:
        raise SkillRepoError("a bare repository has no worktree; leave out --write-only")


def _start(repository: Repository, target: Target, ladder: Ladder) -> tuple[str, str]:
    """The commit to start from, and what people call it."""
    if target.branch and target.commit:
        return target.commit, target.branch
    if ladder.base is not None:
        return repository.resolve(ladder.base), ladder.base
    if ladder.step == "write-only":
        commit, name = repository.head(), "HEAD"
    else:
        ref = repository.default_branch() or "HEAD"
        commit = repository.base_commit()
        name = ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")
    if commit is None:
        raise SkillRepoError("there is no commit yet to revise a skill of; commit it first")
    return commit, name


def _job(step: str, target: Target, base: str, start: str) -> Job:
    path = target.there()
    address = target.address(path)
    category = address.rpartition("/")[0]
    original = Original.of(target.context, path, category)
    choices = (_choice(target.context, category),)
    return Job(step, target.place, base, start, original, address, choices)


def _at(job: Job, target: Target) -> Job:
    """The job on a branch that is there; its version counts from where the branch began."""
    repository = job.place.git()
    commit = target.commit or ""
    path = target.there()
    start = fork_point(repository, commit, DRAFTS)
    if start is None and (default := repository.default_branch()):
        start = repository.merge_base(repository.resolve(default), commit)
    published = None
    if start:
        before = Context.of(job.place.tree(start))
        known = read(before, target.path_in(before))
        published = known if isinstance(known, Snapshot) else None
    original = Original.of(target.context, path, job.original.draft.category, published)
    return replace(
        job,
        base=commit,
        start=target.branch or job.start,
        original=original,
        branch=target.branch,
        goes_on=True,
    )


def _choice(context: Context, category: str) -> Choice:
    """The skill's own category, the only one that there is to choose."""
    taxonomy = context.taxonomy
    known = taxonomy.categories.get(category) if isinstance(taxonomy, Taxonomy) else None
    return choice_of(category, known, context.settings)


def land(proposal: Proposal, request: Request, job: Job) -> Outcome:
    """Do the step; where it fails, the text is kept and the error says where."""
    return do_step(
        job,
        proposal.draft,
        write=lambda: _write_files(proposal, job),
        commit=lambda: _commit(proposal, request, job),
    )


def _commit(proposal: Proposal, request: Request, job: Job) -> Outcome:
    repository = job.place.git()
    branch = job.branch or ""
    there = _entries(job)
    kept, changed = _parted(proposal.draft.files, job, there)
    commit = commit_files(
        repository,
        job.base,
        folder=proposal.folder,
        files=changed,
        message=commit_message(proposal, request),
        executable=job.original.executable,
        kept=kept,
    )
    remotes = repository.remotes()
    trailers = tuple(git_history.trailers(repository, commit))
    # Last, so that whatever goes wrong leaves the branch as it was.
    if job.goes_on:
        move_branch(repository, branch, job.base, commit)
    else:
        create_branch(repository, branch, commit, looked=True)
    return Outcome(branch, commit, trailers, remote=next(iter(remotes), None))


def _entries(job: Job) -> dict[str, Entry]:
    """The entries of the skill's folder at the start, by their names in it."""
    folder = job.original.folder
    found = job.place.git().tree_entries(job.base, folder)
    return {path[len(folder) + 1 :]: entry for path, entry in found.items()}


def _parted(
    files: Mapping[str, bytes], job: Job, there: Mapping[str, Entry]
) -> tuple[dict[str, Entry], dict[str, bytes]]:
    """The entries that stay, with mode and all, and the files that are new or changed."""
    before = job.original.draft.files
    changed = {name: data for name, data in files.items() if before.get(name) != data}
    # What no writer is given stays too; a submodule is in no list of files.
    gone = before.keys() - files.keys()
    kept = {n: entry for n, entry in there.items() if n not in changed and n not in gone}
    return kept, changed


def _write_files(proposal: Proposal, job: Job) -> str:
    """Change the files of the worktree, if they are those of the commit."""
    root, folder = job.place.root, job.original.folder
    repository = job.place.git()
    if repository.outside_of_checkout([folder]):
        raise SkillRepoError(
            f"{folder} is not checked out here: bring it with `git sparse-checkout add {folder}`, "
            "or leave out --write-only"
        )
    changed = git_worktree.changed_since(repository, job.base, folder)
    if changed:
        raise SkillRepoError(
            f"{changed[0]} differs from {job.start}, so nothing was written: commit or undo what "
            "was changed in the skill's folder"
        )
    before, after = job.original.draft.files, proposal.draft.files
    for name in after:
        # One that git ignores is not among those that stay.
        if any((root / folder / above).is_symlink() for above in Path(name).parents):
            raise SkillRepoError(
                f"{folder}/{name} lies below a symbolic link; nothing is written through it"
            )
    try:
        for name, data in after.items():
            if before.get(name) != data:
                _write(root / folder / name, before.get(name), data)
        for name in before.keys() - after.keys():
            (root / folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise SkillRepoError(f"{folder} cannot be written: {error.strerror}") from None
    return folder


def _write(path: Path, before: bytes | None, data: bytes) -> None:
    if before is not None:
        written = put_in_place(path, before, data)
        # core.autocrlf checks out other line ends than those of the commit.
        written = written or put_in_place(path, _crlf(before), _crlf(data))
    else:
        written = not path.exists() and not path.is_symlink()
        if written:
            put(path, data)
    if not written:
        raise SkillRepoError(f"{path} was changed meanwhile, and is left as it is; run it again")


def _crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def is_dirty(job: Job) -> bool:
    """Whether the worktree has the skill otherwise than the commit that a new branch starts from.

    What was changed there is not in the draft, which its author may not know.
    """
    if job.goes_on or job.step == "write-only" or job.place.git().root is None:
        return False
    return bool(git_worktree.changed_since(job.place.git(), job.base, job.original.folder))


def check_slug(slug: str) -> None:
    """Refuse a slug that no branch can have. Raises `SkillRepoError`."""
    if not NAME.fullmatch(slug):
        raise SkillRepoError(
            f"--slug {slug!r}: use 1 to 64 lowercase letters, digits and single hyphens"
        )
