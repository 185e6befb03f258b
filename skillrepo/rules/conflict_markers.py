"""No merge conflict is left.

What it checks: no line of SKILL.md, its frontmatter included, and of the skill's other text files
begins as a conflict marker of git does: `<<<<<<< ours` or `>>>>>>> theirs`. What stands between
the two, such as `=======`, is no marker alone. In Markdown both ends inside one code fence are an
example.

Why it matters: both versions stand in the file, and an agent follows one or the other, or both. In
the frontmatter the markers hide every field, and a script with markers does not run.

How to fix it: keep one of the versions, or a mixture, and delete the lines with the markers.

Example: `<<<<<<< HEAD` in line 12 and `>>>>>>> main` in line 20: a merge was committed half done.

Source: house; https://git-scm.com/docs/git-merge#_how_conflicts_are_presented.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from skillrepo import markdown
from skillrepo.context import Context
from skillrepo.document import Document, Unreadable
from skillrepo.markdown import CodeBlock
from skillrepo.rule import ERROR, Hit, Rule


class _Conflict(NamedTuple):
    """The lines from the first marker to the last; `whole` where both ends are there."""

    first: int
    last: int
    shown: str
    whole: bool


def run_any(skill: Document | Unreadable) -> Iterator[Hit]:
    """Look at SKILL.md, whether its frontmatter can be read or not."""
    if isinstance(skill, Document) and _may_have_markers(skill.data):
        # A frontmatter that is never closed leaves no body.
        code = skill.markdown.code if skill.body else markdown.parse(skill.text).code
        yield from _hits(skill.text, code, skill.body_line - 1)


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look at the other files."""
    for page in context.bundle(skill).pages():
        if _may_have_markers(page.data):
            code = page.markdown.code if page.is_markdown else []
            for hit in _hits(page.text, code, 0):
                yield hit._replace(path=page.path)


def _may_have_markers(data: bytes) -> bool:
    return b"<<<<<<<" in data or b">>>>>>>" in data


def _hits(text: str, code: list[CodeBlock], above: int) -> Iterator[Hit]:
    """`above` is the number of lines of the file above the text that `code` is from."""
    fences = [block for block in code if block.info is not None]
    for conflict in _conflicts(text):
        first, last = conflict.first, conflict.last
        at = bisect_right(fences, first - above, key=lambda block: block.line) - 1
        if conflict.whole and at >= 0 and last - above <= fences[at].end_line:
            continue  # an example
        until = f", and the conflict ends in line {last}" if last > first else ""
        message = (
            f"`{conflict.shown}` is left of a merge conflict{until}; "
            "keep what is right and delete the markers"
        )
        yield Hit(first, 1, message)


@cache
def _marker() -> re.Pattern[str]:
    # Git always names the side behind the signs; signs alone may be a line that parts texts.
    return re.compile(r"^([<>])\1{6}[ \t]++[^\n]{1,40}", re.MULTILINE)


def _conflicts(text: str) -> Iterator[_Conflict]:
    # In Markdown and in letters seven `>` may be a quote in quotes.
    parted = text.find("\n=======\n")
    opened: _Conflict | None = None
    counted, line = 0, 1
    for match in _marker().finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        here = _Conflict(line, line, match[0].rstrip(), whole=False)
        if match[1] == "<":
            if opened:
                yield opened
            opened = here
        else:
            if opened:
                yield opened._replace(last=line, whole=True)
            elif 0 <= parted < match.start():
                yield here
            opened = None
    if opened:
        yield opened


RULE = Rule("D108", "conflict-markers", {"house": ERROR}, __doc__, run=run, run_any=run_any)
