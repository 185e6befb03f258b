"""Code fences that are never closed, or that the fence of another one closes: `Fault`."""

import re
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


def plainly_sound(text: str) -> bool:
    """Whether one sees without a parser that no fence of `text` is at fault."""
    return plain_fences(text) is not None


def plain_fences(text: str) -> list[tuple[int, int]] | None:
    """Where the fences of `text` begin and end, if one sees without a parser that all are sound.

    That is so where each one stands at the beginning of its line, outside of lists and quotes, and
    none with a language stands inside another: it is so in most pages.
    """
    if "~~~" in text:
        return None
    found: list[tuple[int, int]] = []
    opened = start = 0
    place = text.find("```")
    while place >= 0:
        if place and text[place - 1] != "\n":
            return None
        end = text.find("\n", place)
        line = text[place : end if end >= 0 else len(text)]
        info = line.lstrip("`")
        marks = len(line) - len(info)
        if "`" in info:
            return None
        if not opened:
            opened, start = marks, place
        elif marks >= opened:
            if info.strip():
                return None
            opened = 0
            found.append((start, place + len(line)))
        place = text.find("```", place + len(line))
    return None if opened else found


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
