"""Every static measure, in the order in which they are told; a measure is a file of this folder.

What made-up names can gain: three measures count names up to a number that most skills have, and
whether a name is real nobody can look up without a network. `naming` asks what speaks for it; what
is left is bounded, and no measure rises by anything else that says nothing.
"""

from skillrepo.measure import Measure, Reading, Subject
from skillrepo.measures import (
    always_on,
    anchor_density,
    code_validity,
    economy,
    eval_coverage,
    grounding,
    instructions,
    link_integrity,
    non_redundancy,
    reachability,
    routing_completeness,
    section_balance,
    verifiability,
)

ALL: tuple[Measure, ...] = (
    routing_completeness.MEASURE,
    reachability.MEASURE,
    link_integrity.MEASURE,
    code_validity.MEASURE,
    grounding.MEASURE,
    economy.MEASURE,
    always_on.MEASURE,
    non_redundancy.MEASURE,
    section_balance.MEASURE,
    anchor_density.MEASURE,
    instructions.MEASURE,
    verifiability.MEASURE,
    eval_coverage.MEASURE,
)


def readings(subject: Subject) -> dict[str, Reading]:
    """What each measure says; nothing is measured where the frontmatter cannot be read."""
    if subject.document.problem is not None:
        return {measure.name: Reading(None, _UNREAD) for measure in ALL}
    return {measure.name: measure.run(subject) for measure in ALL}


_UNREAD = "the frontmatter cannot be read"
