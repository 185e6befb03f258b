"""Writes other targets into the links of a Markdown text, and changes nothing else in it."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from skillrepo import markdown

# What may stand in a target without `<` and `>`, and needs no escape there.
_PLAIN = re.compile(r"[^\s()<>\\\x00-\x1f\x7f]+")
_ENDS = rb"(?=[\s)>]|$)"


class Relinked(NamedTuple):
    """A text with other targets, how many links have one, and the targets that stayed.

    These are written in a way that cannot be changed with certainty, such as with escapes.
    """

    text: str
    edited: int
    left: tuple[str, ...]


def relink(text: str, change: Callable[[str], str | None]) -> Relinked:
    """Write the target that `change` gives for the one of a link; None is for one that stays.

    A new target has to be plain: spaces, parentheses and the like as the escapes of addresses.
    """
    spans = markdown.link_spans(text)
    changes = {target: change(target) for target in {target for _, _, target in spans}}
    news = {old: new for old, new in changes.items() if new is not None and new != old}
    if not news:
        return Relinked(text, 0, ())
    done = _edited(text, spans, {o: n for o, n in news.items() if _PLAIN.fullmatch(n)})
    before, after = ([span[2] for span in each] for each in (spans, markdown.link_spans(done)))
    pairs = list(zip(before, after, strict=False))
    if len(before) != len(after) or any(n not in (o, news.get(o)) for o, n in pairs):
        return Relinked(text, 0, tuple(sorted(news)))
    edited = sum(old != new for old, new in pairs)
    left = {old for old, new in pairs if old == new and old in news}
    return Relinked(done, edited, tuple(sorted(left)))


def _edited(text: str, spans: list[tuple[int, int, str]], news: dict[str, str]) -> str:
    data = text.encode()
    places: dict[int, tuple[int, str]] = {}
    for start, end, target in spans:
        if target in news and (place := _inline(data, start, end, target)):
            places[place[0]] = (place[1], news[target])
    for start, end, target in _definitions(text, data, news):
        places[start] = (end, news[target])
    for start, (end, new) in sorted(places.items(), reverse=True):
        data = data[:start] + new.encode() + data[end:]
    return data.decode()


def _inline(data: bytes, start: int, end: int, target: str) -> tuple[int, int] | None:
    """Where the target of a link stands that has it behind its text; the last place is its own."""
    pattern = re.compile(rb"\]\([ \t\r\n]*<?(" + re.escape(target.encode()) + rb")" + _ENDS)
    found = None
    for found in pattern.finditer(data, start, end):  # noqa: B007 - the last is wanted
        pass
    return found.span(1) if found else None


def _definitions(text: str, data: bytes, news: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    """Where the targets stand in the lines that define them, `[label]: target`, but for code."""
    in_code = {line for c in markdown.parse(text).code for line in range(c.line, c.end_line + 1)}
    pattern = re.compile(rb"[ \t>]*(?:[-*+][ \t]+)?\[[^\]\n]+\]:[ \t]*<?([^\s>]+)")
    offset = 0
    for number, line in enumerate(data.split(b"\n"), 1):
        match = pattern.match(line) if number not in in_code else None
        target = match[1].decode(errors="replace") if match else ""
        if match and target in news:
            yield offset + match.start(1), offset + match.end(1), target
        offset += len(line) + 1
