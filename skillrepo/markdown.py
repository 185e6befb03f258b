"""Markdown text → its headings, code blocks, links and other blocks, as CommonMark reads it."""

import re
from collections.abc import Iterator, Mapping
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
    closed: bool = True
    """Not so for a fence that ends with the text, the list item or the quote that it stands in."""


class Link(NamedTuple):
    """A link or image; `target` is the destination as Markdown reads it (escapes resolved)."""

    line: int
    column: int
    target: str
    image: bool


class Comment(NamedTuple):
    """An HTML comment; `block` says that it stands outside of a paragraph.

    `top` says that it does so at the beginning of a line, in no quote or list.
    """

    line: int
    column: int
    end_line: int
    text: str
    block: bool
    top: bool


class Block(NamedTuple):
    """A top-level block: `kind` is heading, paragraph, list, code, quote, html, table or rule.

    `start` and `end` are lines counting from 1, both included.
    """

    kind: str
    start: int
    end: int


class Markdown:
    """What stands in one Markdown text, each list in the order of the text."""

    def __init__(self) -> None:
        self.headings: list[Heading] = []
        self.code: list[CodeBlock] = []
        self.links: list[Link] = []
        self.blocks: list[Block] = []


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


def link_spans(text: str) -> list[tuple[int, int, str]]:
    """Each link and image of `text`: where it begins and has ended in its UTF-8, and its target."""
    events = pyromark.events_with_range(
        text, options=pyromark.Options.ENABLE_TABLES, merge_text=True
    )
    found: list[tuple[int, int, str]] = []
    for event, span in events:
        tag = event.get("Start") if isinstance(event, dict) else None
        detail = (tag.get("Link") or tag.get("Image")) if isinstance(tag, dict) else None
        if detail and detail["link_type"] not in ("Autolink", "Email"):
            found.append((span["start"], span["end"], detail["dest_url"]))
    return found


_COMMENT = re.compile(rb"<!--(?s:(.*?))-->")
# A block of HTML that is not closed goes to the end of the text.
_COMMENT_OR_REST = re.compile(rb"<!--(?s:.*?)(?:-->|\Z)")


def comments(text: str, word: str, most: int) -> list[Comment]:
    """The first HTML comments in `text` that begin with a word; in code they only look like one."""
    data = text.encode()
    spans = _html(text)
    found: list[Comment] = []
    counted, line = 0, 1
    for start, end, block in spans:
        html = data[start:end]
        for match in _COMMENT.finditer(html) if b"-->" in html else ():
            said = match[1].decode().strip()
            if not said.startswith(word) or len(found) == most:
                continue
            at = start + match.start()
            line += data.count(b"\n", counted, at)
            counted = at
            before = data[data.rfind(b"\n", 0, at) + 1 : at].decode()
            end_line = line + match[0].count(b"\n")
            top = block and not before.strip()
            found.append(Comment(line, len(before) + 1, end_line, said, block, top))
    return found


def _html(text: str) -> list[tuple[int, int, bool]]:
    """Where HTML stands, in bytes of the UTF-8 form, and whether it does so outside a paragraph."""
    events = pyromark.events_with_range(
        text, options=pyromark.Options.ENABLE_TABLES, merge_text=True
    )
    spans: list[tuple[int, int, bool]] = []
    for event, span in events:
        if "Html" in event and spans and spans[-1][1:] == (span["start"], True):
            spans[-1] = (spans[-1][0], span["end"], True)  # a block of HTML comes line by line
        elif "Html" in event or "InlineHtml" in event:
            spans.append((span["start"], span["end"], "Html" in event))
    return spans


def without_comments(text: str) -> str:
    """The text with nothing but its line ends where HTML comments stand."""
    if "<!--" not in text:
        return text
    data = text.encode()
    parts: list[bytes] = []
    end = 0
    for start, stop, _ in _html(text):
        for match in _COMMENT_OR_REST.finditer(data, start, stop):
            parts += (data[end : match.start()], b"\n" * match[0].count(b"\n"))
            end = match.end()
    return b"".join((*parts, data[end:])).decode()


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
            end = self._last_line(line, span)
            closed = info is None or self._closed(span, text)
            self.found.code.append(CodeBlock(line, end, info, text, closed))

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

    def _closed(self, span: _Span, text: str) -> bool:
        """Whether the last line of a fenced block is its closing fence, and not code."""
        start = span["start"]
        last = self._data.rfind(b"\n", start, span["end"]) + 1
        # What the parser gives as code ends with a line end, unless the whole text ends there.
        if not last or (text and not text.endswith("\n")):
            return False
        return self._data[last : span["end"]].rstrip(b" \t").endswith(self._data[start : start + 3])

    def _column(self, line: int, start: int) -> int:
        if line != self._link_line:
            self._link_offset = self._data.rfind(b"\n", 0, start) + 1
            self._link_line, self._link_column = line, 1
        self._link_column += len(self._data[self._link_offset : start].decode())
        self._link_offset = start
        return self._link_column
