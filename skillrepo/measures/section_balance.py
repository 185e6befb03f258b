"""No section is so long that nobody finds what stands in it.

Formula: 1 / (1 + e / 1,000), where e is the number of words of text by which sections go beyond 600
words each; n/a without text. A section goes from a heading that begins with `#` to the next, of any
level; code is left out. Words of headings belong to the section above.

Why not the share of the largest section: sections that are put below it, however empty, make that
share smaller.

Source: house; in SkillsBench (arXiv 2602.12670) detailed skills gain 18.8 points, compact ones
17.1, and comprehensive ones lose 2.9.

Padding: text below adds a section, or makes the last one longer.
"""

from skillrepo import prose
from skillrepo.measure import Measure, Reading, Subject, deducted

_LONG = 600
_HALF = 1_000


def run(subject: Subject) -> Reading:
    """Count the words beyond the limit of each section."""
    sections = [0]
    for part in prose.parts(subject.document):
        if isinstance(part, prose.Line):
            sections[-1] += part.words
            if prose.is_heading(part):
                sections.append(0)
    if not any(sections):
        return Reading(None, "there is no text")
    excess = sum(max(0, words - _LONG) for words in sections)
    return Reading(deducted(excess, _HALF), f"words in the longest section: {max(sections):,}")


MEASURE = Measure("section_balance", "economy", __doc__, run, deducts=True)
