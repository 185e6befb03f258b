"""The skill's pages and scripts are UTF-8 text.

What it checks: each Markdown file and each script beside SKILL.md (by the ending of its name, or
because it begins with `#!`) is UTF-8 without NUL bytes: no Latin-1, no UTF-16.

Why it matters: agents read files as UTF-8. They get an error or broken letters, an interpreter
stops at the first odd byte, and no rule has looked into the file.

How to fix it: save it as UTF-8: `iconv -f LATIN1 -t UTF-8 old.md > new.md`, or `-f UTF-16`.

Example: `byte 0xE9 is not UTF-8` means that the text was saved as Latin-1.

Source: house.
"""

from collections.abc import Iterator
from typing import cast

from skillrepo import document
from skillrepo.bundle import NOT_TEXT
from skillrepo.context import Context
from skillrepo.document import Document, Unreadable
from skillrepo.rule import WARNING, Hit, Rule
from skillrepo.wording import SCRIPTS

_PAGES = (".md", ".markdown")


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Say what is wrong with the bytes of each one that is not text."""
    bundle = context.bundle(skill)
    odd = {each.path for each in bundle.not_analysed() if each.why == NOT_TEXT}
    for item in bundle.items if odd else ():
        data = bundle.data(item) if item.path in odd else None
        if data and (item.suffix in _PAGES or item.suffix in SCRIPTS or data.startswith(b"#!")):
            # Else it would be a text, and have been analysed.
            found = cast("Unreadable", document.read(item.path, bundle.folder, data))
            yield Hit(found.line, 1, found.why, path=item.path)


RULE = Rule("D111", "files-readable", {"house": WARNING}, __doc__, run=run)
