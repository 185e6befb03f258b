"""The skills that a skill requires are there.

What it checks: each name in `metadata.requires` is the folder of a skill of the repository, letter
for letter, and not the skill itself. A skill that is alone in its folder, with no repository
around it, is not judged.

Why it matters: what is required is installed along, and a name that leads nowhere fails there, on
the machine of whoever wanted the skill.

How to fix it: correct the name, or remove it. Names are separated by spaces, not by commas.

Example: `requires: pdf-mrege` where the skill is called `pdf-merge`.

Source: house.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.facts import Facts
from skillrepo.relations import missing
from skillrepo.rule import ERROR, Hit, Rule


def run(skill: Facts, context: Context) -> Iterator[Hit]:
    """Look for each required skill."""
    yield from missing(skill, "requires", context)


RULE = Rule("R101", "requires-exist", {"house": ERROR}, __doc__, run_related=run)
