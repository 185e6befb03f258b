"""Whether a description says when its skill is to be used, and what it says of its limits."""

import re
from functools import cache

_NOT = (
    r"\b(?:(?:do not|don't|don\u2019t|never|not|cannot|can't|mustn't|shouldn't)\s+"
    r"(?:(?:to\s+)?be\s+)?(?:used?|invoked?|appl(?:y|ied)|activated?|trigger(?:ed)?|for)"
    r"|avoid(?:\s+\w+ing)?\s+(?:this|it|when|whenever|if|for))\b"
)
# "Do not use when …" says when not to; without these the positive wording must still be there.
_NEGATIVE = re.compile(_NOT + r"[^.;\n]{0,200}", re.IGNORECASE)
_POSITIVE = re.compile(
    r"\buse(?:d|ful)?\b[^.;\n]{0,40}\b(?:when|whenever|if|for|to|before|after|during|while|as|in)\b"
    r"|\b(?:when|whenever|if)\s+(?:the\s+|a\s+|an\s+|your\s+)?(?:user|you|someone|people|task|asked|"
    r"working|building|writing|creating|reviewing|debugging|implementing|designing|developing|"
    r"handling|adding|setting|configuring|[a-z]+ing)\b"
    r"|\b(?:invoke|apply|activates?|trigger|triggers)\b[^.;\n]{0,40}"
    r"\b(?:when|whenever|if|for|on|in|before|after|by)\b"
    r"|\b(?:load|read|consult|run)\b[^.;\n]{0,40}\b(?:when|whenever|if|before|after)\b"
    r"|\bshould be (?:used|invoked|applied|activated)\b"
    r"|\btriggers?(?: (?:phrases?|words?|keywords?|terms?)\b|\s?:)"
    r"|\bwhen to\b|\bwhenever\b|\bapplies (?:to|when)\b",
    re.IGNORECASE,
)
# Up to where the sentence ends: the dots of ".NET" and "e.g." end none.
_LIMIT = re.compile(_NOT + r"(?:[^.;\n]|\.(?=\S)){0,400}", re.IGNORECASE)
_LOOKED_AT = 2_048
"""Characters: a description may have 1,024, and what is too long by far is not worth the time."""
_LETTER = re.compile(r"[^\W\d_]")


def judged(description: str) -> bool:
    """Whether the wording can be judged: at least half of the letters are ASCII's."""
    if description.isascii():
        return True
    letters = _LETTER.findall(description[:_LOOKED_AT])
    return not letters or 2 * sum(letter.isascii() for letter in letters) >= len(letters)


def says_when(description: str) -> bool:
    """Whether the text names an occasion, such as "Use when …", beside when not to use it."""
    return _POSITIVE.search(_NEGATIVE.sub(" ", description[:_LOOKED_AT])) is not None


def says_what_not(description: str) -> str | None:
    """The sentence that names what the skill is not for; None where there is none."""
    text = description[:_LOOKED_AT].replace("\u2019", "'")
    match = _limit().search(text)
    if match is None:
        return None
    start = max(text.rfind(end, 0, match.start()) for end in (". ", "; ", "\n")) + 1
    ends = (text.find(end, match.end()) for end in (". ", "; ", "\n"))
    return text[start : min((end for end in ends if end >= 0), default=len(text))].strip()


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


def without_limits(description: str) -> str:
    """A description without what it says that the skill is not for."""
    return _LIMIT.sub(" ", description)
