"""Files that the text tells its reader to read or run are there.

Formula: 1 / (1 + m / 4), where m is the number of names that the words around them call for, and
that are not there; n/a where the text names no file of the skill's own form. What is not a link
counts here; `skillrepo explain L105` says how the words are read.

Why not the share of names that exist: naming a file that is there once more would dilute it.

Source: house. An agent that does not find `scripts/convert.py` improvises what it was for.

Padding: a name that exists adds nothing, and one that does not takes away.
"""

from skillrepo import links, mentions
from skillrepo.measure import Measure, Reading, Subject, deducted

_HALF = 4


def run(subject: Subject) -> Reading:
    """Count the names that are called for and not there."""
    files = links.Files(*subject)
    if not mentions.any_named(*subject, files):
        return Reading(None, "no file is named")
    count = sum(1 for _ in mentions.missing(*subject, files))
    return Reading(deducted(count, _HALF), f"files called for and not there: {count:,}")


MEASURE = Measure("grounding", "integrity", __doc__, run, deducts=True)
