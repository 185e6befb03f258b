"""`skillrepo validate`: check skills in the worktree, the index or a commit."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click

from skillrepo import settings
from skillrepo.check import check
from skillrepo.commands.place import Place, affected
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.files import SKILL_FILE, Source
from skillrepo.finding import Report, Severity
from skillrepo.git import Repository
from skillrepo.library import Library
from skillrepo.output import text
from skillrepo.rules import ALL


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--staged", is_flag=True, help="What will be committed: read from the index.")
@click.option("--rev", metavar="REV", help="The skills as of a commit.")
@click.option("--base", metavar="REV", help="Only skills changed since the merge-base with REV.")
@click.option("--profile", type=click.Choice(get_args(settings.Profile)), help="Which rules apply.")
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option(
    "--fail-on",
    type=click.Choice(get_args(settings.FailOn)),
    help="The lowest severity that ends in exit code 1.  [default: error]",
)
@click.pass_context
def command(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    staged: bool,
    rev: str | None,
    base: str | None,
    profile: settings.Profile | None,
    form: str,
    fail_on: str | None,
) -> None:
    """Check skills against the specification and the house rules.

    PATH is a skill's folder, its SKILL.md, another file of it, or a folder of skills. Without one
    every skill of the repository is checked; with --staged or --base those that changed.
    """
    if sum((staged, rev is not None, base is not None)) > 1:
        raise click.UsageError("--staged, --rev and --base exclude each other")
    place = Place.of(paths)
    source = _source(place, staged=staged, rev=rev)
    context = Context.of(source)
    report = check(
        context.library.load(_choose(place, context.library, staged=staged, base=base)),
        ALL,
        context,
        profile or context.settings.profile,
    )
    if (
        not report.checked
        and not paths
        and not staged
        and base is None
        and context.taxonomy is None
    ):
        raise SkillRepoError(f"no {SKILL_FILE} found below {place.root}")
    for line in _render(report, form):
        click.echo(line)
    worst = report.worst()
    limit = Severity[(fail_on or context.settings.fail_on).upper()]
    ctx.exit(1 if worst is not None and worst >= limit else 0)


def _render(report: Report, form: str) -> Iterator[str]:
    if form == "text":
        return text.render(report)
    from skillrepo.output import json  # noqa: PLC0415 - its shapes take 15 ms, unused in a hook

    return json.render(report)


def _source(place: Place, *, staged: bool, rev: str | None) -> Source:
    if staged:
        return place.index()
    return place.worktree() if rev is None else place.commit(rev)


def _choose(place: Place, library: Library, *, staged: bool, base: str | None) -> list[str]:
    named = place.select(library)
    if base is not None:
        changed = _changed_since(base, place.git())
    elif staged and not place.named:
        changed = place.git().staged_paths()
    else:
        return named
    return sorted(set(affected(library, changed)).intersection(named))


def _changed_since(base: str, repository: Repository) -> list[str]:
    """The paths in which the worktree differs from the merge-base of HEAD and `base`."""
    head = repository.head()
    if head is None:
        raise SkillRepoError("there is no commit yet, so nothing to compare with --base")
    start = repository.merge_base(repository.resolve(base), head)
    if start is None:
        raise SkillRepoError(f"{base} and HEAD have no common ancestor")
    return repository.changed_in_worktree(start)
