"""The description has what a model needs to pick the skill, and to leave it.

Formula: the mean of four answers, 1 for yes and 0 for no:

- does a verb that says what it does stand among the first 8 words;
- does it say when to use the skill, in at least 3 words that carry meaning;
- does it say what the skill is not for, in a sentence of at least 3 such words;
- does it speak in the third person, and not of I, we and you.

0 without a description; n/a where it is mostly not in Latin letters, since these are rules for
English.

Source: https://agentskills.io/specification ("what the skill does and when to use it"); of 55,315
skills 26 % have no description that routes (SkillReducer, arXiv 2603.29919). Whether the words are
the right ones, the routing layer measures with queries.

Padding: text below the frontmatter cannot change it; in the description, "Use when needed." has too
few words that carry meaning.
"""

import re
from collections.abc import Iterator

from skillrepo.english import is_action
from skillrepo.measure import Measure, Reading, Subject
from skillrepo.says_when import judged, says_what_not, says_when
from skillrepo.third_person import other_person
from skillrepo.triggers import said
from skillrepo.words import terms, word_set

_LOOKED_AT = 2_048
_FIRST = 8
_FEWEST = 3
_WORD = re.compile(r"[^\W\d_]+")
# Verbs of descriptions that hardly begin an order.
_ACTS_TOO = word_set(
    "explain explains guide guides offer offers provide provides refine refines respond responds"
)


def run(subject: Subject) -> Reading:
    """Put the four questions to the description."""
    description = subject.document.frontmatter.get("description")
    if not isinstance(description, str) or not description.strip():
        return Reading(0.0, "there is no description")
    if not judged(description):
        return Reading(None, "the description is not in Latin letters")
    text = description[:_LOOKED_AT]
    answers = {
        "says what it does": any(map(_acts, _WORD.findall(text)[:_FIRST])),
        "says when, in 3 words that tell": says_when(text) and _tells(" ".join(_occasions(text))),
        "says what it is not for": _tells(says_what_not(text) or ""),
        "is in the third person": other_person(text) is None,
    }
    lacking = [what for what, answer in answers.items() if not answer]
    why = "lacks: " + ", ".join(lacking) if lacking else "what, when and where not, by its wording"
    return Reading(1 - len(lacking) / len(answers), why)


def _acts(word: str) -> bool:
    return is_action(word) or word.lower() in _ACTS_TOO


def _occasions(text: str) -> Iterator[str]:
    """What is said of when to use it, also with a limit: "Use when a build fails without a log"."""
    parts = said(text)
    yield from parts.occasions.values()
    yield from filter(says_when, parts.limits.values())


def _tells(text: str) -> bool:
    return len(set(terms(text))) >= _FEWEST


MEASURE = Measure("routing_completeness", "routing", __doc__, run)
