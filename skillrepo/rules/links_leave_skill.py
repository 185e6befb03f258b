"""Symbolic links lead to files of the skill.

What it checks: each symbolic link in the skill's folder leads to a file or folder in it: not out of
it, not to nothing, not to itself. What is neither file, folder nor link, such as a submodule of
git, is reported too.

Why it matters: installers copy the one folder. A link that leaves it breaks, or, where it is
followed, carries a file of the user's machine (`~/.ssh/id_ed25519`) into the skill. A submodule is
fetched from an address that the skill chose.

How to fix it: put the file itself in the place of the link.

Example: `references/style.md` as a link to `../../shared/style.md`.

Source: house; https://agentskills.io/specification (a skill is a folder that is complete in
itself).
"""

from collections.abc import Iterator
from posixpath import dirname, normpath

from skillrepo.bundle import Bundle, Item
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule

_MOST = 40
"""Links one behind another that are followed, as on Linux."""


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Follow each link without reading what it leads to."""
    bundle = context.bundle(skill)
    links = {item.name: item for item in bundle.items if item.kind == "link"}
    for item in bundle.items:
        if item.kind == "link":
            if why := _problem(item, links, bundle):
                message = (
                    f"the symbolic link to `{bundle.link(item)}` {why}; put the file in its place"
                )
                yield Hit(1, 1, message, path=item.path)
        elif item.kind == "other":
            message = "is neither a file nor a folder of the skill; put the files themselves there"
            yield Hit(1, 1, message, path=item.path)


def _problem(item: Item, links: dict[str, Item], bundle: Bundle) -> str | None:
    """Why the link does not lead to a file or folder of the skill."""
    place = item.name
    for _ in range(_MOST):
        link = _first_link(place, links)
        if link is None:
            return "leads to nothing" if bundle.kind(place) == "missing" else None
        target = bundle.link(links[link])
        if target.startswith("/") or "\\" in target or ":" in target[:3]:
            return "leaves the skill"
        rest = place[len(link) + 1 :]
        place = normpath("/".join(part for part in (dirname(link), target, rest) if part))
        if place == ".." or place.startswith("../"):
            return "leaves the skill"
        if len(place) > len(item.name) + 4_096:
            break
    return "leads to itself"


def _first_link(place: str, links: dict[str, Item]) -> str | None:
    """The first part of the way to a place that is a link."""
    end = place.find("/")
    while end >= 0:
        if place[:end] in links:
            return place[:end]
        end = place.find("/", end + 1)
    return place if place in links else None


RULE = Rule("X108", "links-leave-skill", {"house": ERROR}, __doc__, run=run)
