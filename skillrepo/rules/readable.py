"""The file is UTF-8 text that can be read.

What it checks: SKILL.md is a regular file of at most 1 MiB, in UTF-8 without a byte-order mark
and without NUL bytes; not a folder, a FIFO, or a symbolic link that leads nowhere or out of the
repository.

Why it matters: a client that cannot read the file drops the skill without a word, and a
byte-order mark hides the `---` of the first line from many of them.

How to fix it: save the file as UTF-8 without a byte-order mark; replace a link by the file.

Example: `byte 0xE9 is not UTF-8` means that the text was saved as Latin-1.

Source: https://agentskills.io/specification ("a skill is a folder with a SKILL.md file").
"""

from collections.abc import Iterator

from skillrepo.document import Document, Unreadable
from skillrepo.finding import Edit, Fix
from skillrepo.rule import ERROR, Hit, Rule

_REMOVE = Fix("remove the byte-order mark", (Edit(0, 3, ""),))


def run(skill: Document | Unreadable) -> Iterator[Hit]:
    """Report what cannot be read, and a byte-order mark."""
    if isinstance(skill, Unreadable):
        yield Hit(skill.line, 1, skill.why)
    elif skill.bom:
        message = "begins with a byte-order mark; save it as UTF-8 without one"
        yield Hit(1, 1, message, _REMOVE)


RULE = Rule("D101", "readable", {"spec": ERROR, "house": ERROR}, __doc__, run_any=run)
