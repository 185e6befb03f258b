"""No change removes a skill.

What it checks: each skill of the base is still there, where it was or under another path or name.
It is off until `rules:` in skillrepo.yaml of the base gives it a severity: `error` has a change
that removes a skill fail.

Why it matters: who installed the skill gets no more of it. That a change removes a skill is always
told, in the sentence of the verdict; but a removal that nothing else depends on passes.

How to fix it: keep the skill, with `status: deprecated` and what to use instead. A maintainer who
wants it gone has an entry of `ignore:` in skillrepo.yaml of the base, with a reason.

Example: `rules: {no-skill-removed: error}`, and a pull request without `skills/data/pdf-merge`.

Source: house. `skillrepo grade` checks it; `validate` sees no change, and does not.
"""

from collections.abc import Iterator

from skillrepo.rule import Change, Hit, Rule


def run(change: Change) -> Iterator[tuple[str, Hit]]:
    """Name each skill that is gone, and was not moved."""
    moved = set(change.skills.values())
    for skill in change.gone:
        if skill not in moved:
            why = "is removed by the change; keep it as deprecated, or have a maintainer accept it"
            yield skill, Hit(1, 1, why)


RULE = Rule("G104", "no-skill-removed", {}, __doc__, run_change=run)
