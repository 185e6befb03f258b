"""Markdown text → its headings, code blocks, links and other blocks, as CommonMark reads it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyromark


# A page has hundreds of these; a named tuple is made in a third of a frozen dataclass's time.
class Heading(NamedTuple):
    """`line` counts from 1 in the text that was parsed; `text` is plain, without markup."""

    line: int
    level: int
    text: str
    nested: bool
    """Inside a block quote or a list item."""


class CodeBlock(NamedTuple):
    """A fenced or indented code block; `info` is None for an indented one."""

    line: int
    end_line: int
    info: str | None
    text: str


class Link(NamedTuple):
    """A link or image; `target` is the destination as Markdown reads it (escapes resolved)."""

    line: int
    column: int
    target: str
    image: bool


class Block(NamedTuple):
    """A top-level block: `kind` is heading, paragraph, list, code, quote, html, table or rule.

    `start` and `end` are lines counting from 1, both included.
    """

    kind: str
    start: int
    end: int


@dataclass(slots=True)
class Markdown:
    """What stands in one Markdown text, each list in the order of the text."""

    headings: list[Heading] = field(default_factory=list)
    code: list[CodeBlock] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


_KINDS = {
    "Paragraph": "paragraph",
    "Heading": "heading",
    "BlockQuote": "quote",
    "CodeBlock": "code",
    "HtmlBlock": "html",
    "List": "list",
    "Table": "table",
}
_Span = Mapping[str, int]


def parse(text: str) -> Markdown:  # noqa: C901 - one loop without calls, see below
    """Read `text` as CommonMark with GitHub's tables; any text is Markdown, so nothing raises."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader(text.encode())
    depth = 0  # how many tags are open
    leaf: Any = None  # the heading or code block that is open, with its details,
    outside = -1  # how many tags are open around it,
    heard: list[str] = []  # and its text
    events: Iterator[tuple[Any, _Span]] = pyromark.events_with_range(  # type: ignore[assignment]
        text, options=pyromark.Options.ENABLE_TABLES, merge_text=True
    )
    # A page has thousands of events, and to look at them takes longer than to parse: so the
    # commonest come first and what is not wanted costs no call. An event is a dict with one key
    # or a word (SoftBreak, HardBreak, Rule), and `"Text" in event` is right for both.
    for event, span in events:
        if "Text" in event:
            if leaf:
                heard.append(event["Text"])
        elif "Start" in event:
            tag = event["Start"]
            if not depth:
                reader.block(_KINDS[tag if isinstance(tag, str) else next(iter(tag))], span)
            if isinstance(tag, dict):
                if "Heading" in tag or "CodeBlock" in tag:
                    leaf, outside = tag, depth
                elif "Link" in tag or "Image" in tag:
                    reader.link(tag, span)
            depth += 1
        elif "End" in event:
            depth -= 1
            if depth == outside:
                reader.leaf(leaf, span, "".join(heard), nested=depth > 0)
                leaf, outside = None, -1
                heard.clear()
        elif leaf:
            # HTML in a heading is not part of its text.
            heard.append(" " if isinstance(event, str) else event.get("Code", ""))
        elif event == "Rule" and not depth:
            reader.block("rule", span)
    return reader.found


class _Reader:
    """Makes values of the events that are wanted; the spans are in bytes of the UTF-8 form."""

    def __init__(self, data: bytes) -> None:
        self.found = Markdown()
        self._data = data
        # Spans come nearly in order, so lines and columns are counted from the place before.
        self._offset, self._line = 0, 1
        self._link_offset, self._link_line, self._link_column = 0, 1, 1

    def block(self, kind: str, span: _Span) -> None:
        """Take a top-level block."""
        line = self._line_of(span)
        self.found.blocks.append(Block(kind, line, self._last_line(line, span)))

    def leaf(self, tag: Any, span: _Span, text: str, *, nested: bool) -> None:
        """Take a heading or a code block."""
        line = self._line_of(span)
        if heading := tag.get("Heading"):
            level = int(heading["level"][1])
            self.found.headings.append(Heading(line, level, text.strip(), nested))
        else:
            kind = tag["CodeBlock"]
            info = None if kind == "Indented" else kind["Fenced"]
            self.found.code.append(CodeBlock(line, self._last_line(line, span), info, text))

    def link(self, tag: Any, span: _Span) -> None:
        """Take a link or image."""
        detail = tag.get("Link") or tag["Image"]
        target = detail["dest_url"]
        if detail["link_type"] == "Email":
            target = f"mailto:{target}"
        line = self._line_of(span)
        column = self._column(line, span["start"])
        self.found.links.append(Link(line, column, target, image="Image" in tag))

    def _line_of(self, span: _Span) -> int:
        start = span["start"]
        if start >= self._offset:
            self._line += self._data.count(b"\n", self._offset, start)
        else:
            self._line -= self._data.count(b"\n", start, self._offset)
        self._offset = start
        return self._line

    def _last_line(self, first: int, span: _Span) -> int:
        """The last line that is not blank."""
        return first + self._data[span["start"] : span["end"]].rstrip().count(b"\n")

    def _column(self, line: int, start: int) -> int:
        if line != self._link_line:
            self._link_offset = self._data.rfind(b"\n", 0, start) + 1
            self._link_line, self._link_column = line, 1
        self._link_column += len(self._data[self._link_offset : start].decode())
        self._link_offset = start
        return self._link_column
