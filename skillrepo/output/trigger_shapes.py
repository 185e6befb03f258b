"""The shape of what `skillrepo eval --triggers --json` prints; `schemas/` is made from it."""

from dataclasses import dataclass
from typing import Literal

from skillrepo.behaviour.trigger_result import Triggers


@dataclass(frozen=True, slots=True)
class TriggersShape:
    """For which queries a model chooses a skill; `base` is its tree before, `head` that after.

    Both are null for what is in no commit, and `base` for what was not before.
    """

    version: Literal[1]
    skill: str
    base: str | None
    head: str | None
    triggers: Triggers
