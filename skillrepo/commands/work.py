"""Where a draft of `skillrepo new` goes: the repository, the commit to start from, the taxonomy."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import click

from skillrepo.commands.place import Place
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.taxonomy import FILE_NAME, Problem, Taxonomy

STEPS = ("dry-run", "write-only", "commit", "push", "pr")
"""The ladder; from `commit` on each step is done after those before it."""
COMMITS = STEPS[2:]
OFFERS = STEPS[3:]


class Ground(Protocol):
    """What landing needs to know of a piece of work; its fields are those of `Work`."""

    @property
    def step(self) -> str:
        """A step of the ladder."""

    @property
    def place(self) -> Place:
        """Where it goes."""

    @property
    def base(self) -> str | None:
        """The commit that it starts from."""

    @property
    def start(self) -> str:
        """What people call that."""


@dataclass(frozen=True, slots=True)
class Work:
    """A step of the ladder (one of `STEPS`) in a content repository.

    `base` is the commit that a draft starts from, None in a repository without one; `start` is
    what people call it. The context is that of `base`, for `write-only` that of the worktree.
    """

    step: str
    place: Place
    base: str | None
    start: str
    context: Context
    taxonomy: Taxonomy


def prepare(step: str, base: str | None, option: str = "--write-only") -> Work:
    """Look at the repository around the current folder; `base` is a revision as users write it.

    `option` is what asks for the worktree.

    Raises `SkillRepoError` where the step cannot be done in it.
    """
    place = Place.of(())
    if place.repository is None:
        raise SkillRepoError(f"{place.root} is in no git repository; `skillrepo init` makes one")
    if step == "write-only":
        _refuse_write_only(place.repository, base, option)
    commit, start = start_of(place.repository, base)
    if commit is None and (step in COMMITS or place.repository.root is None):
        raise SkillRepoError(
            "there is no commit yet to start a branch from; commit first, for example with "
            "`skillrepo init --commit`"
        )
    if step in COMMITS:
        # Before a writer is paid for what cannot be committed.
        place.repository.refuse_foreign()
        place.repository.identity()
    looked_at = None if step == "write-only" else commit
    where = f"{start} ({looked_at[:12]})" if looked_at else "the worktree"
    context = Context.of(place.commit(looked_at) if looked_at else place.worktree())
    if context.taxonomy is None:
        raise SkillRepoError(_missing(place, where, in_commit=looked_at is not None))
    if not isinstance(context.taxonomy, Taxonomy):
        raise SkillRepoError(_broken(context.taxonomy, where))
    return Work(step, place, commit, start, context, context.taxonomy)


def _refuse_write_only(repository: Repository, base: str | None, option: str) -> None:
    if base is not None:
        raise click.UsageError(f"--base is for a commit; {option} looks at the worktree")
    if repository.root is None:
        raise SkillRepoError(f"a bare repository has no worktree; leave out {option}")


def start_of(repository: Repository, base: str | None) -> tuple[str | None, str]:
    """The commit to start from, and what people call it; `base` is a revision as users write it."""
    if base is not None:
        return repository.resolve(base), base
    ref = repository.default_branch() or "HEAD"
    return repository.base_commit(), ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def _missing(place: Place, where: str, *, in_commit: bool) -> str:
    if not in_commit:
        return f"{where} has no {FILE_NAME}; run `skillrepo init`"
    if (place.root / FILE_NAME).is_file():
        head = place.git().head()
        there = head is not None and place.tree(head).kind(FILE_NAME) == "file"
        do = "start from HEAD, which has it, with --base HEAD, or " if there else ""
        commit = "commit it there, for example with `skillrepo init --commit`"
        return f"{where} has no {FILE_NAME}, but the worktree has: {do}{commit}"
    return f"{where} has no {FILE_NAME}; run `skillrepo init` and commit what it writes"


def _broken(problems: Iterable[Problem], where: str) -> str:
    lines = (f"\n  {FILE_NAME}:{problem.line}: {problem.why}" for problem in problems)
    return f"{FILE_NAME} of {where} cannot be used:{''.join(lines)}"
