"""CODEOWNERS gives each category the owners that the taxonomy gives it.

What it checks: where the repository has a CODEOWNERS file (`.github/CODEOWNERS`, `CODEOWNERS` or
`docs/CODEOWNERS`, the first counts) and a category in `taxonomy.yaml` has `owners`, a new skill in
the category's folder would have just these. GitHub's rules are followed: the last pattern that
matches decides.

Why it matters: GitHub asks those in CODEOWNERS for a review, and people look into the taxonomy.
Where the two differ, the wrong people are asked, or nobody.

How to fix it: add the line that the message gives, below those that match too; or correct the
`owners` of the category.

Example: `data` has `owners: ["@org/data"]`, and the last line of CODEOWNERS that matches
`skills/data/` says `@org/everyone`.

Source: https://docs.github.com/articles/about-code-owners and house.
"""

from collections.abc import Iterator

from skillrepo import codeowners
from skillrepo.context import Context
from skillrepo.document import text_of
from skillrepo.rule import WARNING, Hit, Rule
from skillrepo.taxonomy import Category, Taxonomy

_MOST = 200_000
"""Pairs of a line and a category that are compared: a second's work."""


def run(context: Context) -> Iterator[tuple[str, Hit]]:
    """Compare the owners of each category that has some."""
    taxonomy = context.taxonomy
    if not isinstance(taxonomy, Taxonomy):
        return
    owned = [category for category in taxonomy.categories.values() if category.owners]
    source = context.library.source
    path = next((path for path in codeowners.PLACES if source.kind(path) == "file"), None)
    if path is None or not owned:
        return
    data = next(source.read([path]))
    entries = codeowners.parse(text_of(data) or "") if isinstance(data, bytes) else []
    if len(entries) * len(owned) > _MOST:
        message = f"has {len(entries):,} patterns, too many to compare; write fewer"
        yield path, Hit(1, 1, message)
        return
    for category in owned:
        folder = taxonomy.folder(category.id)
        entry = codeowners.owner(entries, f"{folder}/any-skill/SKILL.md")
        if _plain(entry.owners if entry else ()) != _plain(category.owners):
            yield path, Hit(entry.line if entry else 1, 1, _message(category, folder, entry))


def _plain(owners: tuple[str, ...]) -> set[str]:
    """The owners without order and case, which GitHub does not tell apart."""
    return {owner.casefold() for owner in owners}


def _message(category: Category, folder: str, entry: codeowners.Entry | None) -> str:
    escaped = folder.replace(" ", "\\ ")
    line = " ".join((f"/{escaped}/", *category.owners))
    who = " ".join(entry.owners) if entry else ""
    said = f"gives `{category.id}` to {who}" if who else f"gives `{category.id}` to nobody"
    where = f"add `{line}` below this line" if entry else f"add `{line}`"
    return f"{said}, taxonomy.yaml to {' '.join(category.owners)}; {where}"


RULE = Rule(
    "T106", "codeowners-agree", {"house": WARNING}, __doc__, run_once=run, needs_taxonomy=True
)
