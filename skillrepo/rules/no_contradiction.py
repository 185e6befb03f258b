"""What a skill requires does not conflict with it.

What it checks: no name stands in both `metadata.requires` and `metadata.conflicts`. Nor does a
required skill conflict with this one, or with another that is required, or itself require what
this one conflicts with.

Why it matters: the skill can never be installed as it asks to be.

How to fix it: remove the name from one of the two.

Example: `requires: pdf-merge` and `conflicts: pdf-merge`.

Source: house.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.facts import Facts
from skillrepo.relations import judged, skill_of
from skillrepo.rule import ERROR, Hit, Rule


def run(skill: Facts, context: Context) -> Iterator[Hit]:
    """Compare what is required with what conflicts, one step far."""
    required = dict.fromkeys(skill.requires)
    conflicts = set(skill.conflicts)
    for name in required:
        if name in conflicts:
            message = f"requires `{name}` and conflicts with it; remove it from one of the two"
            yield Hit(*skill.places["conflicts"], message)
    if not required or not judged(context):
        return
    for name in required:
        other = skill_of(name, context.facts)
        for message in _by_way_of(other, skill, required, conflicts) if other else ():
            yield Hit(*skill.places["requires"], message)


def _by_way_of(
    other: Facts, skill: Facts, required: dict[str, None], conflicts: set[str]
) -> Iterator[str]:
    name = other.folder
    theirs = set(other.conflicts)
    if skill.folder in theirs:
        yield f"requires `{name}`, which conflicts with this skill; remove the name"
    for each in sorted(theirs.intersection(required) - {name}):
        yield f"requires `{name}` and `{each}`, which conflict; remove one of the two"
    for each in sorted(conflicts.intersection(other.requires).difference(required)):
        yield (
            f"requires `{name}`, which requires `{each}`, with which this skill conflicts; "
            "remove one of the two"
        )


RULE = Rule("R104", "no-contradiction", {"house": ERROR}, __doc__, run_related=run)
