"""What a static measure is: `Measure`, what it sees: `Subject`, and what it says: `Reading`."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from skillrepo.bundle import Bundle
from skillrepo.document import Document

Group = Literal["routing", "integrity", "economy", "actionability", "evidence"]


LONGEST_WHY = 200
"""Characters of a reading's `why`, at most."""


class Subject(NamedTuple):
    """A skill as a measure sees it: its own files, and nothing of other skills."""

    document: Document
    bundle: Bundle


class Reading(NamedTuple):
    """What a measure says of one skill.

    `value` is between 0 and 1, where more is better; None where there is nothing to measure, which
    is printed as n/a, and is neither 0 nor a pass. `why` says in a few words of what it was made:
    "2 of 5 links lead nowhere".
    """

    value: float | None
    why: str


class Measure(NamedTuple):
    """A measure: its stable name, its group, and how it looks at a skill.

    `run` depends on the skill's own files alone, wherever they lie: what it says is kept in a note
    on their tree. Law: content-free text that is put below SKILL.md, in lines of its own, never
    raises a value.
    `manual` is its page: the docstring of its file, which has the formula and its source.

    One that `deducts` counts faults, and n/a says that there is nothing that may have any. For a
    grade that is the same as no fault: else a skill would gain by a link that is not broken.
    """

    name: str
    group: Group
    manual: str | None
    run: Callable[[Subject], Reading]
    deducts: bool = False


def deducted(faults: float, half: float) -> float:
    """1 without faults, 1/2 at `half` of them: 1 / (1 + faults / half).

    Counted, and not as a share of what is sound: what is sound, added, would mend a share. It never
    becomes 0, so that each fault that is mended counts, the last of many too.
    """
    return 1 / (1 + faults / half)
