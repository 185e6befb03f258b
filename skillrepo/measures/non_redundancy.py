"""What is said is said once.

Formula: 1 / (1 + r / 200), where r is the number of words of text that end a run of 8 words which
stood in SKILL.md before, whatever its case and marks; n/a below 8 words. Code is left out: commands
look alike. Of a long text the first 20,000 words are looked at.

Why not distinct runs by all runs: text that is new dilutes that share, however empty it is, and
SKILL.md with its one section twice rises by a page of headings.

Source: house; more than 60 % of the body of published skills tells the agent nothing to do
(SkillReducer, arXiv 2603.29919).

Padding: any text below either repeats what was said, or changes nothing.
"""

import re

from skillrepo import prose
from skillrepo.measure import Measure, Reading, Subject, deducted

_RUN = 8
_HALF = 200
_MOST = 20_000
_WORD = re.compile(r"\w+")


def run(subject: Subject) -> Reading:
    """Count the words that end a run which stood there before."""
    lines = (part.text for part in prose.parts(subject.document) if isinstance(part, prose.Line))
    words = _WORD.findall("\n".join(lines).lower())[:_MOST]
    runs = len(words) - _RUN + 1
    if runs < 1:
        return Reading(None, f"there are fewer than {_RUN} words")
    seen = set(zip(*(words[first:] for first in range(_RUN)), strict=False))
    repeated = runs - len(seen)
    return Reading(deducted(repeated, _HALF), f"words of text that were said before: {repeated:,}")


MEASURE = Measure("non_redundancy", "economy", __doc__, run, deducts=True)
