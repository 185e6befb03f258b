"""The sections of a SKILL.md, and those that its category's policy asks for."""

from collections.abc import Iterator
from functools import lru_cache

from skillrepo import fences
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.markdown import Heading
from skillrepo.rule import Hit
from skillrepo.says_when import judged, says_when
from skillrepo.settings import Policy, Section
from skillrepo.taxonomy import DEFAULT_SECTIONS, Taxonomy

_LONGEST_TITLE = 200
_LONGEST_SHOWN = 60


def top(skill: Document) -> list[Heading]:
    """The headings that begin a section: those outside of quotes and lists."""
    return [section.heading for section in skill.outline]


def if_clear(skill: Document, hits: Iterator[Hit]) -> Iterator[Hit]:
    """The hits, unless headings may be none.

    Where a fence is at fault, a comment of code looks like one, and in a merge conflict what stands
    above `=======` does.
    """
    for number, hit in enumerate(hits):
        if not number and _is_unclear(skill):
            return
        yield hit


def _is_unclear(skill: Document) -> bool:
    broken = next(fences.faults(skill.body, skill.markdown), None)
    return broken is not None or "\n<<<<<<< " in skill.body


def shown(heading: Heading) -> str:
    """The heading's text for a message."""
    text = heading.text or "(a heading without text)"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def filled(skill: Document) -> set[int]:
    """The lines of the headings that have something below, before the next of their level."""
    found: set[int] = set()
    above: list[Heading] = []  # the heading that a text stands under, behind those of higher level
    for heading, says in skill.outline:
        while above and above[-1].level >= heading.level:
            above.pop()
        above.append(heading)
        if says:
            found.update(each.line for each in above)
    return found


def empty(skill: Document) -> Iterator[Heading]:
    """The headings that have nothing below, and no heading of a lower level either."""
    last: Heading | None = None  # while nothing stands below it
    for heading, says in skill.outline:
        if last and last.level >= heading.level:
            yield last
        last = None if says else heading
    if last:
        yield last


def policy(skill: Document, context: Context) -> Policy | None:
    """The policy of the skill's category; None where it has no category."""
    taxonomy = context.taxonomy
    if not isinstance(taxonomy, Taxonomy):
        return None
    address = taxonomy.address(skill.path) or ""
    category = taxonomy.categories.get(address.rpartition("/")[0])
    return context.settings.policy(category.sections if category else DEFAULT_SECTIONS)


def matching(skill: Document, asked: tuple[Section, ...]) -> list[list[Heading]]:
    """For each section that is asked for the headings that stand for it, in order."""
    headings = top(skill)
    # A hostile skill has a hundred thousand, and few that differ.
    words = {text: plain(text) for text in {heading.text for heading in headings}}
    wanted = [{plain(title) for title in (section.title, *section.aliases)} for section in asked]
    named = set().union(*wanted)
    found: dict[str, list[Heading]] = {}
    if not named.isdisjoint(words.values()):
        for heading in headings:
            found.setdefault(words[heading.text], []).append(heading)
    return [
        sorted(heading for title in titles for heading in found.get(title, ())) for titles in wanted
    ]


def unfilled(skill: Document, context: Context) -> Iterator[tuple[Section, Heading | None]]:
    """The sections that the policy asks for and that are missing, or empty: then the heading."""
    asked = policy(skill, context)
    if asked is None:
        return
    description = skill.frontmatter.get("description")
    needed = tuple(
        section
        for section in asked.required
        if not (section.or_description and _may_say_when(description))
    )
    if not needed:
        return
    standing = matching(skill, needed)
    full = filled(skill) if any(standing) else set()
    for section, headings in zip(needed, standing, strict=True):
        if not any(heading.line in full for heading in headings):
            yield section, min(headings, default=None)


def _may_say_when(description: object) -> bool:
    """Whether it says when to use the skill; in favour of one whose wording cannot be judged."""
    text = description if isinstance(description, str) else ""
    return says_when(text) or not judged(text)


def plain(title: str) -> str:
    """The words of a title, without case and without what decorates them."""
    return _plain(title[:_LONGEST_TITLE])


@lru_cache(1_024)
def _plain(title: str) -> str:
    words = title.casefold().replace("\u2019", "'")
    letters = [index for index, character in enumerate(words) if character.isalpha()]
    if not letters:
        return ""
    end = next(n for n in range(len(words), 0, -1) if words[n - 1].isalnum())
    return words[letters[0] : end]
