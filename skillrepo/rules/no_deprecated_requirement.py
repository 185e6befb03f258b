"""Nothing stable requires what is deprecated.

What it checks: no skill in `metadata.requires` has `status: deprecated`, unless the skill that
requires it is a draft or deprecated itself. A skill without a status counts as stable.

Why it matters: what is deprecated will go, and takes with it what requires it.

How to fix it: require what replaces it, or copy what is needed.

Example: `pdf-report` requires `pdf-merge`, which has `status: deprecated`.

Source: house.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.facts import Facts
from skillrepo.relations import judged, skill_of
from skillrepo.rule import WARNING, Hit, Rule

_DEPRECATED = "deprecated"


def run(skill: Facts, context: Context) -> Iterator[Hit]:
    """Look at the status of what is required."""
    if not skill.requires or skill.status in ("draft", _DEPRECATED) or not judged(context):
        return
    for name in dict.fromkeys(skill.requires):
        other = skill_of(name, context.facts)
        if other and other.status == _DEPRECATED:
            message = f"`metadata.requires` names `{name}`, which is deprecated; replace it"
            yield Hit(*skill.places["requires"], message)


RULE = Rule("R103", "no-deprecated-requirement", {"house": WARNING}, __doc__, run_related=run)
