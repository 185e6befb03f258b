"""`skillrepo validate`: its options."""

from pathlib import Path
from typing import get_args

import click

from skillrepo import settings
from skillrepo.commands.printing import one_form
from skillrepo.commands.validation import Options, validate
from skillrepo.output import FORMATS

_LEVELS = get_args(settings.FailOn)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--staged", is_flag=True, help="What will be committed: read from the index.")
@click.option("--rev", metavar="REV", help="The skills as of a commit.")
@click.option("--base", metavar="REV", help="Only skills changed since the merge-base with REV.")
@click.option("--profile", type=click.Choice(get_args(settings.Profile)), help="Which rules apply.")
@click.option("--select", multiple=True, metavar="RULE", help="Only these rules.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Without these rules.")
@click.option("--client", multiple=True, metavar="NAME", help="Know the keys that a client reads.")
@click.option(
    "--format", "forms", type=click.Choice(FORMATS), multiple=True, help="[default: text]"
)
@click.option(
    "--json", "forms", flag_value="json", multiple=True, help="The same as --format json."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report into this file, and print it as text.",
)
@click.option(
    "-q", "--quiet", is_flag=True, help="As text, print only what fails; nothing if all is well."
)
@click.option(
    "--fail-on",
    type=click.Choice(_LEVELS),
    help="The lowest severity that ends in exit code 1.  [default: error]",
)
@click.option(
    "--level",
    type=click.Choice(_LEVELS),
    help="The lowest severity that is looked for.  [default: info; with --staged: warning]",
)
@click.option("--fix", is_flag=True, help="Mend what has one right answer.")
@click.option("--dry-run", is_flag=True, help="With --fix: only show the difference.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    help="Leave out the findings that this file knows.",
)
@click.option("--write-baseline", is_flag=True, help="Write the findings into that file.")
@click.pass_context
def command(
    ctx: click.Context, /, paths: tuple[Path, ...], forms: tuple[str, ...], **options: object
) -> None:
    """Check skills against the specification and the house rules.

    PATH is a skill's folder, its SKILL.md, another file of it, or a folder of skills. Without one
    every skill of the repository is checked; with --staged or --base those that changed.
    RULE is a code, a name, or the beginning of codes, such as P; several are separated by commas.
    """
    asked = Options(form=one_form(forms), **options)  # type: ignore[arg-type]  # click has checked their types
    _refuse_contradictions(asked)
    ctx.exit(validate(paths, asked))


def _refuse_contradictions(asked: Options) -> None:
    if sum((asked.staged, asked.rev is not None, asked.base is not None)) > 1:
        raise click.UsageError("--staged, --rev and --base exclude each other")
    if asked.fix and asked.rev is not None:
        raise click.UsageError("--fix cannot change a commit; leave --rev out")
    if asked.dry_run and not asked.fix:
        raise click.UsageError("--dry-run goes with --fix")
    if asked.write_baseline and (asked.fix or asked.base is not None):
        raise click.UsageError("--write-baseline goes neither with --fix nor with --base")
    if asked.output is not None and (asked.dry_run or asked.write_baseline):
        raise click.UsageError("--output is for a report; --dry-run and --write-baseline give none")
