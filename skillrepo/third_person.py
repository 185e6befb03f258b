"""Whether a description speaks of its skill in the third person: `other_person`."""

import re
from functools import cache

_LOOKED_AT = 2_048
# Most descriptions hold none of these, which is soon seen.
_FORMS = (" I ", "I'", "I\u2019", "my ", "My ", "me ", "we ", "We ", "our ", "us ", "you", "You")


def other_person(description: str) -> str | None:
    """The first words in the first or second person, where the reader is not told when to use it.

    Quoted words and lists of trigger phrases are what users say.
    """
    text = f" {description[:_LOOKED_AT]}".replace("e.g. ", "such as ")
    if not any(form in text for form in _FORMS):
        return None
    text = _phrases().sub(" ", _quoted().sub(" ", text))
    found = _first().search(text) or _second().search(_occasion().sub(" ", text))
    return found[0].strip() if found else None


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
