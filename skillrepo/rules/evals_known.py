"""What the skill is tried with is in a format that is known.

What it checks: each eval file in the skill's folder that is called as one, such as
`evals/evals.json`, or `evals.yaml` beside SKILL.md, holds a list of evals, queries, tasks or
scenarios, where one of the known formats has it.

Why it matters: what a file holds in a format of its own may serve those who made it, but counts for
nothing here: the grade says that there are no queries, and no change is held to them.

How to fix it: write the queries as `skillrepo explain eval_coverage` shows, in a file beside; or
call the file something else.

Example: `{"runs": [{"input": "make one PDF of these"}]}` has no list called `evals` or `queries`.

Source: house. The formats are those of https://agentskills.io and of tools for evals.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule

_ENDS = (".json", ".yaml", ".yml")


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Tell each file of which nothing is known."""
    bundle = context.bundle(skill)
    if not any(each.suffix in _ENDS for each in bundle.items):
        return
    from skillrepo.trigger_queries import UNKNOWN, of_bundle  # noqa: PLC0415 - most hooks need none

    for path, line, why in of_bundle(bundle, context.library.folder_name(skill.path)).problems:
        if why == UNKNOWN:
            yield Hit(line, 1, f"{why}, so it counts for nothing", path=path)


RULE = Rule("D114", "evals-known", {"house": WARNING}, __doc__, run=run)
