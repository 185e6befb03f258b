"""`Excerpt`: what is quoted from a page, where it stands there, and how much it matters."""

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from skillrepo.markdown import Block
from skillrepo.words import Bm25
from skillrepo.writer.page import UNFINISHED, Page

# The text of a page between two offsets, its links as they read in SKILL.md.
Quote = Callable[[int, int], str]

# Headings and words around what is shown so that nobody does it.
BAD = re.compile(
    r"\b(?:anti-?patterns?|bad|wrong|incorrect|avoid|don['\u2019]?t|do not|never|vulnerable|"
    r"insecure|broken|deprecated|legacy|mistakes?|pitfalls?|gotchas?|problem|before(?! you\b)|"
    r"naive|vague)\b"
    r"|[\u274c\u2717\u2718\U0001f6ab\U0001f44e]",
    re.IGNORECASE,
)
TROUBLE = re.compile(
    r"issue|troubleshoot|errors?\b|\bfix|fail|problem|debug|missing|\bfaq\b", re.IGNORECASE
)
_FIRST = re.compile(
    r"\b(?:install\w*|set ?up|prerequisites?|quick ?start|getting started)\b", re.IGNORECASE
)
# An HTML tag or comment, or a placeholder that reads as one; not an address in angle brackets.
_HTML = re.compile(r"<(?!https?://|mailto:)[a-zA-Z/!?]")
_ANNOUNCES = re.compile(r":[*_]*$|^(?:\*\*|__).*(?:\*\*|__)$|^[^.!?]{1,40}$", re.DOTALL)
_MOST_LABEL, _ADJACENT = 300, 2
_CODE_SPAN = re.compile(r"(`+)[^`\n]*\1")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`text` is Markdown that shows lines `start` to `end` of a page, both included.

    `heading` is what it stands under there. `weight` says how much its form and place speak for
    it, 0 to about 1, before anybody asked for anything.
    """

    page: Page
    start: int
    end: int
    heading: str
    text: str
    weight: float

    @property
    def turn(self) -> int:
        """Its place among others: what sets up comes first, what repairs last."""
        if TROUBLE.search(f"{self.page.title} {self.heading}"):
            return 2
        return 0 if _FIRST.search(f"{self.page.title} {self.heading}") else 1

    def overlaps(self, other: "Excerpt") -> bool:
        """Whether both show some line."""
        same = self.page.path == other.page.path
        return same and self.start <= other.end and other.start <= self.end


# What finds the excerpts of one kind in a page.
Finder = Callable[[Page, Quote], Iterator[Excerpt]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many characters and quotes may be chosen, and how many from under one heading."""

    characters: int
    quotes: int
    per_heading: int


def rank(excerpts: Iterable[Excerpt], query: str) -> list[Excerpt]:
    """The excerpts, those first that answer `query` best; one that repeats another is left out."""
    first: dict[str, Excerpt] = {}
    for excerpt in excerpts:
        if not UNFINISHED.search(excerpt.heading):
            first.setdefault(_essence(excerpt.text), excerpt)
    found = list(first.values())
    texts = [f"{e.page.title} {e.heading} {e.heading} {e.text}" for e in found]
    scores = Bm25(texts).scores(query)
    top = max(scores, default=0.0) or 1.0
    order = sorted(range(len(found)), key=lambda n: (-(scores[n] / top + found[n].weight), n))
    return [found[n] for n in order]


def choose(
    ranked: Sequence[Excerpt], limits: Limits, taken: Sequence[Excerpt] = ()
) -> list[Excerpt]:
    """The first ones that keep the limits and repeat no line of those taken, in reading order.

    What sets up comes first, then the page that answers best; within a page its order stays.
    """
    room = limits.characters
    chosen: list[Excerpt] = []
    used: dict[tuple[str, str], int] = {}
    for excerpt in ranked:
        if len(chosen) == limits.quotes:
            break
        place = (excerpt.page.path, excerpt.heading)
        free = not any(excerpt.overlaps(other) for other in (*taken, *chosen))
        if free and len(excerpt.text) <= room and used.get(place, 0) < limits.per_heading:
            chosen.append(excerpt)
            used[place] = used.get(place, 0) + 1
            room -= len(excerpt.text)
    pages = list(dict.fromkeys(excerpt.page.path for excerpt in chosen))
    return sorted(chosen, key=lambda e: (e.turn, pages.index(e.page.path), e.start))


def label(page: Page, block: Block) -> Block | None:
    """The short paragraph right before a list that announces it: `**Cons:**`."""
    before = page.block_before(block.start)
    if before is None or before.kind != "paragraph" or block.start - before.end > _ADJACENT:
        return None
    text = page.text_of(before).strip()
    return before if len(text) <= _MOST_LABEL and _ANNOUNCES.search(text) else None


def quotable(text: str) -> bool:
    """Whether Markdown may stand in SKILL.md: no HTML, no picture, nothing left to be done."""
    prose = _CODE_SPAN.sub("", text)
    return not (_HTML.search(prose) or "![" in prose or UNFINISHED.search(prose))


def quoted(page: Page, block: Block, quote: Quote) -> str:
    """A block as it reads in SKILL.md; what is not Markdown cannot be mistaken for it there."""
    if page.kind == "markdown":
        return textwrap.dedent(quote(*page.span(block)))
    return escaped(textwrap.dedent(page.text_of(block)))


def escaped(text: str) -> str:
    """Plain text as Markdown that shows it; what stands in backticks is code in both."""
    special = r"(`+)[^`\n]+\1|([\\<\[\]*_|~#>])"
    return re.sub(special, lambda match: match[0] if match[1] else f"\\{match[0]}", text)


def _essence(text: str) -> str:
    """What tells two quotes apart: of a block of code with its lead, the code alone."""
    code = text[text.find("\n\n```") + 1 :]
    return re.sub(r"\W+", " ", code).casefold().strip() or text
