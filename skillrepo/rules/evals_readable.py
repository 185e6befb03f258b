"""What the skill is tried with can be read, all of it.

What it checks: each eval file in the skill's folder that is called as one, such as
`evals/eval_queries.json`, or lies in `evals/tasks`, is JSON or YAML; and each item of any eval file
has a text as its query or prompt, `true` or `false` where it says whether the skill is to be
loaded, and does not contradict another one. Formats that are not known are for `evals-known`.

Why it matters: what cannot be read counts for nothing. Nobody tries the skill with it, no change is
held to it, and the grade says that there are no queries.

How to fix it: mend what is named. `skillrepo explain eval_coverage` shows a file as it should be.

Example: `[{"query": "make one PDF of these", "should_trigger": "yes"}]` needs `true`.

Source: house. The formats are those of https://agentskills.io and of tools for evals.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.visible import one_line

_ENDS = (".json", ".yaml", ".yml")


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Tell what is wrong in each file that may be one."""
    bundle = context.bundle(skill)
    if not any(each.suffix in _ENDS for each in bundle.items):
        return
    from skillrepo.trigger_queries import UNKNOWN, of_bundle  # noqa: PLC0415 - most hooks need none

    for path, line, why in of_bundle(bundle, context.library.folder_name(skill.path)).problems:
        if why != UNKNOWN:
            message = f"{one_line(why)}; what cannot be used counts for nothing"
            yield Hit(line, 1, message, path=path)


RULE = Rule("D113", "evals-readable", {"house": ERROR}, __doc__, run=run)
