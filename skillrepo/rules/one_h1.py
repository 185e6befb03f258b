"""The body has one title.

What it checks: at most one heading of level 1 stands in the body, outside of quotes and lists. A
body without any is fine: `name` is the skill's title then.

Why it matters: the heading of level 1 is the page's title. Where sections have that level too, the
outline no longer says which of them is a part of which, and a comment of code that slipped out of
its fence looks like a title.

How to fix it: keep the first as the title, and put one more `#` before the others and before the
headings below them; where the text is a comment of code, put it into a fence.

Example: `# Reading seals`, then `# Dating`: the second has to be `## Dating`.

Source: house; as markdownlint's MD025
(https://github.com/DavidAnson/markdownlint/blob/main/doc/md025.md).
"""

from collections.abc import Iterator

from skillrepo import sections
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import INFO, Hit, Rule


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Report the second heading of level 1, and how many there are."""
    return sections.if_clear(skill, _hits(skill))


def _hits(skill: Document) -> Iterator[Hit]:
    titles = [heading for heading in sections.top(skill) if heading.level == 1]
    if len(titles) > 1:
        first = skill.file_line(titles[0].line)
        message = (
            f"the heading “{sections.shown(titles[1])}” is a title as the one in line {first} is "
            f"({len(titles):,} headings have level 1); give it level 2"
        )
        yield Hit(skill.file_line(titles[1].line), 1, message)


RULE = Rule("D105", "one-h1", {"house": INFO}, __doc__, run=run)
