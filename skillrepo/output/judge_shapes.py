"""The shape of what `skillrepo judge calibrate --json` prints; `schemas/` is made from it."""

from dataclasses import dataclass
from typing import Literal

from skillrepo.output.shapes import SpentShape


@dataclass(frozen=True, slots=True)
class AgreementShape:
    """How far answers to an item agree with labels of people.

    `kappa` is Cohen's, from `low` to `high`, null where it is not defined; where it `binds` the
    item may decide.
    """

    item: str
    labels: int
    agreed: float | None
    kappa: float | None
    low: float | None
    high: float | None
    binds: bool


@dataclass(frozen=True, slots=True)
class NotJudgedShape:
    """A skill that was not judged, and why."""

    skill: str
    why: str


@dataclass(frozen=True, slots=True)
class CalibrateShape:
    """How far a model answers as people do; `rubric`, `prompt` and `labels` are hashes (sha256).

    `retest` is the share of answers that came again, `swap` in the reverse order; null where that
    was not measured. `waiting` counts lines that wait for a label.
    """

    version: Literal[1]
    model: str
    rubric: str
    prompt: str
    labels: str
    skills: int
    votes: int
    retest: float | None
    swap: float | None
    items: tuple[AgreementShape, ...]
    waiting: int
    not_judged: tuple[NotJudgedShape, ...]
    spent: SpentShape | None
