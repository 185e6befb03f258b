"""Every section has text.

What it checks: below each heading of the body, outside of quotes and lists, something stands
before the next heading of its level or a higher one: text, code, a list, a table. Comments and
rules (`---`) are nothing. A heading that has all in itself, such as `Priority: high`, is left out,
and so is one with sections below it: they have to have text.

Why it matters: an empty section is where somebody meant to write on. The reader looks for what the
heading promises, and finds nothing.

How to fix it: write the section, or delete its heading.

Example: `## Red wax` followed at once by `## Black wax`.

Source: house.
"""

from collections.abc import Iterator

from skillrepo import sections
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.markdown import Heading
from skillrepo.rule import INFO, Hit, Rule


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Report the headings that nothing stands below, but for those that S101 reports."""
    return sections.if_clear(skill, _hits(skill, context))


def _hits(skill: Document, context: Context) -> Iterator[Hit]:
    reported: set[Heading | None] | None = None
    for heading in sections.empty(skill):
        if _says_all(heading):
            continue
        if reported is None:
            reported = {found for _, found in sections.unfilled(skill, context)}
        if heading not in reported:
            message = f"the section “{sections.shown(heading)}” is empty; fill or delete it"
            yield Hit(skill.file_line(heading.line), 1, message)


def _says_all(heading: Heading) -> bool:
    return bool(heading.text.partition(":")[2].strip())


RULE = Rule("S102", "sections-not-empty", {"house": INFO}, __doc__, run=run)
