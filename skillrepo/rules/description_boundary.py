"""The description says what the skill is not for.

What it checks: the description names a limit: "Not for …", "Do not use when …", "… instead". It is
off until `rules:` in skillrepo.yaml gives it a severity: four of five published skills name none
and most need none, but a repository of many skills that lie close to each other may demand it. A
description that is mostly not in Latin letters is not judged.

Why it matters: of two skills that fit a request the model can tell apart those that say where each
ends.

How to fix it: name the nearest request that this skill does not serve, and the skill that does.

Example: "Merges PDF files. … Not for forms: use pdf-forms."

Source: house.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import Hit, Rule
from skillrepo.says_when import judged, says_what_not


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Look for a limit."""
    description = skill.frontmatter.get("description")
    if not isinstance(description, str) or not description.strip():
        return
    if judged(description) and says_what_not(description) is None:
        message = "`description` says nowhere what the skill is not for; add “Not for …”"
        yield Hit(*skill.place("description"), message)


RULE = Rule("P105", "description-boundary", {}, __doc__, run=run)
