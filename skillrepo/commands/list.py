"""`skillrepo list`: the skills of the repository."""

import click

from skillrepo.commands.place import Place
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.output import json, shapes
from skillrepo.skill import Skill
from skillrepo.visible import one_line

_DESCRIPTION = 72


@click.command()
@click.option("--rev", metavar="REV", help="The skills as of a commit.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(rev: str | None, *, as_json: bool) -> None:
    """List the skills with address, version, status and description.

    A SKILL.md whose fields break the specification is shown as invalid, by its path.
    """
    place = Place.of(())
    context = Context.of(place.worktree() if rev is None else place.commit(rev))
    skills: list[shapes.SkillShape] = []
    invalid: list[str] = []
    for document in context.library.load(context.library.skill_files):
        skill = Skill.of(document) if isinstance(document, Document) else None
        if skill is None:
            invalid.append(document.path)
        else:
            skills.append(_shape(skill, context))
    if as_json:
        click.echo(json.dumps(shapes.ListShape(1, tuple(skills), tuple(invalid))))
        return
    for each in skills:
        shown = one_line(each.description)
        if len(shown) > _DESCRIPTION:
            shown = shown[: _DESCRIPTION - 1] + "…"
        about = one_line(f"{each.version} {each.status}") or "-"
        click.echo(f"{one_line(each.address)}  {about}  {shown}")
    for path in invalid:
        click.echo(f"{one_line(path)}  invalid")
    if invalid:
        hint = "`skillrepo validate --profile spec` says why"
        click.echo(f"{len(invalid):,} break the specification; {hint}", err=True)
    elif not skills:
        click.echo("there are no skills here yet", err=True)


def _shape(skill: Skill, context: Context) -> shapes.SkillShape:
    return shapes.SkillShape(
        address=context.address(skill.path) or skill.path,
        path=skill.path,
        name=skill.frontmatter.name,
        version=skill.version,
        status=skill.status,
        description=skill.frontmatter.description,
    )
