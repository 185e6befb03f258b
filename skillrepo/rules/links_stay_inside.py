"""Relative links stay inside the skill's folder.

What it checks: no relative link or image in the body or in the skill's other Markdown files leads
out of the skill's folder, for example to another skill with `../`. Whether there is such a file
beside the skill does not count. What is not looked at is that of `links-resolve`.

Why it matters: a skill is installed alone, and its folder is all that is copied; clients that keep
to the skill's folder do not read beyond it. What the link leads to in the repository is not there.

How to fix it: name the other skill in words, copy what is needed into the skill, or give the
address of the file on the web.

Example: `[tables](../pdf-tables/SKILL.md)`; write: the skill `pdf-tables`.

Source: house; the specification wants paths relative to the skill's root
(https://agentskills.io/specification).
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.links import leads, shown
from skillrepo.rule import ERROR, Hit, Rule


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look for links that go up too far."""
    for sheet, link, lead in leads(skill, context.bundle(skill)):
        if lead.kind == "outside":
            message = (
                f"the link `{shown(link.target)}` leaves the skill's folder, so it breaks when "
                "installed; name the other skill in words, or copy the file into this one"
            )
            yield Hit(sheet.above + link.line, link.column, message, path=sheet.path)


RULE = Rule("L102", "links-stay-inside", {"house": ERROR}, __doc__, run=run)
