"""`skillrepo drop`: delete the branch of a draft; for 30 days it can be brought back."""

from collections.abc import Iterator
from datetime import UTC, datetime

import click

from skillrepo.commands.place import Place
from skillrepo.commands.printing import say_all
from skillrepo.commands.target import DRAFTS, meant_draft
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_branches import KEPT, Dropped, drop_branch, forget_dropped
from skillrepo.git_tips import tips
from skillrepo.visible import one_line, shell_word


@click.command()
@click.argument("branch")
def command(branch: str) -> None:
    """Delete BRANCH, which holds a draft (skill/…), here and at no remote.

    Its commits are kept for 30 days, and the command that brings it back is printed; `skillrepo
    drafts` lists them. One that is checked out is not deleted. Each call lets go what was dropped
    more than 30 days ago.
    """
    repository = Place.of(()).git()
    now = datetime.now(UTC)
    done = drop_branch(repository, branch, tip_of(repository, branch), now)
    say_all(told(repository, done))
    try:
        forgotten = forget_dropped(repository, now)
    except SkillRepoError as error:
        raise SkillRepoError(f"what was dropped long ago is still kept: {error}") from error
    if forgotten:
        click.echo(f"let go {forgotten:,} dropped more than {KEPT.days} days ago")


def tip_of(repository: Repository, branch: str) -> str:
    """The commit of a draft's branch that is here. Raises `SkillRepoError` for any other."""
    # Looked up among those that there are: the words themselves are not given to git.
    ref = f"refs/heads/{branch}"
    here = tips(repository, f"refs/heads/{DRAFTS}/")
    for tip in here:
        if tip.ref == ref:
            return tip.oid
    if any(tip.ref == f"refs/remotes/{branch}" for tip in tips(repository, "refs/remotes/")):
        remote, _, name = branch.partition("/")
        theirs, ours = shell_word(branch), shell_word(name)
        raise SkillRepoError(
            f"{one_line(branch)} is a remote's branch, and it takes one that is here: git branch "
            f"{ours} {theirs}, or to delete it there: git push {shell_word(remote)} --delete {ours}"
        )
    hint = meant_draft(branch, [tip.ref.removeprefix("refs/heads/") for tip in here])
    do = f": {hint}" if hint else "; `skillrepo drafts` lists those that there are"
    raise SkillRepoError(f"there is no draft {branch!r} here{do}")


def told(repository: Repository, done: Dropped) -> Iterator[str]:
    """What was dropped, how to bring it back, and where a remote has it still."""
    yield f"dropped {one_line(done.branch)} ({done.oid[:12]}), kept for {KEPT.days} days"
    yield f"to bring it back: {return_of(done.branch, done.oid)}"
    branch = shell_word(done.branch)
    for name in repository.remote_branches(done.branch.partition("/")[0]):
        remote = name.removesuffix(f"/{done.branch}")
        if remote != name:
            delete = f"git push {shell_word(remote)} --delete {branch}"
            where = f"at {one_line(remote)}, as last fetched"
            yield f"it is still {where}; to delete it there: {delete}"


def return_of(branch: str, oid: str) -> str:
    """The command that makes the branch again."""
    return f"git branch {shell_word(branch)} {oid}"
