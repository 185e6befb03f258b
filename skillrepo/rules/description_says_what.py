"""The description says what the skill does, not only when to use it.

What it checks: beside the sentences that name occasions ("Use when …", "Triggers on …", "When the
user …") the description has one of at least three words. It is off until `rules:` in skillrepo.yaml
gives it a severity, since some write the occasions alone, on purpose. A description that is mostly
not in Latin letters is not judged.

Why it matters: the specification asks for both, and readers of a list of skills look for the first.

How to fix it: begin with a verb and its object, and let "Use when" follow.

Example: "Use when merging PDFs." becomes "Merges PDF files. Use when several are to become one."

Source: https://agentskills.io/specification ("what the skill does and when to use it").
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import Hit, Rule
from skillrepo.says_when import judged

_LONGEST = 2_048
_FEWEST_WORDS = 3


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Look for a sentence that names no occasion."""
    description = skill.frontmatter.get("description")
    if not isinstance(description, str) or not description.strip():
        return
    text = description[:_LONGEST]
    sentences = re.split(r"(?<=[.!?;])\s+|\n", text)
    if judged(text) and not any(_says_what(sentence) for sentence in sentences):
        message = "`description` says when to use the skill, but not what it does; begin with that"
        yield Hit(*skill.place("description"), message)


def _says_what(sentence: str) -> bool:
    plain = sentence.strip().lstrip("*_#-“”\"' ")
    return len(plain.split()) >= _FEWEST_WORDS and not _occasion().match(plain)


@cache
def _occasion() -> re.Pattern[str]:
    return re.compile(
        r"(?:always |also |do not |don't |never |only |you must )?"
        r"(?:use[ds]?|invoked?|appl(?:y|ies)|activates?|triggers?|load|read|consult|call|run)\b"
        r"(?: this| the| it)?(?: skill)?(?: only)?"
        r"[ :,]+(?:when|whenever|if|for|before|after|during|while|on|proactively|as)\b"
        r"|(?:when|whenever|if|triggers?)\b|should be used\b",
        re.IGNORECASE,
    )


RULE = Rule("P104", "description-says-what", {}, __doc__, run=run)
