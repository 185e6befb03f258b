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

from collections.abc import Iterator

from skillrepo import sections
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.markdown import Heading
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.settings import Section


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look for each section of the policy."""
    for section, empty in sections.unfilled(skill, context):
        yield _hit(skill, section, empty)


def _hit(skill: Document, section: Section, empty: Heading | None) -> Hit:
    if empty:
        line = skill.file_line(empty.line)
        return Hit(line, 1, f"the section “{sections.shown(empty)}” is empty; fill it")
    ways = f"add a heading “{section.title}” with text below it"
    if section.aliases:
        ways += f" (or “{'”, “'.join(section.aliases[:4])}”)"
    if section.or_description:
        ways += ", or say in `description` when to use the skill"
    return Hit(skill.body_line, 1, f"the section “{section.title}” is missing; {ways}")


RULE = Rule("S101", "required-sections", {"house": ERROR}, __doc__, run=run, needs_taxonomy=True)
