"""The status of a skill is one that tools know.

What it checks: `metadata.status` is `draft`, `stable` or `deprecated`.

Why it matters: what is deprecated is not offered any more, and nothing stable may require it. A
status that nobody knows counts as none.

How to fix it: write one of the three, or remove the key.

Example: `status: active` becomes `status: stable`.

Source: house.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.facts import STATUSES
from skillrepo.finding import Fix
from skillrepo.frontmatter_edit import Source, replace
from skillrepo.near import Words
from skillrepo.rule import WARNING, Hit, Rule

_PATH = ("metadata", "status")
_SHOWN = 40


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Report a status that is none of the known ones."""
    node = skill.node(*_PATH)
    if node is None or node.kind in ("mapping", "list", "null") or node.text in STATUSES:
        return
    plain = node.text.strip().casefold()
    near = plain if plain in STATUSES else Words(STATUSES).near(plain)
    do = f"did you mean `{near}`?" if near else f"write one of: {', '.join(STATUSES)}"
    message = f"`metadata.status` is `{node.text[:_SHOWN]}`, which tools do not know; {do}"
    yield Hit(*skill.place(*_PATH), message, _fix(skill, plain) if near == plain else None)


def _fix(skill: Document, status: str) -> Fix | None:
    return replace(Source(skill), status, *_PATH, description=f"write `{status}`")


RULE = Rule("M109", "status-known", {"house": WARNING}, __doc__, run=run)
