"""What a model says of a skill, as one value that every output is made of."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from skillrepo.grade.gate import LayerVerdict
from skillrepo.judge.review import Ballot, ItemResult, Judged, Review
from skillrepo.judge.rubric import rubric


class Paid(NamedTuple):
    """What votes cost: how many there were, tokens, and US dollars, None where not known.

    One of which no reply came is none.
    """

    votes: int
    input_tokens: int
    output_tokens: int
    cost: float | None

    def __add__(self, other: object) -> "Paid":
        """Sum two of them; what is not known of one is not known of both."""
        if not isinstance(other, Paid):
            return NotImplemented
        known = self.cost is not None and other.cost is not None
        return Paid(
            self.votes + other.votes,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            (self.cost or 0.0) + (other.cost or 0.0) if known else None,
        )


NOTHING = Paid(0, 0, 0, 0.0)
_MOST = 10**12


def are_sound(counts: Iterable[object], cost: object) -> bool:
    """Whether numbers that a stranger wrote can be counts, and US dollars or None."""
    # To JSON's schemas 1.0 is an integer, and Python's have no end.
    return all(type(each) is int and 0 <= each <= _MOST for each in counts) and (
        cost is None or (isinstance(cost, int | float) and 0 <= cost <= _MOST)
    )


class Opinion(NamedTuple):
    """What a model says of a skill, beside its grade; no number is made of it and the grade.

    `head` and `base` are the answers after and before, `base` None for a new skill. `votes` is how
    many ballots the head had. `binding` names the items that are calibrated for the model. With
    `controls` or `problems` it decides nothing. `paid` is what the ballots cost, whenever that was.
    """

    model: str
    rubric: str
    prompt: str
    votes: int
    head: tuple[ItemResult, ...]
    base: tuple[ItemResult, ...] | None
    binding: tuple[str, ...]
    controls: tuple[str, ...]
    problems: tuple[str, ...]
    paid: Paid

    @property
    def disputed(self) -> int:
        """Of how many items of the head the ballots say different things."""
        return sum(each.agreed < each.votes for each in self.head if not each.inherited)


class Judgement(NamedTuple):
    """What a model says of a skill, and what follows from that for the verdict."""

    opinion: Opinion
    layer: LayerVerdict


def opinion(judged: Judged, binding: Collection[str]) -> Opinion:
    """What there is to tell of a skill; `binding` says which items are calibrated for the model."""
    head, base = judged.head, judged.base
    # A skill that a change leaves as it is was judged once.
    reviews = (head,) if base is None or base is head else (base, head)
    problems = (why for review in reviews for why in review.problems)
    return Opinion(
        head.model,
        head.rubric,
        head.prompt,
        len(head.ballots),
        head.items,
        None if base is None else base.items,
        tuple(item.name for item in rubric().items if item.name in binding),
        judged.controls,
        tuple(dict.fromkeys(problems)),
        sum(map(_paid, reviews), NOTHING),
    )


def _paid(review: Review) -> Paid:
    return sum(map(_of_ballot, review.ballots), NOTHING)


def _of_ballot(ballot: Ballot) -> Paid:
    came = ballot.input_tokens + ballot.output_tokens > 0
    return Paid(int(came), ballot.input_tokens, ballot.output_tokens, ballot.cost)
