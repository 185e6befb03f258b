"""Who reads on from SKILL.md comes upon each of the skill's files.

Formula: 1 / (1 + u / 4), where u is the number of files that neither SKILL.md nor a file that it
leads to names; n/a where there is no file that has to be named. README, LICENSE, tests and what
tools read need not be; `skillrepo explain L106` says which count.

Why not the share of named files: nine files that are named would hide one that is not.

Source: https://agentskills.io/specification (files are "loaded only when required" by reference
from SKILL.md). In SkillJuror (arXiv 2606.11543) the same content, laid out so that it is found, was
touched three times as often.

Padding: only the name of a file that nothing named can raise it, and that is the fault mended; that
the sentence around the name says when to read the file, no code can tell.
"""

from skillrepo import reach
from skillrepo.measure import Measure, Reading, Subject, deducted

_HALF = 4


def run(subject: Subject) -> Reading:
    """Count the files that nothing names."""
    owed = len(reach.owed(subject.bundle))
    if not owed:
        return Reading(None, "there is no file beside SKILL.md that it has to name")
    unreached = reach.unreached(subject.document, subject.bundle)
    # Where it takes too long to find out, a text that is put below must not make it look better.
    count = owed if unreached is None else len(unreached)
    return Reading(deducted(count, _HALF), f"files named nowhere: {count:,} of {owed:,}")


MEASURE = Measure("reachability", "integrity", __doc__, run, deducts=True)
