"""The description says something definite.

What it checks: the description has at least 30 characters, is more than the words of the name, and
is not one of the sentences that fit any skill: "helps with documents", "a useful tool", "use when
needed", "converted from …". A description that is mostly not in Latin letters is not judged.

Why it matters: the model picks one of many skills by this text. What fits every request is picked
for none, or for the wrong one.

How to fix it: name what goes in, what comes out, and the words in which a user asks for it.

Example: "Helps with PDF files." becomes "Merges, splits and rotates PDF files. Use when …".

Source: https://agentskills.io/specification ("include specific keywords that help agents identify
relevant tasks"; "helps with PDFs" is its poor example).
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule
from skillrepo.says_when import judged

_LEAST = 30
_LONGEST = 160
"""Characters; what is longer says something beside a sentence that fits any skill."""
_FILLER = (
    "a an and for in of on or the this to with skill skills tool tools helper guide agent "
    "assistant generator use uses used when needed"
)
_FILLERS = frozenset(_FILLER.split())


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Look at length, at words, then at sentences that fit any skill."""
    description = skill.frontmatter.get("description")
    if not isinstance(description, str) or len(description) > _LONGEST:
        return
    text = " ".join(description.split())
    if text and judged(text) and (why := _why(text, skill.frontmatter.get("name"))):
        message = f"`description` {why}; say what the skill does, and to what"
        yield Hit(*skill.place("description"), message)


def _why(text: str, name: object) -> str | None:
    words = _words(text) - _FILLERS
    if words <= _words(str(name)):
        return "only repeats the name"
    if len(text) < _LEAST:
        return f"has {len(text)} character{'s' * (len(text) != 1)}: too few to tell what for"
    found = _vague().search(text)
    return f"says “{found[0].strip()}”, which fits any skill" if found else None


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.lower()))


@cache
def _vague() -> re.Pattern[str]:
    return re.compile(
        r"\bhelps? (?:you |users? |the user )?(?:with|in) (?:\w+ ?){1,2}(?=[.!,;]|$)"
        r"|^(?:this is )?(?:a|an|the)? ?(?:very )?(?:useful|helpful|handy|great|powerful|general"
        r"(?:-purpose)?) (?:skill|tool|helper|utility|assistant)\b"
        r"|\b(?:does|handles|various|all kinds of|misc(?:ellaneous)?) (?:things|stuff|tasks)\b"
        r"|\buse (?:it |this |this skill )?(?:when|whenever|if|as) (?:needed|necessary|appropriate"
        r"|relevant|required|you want)(?=[.!,;]|$)"
        r"|^(?:agent )?skill (?:converted|imported|generated|created|migrated) from\b",
        re.IGNORECASE,
    )


RULE = Rule("P107", "description-vague", {"house": WARNING}, __doc__, run=run)
