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

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.markdown import Heading
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.says_when import judged, says_when
from skillrepo.settings import Policy, Section
from skillrepo.taxonomy import DEFAULT_SECTIONS, Taxonomy

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look for each section of the policy."""
    policy = _policy(skill, context)
    if policy is None:
        return
    for section in policy.required:
        accepted = {_plain(title) for title in (section.title, *section.aliases)}
        found = [
            (index, heading)
            for index, heading in enumerate(skill.markdown.headings)
            if not heading.nested and _plain(heading.text) in accepted
        ]
        if any(_has_text(skill, index) for index, _ in found):
            continue
        if section.or_description and _may_say_when(skill.frontmatter.get("description")):
            continue
        yield _hit(skill, section, [heading for _, heading in found])


def _may_say_when(description: object) -> bool:
    """Whether it says when to use the skill; in favour of one whose wording cannot be judged."""
    text = description if isinstance(description, str) else ""
    return says_when(text) or not judged(text)


def _hit(skill: Document, section: Section, found: list[Heading]) -> Hit:
    if found:
        line = skill.file_line(found[0].line)
        return Hit(line, 1, f"the section “{found[0].text}” is empty; fill it")
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


def _plain(title: str) -> str:
    """The words of a title, without case and without what decorates them."""
    words = title.casefold().replace("\u2019", "'")
    letters = [index for index, character in enumerate(words) if character.isalpha()]
    if not letters:
        return ""
    end = next(n for n in range(len(words), 0, -1) if words[n - 1].isalnum())
    return words[letters[0] : end]


def _has_text(skill: Document, index: int) -> bool:
    """Whether something stands between a heading and the next of its level or above."""
    headings = [heading for heading in skill.markdown.headings if not heading.nested]
    own = skill.markdown.headings[index]
    start = own.line
    ends = (h.line for h in headings if h.line > start and h.level <= own.level)
    end = next(ends, 1 << 62)
    lines = skill.body.split("\n")
    return any(
        block.kind != "html"
        or _COMMENT.sub("", "\n".join(lines[block.start - 1 : block.end])).strip()
        for block in skill.markdown.blocks
        if start < block.start < end and block.kind not in ("heading", "rule")
    )


RULE = Rule("S101", "required-sections", {"house": ERROR}, __doc__, run=run, needs_taxonomy=True)
