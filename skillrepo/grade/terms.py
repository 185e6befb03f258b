"""Text → the terms by which requests are routed to skills.

They are the stems of the words that carry meaning, as everywhere (`words.terms`). Chinese and
Japanese are written without blanks, so what stands between two marks would be one word: of these
letters, as of Korean ones, each two neighbours are a term, as Lucene's CJKAnalyzer has it.
"""

import re

from skillrepo import words
from skillrepo.says_when import without_limits

_DENSE = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]+")


def terms(text: str) -> list[str]:
    """The terms of a request, in order, repeats kept."""
    found = words.terms(_DENSE.sub(" ", text))
    for run in _DENSE.findall(text):
        found += [run[at : at + 2] for at in range(max(len(run) - 1, 1))]
    return found


def claims(text: str) -> list[str]:
    """The terms of what a name and description say that the skill is for.

    What they say that it is not for is left out: "Not for forms: use pdf-form" must not make the
    skill an answer to requests for forms, or the better its limits were told the worse it would do.
    """
    return terms(without_limits(text))
