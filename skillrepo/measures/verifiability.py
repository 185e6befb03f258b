"""The text says how to see that it worked.

Formula: min(1, c / 3) / (1 + w / 600). Here c is the number of things that are first named by
checks: lines of text that speak of verifying, expecting, exit codes and the like, and the code that
stands up to 3 lines below one. And w is the number of words by which stretches without a check that
names something go beyond 300 words: one at the end verifies no step above. What a thing is, and
what it counts, `skillrepo explain anchor_density` says. n/a where the description is mostly not
in Latin letters: the words are English.

Why not the share of numbered steps with a check: steps that are made up, each with "Verify that it
works.", raise it, and a skill without steps has none to divide by. A check counts for what it
names: a command, a file, what is printed.

Source: house; https://agentskills.io (evaluating skills) asks for results that can be checked.

Padding: a check that names nothing, or what was named above, or says nothing new, adds nothing.
Things that are made up can gain half of what the stretches above allow, and less the drier the text
above is.
"""

import re

from skillrepo import naming, prose
from skillrepo.measure import Measure, Reading, Subject, deducted
from skillrepo.says_when import judged

_ENOUGH = 3
_STRETCH = 300
_HALF = 600
_NEAR = 3
_CHECKS = re.compile(
    r"\b(?:verif(?:y|ies|ied|ication)|validat(?:e|es|ed|ion)|confirm(?:s|ed)?|ensures?"
    r"|assert(?:s|ed)?|expect(?:s|ed)?|check(?:s|ed)?|exit(?:s|ed)? (?:code|with|status)"
    r"|(?:should|must|will) (?:print|show|return|say|output|exit|contain|report|list|be|match)"
    r"|(?:pass|fail)(?:es|s|ed|ing)?|tests?)\b",
    re.IGNORECASE,
)


def run(subject: Subject) -> Reading:
    """Count the things that checks name."""
    description = subject.document.frontmatter.get("description")
    if isinstance(description, str) and not judged(description):
        return Reading(None, "the words for checks of another language are not known")
    named = naming.named(*subject)
    found: set[str] = set()
    stretches = prose.Stretches(_STRETCH)
    above: list[prose.Line] = []
    for part, keys, new in named.parts:
        if isinstance(part, prose.Line):
            above = [*above[1 - _NEAR :], part]
            stretches.add(part.words)
            checks = bool(keys and _CHECKS.search(part.text))
        else:
            near = (line.text for line in above if part.line - line.number <= _NEAR)
            checks = bool(keys and any(map(_CHECKS.search, near)))
        if checks:
            found |= new
            stretches.end()
    value = named.share(found, _ENOUGH) * deducted(stretches.excess, _HALF)
    why = f"things that checks name: {len(found):,}; words far from any: {stretches.excess:,}"
    return Reading(value, why)


MEASURE = Measure("verifiability", "actionability", __doc__, run)
