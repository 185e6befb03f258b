"""Pages → the sentences that warn, forbid or demand, quoted with their lines."""

import re
from collections.abc import Iterator
from itertools import pairwise

from skillrepo.markdown import Block
from skillrepo.writer.boxes import KINDS, boxes, sets_limit
from skillrepo.writer.excerpt import Excerpt, Quote, escaped, quotable
from skillrepo.writer.extract import is_turned
from skillrepo.writer.page import Page

_LABELLED = re.compile(
    r"[\s>*_\u26a0\ufe0f\U0001f6a8\u2757\u26d4-]*(warning|caution|danger|important|note)"
    r"\b\s*(?::|[*_]+:?|!)",
    re.IGNORECASE,
)
# Where an order begins: `don't` behind other words tells of somebody.
_ORDER = r"(?:^|[;:,]\s+|\b(?:please|should|must)\s+|\*\*|__)"
_FORBIDS = re.compile(
    rf"{_ORDER}never\b(?! mind)|{_ORDER}(?:do not|don['\u2019]t)\b|\bmust(?:n['\u2019]t| not)\b"
    r"|\bcannot be undone\b|\birreversibl[ey]\b|\bdata loss\b(?! prevention)|\bdestructive\b"
    r"|\bpermanently\b|[\u26a0\U0001f6a8\u26d4]",
    re.IGNORECASE,
)
_DEMANDS = re.compile(
    rf"\bmust\b(?!-)|{_ORDER}always\b|\b(?:is|are) required\b|\bmake sure\b"
    rf"|{_ORDER}(?:ensure that|only (?:use|run|call|set))\b",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"^[^.:]{0,40}\b(?:LLM|model|assistant)s?\b[^.:]{0,20}:|^(?:symptom|what happens|wrong)\b|"
    r"\b(?:no|not|without|never|isn't|aren't|if) [\w -]{0,40}\brequired\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(
    r"(?<=[^\s.][.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)(?<!vs\.)[)*_\"'\u201d]*\s+(?=\S)"
)
# What holds in a story does not hold everywhere.
_STORY = re.compile(r"\b(?:examples?|scenarios?|case stud(?:y|ies)|changelog|faq)\b", re.IGNORECASE)
_QUOTE_MARK = re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE)
_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
_CODE_SPAN = re.compile(r"`[^`]*`")
_SAID = re.compile(r"[\"\u201c][^\"\u201c\u201d]*[\"\u201d]")
_SHORTEST, _LONGEST, _LONGEST_LABELLED = 8, 320, 480
_STRONG, _WEAK = 0.8, 0.4
_FEW = 2


def constraints(page: Page, quote: Quote) -> Iterator[Excerpt]:
    """Warnings, prohibitions and demands of a page, each on one line."""
    if page.kind == "code":
        return
    boxed: set[int] = set()
    for start, end, kind, shown in boxes(page, quote):
        lines = set(range(start, end + 1))
        said = sets_limit(kind, shown) or _weight(shown)
        if said and not lines & page.code_lines and _stands_alone(shown):
            boxed |= lines
            text = f"**{kind.capitalize()}:** {shown}"
            yield Excerpt(page, start, end, page.heading_of(start), text, KINDS[kind])
    for block in page.markup.blocks:
        prose = block.kind in ("paragraph", "list", "quote")
        turned = block.kind == "list" and is_turned(page, block)
        if (
            not prose
            or turned
            or block.start in boxed
            or any(map(_STORY.search, page.trail(block.start)))
        ):
            continue
        for start, end in _parts(page, block):
            line = page.line_at(start)
            if line not in page.code_lines and line not in boxed:
                yield from _sentences(page, start, end, quote)


def _sentences(page: Page, start: int, end: int, quote: Quote) -> Iterator[Excerpt]:
    """What warns in one paragraph or item: all of it where it is labelled, else its sentences."""
    text = page.text[start:end]
    label = _LABELLED.match(text)
    if label and len(text) <= _LONGEST_LABELLED:
        kind = label[1].lower()
        if sets_limit(kind, text) or _weight(text):
            yield from _excerpt(page, start, end, quote, KINDS[kind])
        return
    ends = [start + match.end() for match in _SENTENCE_END.finditer(text)]
    # Two sentences say more together than the one that warns does alone.
    cuts = [start, end] if len(ends) < _FEW and len(text) <= _LONGEST else [start, *ends, end]
    for first, last in pairwise(cuts):
        if last - first <= _LONGEST and (weight := _weight(page.text[first:last])):
            yield from _excerpt(page, first, last, quote, weight)


def _weight(text: str) -> float:
    """How strongly a text warns, 0 where it does not."""
    # What stands in quotation marks is somebody else's demand, often a wrong one.
    prose = _SAID.sub('"', _CODE_SPAN.sub("`", text)).lstrip("*_> ")
    if prose.rstrip("*_ ").endswith("?") or prose.startswith('"') or _HARMLESS.search(prose):
        return 0.0
    if _FORBIDS.search(prose):
        return _STRONG
    return _WEAK if _DEMANDS.search(prose) else 0.0


def _excerpt(page: Page, start: int, end: int, quote: Quote, weight: float) -> Iterator[Excerpt]:
    """The text on one line, unless it would break the Markdown around it."""
    source = page.text[start:end].rstrip()
    end = start + len(source)
    shown = quote(start, end) if page.kind == "markdown" else escaped(source)
    shown = " ".join(_QUOTE_MARK.sub("", shown).split())
    if _stands_alone(shown):
        first, last = page.line_at(start), page.line_at(end - 1)
        yield Excerpt(page, first, last, page.heading_of(first), shown, weight)


def _stands_alone(text: str) -> bool:
    """Whether all that `text` opens it also closes, and it announces nothing that is not there."""
    if not _SHORTEST <= len(text) <= 2 * _LONGEST:
        return False
    prose = _CODE_SPAN.sub("", text)
    even = all(prose.count(mark) % 2 == 0 for mark in ("`", "**", "__"))
    paired = prose.count("[") == prose.count("]") and prose.count("(") == prose.count(")")
    return even and paired and quotable(text) and not text.rstrip("*_ ").endswith(":")


def _parts(page: Page, block: Block) -> Iterator[tuple[int, int]]:
    """The offsets of a paragraph, or of each item of a list with the lines that continue it."""
    begin, end = page.span(block)
    if block.kind != "list":
        yield begin, end
        return
    # Where each item's text begins, and where something else does that ends it.
    starts: list[tuple[int, int | None]] = []
    for number in range(block.start, block.end + 1):
        line = page.lines[number - 1]
        stripped = line.lstrip()
        at = page.starts[number - 1] + len(line) - len(stripped)
        if item := _ITEM.match(stripped):
            starts.append((at, at + item.end()))
        elif not stripped or stripped.startswith(("```", "~~~", "|", ">")):
            starts.append((at, None))
    for (_, text), (after, _) in zip(starts, [*starts, (end, None)][1:], strict=True):
        if text is not None and after > text:
            yield text, after
