"""Markdown text → its constraints: the sentences that say MUST, NEVER, DO NOT and the like.

A sentence is one where a word of RFC 2119 stands in capitals (RFC 8174: only these have the
meaning), or where an order begins with never, always, do not or don't. It is the same one however
its lines are wrapped and whatever marks and capitals it is written with.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Those of RFC 2119 that leave no choice, and what skills write in their place.
_WORDS = re.compile(
    r"\b(?:MUST|SHALL|REQUIRED|NEVER|ALWAYS|DO NOT|DON['\u2019]T|FORBIDDEN|PROHIBITED)\b"
)
_ORDERS = re.compile(
    r"(?:\A|[:;,(]\s+|[\u2013\u2014-]\s+)(?:never|always|do not|don['\u2019]t)\b", re.IGNORECASE
)
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_END = re.compile(r"(?<=[.!?])[\"'\u2019\u201d)\]*_]*\s+(?=[^\sa-z])")
# Of underscores at most three at a time: a hostile text has a million of them in a row.
_MARKS = re.compile(r"[*`]|(?<!\w)_{1,3}|_{1,3}(?!\w)|\\(?=[!-/:-@\[-`{-~])|\\$")
_AROUND = " \t.!;:,"


class Constraint(NamedTuple):
    """One sentence; `key` is the same for all its ways of writing."""

    text: str
    key: str


def constraints(text: str) -> Iterator[Constraint]:
    """The constraints of a Markdown text in its order, repeats kept; those in code too."""
    for unit in _units(text):
        for sentence in _END.split(unit):
            plain = " ".join(_MARKS.sub("", sentence).split())
            if _WORDS.search(plain) or _ORDERS.search(plain):
                yield Constraint(plain, plain.casefold().strip(_AROUND))


def _units(text: str) -> Iterator[str]:
    """Paragraphs, items, headings, cells of tables and lines of code, each on one line."""
    fence = ""
    lines: list[str] = []
    for raw in text.split("\n"):
        line = raw.lstrip(" \t>")
        mark = _FENCE.match(line)
        if mark and (not fence or line.startswith(fence)):
            fence = "" if fence else mark[1]
            line = ""
        item = _ITEM.match(line)
        alone = bool(fence) or line.startswith(("#", "|"))
        if lines and (item or alone or not line.strip()):
            yield " ".join(lines)
            lines = []
        if alone:
            yield from (cell for cell in line.lstrip("#").split("|") if cell.strip())
        elif line.strip():
            lines.append(line[item.end() :] if item else line)
    if lines:
        yield " ".join(lines)
