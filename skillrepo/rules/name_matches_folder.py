"""The name is that of the skill's folder.

What it checks: `name` equals the last folder of the path, compared after Unicode normalisation
(NFKC), as the reference library does.

Why it matters: clients find a skill by its folder and call it by its name; where they differ,
some refuse it, and others install it under a name that nobody looks for.

How to fix it: rename the folder, or set `name` to the folder's name. Where they differ only in
case, or in spaces and underscores for hyphens, and the folder's name is a valid one, it is right.

Example: the skill in `skills/data/pdf-merge/` has the name `pdf-merge`, not `merge-pdf`.

Source: https://agentskills.io/specification ("must match the parent directory name").
"""

import unicodedata
from collections.abc import Iterator

from skillrepo import frontmatter_edit, schema
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.finding import Fix
from skillrepo.frontmatter_edit import Source
from skillrepo.rule import ERROR, Hit, Rule


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Compare `name` with the folder."""
    name = skill.frontmatter.get("name")
    if not isinstance(name, str) or not name.strip():
        return
    if _normal(name) != _normal(skill.folder):
        message = f"`name` is `{name.strip()}`, but the folder is `{skill.folder}`; make them equal"
        yield Hit(*skill.place("name"), message, _fix(skill, name))


def _fix(skill: Document, name: str) -> Fix | None:
    """The folder's name in place of one that is the same but for how it is written."""
    folder = skill.folder
    same = _plain(name) == _plain(folder)
    valid = folder == folder.lower() and not schema.violations(
        "frontmatter", {"name": folder, "description": "x"}
    )
    if not (same and valid):
        return None
    description = f"set `name` to `{folder}`, the folder's name"
    return frontmatter_edit.replace(Source(skill), folder, "name", description=description)


def _plain(name: str) -> str:
    return "-".join(_normal(name).casefold().replace("_", " ").replace("-", " ").split())


def _normal(name: str) -> str:
    return unicodedata.normalize("NFKC", name.strip())


RULE = Rule("M102", "name-matches-folder", {"spec": ERROR, "house": ERROR}, __doc__, run=run)
