"""No level of heading is skipped.

What it checks: each heading in the body, outside of quotes and lists, is at most one level below
the heading before it: behind `##` comes `###`, not `####`. The first heading may have any level,
and the way up is free.

Why it matters: an outline with a gap says that a section is missing, and who looks for the parts
of a section by their level does not find them.

How to fix it: take away a `#`, from the headings below it as well; or write the heading between.

Example: `## Dating` followed by `#### Red wax`, which has to be `### Red wax`.

Source: house; as markdownlint's MD001
(https://github.com/DavidAnson/markdownlint/blob/main/doc/md001.md).
"""

from collections.abc import Iterator
from itertools import pairwise

from skillrepo import sections
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import INFO, Hit, Rule


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Compare each heading with the one before it."""
    return sections.if_clear(skill, _hits(skill))


def _hits(skill: Document) -> Iterator[Hit]:
    for before, heading in pairwise(sections.top(skill)):
        if heading.level > before.level + 1:
            message = (
                f"the heading “{sections.shown(heading)}” has level {heading.level} below one of "
                f"level {before.level}; give it level {before.level + 1}"
            )
            yield Hit(skill.file_line(heading.line), 1, message)


RULE = Rule("D106", "heading-levels", {"house": INFO}, __doc__, run=run)
