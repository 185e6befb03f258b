"""Code fences that are never closed, or that the fence of another one closes: `Fault`."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from skillrepo.markdown import Block, CodeBlock, Markdown


class Fault(NamedTuple):
    """A fence that swallows what stands behind it; `line` and `column` are those of its marks.

    `inner` is None where it is never closed; else it is the line of a fence that begins inside it
    with as many marks, so that the end of the inner one is read as the end of both.
    """

    code: CodeBlock
    line: int
    column: int
    marks: str
    inner: int | None

    @property
    def info(self) -> str:
        """What stands behind the marks, for example a language."""
        return (self.code.info or "").strip()


def faults(text: str, parsed: Markdown) -> Iterator[Fault]:
    """The fences of `text` that are at fault; what follows from a fault is none of its own."""
    if "```" not in text and "~~~" not in text:
        return
    lines = text.split("\n")
    found = False
    for code in parsed.code:
        if code.info is None:
            continue
        marks = _MARKS.search(lines[code.line - 1])
        inner = _inner(code, marks[0]) if marks else None
        if marks is None or (code.closed and inner is None):
            continue
        # Behind a fault what should close a fence opens one, but without a language.
        if found and not code.info.strip():
            continue
        if not found and any(_splits_fences(block, lines) for block in parsed.blocks):
            return
        found = True
        yield Fault(code, code.line, marks.start() + 1, marks[0], inner)


class PlainFence(NamedTuple):
    """Where a fence begins, at its marks, and where it ends; `indent` is the spaces before it."""

    start: int
    end: int
    indent: int


def plain_fences(text: str) -> list[PlainFence] | None:
    """The fences of `text`, if one sees without a parser that all are sound.

    That is so where each one ends with the indentation with which it began, at most three spaces,
    and nothing in it stands further to the left: then it is a fence, and no list item ends in it.
    None with a language may stand inside another, and no HTML outside of them: a block of HTML may
    swallow a fence. It is so in most pages.
    """
    if "~~~" in text:
        return None
    found: list[PlainFence] = []
    opened = start = indent = 0
    place = text.find("```")
    while place >= 0:
        begin = text.rfind("\n", 0, place) + 1
        end = text.find("\n", place)
        line = text[place : end if end >= 0 else len(text)]
        info = line.lstrip("`")
        marks = len(line) - len(info)
        before = text[begin:place]
        if "`" in info or before not in _INDENTS:
            return None
        if not opened:
            opened, start, indent = marks, place, len(before)
        elif marks >= opened:
            if (
                info.strip(" \t")
                or len(before) != indent
                or not _indented(text[start:begin], before)
            ):
                return None
            opened = 0
            found.append(PlainFence(start, place + len(line), indent))
        place = text.find("```", place + len(line))
    return None if opened or (found and _has_html(text, found)) else found


def _has_html(text: str, fences: list[PlainFence]) -> bool:
    """Whether a line outside of the fences begins with `<`, be it in a list or a quote."""
    starts = [fence.start for fence in fences]
    for match in _html().finditer(text) if "<" in text else ():
        before = bisect_right(starts, match.end()) - 1
        if before < 0 or match.end() > fences[before].end:
            return True
    return False


@cache
def _html() -> re.Pattern[str]:
    return re.compile(r"^[ \t>*+\-\d.)]*+<", re.MULTILINE)


_INDENTS = ("", " ", "  ", "   ")


def _indented(text: str, before: str) -> bool:
    """Whether each line behind the first begins with these spaces, or is blank."""
    lines = text.split("\n")[1:] if before else ()
    return all(line.startswith(before) or not line.strip(" ") for line in lines)


_MARKS = re.compile("```+|~~~+")


@cache
def _opening() -> re.Pattern[str]:
    # Possessive: a line may hold nothing but marks, or nothing but spaces behind them.
    return re.compile(r"^ {0,3}(```++|~~~++)[ \t]*+[^\s`]", re.MULTILINE)


@cache
def _fence() -> re.Pattern[str]:
    return re.compile(r" {0,3}(?:```|~~~)")


def _inner(code: CodeBlock, marks: str) -> int | None:
    """The line of the text where a fence begins inside the code that would end both."""
    if marks[:3] not in code.text:
        return None
    for match in _opening().finditer(code.text):
        if match[1].startswith(marks):
            return code.line + 1 + code.text.count("\n", 0, match.start(1))
    return None


def _splits_fences(block: Block, lines: list[str]) -> bool:
    """Whether a block of HTML swallows the beginning or the end of a fence.

    HTML ends at a blank line, which may be one of the code. What is a fence then, nobody who reads
    the text would guess, and a model reads the text.
    """
    if block.kind != "html":
        return False
    matches = (_fence().match(line) for line in lines[block.start - 1 : block.end])
    return sum(match is not None for match in matches) % 2 == 1
