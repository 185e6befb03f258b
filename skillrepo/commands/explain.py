"""`skillrepo explain`: the manual page of a rule or a measure, or the list of them."""

import difflib

import click

from skillrepo import measures
from skillrepo.errors import SkillRepoError
from skillrepo.judge.rubric import Item, rubric
from skillrepo.measure import Measure
from skillrepo.output import json, shapes
from skillrepo.rule import Rule
from skillrepo.rules import KNOWN
from skillrepo.visible import one_line

_OFF = "off"
_MEASURES = "measures"


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the list of rules as one JSON object.")
def command(name: str | None, *, as_json: bool) -> None:
    """Show the manual page NAME of a rule, of a measure or of a judge's item, or list the rules.

    A rule has a code and a name. The beginning of codes, such as X, lists those; `measures` lists
    what a grade is made of.
    """
    if name is not None and as_json:
        raise click.UsageError("--json prints the list of rules; leave NAME out")
    if as_json:
        click.echo(json.dumps(shapes.RulesShape(1, tuple(_shape(each) for each in KNOWN))))
        return
    wanted = None if name is None else name.upper()
    family = [each for each in KNOWN if wanted and each.code.startswith(wanted)]
    if name == _MEASURES:
        for measure in measures.ALL:
            click.echo(f"{measure.name:21}  {_title(measure)}  ({measure.group})")
    elif name is None or (family and family[0].code != wanted):
        for each in family or KNOWN:
            levels = ", ".join(f"{profile}: {level}" for profile, level in each.severities.items())
            click.echo(f"{each.code}  {each.name:25}  {_title(each)}  ({levels or _OFF})")
    else:
        found = _find(name)
        click.echo(_item(found) if isinstance(found, Item) else _page(found))


def _find(wanted: str) -> Rule | Measure | Item:
    for rule in KNOWN:
        if wanted.lower() in (rule.code.lower(), rule.name):
            return rule
    for measure in measures.ALL:
        if wanted.lower().replace("-", "_") == measure.name:
            return measure
    # No rule and no measure has a dot in its name.
    items = {item.name: item for item in rubric().items} if "." in wanted else {}
    if wanted.lower() in items:
        return items[wanted.lower()]
    names = [name for rule in KNOWN for name in (rule.code, rule.name)]
    names += (*(measure.name for measure in measures.ALL), *items)
    close = difflib.get_close_matches(wanted, names, n=1)
    hint = f"did you mean {close[0]}?" if close else "`skillrepo explain` lists the rules"
    raise SkillRepoError(f"there is no rule or measure {one_line(wanted)}; {hint}")


def _page(what: Rule | Measure) -> str:
    if isinstance(what, Measure):
        head = f"{what.name} ({what.group})"
    else:
        levels = ", ".join(f"{level} in {profile}" for profile, level in what.severities.items())
        head = f"{what.code} {what.name} ({levels or _OFF})"
    return f"{head}\n\n{(what.manual or '').strip()}"


def _item(item: Item) -> str:
    blocks = ", and a no of it blocks where it is calibrated" if item.blocks else ""
    return (
        f"{item.name} ({rubric().titles[item.dimension]})\n\n{item.ask}\n\n"
        f"A model is asked this by `skillrepo grade --judge`. Yes is the better answer{blocks}; "
        f"{item.quote} has to be proven by a quote."
    )


def _title(what: Rule | Measure) -> str:
    return (what.manual or "").partition("\n")[0]


def _shape(rule: Rule) -> shapes.RuleShape:
    severities = {str(profile): str(level) for profile, level in rule.severities.items()}
    return shapes.RuleShape(rule.code, rule.name, _title(rule), severities)  # type: ignore[arg-type]
