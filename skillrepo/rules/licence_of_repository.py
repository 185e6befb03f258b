"""A skill is under the licence of its repository.

What it checks: where the repository's own `LICENSE` is the text of a known licence, no skill
names another in `license`, nor bundles the text of another. Licences are told by their titles; a
repository without one, or with one of its own words, is not compared.

Why it matters: people read the licence of the repository and take a skill with it. A skill that is
under stricter terms, or under none, is easily taken by mistake.

How to fix it: if it is meant, say so where people look, in the README; else put the skill under
the repository's licence.

Example: `license: Proprietary` in a repository under the MIT licence.

Source: house; a repository may well hold skills under several licences, so it is a note.
"""

from collections.abc import Iterator
from posixpath import dirname, join

from skillrepo import licences
from skillrepo.context import Context
from skillrepo.document import text_of
from skillrepo.facts import Facts, Index
from skillrepo.rule import INFO, Hit, Rule

_FILES = ("LICENSE", "LICENSE.txt", "LICENSE.md")


def run(skill: Facts, context: Context) -> Iterator[Hit]:
    """Compare the skill's licence with that of the repository."""
    folder = dirname(skill.path)
    whole = context.facts.derived("licence-of-repository", _of_repository) if folder else None
    if not whole:
        return
    own = licences.of_field(skill.license) or _licences(context.facts, folder)
    if own and not own & whole:
        message = (
            f"the skill is under {licences.shown(own)}, the repository under "
            f"{licences.shown(whole)}; say so in the README if it is meant"
        )
        yield Hit(*skill.places.get("license", (1, 1)), message)


def _of_repository(index: Index) -> frozenset[str]:
    return _licences(index, "")


def _licences(index: Index, folder: str) -> frozenset[str]:
    """The licences whose text a folder holds."""
    source = index.library.source
    for name in _FILES:
        path = join(folder, name)
        if source.kind(path) == "file":
            data = next(source.read([path]))
            return licences.of_text(text_of(data) or "") if isinstance(data, bytes) else frozenset()
    return frozenset()


RULE = Rule("M113", "licence-of-repository", {"house": INFO}, __doc__, run_related=run)
