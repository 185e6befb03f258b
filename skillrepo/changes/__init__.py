"""The rules about a change, in the order of the codes: `grade` alone sees both sides of one."""

from skillrepo.changes import named_in_evals, no_skill_elsewhere, no_skill_removed, wider_tools
from skillrepo.rule import Rule

ALL: tuple[Rule, ...] = (
    wider_tools.RULE,
    named_in_evals.RULE,
    no_skill_elsewhere.RULE,
    no_skill_removed.RULE,
)
