"""`allowed-tools` grants commands, not the whole shell.

What it checks: `allowed-tools` holds no grant of every command: `Bash`, `Bash(*)`, and what comes
to the same although it looks narrow, such as `Bash(bash:*)`, `Bash(sh -c:*)` or `Bash(eval:*)`.

Why it matters: any command then runs without the user being asked, also one that a text which the
agent reads has put into its mind. Many published skills grant it, so it is a note.

How to fix it: name the commands that the skill runs, or its scripts.

Example: `allowed-tools: Bash` becomes `allowed-tools: Bash(git:*) Bash(bash scripts/release.sh:*)`.

Source: house; https://agentskills.io/specification ("tools that are pre-approved to run") says what
the field is for, and https://code.claude.com/docs/en/permissions how its patterns are read.
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import INFO, Hit, Rule
from skillrepo.rules.wide_allowed_tools import tools


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Judge each tool."""
    for tool, place in tools(skill):
        if _whole().fullmatch(tool):
            yield Hit(*place, f"`{tool}` grants every command; name the commands that are needed")


@cache
def _whole() -> re.Pattern[str]:
    return re.compile(
        r"(?:Bash|Shell|PowerShell)(?:\( *(?:\*|\*:\*|:\*|(?:(?:ba|z|da|k|fi)?sh|pwsh|powershell"
        r"|cmd|eval|exec|xargs|env)"
        r"(?: +-\w+)? *:? *\*) *\))?"
    )


RULE = Rule("X114", "whole-shell", {"house": INFO}, __doc__, run=run)
