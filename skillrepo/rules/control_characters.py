r"""No control characters stand in the text.

What it checks: SKILL.md, its fields included, and the skill's other text files hold no control
characters (U+0000 to U+001F, U+007F to U+009F) but tabs, line ends and form feeds.

Why it matters: a terminal obeys them: an escape sequence can hide or overwrite what a reviewer
reads, and models and parsers each make something else of them. They come along when the output of
a program is copied with its colours.

How to fix it: delete them; in code write `\x1b` or `\033` for the escape character.

Example: U+001B before `[31m`, which is how a program makes its output red.

Source: house.
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule

_ASCII = bytes((*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F))
_NAMES = {
    0x08: "backspace",
    0x0B: "vertical tab",
    0x1B: "escape",
    0x7F: "delete",
    0x9B: "control sequence",
}


@cache
def _control() -> re.Pattern[str]:
    return re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look for the first one in each field and file."""
    for key, value in skill.frontmatter.items():
        if isinstance(value, str) and not value.isprintable() and (said := _first(value)):
            yield Hit(*skill.place(key), f"`{key}` {said[2]}")
    if _may_hold_some(skill.data) and (found := _first(skill.text)):
        yield Hit(*found)
    for page in context.bundle(skill).pages():
        if _may_hold_some(page.data) and (found := _first(page.text)):
            yield Hit(*found, path=page.path)


def _may_hold_some(data: bytes) -> bool:
    """Sooner said than by a search; in UTF-8 the upper ones begin with 0xC2."""
    return len(data.translate(None, _ASCII)) < len(data) or b"\xc2" in data


def _first(text: str) -> tuple[int, int, str] | None:
    """Line, column and a message for the first control character."""
    match = _control().search(text)
    if match is None:
        return None
    code = ord(match[0])
    line = text.count("\n", 0, match.start()) + 1
    column = match.start() - text.rfind("\n", 0, match.start())
    name = f", {_NAMES[code]}" if code in _NAMES else ""
    others = len(_control().findall(text)) - 1
    more = f" and {others:,} more" if others else ""
    return line, column, f"holds a control character (U+{code:04X}{name}){more}; delete it"


RULE = Rule("D109", "control-characters", {"house": WARNING}, __doc__, run=run)
