"""The description says when to use the skill.

What it checks: the description names an occasion: "Use when …", "when the user asks for …",
"run it before a release". "Do not use when …" alone is not one. A description that is mostly not in
Latin letters is not judged.

Why it matters: a client shows the model only names and descriptions, and the model picks by them.
A skill that says what it is but not when it applies stays unused.

How to fix it: add a sentence that begins with "Use when", in the words that a user would say.

Example: "Merges PDF files. Use when several PDFs are to become one, or pages are to be reordered."

Source: https://agentskills.io/specification ("what the skill does and when to use it").
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule
from skillrepo.says_when import judged, says_when


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Look for an occasion in the description."""
    description = skill.frontmatter.get("description")
    if not isinstance(description, str) or not description.strip():
        return
    if judged(description) and not says_when(description):
        message = (
            "`description` does not say when to use the skill; add a sentence with “Use when …”"
        )
        yield Hit(*skill.place("description"), message)


RULE = Rule("P101", "description-says-when", {"house": WARNING}, __doc__, run=run)
