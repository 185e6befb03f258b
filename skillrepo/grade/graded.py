"""What a change makes of skills, as one value: every output is made of it."""

from typing import NamedTuple

from skillrepo.finding import Finding
from skillrepo.grade.distinctness import Distinctness
from skillrepo.grade.gate import Gate, LayerVerdict, Verdict
from skillrepo.grade.opinion import Opinion
from skillrepo.grade.portfolio import Effect
from skillrepo.grade.profile import DEFAULT, ProfileName
from skillrepo.grade.routing import Routing
from skillrepo.grade.score import Grade


class SkillGrade(NamedTuple):
    """One skill that a change adds or changes, or that was named.

    `path` is that of its SKILL.md, `skill` its address. `grade` and `base` are the static grades
    after and before; None where that side is not there or could not be measured.
    `faults` are the findings of integrity. `routing` is what becomes of the skill's own labelled
    queries, None without any, `routing_before` the same in the base. `distinct` says how far its
    body is its own among all skills. These two depend on other skills, so no note has them.
    `review` is what a model says of it, None where none was asked; it is no part of `grade`.
    """

    skill: str
    path: str
    is_new: bool
    grade: Grade | None
    base: Grade | None
    faults: tuple[Finding, ...]
    gate: Gate
    routing: Routing | None = None
    routing_before: Routing | None = None
    distinct: Distinctness | None = None
    review: Opinion | None = None

    def reasons(self, layer: LayerVerdict) -> tuple[str, ...]:
        """What a layer that ran says, but for the findings of integrity, which are told as such."""
        if layer.verdict is None:
            return ()
        return layer.reasons[len(self.faults) :] if layer.layer == "integrity" else layer.reasons

    @property
    def delta(self) -> float | None:
        """How much the score has changed; None without two of them."""
        if self.grade is None or self.base is None:
            return None
        return round(self.grade.score - self.base.score, 4)


class Graded(NamedTuple):
    """A change, and the grades of its skills, in path order.

    `base` and `head` are commits by their whole names, with what people call them; `head` is None
    for the worktree. `effect` is what the change does to the routing of all skills, None where the
    skills were named, whatever changed. `had_errors` says that some of the faults were there before
    the change. `removed` are the addresses of skills that are gone, `others` the findings that the
    change makes outside of its own skills. The static grades are by `profile`. `root` is the folder
    that addresses begin in.
    """

    base: str
    base_name: str
    head: str | None
    head_name: str
    skills: tuple[SkillGrade, ...]
    removed: tuple[str, ...]
    others: tuple[Finding, ...]
    verdict: Verdict
    effect: Effect | None = None
    had_errors: bool = False
    profile: ProfileName = DEFAULT
    root: str = ""
