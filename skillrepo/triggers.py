"""A description → what it says: when to use the skill, when not to, and the rest; by its wording.

It is cut at the ends of sentences, semicolons and line ends. A part with a word such as "when" or
"use for" gives its occasions, which are divided by commas and "or". A part that says what the skill
is not for limits it. What was meant is beyond such a reading, so it serves for comparison alone.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_CUT = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|[;；]\s*|\n+")  # noqa: RUF001
_LIMITS = re.compile(
    r"\b(?:not|never|don['\u2019]t|cannot|can't|only|except|unless|avoid|without|instead|rather)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:when(?:ever)?|if|while|triggers?(?: on| for| include)?:?|use(?:d|ful)?(?: it| this)?"
    r"(?: skill)? (?:for|to|in|on|after|before|during|with|as)|applies to)\b[:,]?\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"[,;]\s*(?:or|and)?\s*(?:when(?:ever)?\s+|if\s+)?|\s+or\s+(?:when\s+|if\s+)?"
)
_WORD = re.compile(r"[^\W_]+(?:['\u2019.+#/-][^\W_]+)*[+#]*")


class Said(NamedTuple):
    """The parts of a description: each maps its words, without case and marks, to its text."""

    occasions: dict[str, str]
    limits: dict[str, str]
    rest: dict[str, str]


def said(description: str) -> Said:
    """Take a description apart."""
    found = Said({}, {}, {})
    for raw in _CUT.split(description):
        # One blank where there are many: patterns look for them from each place anew.
        part = " ".join(raw.split())
        if _LIMITS.search(part):
            _add(found.limits, part)
            continue
        match = _WHEN.search(part)
        _add(found.rest, part[: match.start()] if match else part)
        for occasion in _occasions(part[match.end() :]) if match else ():
            _add(found.occasions, occasion)
    return found


def _occasions(text: str) -> Iterator[str]:
    return (part for part in _BETWEEN.split(text) if part)


def _add(where: dict[str, str], text: str) -> None:
    if key := " ".join(_WORD.findall(text.casefold())):
        where.setdefault(key, " ".join(text.split()).strip(" .,;:"))
