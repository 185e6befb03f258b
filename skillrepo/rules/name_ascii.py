"""The name is plain ASCII.

What it checks: `name` holds no character but `a`–`z`, `0`–`9` and `-`. The message says which ASCII
letter another one is a form of (full-width `ａ`) or looks like (Cyrillic `а`).

Why it matters: the specification's text allows these alone, while its reference library takes
letters of any alphabet. A name in other letters cannot be typed everywhere, has look-alikes, and
comes in two forms (composed and decomposed) that differ on some file systems.

How to fix it: transliterate the name, of the folder too. Where the folder has the same name in
ASCII, that is the right one.

Example: `kaffee-röstung` becomes `kaffee-roestung`.

Source: https://agentskills.io/specification ("may only contain lowercase letters … a-z") and house.
"""

from collections.abc import Iterator

from skillrepo import frontmatter_edit
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.finding import Fix
from skillrepo.frontmatter_edit import Source
from skillrepo.look_alike import ascii_of, looks_like
from skillrepo.rule import WARNING, Hit, Rule


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Report a name with other letters."""
    name = skill.frontmatter.get("name")
    if isinstance(name, str) and not name.isascii():
        odd = next(character for character in name if not character.isascii())
        what = f"`{odd}` (U+{ord(odd):04X}) is not ASCII"
        if plain := ascii_of(odd):
            message = f"`name` is `{name}`, and {what}: it looks like `{plain}`; write that"
        else:
            message = f"`name` is `{name}`, and {what}; transliterate it"
        yield Hit(*skill.place("name"), message, _fix(skill, name))


def _fix(skill: Document, name: str) -> Fix | None:
    if not skill.folder.isascii() or looks_like(name.strip()) != skill.folder:
        return None
    description = f"set `name` to `{skill.folder}`, the folder's name"
    return frontmatter_edit.replace(Source(skill), skill.folder, "name", description=description)


RULE = Rule("M104", "name-ascii", {"house": WARNING}, __doc__, run=run)
