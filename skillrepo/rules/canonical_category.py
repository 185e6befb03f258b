"""The skill lies in its category's present folder, not in a former one.

What it checks: the folders between the root and the skill's own folder are not one of the
`aliases` of a category in `taxonomy.yaml`, nor below one.

Why it matters: an alias lets people and links find what has been moved. A skill that is put under
the former path has the wrong address, and its category's section policy does not hold for it.

How to fix it: move the skill's folder to the category. Where a folder of its name is there
already, see first which of the two is the right one.

Example: `skills/documents/pdf-merge` where `data` has `aliases: [documents]` belongs into
`skills/data/pdf-merge`.

Source: house.
"""

from collections.abc import Iterator
from posixpath import dirname

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.finding import Fix
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.taxonomy import Taxonomy


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look for the skill's folder among the former paths."""
    taxonomy = context.taxonomy
    address = taxonomy.address(skill.path) if isinstance(taxonomy, Taxonomy) else None
    if not isinstance(taxonomy, Taxonomy) or address is None:
        return
    category, _, name = address.rpartition("/")
    if category in taxonomy.categories:
        return
    if canonical := taxonomy.canonical(category):
        target = taxonomy.folder(f"{canonical}/{name}")
        message = f"`{category}` is now called `{canonical}`; move the skill to `{target}`"
        move = Fix(f"move the folder to {target}", (), (dirname(skill.path), target))
        yield Hit(1, 1, message, move)


RULE = Rule("T104", "canonical-category", {"house": ERROR}, __doc__, run=run, needs_taxonomy=True)
