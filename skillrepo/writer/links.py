"""Links of a page → the edits that keep them right when its text moves into a skill."""

import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from skillrepo import markdown
from skillrepo.markdown import Link
from skillrepo.writer.anchors import Anchors, Place, anchors, html_ids
from skillrepo.writer.page import Page

_KEPT = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|\\")
_SIMPLE = re.compile(r"[^\s()<>\\]+")
# How far a link may reach: a real one is shorter, and a hostile page must not cost its square.
_REACH = 4_000
_SKIPPED = re.compile(r"\\.|(`+)(?!`)|[\[\]]", re.DOTALL)
_INLINE = re.compile(
    r"""\(\s*(?:<[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)"""
    r"""(?:\s+(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?\s*\)""",
    re.DOTALL,
)
_LABEL = re.compile(r"\[(?:[^\[\]\\]|\\.)*\]", re.DOTALL)
_PASSES = 8


@dataclass(frozen=True, slots=True)
class _Edit:
    """Replace `text[start:end]` of a page: by the address of `place`, else by `text`."""

    start: int
    end: int
    text: str = ""
    place: Place | None = None


class Links:
    """The links of one page, ready to be rewritten in any range of its text."""

    def __init__(self, page: Page, known: Anchors) -> None:
        self._page = page
        edits = (edit for link in page.markup.links for edit in _edits(page, link, known))
        self._edits = sorted(edits, key=lambda edit: edit.start)
        self._starts = [edit.start for edit in self._edits]

    def text(self, start: int, end: int, file: str) -> str:
        """The page's text from offset `start` to `end` as it reads in the skill's `file`."""
        source = self._page.text
        first, last = bisect_left(self._starts, start), bisect_right(self._starts, end)
        parts: list[str] = []
        at = start
        for edit in self._edits[first:last]:
            if at <= edit.start and edit.end <= end:
                new = f"({_relative(edit.place, file)})" if edit.place else edit.text
                parts += source[at : edit.start], new
                at = edit.end
        return "".join([*parts, source[at:end]])


def settle(text: str, file: str, files: Collection[str]) -> str:
    """`text` with every link that leads nowhere from the skill's `file` written as plain text.

    `Links` leaves little to do here: links that CommonMark reads in a way that it does not
    follow. A text that resists becomes one code block.
    """
    for _ in range(_PASSES):
        parsed = markdown.parse(text)
        own = {*anchors(parsed.headings), *html_ids(text)}
        bad = [link for link in parsed.links if not _leads(link.target, file, files, own)]
        if not bad:
            return text
        lines = text.split("\n")
        for link in sorted(bad, key=lambda link: link.column, reverse=True):
            line = lines[link.line - 1]
            at = link.column - 1 + link.image
            lines[link.line - 1] = f"{line[:at]}\\{line[at:]}"
        text = "\n".join(lines)
    return fenced(text, "markdown")


def fenced(text: str, language: str) -> str:
    """`text` as a code block whose fence is longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _edits(page: Page, link: Link, known: Anchors) -> Iterator[_Edit]:
    """What to change so that `link` is right in any file of the skill, or is no link any more."""
    text = page.text
    start = page.starts[link.line - 1] + link.column - 1
    opening = start + link.image
    closing = _closing(text, opening)
    # An address in angle brackets has no text to keep.
    if text[start] == "<" or closing is None:
        return
    inline = _INLINE.match(text, closing + 1, closing + _REACH)
    label = _LABEL.match(text, closing + 1, closing + _REACH)
    tail = inline.end() if inline else label.end() if label else closing + 1
    if _KEPT.match(link.target):
        if not inline:
            # What the label stands for may be written in another piece of the page.
            address = link.target if _SIMPLE.fullmatch(link.target) else f"<{link.target}>"
            yield _Edit(closing + 1, tail, f"({address})")
        return
    place = _place(page, link.target, known)
    if place and not link.image:
        yield _Edit(closing + 1, tail, "", place)
    else:
        yield _Edit(start, opening + 1)
        yield _Edit(closing, tail)


def _closing(text: str, opening: int) -> int | None:
    """The offset of the bracket that closes the one at `opening`; not one in a code span."""
    depth = 0
    limit = min(len(text), opening + _REACH)
    at = opening
    while match := _SKIPPED.search(text, at, limit):
        at = match.end()
        if match[1]:
            close = re.compile(rf"(?<!`){match[1]}(?!`)").search(text, at, limit)
            at = close.end() if close else at
        elif match[0] in "[]":
            depth += 1 if match[0] == "[" else -1
            if not depth:
                return match.start()
    return None


def _place(page: Page, target: str, known: Anchors) -> Place | None:
    """Where the document that `target` names stands in the skill, None where it does not."""
    if _SCHEME.match(target):
        return None
    path, _, fragment = target.partition("#")
    anchor = unquote(fragment)
    if not path:
        found = known.find(page.path, anchor)
        return found if anchor and found.anchor else None
    name = unquote(path.partition("?")[0])
    full = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), name))
    for end in ("", ".md", "/README.md", "/index.md"):
        if full + end in known:
            return known.find(full + end, anchor)
        # Sites write addresses from their root, which we do not know.
        source = known.ending_with(name + end) if name.startswith("/") else None
        if source:
            return known.find(source, anchor)
    return None


def _relative(place: Place, file: str) -> str:
    anchor = f"#{place.anchor}" if place.anchor else ""
    if place.path == file and anchor:
        return anchor
    return posixpath.relpath(place.path, posixpath.dirname(file) or ".") + anchor


def _leads(target: str, file: str, files: Collection[str], own: Collection[str]) -> bool:
    if _KEPT.match(target):
        return True
    path, _, anchor = target.partition("#")
    if _SCHEME.match(target) or not (path or anchor):
        return False
    full = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
    return full in files if path else anchor in own
