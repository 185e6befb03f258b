"""Several votes on one version of a skill, and what most of them say of each question."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple

from skillrepo.judge.ask import PROMPT, Ask, Content, overhead, seed
from skillrepo.judge.ballot import ballot
from skillrepo.judge.case import Neighbour
from skillrepo.judge.envelope import Shown
from skillrepo.judge.pages import Pages, enough
from skillrepo.judge.parts import parts
from skillrepo.judge.quotes import proof
from skillrepo.judge.review import Answer, Ballot, ItemResult, Review, Vote
from skillrepo.judge.rubric import Item, Rubric
from skillrepo.secret_text import masked
from skillrepo.visible import visible

Cast = tuple[Ballot, str]
"""A ballot, and why it is of no use."""
Known = Mapping[tuple[str, int], Cast]
"""Ballots that need not be asked for, by `Review.shown` and their seed."""
NOTHING_KNOWN: Known = MappingProxyType({})
Together = Callable[[Callable[[int], Cast], Sequence[int]], list[Cast]]
"""Calls a function with each number, at the same time where it can; in order."""


def one_by_one(cast: Callable[[int], Cast], numbers: Sequence[int]) -> list[Cast]:
    """Without threads."""
    return [cast(number) for number in numbers]


class Panel(NamedTuple):
    """Who is asked, and how: 1, 3 or 5 `votes`, in requests of `max_prompt_tokens` (≈) at most.

    A ballot that is `known`, by what was shown (`Review.shown`) and its seed, is not asked for.
    """

    ask: Ask
    model: str
    rubric: Rubric
    votes: int = 3
    max_prompt_tokens: int = 60_000
    together: Together = one_by_one
    known: Known = NOTHING_KNOWN


class Side(NamedTuple):
    """A version of a skill, ready to be asked about."""

    shown: Shown
    pages: Pages
    neighbours: tuple[Neighbour, ...] = ()

    @classmethod
    def of(cls, shown: Shown, neighbours: Sequence[Neighbour] = ()) -> "Side":
        """Index its texts."""
        return cls(shown, Pages(shown), tuple(neighbours))


def review(panel: Panel, side: Side, items: Sequence[Item]) -> Review:
    """What the panel says of these items, by their order."""
    shown = contents(panel, side, items)
    content = "\n".join(each.text for each in shown)
    key = sha256(f"{content} {panel.rubric.sha256} {PROMPT}".encode()).hexdigest()

    def cast(number: int) -> Cast:
        at = seed(key, number)
        known = panel.known.get((key, at))
        if known and holds(known[0], items, side.pages):
            return known
        return ballot(panel.ask, shown, side.pages, items, at)

    casts = _votes(panel, cast, items)
    ballots = tuple(each for each, _ in casts)
    results = tuple(_result(item, ballots, side.pages) for item in items)
    problems = tuple(dict.fromkeys(problem for _, problem in casts if problem))
    hashes = (panel.rubric.sha256, PROMPT)
    return Review(panel.model, *hashes, results, ballots, len(shown), problems, key)


def _votes(panel: Panel, cast: Callable[[int], Cast], items: Sequence[Item]) -> list[Cast]:
    """As many as it takes until no other one could change anything."""
    enough = panel.votes // 2 + 1
    casts = panel.together(cast, range(enough))
    while len(casts) < panel.votes and not any(problem for _, problem in casts):
        if all(most(item.name, [each for each, _ in casts])[1] >= enough for item in items):
            break
        casts += panel.together(cast, [len(casts)])
    return casts


def holds(ballot: Ballot, items: Sequence[Item], pages: Pages) -> bool:
    """Whether a ballot that was kept votes on these items, and what it quotes proves its votes."""
    votes = ballot.votes
    return all(item.name in votes and _stands(item, votes[item.name], pages) for item in items)


def _stands(item: Item, vote: Vote, pages: Pages) -> bool:
    if vote.answer != item.quote:
        return True
    return enough(vote.quote) and proof(item, vote, pages) is not None


def most(item: str, ballots: Sequence[Ballot]) -> tuple[Answer | None, int]:
    """The answer that most ballots give, None among them, and how many do."""
    return Counter(each.votes[item].answer for each in ballots).most_common(1)[0]


def _result(item: Item, ballots: Sequence[Ballot], pages: Pages) -> ItemResult:
    modal, agreed = most(item.name, ballots)
    if not modal or 2 * agreed <= len(ballots):
        return ItemResult(item.name, None, "", "", agreed, len(ballots))
    votes = [each.votes[item.name] for each in ballots]
    said = [vote for vote in votes if vote.answer == modal]
    proofs = ((vote.quote, place.path) for vote in said if (place := proof(item, vote, pages)))
    quote, path = next(proofs, ("", ""))
    return ItemResult(item.name, modal, quote, path, agreed, len(ballots))


def contents(panel: Panel, side: Side, items: Sequence[Item]) -> list[Content]:
    """What requests about a version of a skill show: all of it, or in parts where it is long."""
    others = tuple(
        {"name": _safe(each.name), "description": _safe(each.description)}
        for each in side.neighbours
    )
    whole = Content(side.shown.files, side.shown.left_out, others)
    room = panel.max_prompt_tokens - overhead(items, whole)
    found = parts(side.shown.files, room)
    if len(found) == 1:
        return [whole]
    return [
        whole._replace(files=files, part=f"{number} of {len(found)}")
        for number, files in enumerate(found, 1)
    ]


def _safe(text: str) -> str:
    return visible(masked(text))
