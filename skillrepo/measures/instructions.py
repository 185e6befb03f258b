"""The text says what to do, and with what.

Formula: min(1, i / 6) / (1 + w / 300). Here i is the number of things that are first named by
instructions: sentences, items and cells that begin with a verb in the imperative, or with never,
always or don't, and blocks of shell commands. And w is the number of words by which stretches
without an instruction that names something go beyond 150 words. What a thing is, and what it
counts, `skillrepo explain anchor_density` says. n/a where the description is mostly not in Latin
letters: the verbs are English.

Why not the share of sentences in the imperative: "Make sure that it works. Follow best practices."
is nothing but.

Source: house; SkillReducer (arXiv 2603.29919), of what can be acted upon.

Padding: an instruction that names nothing, or what was named above, or says nothing new, adds
nothing. Things that are made up can gain half of what the stretches above allow, and less the drier
the text above is.
"""

import re
from collections.abc import Iterator

from skillrepo import naming, prose
from skillrepo.english import is_noun_too, is_order
from skillrepo.measure import Measure, Reading, Subject, deducted
from skillrepo.says_when import judged

_ENOUGH = 6
_STRETCH = 150
_HALF = 300
_ENDS = re.compile(r"(?<=[.!?:;)])[*_\"']{0,3}\s+|\s[\u2013\u2014-]\s+|\|")
# Possessive: a line may hold nothing but marks.
_FIRST = re.compile(
    r"[^\w`]*+(?:\d{1,3}[.)][^\w`]++)?([A-Za-z][A-Za-z']{0,40})[*_]{0,3}\s++([\w`]{1,40})"
)
_ORDERS = frozenset(("never", "always", "do", "don't", "prefer", "follow", "consult", "see"))


def run(subject: Subject) -> Reading:
    """Count the things that instructions name, and the words of stretches without any."""
    description = subject.document.frontmatter.get("description")
    if isinstance(description, str) and not judged(description):
        return Reading(None, "the verbs of another language are not known")
    named = naming.named(*subject)
    told: set[str] = set()
    stretches = prose.Stretches(_STRETCH)
    for part, keys, new in named.parts:
        if isinstance(part, prose.Fenced):
            if part.language in naming.SHELLS:
                told |= new
                stretches.end()
            continue
        stretches.add(part.words)
        if keys:
            here = set[str]().union(*map(naming.in_line, _instructions(part.text)))
            told |= new & here
            if here:
                stretches.end()
    value = named.share(told, _ENOUGH) * deducted(stretches.excess, _HALF)
    why = f"things that instructions name: {len(told):,}; words far from any: {stretches.excess:,}"
    return Reading(value, why)


def _instructions(text: str) -> Iterator[str]:
    """The sentences of a line that are instructions."""
    for piece in _ENDS.split(text):
        match = _FIRST.match(piece or "")
        if match and (
            is_order(match[1], match[2])
            or match[1].lower() in _ORDERS
            or (is_noun_too(match[1]) and match[2].startswith("`"))
        ):
            yield piece


MEASURE = Measure("instructions", "actionability", __doc__, run)
