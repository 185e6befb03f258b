"""No section stands there twice.

What it checks: no two headings below the same heading, outside of quotes and lists, have the same
text, in any case. The same heading below different ones is fine: `Example` in each section.

Why it matters: a section that stands there twice was pasted or merged twice. The two come to
contradict each other, and a link to the second leads to the first.

How to fix it: merge the two, or say in the heading how the second differs.

Example: `## References` in the middle, and `## References` again at the end.

Source: house; as markdownlint's MD024 with `siblings_only`
(https://github.com/DavidAnson/markdownlint/blob/main/doc/md024.md).
"""

from collections.abc import Iterator

from skillrepo import sections
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Keep the headings that stand below the same one, and compare."""
    return sections.if_clear(skill, _hits(skill))


def _hits(skill: Document) -> Iterator[Hit]:
    texts = [text for section in skill.outline if (text := section.heading.text)]
    if len(texts) == len({text.casefold() for text in texts}):
        return
    above = [(0, 0)]  # level and line of the heading that another stands below, and of those above
    known: dict[tuple[int, str], int] = {}  # line of the one above, text → line of the first
    for heading in sections.top(skill):
        while above[-1][0] >= heading.level:
            above.pop()
        key = above[-1][1], heading.text.casefold()
        above.append((heading.level, heading.line))
        first = known.setdefault(key, heading.line) if heading.text else heading.line
        if first != heading.line:
            message = (
                f"the section “{sections.shown(heading)}” stands in line "
                f"{skill.file_line(first)} already; merge the two, or say how this one differs"
            )
            yield Hit(skill.file_line(heading.line), 1, message)


RULE = Rule("S103", "sections-unique", {"house": WARNING}, __doc__, run=run)
