"""The skills that a skill recommends, or conflicts with, are there.

What it checks: each name in `metadata.recommends` and `metadata.conflicts` is the folder of a
skill of the repository, letter for letter, and not the skill itself. A skill that is alone in its
folder, with no repository around it, is not judged.

Why it matters: a recommendation that leads nowhere helps nobody, and a conflict with a misspelt
name warns nobody. Mostly a skill was renamed and the names of it were not.

How to fix it: correct the name, or remove it. Names are separated by spaces, not by commas.

Example: `recommends: pdf-mrege` where the skill is called `pdf-merge`.

Source: house.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.facts import Facts
from skillrepo.relations import missing
from skillrepo.rule import WARNING, Hit, Rule


def run(skill: Facts, context: Context) -> Iterator[Hit]:
    """Look for each skill that is named."""
    yield from missing(skill, "recommends", context)
    yield from missing(skill, "conflicts", context)


RULE = Rule("R105", "relations-exist", {"house": WARNING}, __doc__, run_related=run)
