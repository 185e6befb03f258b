"""`skillrepo taxonomy`: look at the tree of categories, check it, and change it."""

from collections import Counter
from collections.abc import Iterator

import click

from skillrepo.commands import taxonomy_add, taxonomy_move
from skillrepo.commands.place import Place
from skillrepo.commands.validation import Options, validate
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.output import json, shapes
from skillrepo.taxonomy import FILE_NAME, Taxonomy
from skillrepo.visible import one_line

_MISSING = f"there is no {FILE_NAME} here; `skillrepo init` writes one"


@click.group()
def command() -> None:
    """Look at the tree of categories, check it, and change it."""


command.add_command(taxonomy_add.command, "add")
command.add_command(taxonomy_move.command, "mv")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def tree(*, as_json: bool) -> None:
    """Show the categories with the number of skills in each and below it."""
    context = Context.of(Place.of(()).worktree())
    taxonomy = context.taxonomy
    if taxonomy is None:
        raise SkillRepoError(_MISSING)
    if not isinstance(taxonomy, Taxonomy):
        lines = (f"{FILE_NAME}:{problem.line}: {problem.why}" for problem in taxonomy)
        raise SkillRepoError("\n".join(lines))
    shape = shapes.TreeShape(1, _children(taxonomy, "", _counts(taxonomy, context)))
    if as_json:
        click.echo(json.dumps(shape))
        return
    for line in _lines(shape.categories, ""):
        click.echo(line)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.pass_context
def check(ctx: click.Context, *, as_json: bool) -> None:
    """Check taxonomy.yaml, and that each skill lies in a category of it.

    That is `skillrepo validate --profile house --select T` over the whole repository.
    """
    if Place.of(()).worktree().kind(FILE_NAME) == "missing":
        raise SkillRepoError(_MISSING)
    form = "json" if as_json else "text"
    ctx.exit(validate((), Options(select=("T",), profile="house", form=form)))


def _counts(taxonomy: Taxonomy, context: Context) -> Counter[str]:
    """Category → skills in it and below; a skill elsewhere counts nowhere."""
    counts: Counter[str] = Counter()
    for path in context.library.skill_files:
        category = (taxonomy.address(path) or "").rpartition("/")[0]
        if category in taxonomy.categories:
            parts = category.split("/")
            counts.update("/".join(parts[: depth + 1]) for depth in range(len(parts)))
    return counts


def _children(
    taxonomy: Taxonomy, parent: str, counts: Counter[str]
) -> tuple[shapes.CategoryShape, ...]:
    return tuple(
        shapes.CategoryShape(
            id=category.id,
            title=category.title,
            skills=counts[category.id],
            children=_children(taxonomy, category.id, counts),
        )
        for category in taxonomy.categories.values()
        if category.id.rpartition("/")[0] == parent
    )


def _lines(categories: tuple[shapes.CategoryShape, ...], indent: str) -> Iterator[str]:
    for category in categories:
        name = one_line(category.id.rpartition("/")[2])
        yield f"{indent}{name}  {category.skills:,}  {one_line(category.title)}"
        yield from _lines(category.children, indent + "  ")
