"""A piece of a source → the text of its file in `references/`."""

import re
from collections.abc import Collection

from skillrepo import markdown
from skillrepo.writer.links import Links, fenced, settle
from skillrepo.writer.split import Piece
from skillrepo.writer.topics import escaped_heading

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def render(piece: Piece, links: Links, files: Collection[str]) -> str:
    """The piece behind a line that says where it comes from; only its links are changed.

    What is not Markdown stands in a code block: it is read as it is, and nothing in it can be
    taken for a heading, a link or a comment.
    """
    page = piece.page
    span = "" if piece.whole else f", lines {piece.start}-{piece.end}"
    origin = f"From {_code_span(page.origin)}{span}."
    if page.kind != "markdown":
        body = fenced(piece.text, page.language)
        return f"# {escaped_heading(piece.title)}\n\n{origin}\n\n{body}"
    start, end = page.starts[piece.start - 1], page.starts[piece.end] - 1
    text = _closed(links.text(start, end, piece.path).strip("\n"))
    return settle(f"{origin}\n\n{text}", piece.path, files)


def _closed(text: str) -> str:
    """`text`, its last code block closed: an open one would swallow what is appended."""
    code = markdown.parse(text).code
    if not code or code[-1].info is None:
        return text
    lines = text.split("\n")
    opening = _FENCE.match(lines[code[-1].line - 1])
    after = [line for line in lines[code[-1].line :] if line.strip()]
    if not opening or any(lines[code[-1].end_line :]):
        return text
    closing = _FENCE.match(after[-1]) if after else None
    closed = closing and closing[1].startswith(opening[1]) and not after[-1].strip(" `~")
    return text if closed else f"{text}\n{opening[1]}"


def _code_span(text: str) -> str:
    """`text` in backticks, more of them than stand in it together."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if "`" in text else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"
