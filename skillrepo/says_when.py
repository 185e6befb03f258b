"""Whether a description says when its skill is to be used, and what it says beside its limits."""

import re

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


def without_limits(description: str) -> str:
    """A description without what it says that the skill is not for."""
    return _LIMIT.sub(" ", description)
