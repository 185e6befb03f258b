"""The sections that the category asks for come in the order of its policy.

What it checks: where the policy of the skill's category is `ordered`, the headings that stand for
its sections come in the order in which the policy names them. Other headings may stand between
them; what is missing is S101's. Where several headings serve for a section, one in place is enough.

Why it matters: readers of many skills find the same thing in the same place.

How to fix it: move the section; or take `ordered` from the policy (`sections:` in skillrepo.yaml).

Example: a policy with “Steps” before “Limits”, and a skill in which `## Limits` comes first.

Source: house.
"""

from collections.abc import Iterator

from skillrepo import sections
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Take for each section the first heading that stands behind the one before."""
    policy = sections.policy(skill, context)
    if policy is None or not policy.ordered:
        return
    before = None
    for headings in sections.matching(skill, policy.required):
        placed = next((each for each in headings if before is None or each >= before), None)
        if placed:
            before = placed
        elif headings and before:
            message = (
                f"the section “{sections.shown(headings[0])}” stands before "
                f"“{sections.shown(before)}”, and the category wants it behind; move it"
            )
            yield Hit(skill.file_line(headings[0].line), 1, message)


RULE = Rule("S104", "section-order", {"house": ERROR}, __doc__, run=run, needs_taxonomy=True)
