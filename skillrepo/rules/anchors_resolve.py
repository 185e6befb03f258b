"""Links to a heading name one that is there.

What it checks: `#part` of a link, in the same page or in another Markdown file of the skill, is the
anchor of a heading by GitHub's rule (small letters, punctuation and emoji dropped, `-` for each
space, `-1`, `-2` for repeated headings), or an `id` or `name` in HTML. The case of letters does not
count, and `#top`, line numbers such as `#L12`, footnotes and `user-content-` are right. What is not
looked at is that of `links-resolve`.

Why it matters: the link leads to the top of the page, and what it was for is not found; often the
section was renamed or removed.

How to fix it: write the anchor of the heading that is meant; `--fix` does so where one heading
differs from the anchor by hyphens alone.

Example: `[cost](#cost-of-use)` where the heading is `## Costs`.

Source: house; the anchors are GitHub's:
https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
"""

import re
from collections.abc import Iterator
from functools import cache, cached_property
from posixpath import basename

from skillrepo.bundle import Page
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.finding import Fix
from skillrepo.links import SAME_PAGE, Sheet, leads, shown, target_edit
from skillrepo.markdown import Link
from skillrepo.outline import slug
from skillrepo.rule import WARNING, Hit, Rule

_MOST_FIXES = 20
_MOST_HEADINGS = 4_000
"""A page with more of them was not written by people, and its anchors are not looked up."""


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look up the anchor of each link that has one."""
    pages: dict[str, _Anchors] = {}
    fixes = 0
    for sheet, link, lead in leads(skill, context.bundle(skill)):
        anchor = lead.anchor.removeprefix("user-content-")
        if lead.kind != "there" or not anchor or _always().fullmatch(anchor):
            continue
        pages = pages or _pages(skill, context)
        name = sheet.name if lead.name == SAME_PAGE else lead.name
        if name not in pages or pages[name].has(anchor):
            continue
        meant = pages[name].meant(anchor)
        advice = f"did you mean `#{shown(meant)}`?" if meant else "name one that is there"
        message = f"the link `{shown(link.target)}` names no heading of `{name}`; {advice}"
        # To count the bytes before a link takes time: the others come after these are fixed.
        fix = _fix(sheet, link, meant) if meant and fixes < _MOST_FIXES else None
        fixes += fix is not None
        yield Hit(sheet.above + link.line, link.column, message, fix, sheet.path)


def _fix(sheet: Sheet, link: Link, meant: str) -> Fix | None:
    old = link.target
    edit = target_edit(sheet, link, old, f"{old.partition('#')[0]}#{meant}")
    return Fix("write the anchor of the heading", (edit,)) if edit else None


def _pages(skill: Document, context: Context) -> "dict[str, _Anchors]":
    """The Markdown files of the skill by name."""
    found = {basename(skill.path): _Anchors(skill)}
    found.update((page.name, _Anchors(page)) for page in context.bundle(skill).markdown_pages())
    return found


@cache
def _always() -> re.Pattern[str]:
    """Anchors that name no heading and are right: places that viewers make."""
    return re.compile(
        r"top|L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?|fn.*|[:/!?^].*", re.IGNORECASE | re.DOTALL
    )


@cache
def _html_anchor() -> re.Pattern[str]:
    return re.compile(r"\b(?:id|name)\s{0,9}=\s{0,9}[\"']?([^\s\"'<>]{1,200})", re.IGNORECASE)


@cache
def _html_heading() -> re.Pattern[str]:
    return re.compile(r"<h[1-6]\b[^<>]{0,200}>([^<>]{1,200})<", re.IGNORECASE)


@cache
def _short_code() -> re.Pattern[str]:
    return re.compile(r":[a-z0-9_+-]{1,40}:")


class _Anchors:
    """The anchors of one Markdown file."""

    def __init__(self, source: Document | Page) -> None:
        self._source = source

    def has(self, anchor: str) -> bool:
        """Whether something has the anchor; in any case, which a reader does not mind."""
        if len(self._source.markdown.headings) > _MOST_HEADINGS:
            return True
        # Of an emoji GitHub leaves a mark that nobody sees, and writers leave it or not.
        wanted = "".join(c for c in anchor.lower() if c.isascii() or c.isalpha() or c.isdecimal())
        return wanted in self._slugs or anchor.lower() in self._written

    def meant(self, anchor: str) -> str | None:
        """The anchor of the one heading that has the same letters and digits."""
        return self._loose.get(_letters(anchor.lower()))

    @cached_property
    def _slugs(self) -> frozenset[str]:
        found: set[str] = set()
        repeats: dict[str, int] = {}
        for heading in self._source.markdown.headings:
            text = heading.text
            slugs = {slug(text)}
            if ":" in text:
                # GitHub makes an emoji of `:tada:`, others leave the word.
                slugs.add(slug(_short_code().sub("", text)))
            for each in slugs:
                repeat = repeats.get(each, 0)
                repeats[each] = repeat + 1
                found.add(f"{each}-{repeat}" if repeat else each)
        return frozenset(found)

    @cached_property
    def _loose(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for each in self._slugs:
            letters = _letters(each)
            found[letters] = None if letters in found else each
        return found

    @cached_property
    def _written(self) -> frozenset[str]:
        """What is written as an anchor: in HTML, and as `{#part}` behind a heading."""
        text = self._source.text
        found = {match.lower() for match in _html_anchor().findall(text)} if "=" in text else set()
        if "<h" in text:
            found.update(slug(match.strip()) for match in _html_heading().findall(text))
        if "{#" in text:
            found.update(match.lower() for match in re.findall(r"\{#([^\s{}]{1,200})", text))
        return frozenset(found)


def _letters(anchor: str) -> str:
    return "".join(c for c in anchor if c.isalpha() or c.isdecimal())


RULE = Rule("L103", "anchors-resolve", {"house": WARNING}, __doc__, run=run)
