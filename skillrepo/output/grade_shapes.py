"""The shape of what `skillrepo grade --json` prints; `schemas/` is made from it."""

from dataclasses import dataclass
from typing import Literal

from skillrepo.grade.profile import ProfileName
from skillrepo.output.review_shapes import OpinionShape
from skillrepo.output.shapes import FindingShape

VerdictName = Literal["pass", "fail", "inconclusive"]
LabelName = Literal["below", "minimum", "target", "excellent"]


@dataclass(frozen=True, slots=True)
class MeasureShape:
    """What one static measure says; `value` is between 0 and 1, null where it does not apply."""

    value: float | None
    why: str


@dataclass(frozen=True, slots=True)
class GradeNoteShape:
    """One line of a git note in refs/notes/skillrepo/grades, which is on the tree of a skill.

    It holds what depends on the skill's own files. `code` and `settings` are the hashes (sha256,
    hex) of what measured it: for another version the line counts for nothing.
    """

    version: Literal[1]
    tool: str
    code: str
    settings: str
    measures: dict[str, MeasureShape]
    score: float
    label: LabelName


@dataclass(frozen=True, slots=True)
class StaticShape:
    """A static grade: how well a skill is kept, found, and what it costs; not whether it helps.

    `percentile` says of how many of 100 published skills it is the better.
    """

    score: float
    label: LabelName
    percentile: int
    measures: dict[str, MeasureShape]


@dataclass(frozen=True, slots=True)
class LayerShape:
    """What one layer says; `verdict` is null where it was not measured."""

    layer: str
    verdict: VerdictName | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateShape:
    """The verdict on a skill, and what it rests on."""

    verdict: VerdictName
    layers: tuple[LayerShape, ...]


@dataclass(frozen=True, slots=True)
class OutcomeShape:
    """What became of one labelled query; `first` is the path of the SKILL.md that is first."""

    query: str
    should_trigger: bool
    path: str
    line: int
    rank: int | None
    first: str | None
    margin: float
    right: bool
    score: float


@dataclass(frozen=True, slots=True)
class RoutingShape:
    """What becomes of a skill's own labelled queries; null where there are none of the kind."""

    hit_at_1: float | None
    mrr: float | None
    negatives_held: float | None
    margin: float | None
    """How far it is ahead of the best of the others, the mean of the queries that it is for."""
    near_misses: float | None
    """The share of the queries that it is not for which come near to those that it is for."""
    outcomes: tuple[OutcomeShape, ...]
    not_looked_at: int
    """How many more queries it has that were too much work."""


@dataclass(frozen=True, slots=True)
class DistinctShape:
    """How far the body of a skill is its own; `nearest` is the skill that it repeats most of."""

    value: float | None
    nearest: str | None


@dataclass(frozen=True, slots=True)
class TheftShape:
    """A query of `owner` for which `thief` leads as it did not before."""

    query: str
    owner: str
    thief: str
    before: str | None


@dataclass(frozen=True, slots=True)
class LossShape:
    """A query for which `skill` is no longer first; `now` is."""

    query: str
    skill: str
    now: str | None


@dataclass(frozen=True, slots=True)
class RemovedShape:
    """A labelled query that `skill` had before, and has no longer, or with the other label."""

    query: str
    should_trigger: bool
    skill: str


@dataclass(frozen=True, slots=True)
class NeighbourShape:
    """Two skills that claim much of the same, and do not name each other."""

    skill: str
    other: str
    overlap: float
    before: float | None
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EffectShape:
    """What a change does to how skills are found; skills are named by the path of SKILL.md."""

    thefts: tuple[TheftShape, ...]
    losses: tuple[LossShape, ...]
    removed: tuple[RemovedShape, ...]
    neighbours: tuple[NeighbourShape, ...]
    resident_tokens_before: int
    resident_tokens_after: int
    not_looked_at: int
    not_compared: int


@dataclass(frozen=True, slots=True)
class SkillGradeShape:
    """One skill: `base` and `delta` are null for a new one, `grade` for one that cannot be read."""

    skill: str
    path: str
    new: bool
    grade: StaticShape | None
    base: StaticShape | None
    delta: float | None
    faults: tuple[FindingShape, ...]
    gate: GateShape
    routing: RoutingShape | None
    routing_base: RoutingShape | None
    distinct: DistinctShape | None
    review: OpinionShape | None
    """What a model says of it, null where none was asked; it is no part of the grade."""


@dataclass(frozen=True, slots=True)
class GradeShape:
    """What a change makes of skills; `head` is null for the worktree."""

    version: Literal[1]
    verdict: VerdictName
    base: str
    base_name: str
    head: str | None
    head_name: str
    skills: tuple[SkillGradeShape, ...]
    removed: tuple[str, ...]
    others: tuple[FindingShape, ...]
    """Errors that the change makes outside of the skills that it touches."""
    effect: EffectShape | None
    """Null where skills were named, whatever changed."""
    had_errors: bool
    """Whether some of the errors were there before, so that the base wants a baseline."""
    profile: ProfileName
    """By which the static grades are; those of the second are no part of the verdict."""
    root: str
    """The folder that addresses begin in: `skills` for that of skills/data/x; else empty."""
