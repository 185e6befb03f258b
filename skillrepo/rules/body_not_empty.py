"""There is text below the frontmatter.

What it checks: the body of SKILL.md holds more than spaces, comments and headings.

Why it matters: the body is what an agent reads when it has chosen the skill. Without one it has
chosen for nothing.

How to fix it: write what the agent is to do; or say where it stands, if other files hold it.

Example: a SKILL.md that ends with the `---` of its frontmatter.

Source: https://agentskills.io/specification ("The Markdown body after the frontmatter contains the
skill instructions").
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule

_SHORT = 2_000
"""Characters; a longer body that says nothing was not left out by mistake."""


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Look for what is neither comment nor heading."""
    if len(skill.body) <= _SHORT and not _silent().sub("", skill.body).strip():
        message = "there is no text below the frontmatter; say what the agent is to do"
        yield Hit(skill.body_line, 1, message)


@cache
def _silent() -> re.Pattern[str]:
    """Comments and headings."""
    return re.compile(r"<!--(?s:.*?)(?:-->|\Z)|^ {0,3}#{1,6}(?:[ \t].*)?$", re.MULTILINE)


RULE = Rule("D112", "body-not-empty", {"house": WARNING}, __doc__, run=run)
