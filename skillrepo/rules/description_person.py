"""The description speaks of the skill in the third person.

What it checks: outside quoted words and lists of trigger phrases, the description has no first
person ("I can help you", "our") and does not address its reader as "you" or "your". Where it says
when to use the skill, "when you need to …" is left alone: it speaks to the agent.

Why it matters: clients put the descriptions of all skills into the system prompt, where "I" is the
model and "you" may be the model or the user; the point of view that changes from one skill to the
next makes skills harder to find.

How to fix it: let the skill be the subject: "Merges PDF files", not "I can merge your PDF files".

Example: "I can help you with PDF files."

Source: https://platform.claude.com/docs/en/agents-and-tools/agent-skills/best-practices ("Always
write in third person").
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import INFO, Hit, Rule

_LOOKED_AT = 2_048
# Most descriptions hold none of these, which is soon seen.
_FORMS = (" I ", "I'", "I\u2019", "my ", "My ", "me ", "we ", "We ", "our ", "us ", "you", "You")


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Look for the first and the second person."""
    description = skill.frontmatter.get("description")
    if not isinstance(description, str):
        return
    text = f" {description[:_LOOKED_AT]}".replace("e.g. ", "such as ")
    if not any(form in text for form in _FORMS):
        return
    text = _phrases().sub(" ", _quoted().sub(" ", text))
    found = _first().search(text) or _second().search(_occasion().sub(" ", text))
    if found:
        message = (
            f"`description` says “{found[0].strip()}”; say in the third person what the skill does"
        )
        yield Hit(*skill.place("description"), message)


# A stop may be part of a word, such as `.NET`.
_REST = r"(?:[^.;\n]|\.(?=\S)){0,400}"


@cache
def _quoted() -> re.Pattern[str]:
    return re.compile(
        r"\"[^\"]{0,300}\"|\u201c[^\u201d]{0,300}\u201d|\u2018[^\u2019]{0,300}\u2019|`[^`]{0,300}`"
        r"|(?<!\w)'[^'\n]{0,200}'(?!\w)"
    )


@cache
def _phrases() -> re.Pattern[str]:
    """What users say, without quotes, behind a word that announces it."""
    return re.compile(
        r"\b(?:triggers?|phrases?|keywords?|says?|said|asks?|asking|mentions?|queries|questions"
        rf"|prompts|requests|such as|like)\b{_REST}",
        re.IGNORECASE,
    )


@cache
def _occasion() -> re.Pattern[str]:
    """What tells the agent when to use the skill, and when not to."""
    return re.compile(
        r"\b(?:you (?:must|should|need to) )?"
        rf"(?:when|whenever|if|before|after|while|where|uses?|not)\b{_REST}",
        re.IGNORECASE,
    )


@cache
def _first() -> re.Pattern[str]:
    return re.compile(
        r"\bI(?:['\u2019](?:m|ll|ve|d))? [a-z]+|\b(?:[Mm]y|me|[Ww]e|[Oo]ur|us) [a-z]+"
    )


@cache
def _second() -> re.Pattern[str]:
    return re.compile(r"\b[Yy]ou(?:rs?|rself|['\u2019](?:re|ll|ve|d))?\b(?: [a-z]+)?")


RULE = Rule("P106", "description-person", {"house": INFO}, __doc__, run=run)
