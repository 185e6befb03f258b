"""`taxonomy.yaml` can be used.

What it checks: the file is YAML and has the form of its schema; no category is deeper than
`max_depth`; no alias is taken by another category; every section policy that it names exists.

Why it matters: where the taxonomy cannot be read, no skill's place can be judged, and the rules
about places are reported as not checked.

How to fix it: mend the line that the message names. An editor with a YAML language server shows
the form: see the first line of the file that `skillrepo init` writes.

Example: `sections: howto` where the policy is called `how-to`.

Source: house.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.taxonomy import FILE_NAME, Taxonomy


def run(context: Context) -> Iterator[tuple[str, Hit]]:
    """Report what is wrong with the file."""
    taxonomy = context.taxonomy
    if taxonomy is None:
        return
    if not isinstance(taxonomy, Taxonomy):
        for problem in taxonomy:
            yield FILE_NAME, Hit(problem.line, problem.column, problem.why)
        return
    for category in taxonomy.categories.values():
        line = category.sections_line
        if line is not None and context.settings.policy(category.sections) is None:
            message = f"`{category.id}` has the unknown section policy `{category.sections}`"
            yield FILE_NAME, Hit(line, 1, message)


RULE = Rule("T101", "taxonomy-valid", {"house": ERROR, "spec": ERROR}, __doc__, run_once=run)
