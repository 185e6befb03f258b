"""The sections that the category asks for are there, and not empty.

What it checks: each section of the category's policy stands in the body as a heading of any
level, in any case, under its title or one of its aliases, with text below it. Numbers, emoji and
punctuation around the words do not count. Headings in code, in comments, in quotes and lists do
not serve. Where the policy says so, a description that says when to use the skill serves too.

Why it matters: readers of many skills find the same thing in the same place. Rules about sections
that nobody enforces decay; the enforced ones hold.

How to fix it: write the section, or give the category another policy in `taxonomy.yaml`
(`config/sections.yaml` has the shipped ones; `sections:` in skillrepo.yaml adds your own).

Example: a how-to needs `## Steps`, or `## Workflow`, or another of its aliases.

Source: house.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.markdown import Block, Heading
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.says_when import judged, says_when
from skillrepo.settings import Policy, Section
from skillrepo.taxonomy import DEFAULT_SECTIONS, Taxonomy

_LONGEST_TITLE = 200
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look for each section of the policy."""
    policy = _policy(skill, context)
    if policy is None:
        return
    description = skill.frontmatter.get("description")
    sections = [s for s in policy.required if not (s.or_description and _may_say_when(description))]
    if not sections:
        return
    headings: dict[str, list[Heading]] = {}
    for heading in _top(skill):
        headings.setdefault(_plain(heading.text[:_LONGEST_TITLE]), []).append(heading)
    filled = _filled(skill)
    for section in sections:
        accepted = {_plain(title) for title in (section.title, *section.aliases)}
        found = [heading for words in accepted for heading in headings.get(words, ())]
        if not any(heading.line in filled for heading in found):
            yield _hit(skill, section, min(found, default=None))


def _may_say_when(description: object) -> bool:
    """Whether it says when to use the skill; in favour of one whose wording cannot be judged."""
    text = description if isinstance(description, str) else ""
    return says_when(text) or not judged(text)


def _hit(skill: Document, section: Section, empty: Heading | None) -> Hit:
    if empty:
        line = skill.file_line(empty.line)
        return Hit(line, 1, f"the section “{empty.text}” is empty; fill it")
    ways = f"add a heading “{section.title}” with text below it"
    if section.aliases:
        ways += f" (or “{'”, “'.join(section.aliases[:4])}”)"
    if section.or_description:
        ways += ", or say in `description` when to use the skill"
    return Hit(skill.body_line, 1, f"the section “{section.title}” is missing; {ways}")


def _policy(skill: Document, context: Context) -> Policy | None:
    """The policy of the skill's category; None where it has no category."""
    taxonomy = context.taxonomy
    if not isinstance(taxonomy, Taxonomy):
        return None
    address = taxonomy.address(skill.path) or ""
    category = taxonomy.categories.get(address.rpartition("/")[0])
    return context.settings.policy(category.sections if category else DEFAULT_SECTIONS)


@lru_cache(1_024)
def _plain(title: str) -> str:
    """The words of a title, without case and without what decorates them."""
    words = title.casefold().replace("\u2019", "'")
    letters = [index for index, character in enumerate(words) if character.isalpha()]
    if not letters:
        return ""
    end = next(n for n in range(len(words), 0, -1) if words[n - 1].isalnum())
    return words[letters[0] : end]


def _top(skill: Document) -> Iterator[Heading]:
    return (heading for heading in skill.markdown.headings if not heading.nested)


def _filled(skill: Document) -> set[int]:
    """The lines of the headings that have something below, before the next of their level."""
    headings = _top(skill)
    lines = skill.body.split("\n")
    filled: set[int] = set()
    above: list[Heading] = []  # the heading that a block stands under, behind those of higher level
    for block in skill.markdown.blocks:
        if block.kind == "heading":
            heading = next(headings)
            while above and above[-1].level >= heading.level:
                above.pop()
            above.append(heading)
        elif above and above[-1].line not in filled and _says_something(block, lines):
            filled.update(heading.line for heading in above)
    return filled


def _says_something(block: Block, lines: list[str]) -> bool:
    if block.kind != "html":
        return block.kind != "rule"
    return bool(_COMMENT.sub("", "\n".join(lines[block.start - 1 : block.end])).strip())


RULE = Rule("S101", "required-sections", {"house": ERROR}, __doc__, run=run, needs_taxonomy=True)
