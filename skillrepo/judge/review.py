"""A model's opinion of a skill, as one value; it is printed beside the grade, never averaged in."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Answer = Literal["yes", "no", "na"]
"""To a question of the rubric; yes is always the better one."""


class Vote(NamedTuple):
    """What one reply says of one item: `answer` is None where it counts for nothing, for `why`."""

    answer: Answer | None
    quote: str = ""
    why: str = ""


class Ballot(NamedTuple):
    """One reply of a model: `votes` by item, in the order in which they were asked.

    `seed` made that order and was sent. `fingerprint` is what the provider says of what answered.
    """

    seed: int
    votes: Mapping[str, Vote]
    input_tokens: int
    output_tokens: int
    cost: float | None
    fingerprint: str = ""


class ItemResult(NamedTuple):
    """What most of the ballots say of one item of the rubric, as `dimension.item`.

    `answer` is None where no answer has most of them, or none counts. `agreed` of `votes` ballots
    say it. `quote` is the skill's own words, found in the file at `path`. One that is `inherited`
    was answered for the version before, and what it rests on is still the same.
    """

    item: str
    answer: Answer | None
    quote: str
    path: str
    agreed: int
    votes: int
    inherited: bool = False


class Review(NamedTuple):
    """What a model says of one version of a skill.

    `rubric` and `prompt` are hashes (sha256, hex) of what was asked, and how. `parts` is in how
    many requests the text was shown, more than 1 where it is longer than one may be. `problems`
    say what is missing, for people; with any, the review decides nothing. `shown` names (sha256,
    hex) what the ballots were shown, and is empty where nothing was asked.
    """

    model: str
    rubric: str
    prompt: str
    items: tuple[ItemResult, ...]
    ballots: tuple[Ballot, ...]
    parts: int = 1
    problems: tuple[str, ...] = ()
    shown: str = ""


class Judged(NamedTuple):
    """A skill after a change and before it, as a model judged them: apart, by the same questions.

    `base` is None for a new skill. `controls` says what went wrong with the two control skills of
    the batch, empty where the model told the good one from the bad one.
    """

    head: Review
    base: Review | None
    controls: tuple[str, ...] = ()
