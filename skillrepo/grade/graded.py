"""What a change makes of skills, as one value: every output is made of it."""

from typing import NamedTuple

from skillrepo.finding import Finding
from skillrepo.grade.gate import Gate, Verdict
from skillrepo.grade.score import Grade


class SkillGrade(NamedTuple):
    """One skill that a change adds or changes, or that was named.

    `path` is that of its SKILL.md, `skill` its address. `grade` and `base` are the static grades
    after and before; None where that side is not there or, as `why` says, could not be measured.
    `faults` are the findings of integrity.
    """

    skill: str
    path: str
    is_new: bool
    grade: Grade | None
    base: Grade | None
    faults: tuple[Finding, ...]
    gate: Gate
    why: str = ""

    @property
    def delta(self) -> float | None:
        """How much the score has changed; None without two of them."""
        if self.grade is None or self.base is None:
            return None
        return round(self.grade.score - self.base.score, 4)


class Graded(NamedTuple):
    """A change, and the grades of its skills, in path order.

    `base` and `head` are commits by their whole names, with what people call them; `head` is None
    for the worktree. `removed` are the addresses of skills that are gone, `others` the findings
    that the change makes outside of its own skills.
    """

    base: str
    base_name: str
    head: str | None
    head_name: str
    skills: tuple[SkillGrade, ...]
    removed: tuple[str, ...]
    others: tuple[Finding, ...]
    verdict: Verdict
