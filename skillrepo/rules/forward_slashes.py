r"""Paths of the skill's files have forward slashes.

What it checks: no Markdown text of the skill names one of its files with `\` between the folders,
as in `scripts\convert.py`. Blocks of commands for Windows (`powershell`, `bat`) are left out. Each
file is told once.

Why it matters: such a path leads somewhere on Windows alone. Elsewhere an agent looks for a file
that has the backslash in its name, and runs nothing. Windows takes forward slashes too.

How to fix it: write `/`.

Example: “Run `scripts\convert.py`” in a skill with `scripts/convert.py`.

Source: https://platform.claude.com/docs/en/agents-and-tools/agent-skills/best-practices ("Avoid
Windows-style paths").
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.links import Sheet, sheets
from skillrepo.rule import WARNING, Hit, Rule

_WINDOWS = frozenset(("bat", "batch", "cmd", "powershell", "ps1", "pwsh"))
_MOST = 1_000
"""Backslashed words of one text that are looked at; more are hostile."""


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look up each backslashed word among the names of the files."""
    bundle = context.bundle(skill)
    names = {item.name for item in bundle.items if "/" in item.name}
    backslashed = [name.replace("/", "\\") for name in names]
    told: set[str] = set()
    for sheet in sheets(skill, bundle):
        # In few texts one is to be seen, and in most not even a backslash.
        if "\\" not in sheet.text or not any(name in sheet.text for name in backslashed):
            continue
        for match in islice(_backslashed().finditer(sheet.text), _MOST):
            name = match[0].replace("\\", "/").removeprefix("./").rstrip(".")
            line = sheet.text.count("\n", 0, match.start()) + 1
            if name in names and name not in told and not _for_windows(sheet, line):
                told.add(name)
                message = f"`{match[0].rstrip('.')}` is a path for Windows alone; write `{name}`"
                column = match.start() - sheet.text.rfind("\n", 0, match.start())
                yield Hit(sheet.above + line, column, message, path=sheet.path)


@cache
def _backslashed() -> re.Pattern[str]:
    return re.compile(r"(?<![\w\\/:~$%}>.-])[\w.-]{1,100}(?:\\[\w.-]{1,100}){1,8}(?![\w\\/])")


def _for_windows(sheet: Sheet, line: int) -> bool:
    """Whether a line of a text lies in a block of commands for Windows."""
    return any(
        code.line <= line <= code.end_line
        and (code.info or "").partition(" ")[0].lower() in _WINDOWS
        for code in sheet.markdown.code
    )


RULE = Rule("L107", "forward-slashes", {"house": WARNING}, __doc__, run=run)
