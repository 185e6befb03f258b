"""The body of a SKILL.md, part by part: its lines of text, and its fenced code between them.

What is made of it here never changes when text is put below it: a part is what it is by itself and
by what stands above it, and of a long body the first part alone is looked at.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from skillrepo import markdown
from skillrepo.document import Document
from skillrepo.fences import PlainFence, plain_fences

_MOST = 100_000
"""Characters that are looked at: twelve times what a skill has on average."""
_MOST_LINES = 3_000
"""Lines that are looked at: six times what the guides allow."""
_LONGEST = 2_000
"""Characters of a line that are looked at."""


class Fenced(NamedTuple):
    """A fenced code block; `line` is its first, counted in the body."""

    line: int
    info: str
    text: str
    closed: bool

    @property
    def language(self) -> str:
        """The first word behind the marks, in small letters."""
        match = _LANGUAGE.match(self.info)
        return match[1].lower() if match else ""


class Line(NamedTuple):
    """A line of text that is not blank, and how many words it has; `number` counts in the body."""

    number: int
    text: str
    words: int


Part = Line | Fenced
_LANGUAGE = re.compile(r"[\s{.]*([A-Za-z0-9_+#-]{1,20})")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")


@lru_cache(maxsize=2)
def parts(document: Document) -> tuple[Part, ...]:
    """The parts of the body in their order."""
    lines = looked_at(document)
    text = "\n".join(lines)
    whole = len(text) == len(document.body)
    plain = document.fences if whole else plain_fences(text)
    if plain is None:
        fences = _parsed(document.markdown if whole else markdown.parse(text))
    else:
        fences = _plain(text, plain)
    return tuple(_parts(lines, list(fences)))


def looked_at(document: Document) -> list[str]:
    """The lines of the body that are looked at."""
    text = document.body
    if len(text) > _MOST:
        text = text[: text.rfind("\n", 0, _MOST) + 1] or text[:_MOST]
    return text.split("\n", _MOST_LINES)[:_MOST_LINES]


def is_heading(line: Line) -> bool:
    """Whether it is a heading that begins with `#`; one above a line of `=` is none here.

    What is put below it would make one of a line of text.
    """
    return _HEADING.match(line.text) is not None


def _parts(lines: Sequence[str], fences: Sequence[tuple[Fenced, int]]) -> Iterator[Part]:
    number = 1
    for block, end in (*fences, (None, len(lines) + 1)):
        stop = block.line if block else end
        for each in range(number, stop):
            if words := lines[each - 1][:_LONGEST].split():
                yield Line(each, lines[each - 1][:_LONGEST].strip(), len(words))
        if block:
            yield block
            number = end + 1


def _plain(text: str, fences: Sequence[PlainFence]) -> Iterator[tuple[Fenced, int]]:
    """The fences with their last lines, where they are plain."""
    line = counted = 0
    for fence in fences:
        line += text.count("\n", counted, fence.start)
        counted = fence.start
        whole = text[fence.start : fence.end].split("\n")
        info = whole[0].strip("`").strip()
        inner = [each[fence.indent :] for each in whole[1:-1]]
        code = "".join(f"{each}\n" for each in inner)
        yield Fenced(line + 1, info, code, closed=True), line + len(whole)


def _parsed(parsed: markdown.Markdown) -> Iterator[tuple[Fenced, int]]:
    for block in parsed.code:
        if block.info is not None:
            yield Fenced(block.line, block.info.strip(), block.text, block.closed), block.end_line


class Stretches:
    """Counts the words by which stretches of a text are longer than is allowed.

    What was counted stays counted, whatever follows.
    """

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed
        self._since = 0
        self.excess = 0
        """In words."""

    def add(self, words: int) -> None:
        """Go on by so many words."""
        since = self._since + words
        if since > self._allowed:
            self.excess += since - max(self._allowed, self._since)
        self._since = since

    def end(self) -> None:
        """Begin the next one."""
        self._since = 0
