"""One vote of a model on a version of a skill: asked, read, verified, and asked again at most once.

A reply is never mended and never guessed at: what is not proven counts as the rubric says, and
where there is no reply there is a problem.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from skillrepo.judge.ask import Ask, Content, Reply, order, request
from skillrepo.judge.pages import Pages
from skillrepo.judge.quotes import Verified, verify
from skillrepo.judge.reply import read
from skillrepo.judge.review import Ballot, Vote
from skillrepo.judge.rubric import Item

_TRIES = 2
_LISTENED = "it rests on text that speaks to whoever grades"
_Votes = dict[str, Vote]


class _UselessError(Exception):
    """There is no answer; the text says why."""


@dataclass(slots=True)
class _Voter:
    """Asks for one ballot, and sums what its requests cost."""

    ask: Ask
    pages: Pages
    seed: int
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = 0.0
    fingerprints: dict[str, None] = field(default_factory=dict)

    def votes(self, content: Content, asked: Sequence[Item]) -> _Votes:
        """The votes on one part of the text."""
        votes = self._answered(content, asked)
        found = _heard(verify(asked, votes, self.pages))
        left = [item for item in asked if item.name in found.unproven]
        if left:
            votes |= self._answered(content, left, again=True)
            found = _heard(verify(asked, votes, self.pages, found.worn))
        return {item.name: _counted(item, votes[item.name], found.unproven) for item in asked}

    def _answered(self, content: Content, asked: Sequence[Item], *, again: bool = False) -> _Votes:
        """What the model answers; a reply of no use is asked for once more."""
        problem = ""
        for number in range(_TRIES):
            # The same seed might give the same reply.
            reply = self.ask(request(content, asked, self.seed + number, again=again))
            self._pay(reply)
            votes = reply.problem or read(reply.text, asked)
            if not isinstance(votes, str):
                return votes
            problem = votes
            if reply.final:
                break
        raise _UselessError(problem)

    def _pay(self, reply: Reply) -> None:
        self.input_tokens += reply.input_tokens
        self.output_tokens += reply.output_tokens
        known = self.cost is not None and reply.cost is not None
        self.cost = (self.cost or 0.0) + (reply.cost or 0.0) if known else None
        if reply.fingerprint:
            self.fingerprints[reply.fingerprint] = None


def ballot(  # noqa: PLR0913 - what a vote depends on
    ask: Ask,
    contents: Sequence[Content],
    pages: Pages,
    items: Sequence[Item],
    seed: int,
    *,
    swapped: bool = False,
) -> tuple[Ballot, str]:
    """The votes on the items, and why they are of no use, empty where they are of use.

    `contents` are the parts of the text, mostly one. What was paid for is in the ballot, of use or
    not. The items come as the seed shuffles them, or `swapped` the other way round.
    """
    asked = order(items, seed)
    if swapped:
        asked = asked[::-1]
    voter = _Voter(ask, pages, seed)
    problem = ""
    try:
        votes = _combined(asked, [voter.votes(each, asked) for each in contents])
    except _UselessError as error:
        problem = str(error)
        votes = {item.name: Vote(None, why=problem) for item in asked}
    marks = " | ".join(voter.fingerprints)
    spent = (voter.input_tokens, voter.output_tokens, voter.cost)
    return Ballot(seed, votes, *spent, marks), problem


def _heard(found: Verified) -> Verified:
    if found.listened:
        raise _UselessError(_LISTENED)
    return found


def _counted(item: Item, vote: Vote, unproven: Mapping[str, str]) -> Vote:
    """What a vote counts for: what is not shown is not there, and a fault not shown is nothing."""
    why = unproven.get(item.name)
    if not why:
        return vote
    return Vote("no" if item.quote == "yes" else None, vote.quote, why)


def _combined(asked: Sequence[Item], parts: Sequence[_Votes]) -> _Votes:
    """The votes on all parts: what is there in one is there, and a fault in one is a fault."""
    if len(parts) == 1:
        return parts[0]
    return {item.name: _of_parts(item, [votes[item.name] for votes in parts]) for item in asked}


def _of_parts(item: Item, votes: Iterable[Vote]) -> Vote:
    by_answer = {vote.answer: vote for vote in reversed(list(votes))}
    other = "no" if item.quote == "yes" else "yes"
    for answer in (item.quote, None, other, "na"):
        if answer in by_answer:
            return by_answer[answer]
    raise AssertionError(item)
