"""The shapes of what a model says of a skill: in `grade --json`, and in the notes on its tree."""

from dataclasses import dataclass
from typing import Literal

from skillrepo.judge.review import Answer


@dataclass(frozen=True, slots=True)
class ItemShape:
    """The answer to one question of the rubric, by its name; null where most votes give none.

    `agreed` of `votes` ballots give it. `quote` are the skill's own words, in its file `path`. What
    is `inherited` was answered for the version before the change, and rests on what it left alone.
    """

    item: str
    answer: Answer | None
    quote: str
    path: str
    agreed: int
    votes: int
    inherited: bool


@dataclass(frozen=True, slots=True)
class PaidShape:
    """What votes cost; `cost` is in US dollars, null where the price is not known."""

    votes: int
    input_tokens: int
    output_tokens: int
    cost: float | None


@dataclass(frozen=True, slots=True)
class OpinionShape:
    """What a model says of a skill after a change and before it; `base` is null for a new one.

    `rubric` and `prompt` are hashes (sha256, hex) of what was asked. `parts` is in how many
    requests the longer of the two was shown, 1 where it was shown as a whole. `binding` names the
    items that are calibrated for the model: of the others none is in the verdict. With `controls`
    or `problems` none is. `paid` is for the votes on both, whenever they were cast.
    """

    model: str
    rubric: str
    prompt: str
    votes: int
    parts: int
    head: tuple[ItemShape, ...]
    base: tuple[ItemShape, ...] | None
    binding: tuple[str, ...]
    controls: tuple[str, ...]
    problems: tuple[str, ...]
    paid: PaidShape


@dataclass(frozen=True, slots=True)
class VoteShape:
    """What one ballot says of one item; null where it counts for nothing, and why."""

    answer: Answer | None
    quote: str
    why: str


@dataclass(frozen=True, slots=True)
class BallotShape:
    """One vote of a model; `votes` is by the names of items.

    `seed` made the order in which they were asked, and was sent. `fingerprint` is what the provider
    says of what answered. `problem` says why it is of no use, empty where it is; it was paid for
    all the same. `cost` is in US dollars, null where the price of the model is not known.
    """

    seed: int
    votes: dict[str, VoteShape]
    input_tokens: int
    output_tokens: int
    cost: float | None
    fingerprint: str
    problem: str


@dataclass(frozen=True, slots=True)
class JudgeNoteShape:
    """What a model said of a skill: a line of the note on its tree in refs/notes/skillrepo/grades.

    It counts for the same `code`, `rubric` and `prompt` (sha256, hex), the same `model`, and where
    the same is `shown` again: the skill's texts and its neighbours, of which it is the sha256.
    `answers` is what most ballots say of each item. `controls` says what was wrong with what the
    model said of the two control skills.
    """

    version: Literal[1]
    kind: Literal["judge"]
    tool: str
    code: str
    model: str
    rubric: str
    prompt: str
    shown: str
    ballots: tuple[BallotShape, ...]
    answers: dict[str, Answer | None]
    controls: tuple[str, ...]
