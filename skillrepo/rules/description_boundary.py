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

import re
from collections.abc import Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import Hit, Rule
from skillrepo.says_when import judged

_LONGEST = 2_048


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Look for a limit."""
    description = skill.frontmatter.get("description")
    if not isinstance(description, str) or not description.strip():
        return
    text = description[:_LONGEST].replace("\u2019", "'")
    if judged(text) and not _limit().search(text):
        message = "`description` says nowhere what the skill is not for; add “Not for …”"
        yield Hit(*skill.place("description"), message)


@cache
def _limit() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:not|never|isn't) (?:intended |meant |suited |suitable |designed )?"
        r"(?:for|to be used|when|if|needed|applicable)\b"
        r"|\b(?:do not|don't|should not|must not|never) (?:\w+ )?"
        r"(?:use|invoke|apply|activate|trigger|load|run)\b"
        r"|\b(?:skip|avoid) (?:it |this |this skill )?(?:when|if|for)\b"
        r"|\b(?:does not|doesn't|cannot) (?:cover|handle|apply|support|replace|include)\b"
        r"|\b(?:except|excluding|unless|instead|rather than|out of scope|defer to)\b",
        re.IGNORECASE,
    )


RULE = Rule("P105", "description-boundary", {}, __doc__, run=run)
