"""`skillrepo explain`: the manual page of a rule, or the list of rules."""

import difflib

import click

from skillrepo.errors import SkillRepoError
from skillrepo.output import json, shapes
from skillrepo.rule import Rule
from skillrepo.rules import ALL
from skillrepo.visible import one_line

_OFF = "off"


@click.command()
@click.argument("rule", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the list of rules as one JSON object.")
def command(rule: str | None, *, as_json: bool) -> None:
    """Show the manual page of RULE (a code or a name), or list the rules.

    The beginning of codes, such as X, lists those.
    """
    if rule is not None and as_json:
        raise click.UsageError("--json prints the list of rules; leave RULE out")
    if as_json:
        click.echo(json.dumps(shapes.RulesShape(1, tuple(_shape(each) for each in ALL))))
        return
    wanted = None if rule is None else rule.upper()
    family = [each for each in ALL if wanted and each.code.startswith(wanted)]
    if rule is None or (family and family[0].code != wanted):
        for each in family or ALL:
            levels = ", ".join(f"{profile}: {level}" for profile, level in each.severities.items())
            click.echo(f"{each.code}  {each.name:25}  {_title(each)}  ({levels or _OFF})")
    else:
        click.echo(_page(_find(rule)))


def _find(wanted: str) -> Rule:
    for rule in ALL:
        if wanted.lower() in (rule.code.lower(), rule.name):
            return rule
    names = [name for rule in ALL for name in (rule.code, rule.name)]
    close = difflib.get_close_matches(wanted, names, n=1)
    hint = f"did you mean {close[0]}?" if close else "`skillrepo explain` lists the rules"
    raise SkillRepoError(f"there is no rule {one_line(wanted)}; {hint}")


def _page(rule: Rule) -> str:
    levels = ", ".join(f"{level} in {profile}" for profile, level in rule.severities.items())
    return f"{rule.code} {rule.name} ({levels or _OFF})\n\n{(rule.manual or '').strip()}"


def _title(rule: Rule) -> str:
    return (rule.manual or "").partition("\n")[0]


def _shape(rule: Rule) -> shapes.RuleShape:
    severities = {str(profile): str(level) for profile, level in rule.severities.items()}
    return shapes.RuleShape(rule.code, rule.name, _title(rule), severities)  # type: ignore[arg-type]
