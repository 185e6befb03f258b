"""The text speaks of things that can be looked up, all the way down.

Formula: min(1, a / 10) / (1 + d / 300). Here a is the number of different names in code marks,
flags, paths and addresses of SKILL.md, with commands and calls of methods in its code; numbers and
capitals are not told apart, and what stands for something else (`foo`, `x`, path/to/y) is none, nor
is a file of the skill that is not there.

Names count by what says that they are real. A part of the text names no more things than it has
words that say something new of them; what does not show, such as a comment, names none. A name
counts whole if it stands as it is in the skill's other files, or in the description in the form of
code; else half, all of those half fill no more than half of the 10, and that half is taken times
(1 - r)². Here r is the largest share, of all beginnings of the text from 200 words on, of words by
which stretches without a name go beyond 60. And d is the number of words of text by which stretches
without code, name, number or link go beyond 60 words.

Why not names by words: a list of names that are made up raises that share as far as one likes. Here
names count up to ten, and stretches of general talk stay what they are, whatever is put below.

Source: house; of the bodies of 55,315 skills, more than 60 % tells nothing that can be acted upon
(SkillReducer, arXiv 2603.29919).

Padding: text without names lowers it. Whether a name that was never seen is one of the world, no
code can tell: made-up ones, of each of which something else is said, bring a short skill that has
none to half, and a long one that names nothing above them nearly nowhere.
"""

import re

from skillrepo import naming, prose
from skillrepo.measure import Measure, Reading, Subject, deducted

_ENOUGH = 10
_STRETCH = 60
_HALF = 300
_SHORT = 240
_EXACT = re.compile(r"[0-9`/_]|--[a-z]|[a-z][A-Z]|\]\(|\w\.[a-z]{2,5}\b")


def run(subject: Subject) -> Reading:
    """Count the names, and the words of stretches without any."""
    named = naming.named(*subject)
    keys = [key for each in named.parts for key in each.new]
    dry = _dry(subject)
    value = named.share(keys, _ENOUGH) * deducted(dry, _HALF)
    return Reading(value, f"things named: {len(keys):,}; words of general talk: {dry:,}")


def _dry(subject: Subject) -> int:
    """The words by which the stretches are too long."""
    stretches = prose.Stretches(_STRETCH)
    for part in prose.parts(subject.document):
        if isinstance(part, prose.Fenced):
            stretches.end()
            continue
        place = 0
        # What follows in a short line is no stretch.
        while match := _EXACT.search(part.text, place):
            stretches.add(len(part.text[place : match.start()].split()))
            stretches.end()
            place = match.end()
            if len(part.text) - place < _SHORT:
                break
        else:
            stretches.add(len(part.text[place:].split()) if place else part.words)
    return stretches.excess


MEASURE = Measure("anchor_density", "actionability", __doc__, run)
