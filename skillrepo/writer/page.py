"""`Page`: one source as the writer sees it, with what stands where in it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import PurePosixPath
from typing import Literal

from skillrepo.markdown import Block, Heading, Markdown
from skillrepo.writer.clean import one_line
from skillrepo.writer.procedures import Procedure, procedures

Kind = Literal["markdown", "rst", "text", "code"]

# What a heading or a quote says that is still to be written.
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|TBD)\b")
_GENERIC_STEMS = frozenset({"readme", "index", "skill", "main", "doc", "docs"})


@dataclass(frozen=True)
class Page:
    """One source as the writer sees it.

    `text` has the lines of the original one for one, `label` is how notes and quotes name it.
    `hidden` counts removed invisible characters, `comments` removed HTML comments.
    """

    path: str
    label: str
    kind: Kind
    text: str
    language: str
    front_title: str
    markup: Markdown
    hidden: int
    comments: int

    @cached_property
    def lines(self) -> list[str]:
        """The lines of `text`; line n of the original is number n - 1."""
        return self.text.split("\n")

    @cached_property
    def starts(self) -> list[int]:
        """The offset in `text` at which each line begins."""
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    @cached_property
    def headings(self) -> list[Heading]:
        """The headings that divide the page: not those in quotes and lists, not empty ones."""
        return [h for h in self.markup.headings if not h.nested and h.text.strip()]

    @cached_property
    def title(self) -> str:
        """Its front matter's title, else its first heading's text, else its file's name."""
        first = self.headings[0].text if self.headings else ""
        titles = (one_line(title) for title in (self.front_title, first))
        named = (title for title in titles if title and not UNFINISHED.search(title))
        return next(named, PurePosixPath(self.path).name)

    @property
    def stem(self) -> str:
        """What its references are called after: the file's name, or the folder's of a README."""
        path = PurePosixPath(self.path)
        if self.kind == "code":
            return path.name
        if path.stem.lower() in _GENERIC_STEMS:
            return path.parent.name.strip(".") or path.stem
        return path.stem

    @property
    def origin(self) -> str:
        """Its path, or its label where the path says more of a machine than of the document."""
        return self.label if self.path.startswith(("/", "..", "~")) else self.path

    def span(self, block: Block) -> tuple[int, int]:
        """The offsets in `text` between which a block stands."""
        return self.starts[block.start - 1], self.starts[block.end] - 1

    def text_of(self, block: Block) -> str:
        """The text of a block as it stands in the page."""
        start, end = self.span(block)
        return self.text[start:end]

    def line_at(self, offset: int) -> int:
        """The number of the line that holds `offset` of `text`."""
        return bisect_right(self.starts, offset)

    def heading_of(self, line: int) -> str:
        """The text of the heading that `line` stands under, empty before the first."""
        at = bisect_right(self.headings, line, key=_line)
        return self.headings[at - 1].text if at else ""

    def headings_between(self, start: int, end: int) -> list[Heading]:
        """The headings in lines `start` to `end`, both included."""
        found = self.headings
        return found[bisect_left(found, start, key=_line) : bisect_right(found, end, key=_line)]

    def trail(self, line: int) -> list[str]:
        """The texts of the headings that `line` stands under, the outermost first."""
        at = bisect_right(self.headings, line, key=_line) - 1
        found: list[str] = []
        while at >= 0:
            found.append(self.headings[at].text)
            at = self._outer[at]
        return found[::-1]

    def units_from(self, line: int) -> Iterator[Block]:
        """The units that begin at `line` or after it."""
        blocks = self.units
        first = bisect_left(blocks, line, key=lambda block: block.start)
        return (blocks[at] for at in range(first, len(blocks)))

    def block_before(self, line: int) -> Block | None:
        """The top-level block that ends before `line`, the nearest one."""
        blocks = self.markup.blocks
        at = bisect_right(blocks, line - 1, key=lambda block: block.end)
        return blocks[at - 1] if at else None

    @cached_property
    def procedures(self) -> list[Procedure]:
        """Its numbered procedures, in reading order."""
        return list(procedures(self.markup.blocks, self.lines, self.code_lines))

    @cached_property
    def units(self) -> list[Block]:
        """The top-level blocks, each numbered procedure as one list."""
        found = [procedure.block for procedure in self.procedures]
        inside = {n for block in found for n in range(block.start, block.end + 1)}
        rest = (block for block in self.markup.blocks if block.start not in inside)
        return sorted([*rest, *found], key=lambda block: block.start)

    def cuts_procedure(self, start: int, end: int) -> bool:
        """Whether lines `start` to `end` are a part of a procedure, and not all of it."""
        at = bisect_left(self.procedures, start, key=lambda procedure: procedure.block.end)
        blocks = (procedure.block for procedure in self.procedures[at:])
        touched = takewhile(lambda block: block.start <= end, blocks)
        return any(block.start < start or block.end > end for block in touched)

    @cached_property
    def _outer(self) -> list[int]:
        """For each heading the number of the one that it stands under, -1 for none."""
        outer: list[int] = []
        for heading in self.headings:
            at = len(outer) - 1
            while at >= 0 and self.headings[at].level >= heading.level:
                at = outer[at]
            outer.append(at)
        return outer

    @cached_property
    def code_lines(self) -> set[int]:
        """The numbers of all lines that belong to code."""
        return {n for code in self.markup.code for n in range(code.line, code.end_line + 1)}


def _line(heading: Heading) -> int:
    return heading.line
