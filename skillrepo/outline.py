"""The sections of a Markdown text: its headings, and whether something stands below each.

Most texts are plain enough to see their headings without a parser, which takes 0.4 ms for a usual
SKILL.md; a property test compares the two ways.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from skillrepo.fences import PlainFence
from skillrepo.markdown import Block, Heading, Markdown

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# What would make a heading of the line above it, or begins a block that may hold `#` lines.
_SETEXT = re.compile(r"\n {0,3}(?:=+|-+)[ \t]*(?=\n|\Z)")
_NO_TEXT = re.compile(r"([-*_])[ \t]*(?:\1[ \t]*){2,}(?:\n|\Z)|\[[^\]\n]{0,999}\]:")
_MARKUP = frozenset("#*_[]<>\\")
_LEVELS = 6
# HTML may hold lines that only look like headings, and a heading may be indented by three spaces.
_ODD = ("\n<", "\n <", "\n  <", "\n   <", "\n #", "\n  #", "\n   #")
_ENTITY = re.compile("&[#A-Za-z]")


class Section(NamedTuple):
    """A heading outside of quotes and lists; `says` is whether a block follows before the next."""

    heading: Heading
    says: bool


def outline(
    text: str, code: Sequence[PlainFence] | None, parsed: Callable[[], Markdown]
) -> tuple[Section, ...]:
    """The sections of a text in order; `parsed` is asked where one must look as a parser does.

    `code` are its fences, if they are plain.
    """
    found = None if code is None else plain(text, code)
    return tuple(of_parsed(text, parsed())) if found is None else tuple(found)


def of_parsed(text: str, parsed: Markdown) -> Iterator[Section]:
    """The sections of a text that was parsed."""
    headings = (heading for heading in parsed.headings if not heading.nested)
    lines = text.split("\n")
    last: Heading | None = None
    says = False
    for block in parsed.blocks:
        if block.kind == "heading":
            if last:
                yield Section(last, says)
            last, says = next(headings), False
        elif last and not says:
            says = _says_something(block, lines)
    if last:
        yield Section(last, says)


def _says_something(block: Block, lines: list[str]) -> bool:
    if block.kind != "html":
        return block.kind != "rule"
    return bool(_COMMENT.sub("", "\n".join(lines[block.start - 1 : block.end])).strip())


def plain(text: str, code: Sequence[PlainFence]) -> list[Section] | None:
    """The sections, where each heading begins its line and nothing else may be one."""
    if text[:1] in ("<", " ") or any(begin in text for begin in _ODD):
        return None
    if _has_underlined(text):
        return None
    starts = [fence.start for fence in code]
    places: list[tuple[int, int, int]] = []  # where a heading begins and ends, and its level
    for at in _line_starts(text):
        fence = bisect_right(starts, at) - 1
        if fence < 0 or at >= code[fence].end:
            marks = text[at : at + _LEVELS + 1]
            level = len(marks) - len(marks.lstrip("#"))
            if level <= _LEVELS and text[at + level : at + level + 1] in ("", " ", "\t", "\n"):
                end = text.find("\n", at)
                places.append((at, len(text) if end < 0 else end, level))
    return _sections(text, places)


def _line_starts(text: str) -> Iterator[int]:
    """Where the lines begin that begin with `#`."""
    if text.startswith("#"):
        yield 0
    at = text.find("\n#")
    while at >= 0:
        yield at + 1
        at = text.find("\n#", at + 1)


def _sections(text: str, places: list[tuple[int, int, int]]) -> list[Section] | None:
    found: list[Section] = []
    line, counted = 1, 0
    for number, (start, end, level) in enumerate(places):
        words = _words(text[start + level : end].strip(" \t"))
        if words is None:
            return None
        below = text[end : places[number + 1][0] if number + 1 < len(places) else len(text)]
        first = below.lstrip()
        # A rule, or the definition of a link, says nothing; whether more follows, a parser sees.
        if first and _NO_TEXT.match(first):
            return None
        line += text.count("\n", counted, start)
        counted = start
        found.append(Section(Heading(line, level, words, nested=False), bool(first)))
    return found


def _words(line: str) -> str | None:
    """The text of a heading without its markup, if that is code, or bold as a whole, at most."""
    if line.startswith("**") and line.endswith("**"):
        line = line[2:-2]
        if not line or line != line.strip():
            return None
    if "&" in line and _ENTITY.search(line):
        return None
    if "`" not in line:
        return line if _MARKUP.isdisjoint(line) else None
    parts = line.split("`")
    code = parts[1::2]
    if len(parts) % 2 == 0 or not all(part and part == part.strip() for part in code):
        return None
    return "".join(parts) if all(_MARKUP.isdisjoint(part) for part in parts[::2]) else None


def _has_underlined(text: str) -> bool:
    """Whether a line may be a heading for the line of `=` or `-` below it."""
    for match in _SETEXT.finditer(text):
        if text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip():
            return True
    return False


def slug(text: str) -> str:
    """GitHub's anchor of a heading with this text."""
    text = text.lower()
    if text.isascii():
        return re.sub(r"[^a-z0-9_ -]", "", text).replace(" ", "-")
    kept = (c for c in text if c.isalpha() or c.isdecimal() or c in "_- ")
    return "".join(kept).replace(" ", "-")
