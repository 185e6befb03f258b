"""The skill lies in a category of the taxonomy.

What it checks: the folders between the root and the skill's own folder are the path of a category
in `taxonomy.yaml`, and not deeper than its `max_depth`. A taxonomy without categories is that of
a flat repository: every skill lies in the root. A former path of a category is another rule's
(canonical-category).

Why it matters: the folder path is the taxonomy. A skill in a folder that nobody declared has no
owner and no section policy, and readers do not find it where they look.

How to fix it: move the skill, or add the category to `taxonomy.yaml` in the same change.

Example: `skills/data/pdf-merge/SKILL.md` needs the category `data`.

Source: house.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.taxonomy import Taxonomy


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Compare the folders with the taxonomy."""
    taxonomy = context.taxonomy
    if not isinstance(taxonomy, Taxonomy):
        return
    address = taxonomy.address(skill.path)
    if address is None:
        yield Hit(
            1, 1, f"lies in no folder below `{taxonomy.root}/`, where the taxonomy has the skills"
        )
        return
    category, _, _ = address.rpartition("/")
    flat = not category and not taxonomy.categories
    known = category in taxonomy.categories or taxonomy.canonical(category)
    if not flat and not known:
        yield Hit(1, 1, _message(category, taxonomy))


def _message(category: str, taxonomy: Taxonomy) -> str:
    if not category:
        return f"lies in no category; move it to one of: {', '.join(taxonomy.categories)}"
    depth = category.count("/") + 1
    if depth > taxonomy.max_depth:
        return (
            f"lies {depth} categories deep (`{category}`); at most {taxonomy.max_depth} are allowed"
        )
    return f"`{category}` is no category of taxonomy.yaml; move the skill, or add the category"


RULE = Rule("T102", "known-category", {"house": ERROR}, __doc__, run=run, needs_taxonomy=True)
