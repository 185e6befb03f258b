"""What a model says of a skill, as one value that every output is made of."""

import math
from collections.abc import Collection, Iterable
from typing import NamedTuple

from skillrepo.grade.gate import LayerVerdict
from skillrepo.judge.review import Ballot, ItemResult, Judged
from skillrepo.judge.rubric import rubric


class Paid(NamedTuple):
    """What votes cost: how many there were, tokens, and US dollars, None where not known.

    One of which no reply came is none.
    """

    votes: int
    input_tokens: int
    output_tokens: int
    cost: float | None


def total(paid: Iterable[Paid]) -> Paid:
    """All of them together; what is not known of one is not known of all."""
    every = list(paid)
    costs = [each.cost for each in every if each.cost is not None]
    return Paid(
        sum(each.votes for each in every),
        sum(each.input_tokens for each in every),
        sum(each.output_tokens for each in every),
        math.fsum(costs) if len(costs) == len(every) else None,
    )


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
    many ballots of the head a reply came of, and `parts` in how many requests the longer of the two
    was shown. `binding` names the items that are calibrated for the model. With `controls` or
    `problems` it decides nothing. `paid` is what the ballots cost, whenever that was.
    """

    model: str
    rubric: str
    prompt: str
    votes: int
    parts: int
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
        sum(_of_ballot(ballot).votes for ballot in head.ballots),
        max(review.parts for review in reviews),
        head.items,
        None if base is None else base.items,
        tuple(item.name for item in rubric().items if item.name in binding),
        judged.controls,
        tuple(dict.fromkeys(problems)),
        total(_of_ballot(ballot) for review in reviews for ballot in review.ballots),
    )


def _of_ballot(ballot: Ballot) -> Paid:
    came = ballot.input_tokens + ballot.output_tokens > 0
    return Paid(int(came), ballot.input_tokens, ballot.output_tokens, ballot.cost)
