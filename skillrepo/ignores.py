"""Comments in Markdown that ignore findings: `<!-- skillrepo-ignore CODE: reason -->`."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from skillrepo.bundle import Bundle
from skillrepo.document import Document
from skillrepo.markdown import Block, comments, parse

_WORD = "skillrepo-ignore"
_FORM = re.compile(rf"{_WORD}(-file)?(?:\s+([\w-]+(?:\s*,\s*[\w-]+)*))?\s*(?::(.*))?", re.DOTALL)
_MOST = 100
"""Of one file; more are not heeded, and what they are to hide is reported."""


class Ignore(NamedTuple):
    """One rule that a comment ignores, from the line `first` to the line `last` of its file.

    `line` and `column` are the comment's. A comment that names no rule has an empty one.
    """

    path: str
    line: int
    column: int
    rule: str
    reason: str
    first: int
    last: int

    def covers(self, path: str, line: int) -> bool:
        """Whether a finding at this place is meant."""
        return path == self.path and self.first <= line <= self.last


def ignores_of(skill: Document, bundle: Bundle) -> tuple[Ignore, ...]:
    """The comments in the body of a skill and in its other Markdown files."""
    found = list(_in(skill.path, skill.body, skill.body_line - 1))
    for page in bundle.markdown_pages():
        found += _in(page.path, page.text, 0)
    return tuple(found)


def _in(path: str, text: str, above: int) -> Iterator[Ignore]:
    """`above` is the number of lines of the file above the text."""
    if _WORD not in text:
        return
    blocks = parse(text).blocks
    for comment in comments(text, _WORD, _MOST):
        match = _FORM.fullmatch(comment.text)
        named = match[2] if match else None
        reason = " ".join((match[3] or "").split()) if match else ""
        first, last = comment.line + above, comment.end_line + above
        if match and match[1]:
            first, last = 1, 1 << 30
        elif comment.top and (block := _next(blocks, comment.end_line)):
            last = block.end + above
        elif comment.block:
            last += 1  # in a quote or a list item: the line below
        for rule in (named or "").split(","):
            yield Ignore(
                path, comment.line + above, comment.column, rule.strip(), reason, first, last
            )


def _next(blocks: list[Block], line: int) -> Block | None:
    """The block that begins after a line."""
    at = bisect_right(blocks, line, key=lambda block: block.start)
    return blocks[at] if at < len(blocks) else None
