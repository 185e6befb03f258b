"""Pages → the procedures, rules, tables and first words that a router can quote."""

import re
from collections.abc import Iterator

from skillrepo import english
from skillrepo.markdown import Block
from skillrepo.writer.excerpt import BAD, Excerpt, Quote, label, quotable, quoted
from skillrepo.writer.page import Page

_PROCEDURE = re.compile(
    r"step|workflow|process|procedure|how to|how it|set ?up|start|install|guide|checklist|phase|"
    r"instruction|playbook|runbook|sequence",
    re.IGNORECASE,
)
_NO_PROCEDURE = re.compile(
    r"best practice|principle|\btips?\b|getting help|references?\b|resources|further|links|benefits"
    r"|features|types of|\bkey\b|contents",
    re.IGNORECASE,
)
_PRACTICES = re.compile(
    r"best practice|guideline|\brules\b|principles|\bdos? (?:and|&)|\brecommend|\btips\b",
    re.IGNORECASE,
)
_TABLE = re.compile(
    r"\b(?:options?|flags?|switch|parameters?|arguments?|args?|settings?|variables?|commands?|"
    r"subcommands?|keys?|fields?|methods?|functions?|endpoints?|codes?|status|tools?|task|goal|"
    r"situation|scenario|symptom|problem|question|if|when|need|use case)\b",
    re.IGNORECASE,
)
_STORY = re.compile(r"examples?|changelog|glossary|faq", re.IGNORECASE)
_ORDERED = re.compile(r" {0,5}\d{1,9}[.)]\s")
# What makes of a list of orders one of what not to do.
_TURNS = re.compile(rf"{BAD.pattern}|\b(?:dis)?advantages?\b|\b(?:cons|pros)\b", re.IGNORECASE)
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,3}[.)])\s+")
_TERM = re.compile(r" {0,3}[-*+]\s+(?:\*\*)?`[^`]+`")
_STEP_WORD = re.compile(r"(?:step|phase|stage) +\d+", re.IGNORECASE)
_STEP = re.compile(
    rf"(?:{_STEP_WORD.pattern}|\d{{1,2}}[.)])\s*[:.)\u2013\u2014-]?\s+\S", re.IGNORECASE
)
_NUMBER = re.compile(r"^\s*(?:(?:step|phase|stage) +)?\d{1,3}[.):]*", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_FLUFF = re.compile(
    r"(?:(?:this|the following|the) (?:checklist|document|guide|page|reference|file|section|"
    r"article|appendix|tutorial|manual)|use this|see (?:also|the)|last updated|version|table of|"
    r"(?:an? )?(?:complete|comprehensive|full|detailed|quick|practical))\b|[|>:!]|[*_]{2}[^*_]+:",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"overview|introduction|about|summary|what is|purpose", re.IGNORECASE)
_DEFINES = re.compile(r"\W*[\w.+#-]+(?: [\w.+#()`-]+){0,4} (?:is|are) (?:an?|the)\b")
# A list has at least so many items, a procedure so many steps.
_SEVERAL = 3
_MOST_LIST = 2_600
_MOST_LIST_LINES = 45
_LEAST_OVERVIEW, _MOST_OVERVIEW = 40, 600


def steps(page: Page, quote: Quote) -> Iterator[Excerpt]:
    """Numbered procedures that say what to do one after the other, whatever their length."""
    for procedure in page.procedures:
        block = procedure.block
        items = [line for line in _lines(page, block) if _ORDERED.match(line)]
        told = _PROCEDURE.search(page.heading_of(block.start)) or _are_orders(items)
        told = told or not page.code_lines.isdisjoint(range(block.start, block.end + 1))
        if told and _is_advice(page, block.start) and not is_turned(page, block):
            yield _excerpt(page, block, quote, _PROCEDURE)


def numbered(page: Page, quote: Quote) -> Iterator[Excerpt]:
    """All ordered lists that nothing says not to do, for pages that have nothing more telling."""
    for procedure in page.procedures:
        block = procedure.block
        warned = any(map(BAD.search, page.trail(block.start))) or is_turned(page, block)
        if not warned:
            yield _excerpt(page, block, quote, _PROCEDURE)


def is_turned(page: Page, block: Block) -> bool:
    """Whether the label of a list says that its items are not to be done, or only weighed."""
    before = label(page, block)
    return bool(before and _TURNS.search(page.text_of(before)))


def step_headings(page: Page) -> list[int]:
    """The lines of headings that number the steps of one procedure, three of them or more."""
    found = [heading for heading in page.headings if _STEP.match(heading.text)]
    numbered = [heading for heading in found if heading.level == found[0].level]
    texts = [heading.text for heading in numbered]
    if len(texts) < _SEVERAL or page.kind != "markdown":
        return []
    advised = _is_advice(page, numbered[0].line)
    told = all(map(_STEP_WORD.match, texts)) or (_are_orders(texts) and advised)
    return [heading.line for heading in numbered] if told else []


def practices(page: Page, quote: Quote) -> Iterator[Excerpt]:
    """Lists of rules to keep, which stand under headings that say so."""
    for block in _blocks(page, "list"):
        heading = page.heading_of(block.start)
        if _PRACTICES.search(heading) and not BAD.search(heading):
            yield _excerpt(page, block, quote, _PRACTICES)


def tables(page: Page, quote: Quote) -> Iterator[Excerpt]:
    """Tables of options, commands and decisions, and lists that say what each of their terms is."""
    for block in _blocks(page, "table"):
        if _TABLE.search(page.lines[block.start - 1]):
            yield _excerpt(page, block, quote, _TABLE)
    for block in _blocks(page, "list"):
        items = [line for line in _lines(page, block) if _ITEM.match(line)]
        if len(items) >= _SEVERAL and all(map(_TERM.match, items)):
            yield _excerpt(page, block, quote, _TABLE)


def points(page: Page, quote: Quote) -> Iterator[Excerpt]:
    """All lists and tables, for pages that have nothing more telling."""
    for block in (*_blocks(page, "list"), *_blocks(page, "table")):
        if block.end - block.start + 1 >= _SEVERAL and _is_advice(page, block.start):
            yield _excerpt(page, block, quote, _PRACTICES)


def overview(page: Page, quote: Quote) -> Iterator[Excerpt]:
    """The paragraph that a page begins with, where it says something of the matter."""
    first = next((b for b in page.markup.blocks if b.kind not in ("rule", "html", "heading")), None)
    if first is None or first.kind != "paragraph":
        return
    off_topic = BAD.search(page.title) or _STORY.search(page.title)
    if off_topic or not all(map(_ABOUT.search, page.trail(first.start)[1:])):
        return
    text = page.text_of(first)
    says = quotable(text) and not _FLUFF.match(text) and not text.rstrip("*_ ").endswith(":")
    if says and _LEAST_OVERVIEW < len(text) <= _MOST_OVERVIEW:
        shown = " ".join(quoted(page, first, quote).split())
        weight = 0.6 if _DEFINES.match(text) else 0.0
        yield Excerpt(page, first.start, first.end, page.title, shown, weight)


def section(page: Page, quote: Quote, line: int) -> Iterator[Excerpt]:
    """What stands under the heading at `line`, up to the next one: its first blocks that fit."""
    room = _MOST_LIST
    for block in page.units_from(line + 1):
        if block.kind == "heading":
            return
        if block.kind in ("paragraph", "list", "table", "code", "quote"):
            text = quoted(page, block, quote)
            room -= len(text)
            if room < 0 or not _fits(page, block):
                return
            yield Excerpt(page, block.start, block.end, page.heading_of(line), text, 0.0)


def _blocks(page: Page, kind: str) -> Iterator[Block]:
    """The blocks of one kind that may be quoted whole."""
    return (b for b in page.units if b.kind == kind and _fits(page, b))


def _fits(page: Page, block: Block) -> bool:
    text = page.text_of(block)
    short = len(text) <= _MOST_LIST and text.count("\n") < _MOST_LIST_LINES
    return short and quotable(text)


def _lines(page: Page, block: Block) -> list[str]:
    return page.lines[block.start - 1 : block.end]


def _is_advice(page: Page, line: int) -> bool:
    """Whether no heading above a line says that it warns, or lists what is no task."""
    trail = " / ".join(page.trail(line))
    return not BAD.search(trail) and not _NO_PROCEDURE.search(trail)


def _are_orders(items: list[str]) -> bool:
    """Whether most of the items begin with a verb."""
    first = [_WORD.search(_NUMBER.sub("", item)) for item in items]
    verbs = sum(1 for word in first if word and english.may_begin_order(word[0]))
    return verbs * 2 > len(items)


def _excerpt(page: Page, block: Block, quote: Quote, telling: re.Pattern[str]) -> Excerpt:
    """A block as a quote, a list with its label; it weighs more early and under `telling`."""
    heading = page.heading_of(block.start)
    weight = 0.2 * (1 - block.start / len(page.lines))
    weight += 0.4 if telling.search(heading) else 0.0
    before = label(page, block) if block.kind == "list" else None
    shown = Block("list", before.start if before else block.start, block.end)
    return Excerpt(page, shown.start, shown.end, heading, quoted(page, shown, quote), weight)
