"""Titles of sections, as categories demand them → which kind of matter belongs under each."""

import re

_WARNINGS = (
    r"warnings?|constraints?|pitfalls?|gotchas?|(?:common )?mistakes|limitations?|caveats?|"
    r"anti-?patterns?|rules?|safety|guardrails|red flags|do not|security"
)
# The order matters: the first family that a title's words belong to is its kind.
_FAMILIES = (
    ("limits", r"when not to(?: use)?|do not use|out of scope|not for"),
    ("when", r"when to (?:use|apply)|use (?:this|when)|when|triggers?|applicability"),
    (
        "options",
        r"quick reference|cheat ?sheet|options?|parameters?|flags?|configuration|settings",
    ),
    ("references", r"references?|reference files|resources|further reading|see also|documentation"),
    ("prerequisites", r"prerequisites?|requirements?|before (?:you begin|starting)|dependencies"),
    ("verification", r"verif\w+|validation|checklist|success criteria|testing"),
    ("output", r"output formats?|outputs?|deliverables?"),
    ("warnings", _WARNINGS),
    ("practices", r"best practices?|guidelines|principles|recommendations|tips"),
    ("examples", r"examples?|samples?"),
    ("steps", r"steps?|workflows?|process|procedures?|instructions?|how to|how it works"),
    ("commands", r"quick ?start|commands?|usage|getting started|install\w*|set ?up"),
    ("overview", r"overview|purpose|introduction|summary|about|background|description|goal"),
)
_PATTERNS = {kind: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for kind, words in _FAMILIES}
_QUALIFIERS = re.compile(r"^(?:(?:basic|common|general|key|recommended|required|the|typical) )+")


def kind_of(title: str) -> str:
    """The kind of matter that a section of this title holds, `other` where none is known."""
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.search(title)), "other")


def is_like(heading: str, title: str) -> bool:
    """Whether a source's heading is that title, or no more than another word for it."""
    own, wanted = normal(heading), normal(title)
    if not wanted or own == wanted or f"{own} ".startswith(f"{wanted} "):
        return bool(wanted)
    pattern = _PATTERNS.get(kind_of(title))
    return bool(pattern and pattern.fullmatch(_QUALIFIERS.sub("", own)))


def normal(title: str) -> str:
    """A title as it is compared: lower case, without numbers, marks and emoji."""
    return re.sub(r"[\W\d_]+", " ", title.casefold()).strip()
