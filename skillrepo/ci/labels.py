"""The labels that a pull request gets for what it does to skills, and for the verdict."""

from collections.abc import Mapping
from types import MappingProxyType

from skillrepo.forge.pull_request import Label
from skillrepo.grade.graded import Graded
from skillrepo.settings import GateMode

LABELS: Mapping[str, Label] = MappingProxyType(
    {
        "grade/pass": Label("0e8a16", "The gate of skillrepo passes"),
        "grade/fail": Label("d73a4a", "The gate of skillrepo fails"),
        "grade/inconclusive": Label("bfd4f2", "The gate of skillrepo has no verdict"),
        "skill/new": Label("c2e0c6", "Adds a skill"),
        "skill/changed": Label("1d76db", "Changes a skill"),
        "skill/removed": Label("e99695", "Removes a skill"),
    }
)
"""Those that are ours; no other is ever made, set or removed."""


def wanted(graded: Graded, mode: GateMode) -> frozenset[str]:
    """The labels for a change; none without a gate."""
    if mode == "off" or not (graded.skills or graded.removed or graded.others):
        return frozenset()
    found = {"skill/new" if each.is_new else "skill/changed" for each in graded.skills}
    found.add(f"grade/{graded.verdict}")
    if graded.removed:
        found.add("skill/removed")
    return frozenset(found)
