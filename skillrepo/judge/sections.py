"""The sections of a skill's texts, by the headings that they stand under and what they say."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from posixpath import splitext
from typing import NamedTuple

from skillrepo import markdown
from skillrepo.fences import plain_fences
from skillrepo.outline import outline

_MARKDOWN = frozenset({".md", ".markdown", ".mdx"})
_MARK = "---"
FRONTMATTER = (_MARK,)
"""The headings of what no heading can stand above."""


class Section(NamedTuple):
    """A stretch of a file up to the next heading; two that are equal say the same.

    `headings` are those that it stands under, its own the last; `content` is its sha256 (hex).
    """

    path: str
    headings: tuple[str, ...]
    content: str


class Piece(NamedTuple):
    """A section and its text; `line` is its first, counting from 0 in the file."""

    section: Section
    line: int
    text: str


def pieces(path: str, text: str) -> Iterator[Piece]:
    """The sections of a file in order, which together are its text; of code there is one."""
    lines = text.split("\n")
    starts = [(0, ()), *(_headed(lines) if splitext(path)[1].lower() in _MARKDOWN else ())]
    for (line, headings), (end, _) in pairwise([*starts, (len(lines), ())]):
        if line < end:
            part = "\n".join(lines[line:end])
            digest = sha256(part.strip().encode()).hexdigest()
            yield Piece(Section(path, headings, digest), line, part)


def _headed(lines: list[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Where each section begins, and the headings that it stands under."""
    body = 0
    if lines[0] == _MARK and _MARK in lines[1:]:
        body = lines.index(_MARK, 1) + 1
        yield 0, FRONTMATTER
        yield body, ()
    rest = "\n".join(lines[body:])
    above: list[tuple[int, str]] = []
    for section in outline(rest, plain_fences(rest), lambda: markdown.parse(rest)):
        level, title = section.heading.level, section.heading.text
        above = [*(each for each in above if each[0] < level), (level, title)]
        yield body + section.heading.line - 1, tuple(each for _, each in above)
