"""`allowed-tools` does not grant everything.

What it checks: `allowed-tools`, as a text or as a list, holds no `*` and no command that runs
others as another user with whatever arguments: `Bash(sudo:*)`, `Bash(su:*)`, `Bash(doas *)`. A
command with `sudo` that is written out is none of these. A grant of the whole shell is left to
`whole-shell`.

Why it matters: what is granted runs without the user being asked. With `*` that is every tool there
is, those of servers that the user adds later too; with `sudo` it is the whole machine.

How to fix it: name the tools and the commands that the skill needs.

Example: `allowed-tools: "*"` becomes `allowed-tools: Read Bash(git:*)`.

Source: house; https://agentskills.io/specification ("tools that are pre-approved to run") says what
the field is for, and https://code.claude.com/docs/en/permissions how its patterns are read.
"""

import re
from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule

_KEY = "allowed-tools"
_ROOT = re.compile(r"\w+\( *(?:sudo|su|doas|pkexec|runas) *(?::? *\*)? *\)")


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Judge each tool."""
    for tool, place in tools(skill):
        if tool.strip("\"'") in ("*", "*(*)"):
            yield Hit(*place, f"`{_KEY}` grants every tool; name those that the skill needs")
        elif _ROOT.fullmatch(tool):
            yield Hit(*place, f"`{tool}` grants every command of another user; name the commands")


def tools(skill: Document) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each tool of `allowed-tools`, with the place of the text or of the item that holds it."""
    value = skill.frontmatter.get(_KEY)
    items = enumerate(value) if isinstance(value, list) else [(None, value)]
    for index, item in items:
        if isinstance(item, str):
            place = skill.place(_KEY) if index is None else skill.place(_KEY, index)
            yield from ((tool, place) for tool in _split(item))


def _split(text: str) -> Iterator[str]:
    """The tools of a text: between them are spaces and commas that no parentheses hold."""
    depth = start = 0
    for index, character in enumerate(text):
        depth = max(0, depth + (character == "(") - (character == ")"))
        if not depth and character in ", \t\n":
            if index > start:
                yield text[start:index]
            start = index + 1
    if start < len(text):
        yield text[start:]


RULE = Rule("X106", "wide-allowed-tools", {"house": ERROR}, __doc__, run=run)
