"""The name is plain ASCII.

What it checks: `name` holds no character but `a`–`z`, `0`–`9` and `-`.

Why it matters: the specification's text allows these alone, while its reference library takes
letters of any alphabet. A name in other letters cannot be typed everywhere, has look-alikes, and
comes in two forms (composed and decomposed) that differ on some file systems.

How to fix it: transliterate the name, of the folder too.

Example: `kaffee-röstung` becomes `kaffee-roestung`.

Source: https://agentskills.io/specification ("may only contain lowercase letters … a-z") and house.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Report a name with other letters."""
    name = skill.frontmatter.get("name")
    if isinstance(name, str) and not name.isascii():
        odd = next(character for character in name if not character.isascii())
        message = (
            f"`name` is `{name}`, and `{odd}` (U+{ord(odd):04X}) is not ASCII; transliterate it"
        )
        yield Hit(*skill.place("name"), message)


RULE = Rule("M104", "name-ascii", {"house": WARNING}, __doc__, run=run)
