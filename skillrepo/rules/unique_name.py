"""No other skill of the repository has the same name.

What it checks: no other skill lies in a folder of the same name, in whatever category; letters
that differ in case count as the same.

Why it matters: every installer flattens `skills/<category>/<name>` to `<name>`, so of two skills
with one name only one arrives.

How to fix it: rename one of them; a prefix from its category mostly serves.

Example: `coding/review` and `writing/review` become `code-review` and `text-review`.

Source: house; the installers `npx skills` and `gh skill` flatten names.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.facts import Facts
from skillrepo.rule import ERROR, Hit, Rule

_NAMED = 3


def run(skill: Facts, context: Context) -> Iterator[Hit]:
    """Look for the folder's name elsewhere."""
    others = [path for path in context.library.same_name(skill.folder) if path != skill.path]
    if others:
        places = ", ".join(path.removesuffix("/SKILL.md") for path in others[:_NAMED])
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        line, column = skill.places.get("name", (1, 1))
        yield Hit(line, column, f"`{skill.folder}` is also the name of {places}{more}; rename one")


RULE = Rule("T103", "unique-name", {"house": ERROR}, __doc__, run_related=run, needs_taxonomy=True)
