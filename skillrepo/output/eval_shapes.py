"""The shape of what `skillrepo eval --json` prints; `schemas/` is made from it."""

from dataclasses import dataclass
from typing import Literal

from skillrepo.behaviour.result import Evaluated


@dataclass(frozen=True, slots=True)
class EvalShape:
    """What became of the tasks of a skill; `base` is its tree before, `head` that after.

    Both are null for what is in no commit, and `base` for what was not before, or not run.
    """

    version: Literal[1]
    skill: str
    base: str | None
    head: str | None
    evaluated: Evaluated
