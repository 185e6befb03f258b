"""Markdown text → its constraints: the sentences that say MUST, NEVER, DO NOT and the like.

A sentence is one where a word of RFC 2119 stands in capitals (RFC 8174: only these have the
meaning), or where an order begins with never, always, do not or don't. So is each item of a list
below such a sentence that ends with a colon, or is such a word alone. It is the same one however
its lines are wrapped and whatever marks and capitals it is written with. What stands in an HTML
comment or is struck out binds nobody.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from skillrepo import markdown

# Those of RFC 2119 that leave no choice, and what skills write in their place; then their like in
# Chinese, Japanese and Korean, which have no capitals.
_WORDS = re.compile(
    r"\b(?:MUST|SHALL|REQUIRED|NEVER|ALWAYS|DO NOT|DON['\u2019]T|FORBIDDEN|PROHIBITED)\b"
    r"|必须|必須|务必|務必|禁止|严禁|嚴禁|切勿|不得|必ず|絶対に|してはいけ|してはなら|반드시|절대"
)
# What every text with one of both has; most sections have none.
_MAY = re.compile(
    r"must|shall|required|never|always|(?<![a-z])do(?![a-z])|(?<![a-z])don|forbidden|prohibited"
    r"|[^\x00-\u2fff]",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"(?:\A|[:;,(]\s+|[\u2013\u2014-]\s+)(?:never|always|do not|don['\u2019]t)\b", re.IGNORECASE
)
# A title, or a cell of a table, that says no more than how the rest binds.
_ALONE = re.compile(
    r"(?:must|shall|required|never|always|do|don['\u2019]t|forbidden|prohibited)(?: not| do)?:?",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|never|forbidden|prohibited)\b|n['\u2019]t\b", re.IGNORECASE)
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_CODE = re.compile(r"```|~~~|    |\t")
# The first line of an alert, or a tag on a line of its own.
_AROUND_TEXT = re.compile(r"(?:\[!\w{1,20}\]|</?[A-Za-z][^<>]{0,200}>)\s*\Z")
# Such as a warning sign; what may begin code or a number is none.
_SIGNS = re.compile(r"\A[^\w`'\"$/\\.<>=+(\[{~-]+")
# As GitHub has it, with one tilde or two; `~5` and `~/x` are none.
_STRUCK = re.compile(r"~~(?:[^~]|~(?!~))*~~|(?<![~\w])~(?=[^\s~])[^~]*(?<=[^\s~])~(?![~\w/])")
# `<s>` in code is a token of a model.
_STRUCK_HTML = re.compile(
    r"(?<!`)<(del|s|strike)(?:\s[^<>]*)?>(?:(?!<\1[\s>]).)*?</\1\s*>", re.IGNORECASE | re.DOTALL
)
# `[//]: # (text)` serves as a comment. https://spec.commonmark.org/0.31.2/#link-reference-definitions
_LINE_END = r"\n(?![ \t>]*\n)"
_DEFINITION = re.compile(
    r"^[ \t>]*(?:[-*+][ \t]+)?\[(?:\\.|[^\[\]\\]){1,999}\]:(?:[ \t]*\n[ \t>]*|[ \t]*)"
    r"(?:<[^<>\n]*>|[^\s<]\S*)"
    r"(?:(?:[ \t]+|[ \t]*\n[ \t>]*)"
    rf"(?:\"(?:\\.|[^\"\\\n]|{_LINE_END})*\"|'(?:\\.|[^'\\\n]|{_LINE_END})*'"
    rf"|\((?:\\.|[^()\\\n]|{_LINE_END})*\)))?[ \t]*$",
    re.MULTILINE,
)
# Before a sentence such a sign says that it must not be.
_FORBIDS = re.compile("[\u2716-\u2718\u274c\u26d4\U0001f6ab]")
# An exception that follows is a part of the sentence.
_END = re.compile(
    r"(?<=[.!?])[\"'\u2019\u201d)\]*_]*\s+(?=[^\sa-z])(?![\W_]{0,9}(?i:unless|except(?:ions?)?)\b)|(?<=[。！？])"  # noqa: RUF001
)
# Not the asterisks of `*.pem` and `src/*`. Of these and underscores at most three at a time: a
# hostile text has a million of them in a row.
_MARKS = re.compile(
    r"`|(?<=[^\s/*`(\"'])\*{1,3}(?!\*)|(?<![^\s`(\"'])\*{1,3}(?![*./])"
    r"|(?<!\w)_{1,3}|_{1,3}(?!\w)|\\(?=[!-/:-@\[-`{-~])|\\$"
)
_AROUND = " \t.!;:,"


class Constraint(NamedTuple):
    """One sentence; `key` is the same for all its ways of writing.

    One `in_code` is a comment or a text that is shown, and does not stand for one that binds.
    """

    text: str
    key: str
    in_code: bool = False


class _Unit(NamedTuple):
    """A paragraph, item, row or cell of a table, line of code, or heading (indented by -1)."""

    text: str
    indent: int
    item: bool = False
    code: bool = False


class _Lead(NamedTuple):
    """What makes constraints of the items below it."""

    indent: int
    forbids: bool


def constraints(text: str) -> Iterator[Constraint]:
    """The constraints of a Markdown text in its order, repeats kept; those in code too."""
    if not _MAY.search(text):
        return
    lead: _Lead | None = None
    for unit in _units(_shown(text.replace("\r\n", "\n").replace("\r", "\n"))):
        if lead and unit.indent < lead.indent + (not unit.item):
            lead = None
        said = [_plain(each) for each in _END.split(_STRUCK.sub("", unit.text))]
        binding = [each for each in said if _binds(each)]
        for each in binding:
            yield Constraint(each, _key(each), unit.code)
        last = said[-1]
        if _binds(last) and not unit.code and (last.endswith(":") or _ALONE.fullmatch(last)):
            lead = _Lead(unit.indent + unit.item, _NOT.search(last) is not None)
        elif lead and unit.item and not binding and _key(whole := " ".join(said)):
            yield Constraint(whole, f"{'not' if lead.forbids else 'do'}: {_key(whole)}")


def _shown(text: str) -> str:
    """The text with nothing but its line ends where nothing is shown, or it is struck out."""
    text = markdown.without_comments(text)
    if "]:" in text:
        text = _DEFINITION.sub(_line_ends, text)
    return _STRUCK_HTML.sub(_line_ends, text) if "</" in text else text


def _line_ends(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", text).split())


def _key(plain: str) -> str:
    sign = _SIGNS.match(plain)
    key = _SIGNS.sub("", plain.casefold()).strip(_AROUND)
    forbidden = sign and _FORBIDS.search(sign[0]) and not _NOT.search(key)
    return f"not: {key}" if forbidden else key


def _binds(plain: str) -> bool:
    return bool(_WORDS.search(plain) or _ORDERS.search(plain))


def _units(text: str) -> Iterator[_Unit]:
    """The text in units, each on one line."""
    blocks = markdown.parse(text).code if _CODE.search(text) else ()
    code = {line for each in blocks for line in range(each.line, each.end_line + 1)}
    lines: list[str] = []
    indent, is_item = 0, False
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.lstrip(" \t>")
        in_code = number in code
        item = None if in_code else _ITEM.match(line)
        alone = in_code or line.startswith(("#", "|"))
        ends = item or alone or not line.strip() or _AROUND_TEXT.match(line)
        if lines and ends:
            yield _Unit(" ".join(lines), indent, is_item)
            lines = []
        if in_code:
            yield _Unit(line.lstrip("#"), len(raw) - len(line), code=True)
        elif line.startswith("|"):
            yield from (_Unit(each, 0) for each in _cells(line))
        elif alone:
            yield _Unit(line.lstrip("#"), -1)
        elif line.strip() and not (ends and not item):
            if not lines:
                indent, is_item = len(raw) - len(line), item is not None
            lines.append(line[item.end() :] if item else line)
    if lines:
        yield _Unit(" ".join(lines), indent, is_item)


def _cells(row: str) -> list[str]:
    """The cells of a row; the row itself where one of them says no more than how the rest binds."""
    cells = [cell for cell in row.split("|") if cell.strip()]
    if any(_ALONE.fullmatch(each) and _binds(each) for each in map(_plain, cells)):
        return [" ".join(cells)]
    return cells
