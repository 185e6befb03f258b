"""Pages → `Piece`s, each the size of one reference file, cut at headings alone."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from skillrepo.markdown import Heading
from skillrepo.writer.page import UNFINISHED, Page

# A reference is read whole: about 2,500 tokens are worth one question, a book is not.
LIMIT = 10_000
_SMALL = 1_500
# Letters of Latin alphabets that are none with a mark.
_SPELT = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d"})
# Names that differ by their signs alone.
_SPOKEN = (
    (re.compile(r"\bc\+\+"), "cpp"),
    (re.compile(r"\b([cf])#"), r"\1sharp"),
    (re.compile(r"(?<!\w)\.net\b"), "dotnet"),
)
_LONGEST_SLUG = 50


@dataclass(frozen=True)
class Piece:
    """Lines `start` to `end` of a page, both included, that go into the file `path`."""

    page: Page
    start: int
    end: int
    path: str

    @cached_property
    def headings(self) -> list[Heading]:
        """The headings that stand in it."""
        return self.page.headings_between(self.start, self.end)

    @property
    def title(self) -> str:
        """Its first heading's text where it begins with one, else its page's title."""
        first = self.headings[0].text if self.start > 1 and self.headings else ""
        return self.page.title if not first or UNFINISHED.search(first) else first

    @property
    def whole(self) -> bool:
        """Whether it is all of its page."""
        return self.start == 1 and self.end == len(self.page.lines)

    @property
    def text(self) -> str:
        """Its lines as they stand in the page, without empty ones around them."""
        return "\n".join(self.page.lines[self.start - 1 : self.end]).strip("\n")


def split(pages: Sequence[Page]) -> list[Piece]:
    """The pieces of all pages, in order; every line of every page is in exactly one of them."""
    taken: set[str] = {"index"}
    pieces = []
    for page in pages:
        spans = _divide(page, 1, len(page.lines))
        for start, end in spans:
            path = f"references/{_free_slug(page, start, len(spans), taken)}.md"
            pieces.append(Piece(page, start, end, path))
    return pieces


def slug(text: str) -> str:
    """`text` as ASCII lower-case letters, digits and single hyphens; empty if none are left."""
    spelt = unicodedata.normalize("NFKD", text.lower()).translate(_SPELT)
    plain = spelt.encode("ascii", "ignore").decode()
    for written, spoken in _SPOKEN:
        plain = written.sub(spoken, plain)
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")


def _divide(page: Page, start: int, end: int) -> list[tuple[int, int]]:
    """Line ranges from `start` to `end`, each below the limit where headings allow.

    The shallowest headings divide; neighbours that fit into one range together share it.
    """
    begin = next((n for n in range(start, end) if page.lines[n - 1].strip()), end)
    inner = page.headings_between(begin + 1, end) if _size(page, start, end) > LIMIT else []
    if not inner:
        return [(start, end)]
    level = min(h.level for h in inner)
    cuts = [start, *(h.line for h in inner if h.level == level), end + 1]
    # Parts of about one size: no small rest behind a full one.
    size = _size(page, start, end)
    wanted = size / -(-size // LIMIT)
    spans: list[tuple[int, int]] = []
    joinable = False
    for first, after in pairwise(cuts):
        parts = _divide(page, first, after - 1)
        single = len(parts) == 1
        joint = _size(page, spans[-1][0], after - 1) if spans else 0
        added = _size(page, first, after - 1)
        fits = joint <= LIMIT and (joint - added / 2 <= wanted or added < _SMALL)
        if joinable and single and fits:
            spans[-1] = (spans[-1][0], after - 1)
        else:
            spans += parts
        joinable = single
    return spans


def _size(page: Page, start: int, end: int) -> int:
    return page.starts[end] - page.starts[start - 1]


def _free_slug(page: Page, start: int, count: int, taken: set[str]) -> str:
    """A file name that no other reference has: the page's, and its first heading's if it is cut."""
    heading = next((h.text for h in page.headings_between(start, start)), "") if start > 1 else ""
    folder = page.path.split("/")[-2] if "/" in page.path else ""
    stem = slug(page.stem) or slug(page.title) or "document"
    base = stem if count == 1 or not heading else f"{stem}-{slug(heading)}"
    wanted = [_cut(base), _cut(f"{slug(folder)}-{base}")]
    numbered = (f"{_cut(base)}-{n}" for n in range(2, len(taken) + 3))
    found = next(name for name in (*wanted, *numbered) if name.strip("-") and name not in taken)
    taken.add(found)
    return found


def _cut(name: str) -> str:
    """`name` without what is beyond the longest slug, at a hyphen if there is one."""
    name = name.strip("-")
    if len(name) <= _LONGEST_SLUG:
        return name
    head = name[: _LONGEST_SLUG + 1]
    return (head.rpartition("-")[0] or head[:_LONGEST_SLUG]).strip("-")
