"""Verifies what a model quoted: code alone decides what is proven, and what not."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from skillrepo.judge.pages import Line, Pages, Place, enough
from skillrepo.judge.review import Vote
from skillrepo.judge.rubric import Item

_MOST, _MOST_IN_FRONTMATTER = 3, 8
"""Questions that one line answers with yes; all the four of a description ask for one line."""


class Verified(NamedTuple):
    """What became of the votes of a reply.

    `listened` are the items of which a yes rests on flagged text, `unproven` says of others why
    their quote proves nothing, and `worn` are the lines that were quoted for too many.
    """

    listened: tuple[str, ...]
    unproven: Mapping[str, str]
    worn: frozenset[Line]


def verify(
    asked: Sequence[Item], votes: Mapping[str, Vote], pages: Pages, worn: Collection[Line] = ()
) -> Verified:
    """Look the quotes up; `worn` are lines that count for nothing any more."""
    places = {name: pages.places(vote.quote) for name, vote in votes.items() if vote.quote}
    yes = {name: found for name, found in places.items() if votes[name].answer == "yes"}
    # A quote that stands elsewhere too is not one of the flagged text.
    listened = tuple(n for n, found in yes.items() if found and all(p.void for p in found))
    out = frozenset(worn) | _worn(yes)
    unproven: dict[str, str] = {}
    for item in asked:
        vote = votes[item.name]
        if vote.answer == item.quote:
            why = _why_not(item, vote, places.get(item.name, []), out)
            if why:
                unproven[item.name] = why
    return Verified(listened, unproven, out)


def proof(item: Item, vote: Vote, pages: Pages) -> Place | None:
    """The first place of a quote that was verified; None for a vote that needs none."""
    if vote.answer != item.quote:
        return None
    return next(iter(fit(item, pages.places(vote.quote))), None)


def _why_not(item: Item, vote: Vote, places: Sequence[Place], worn: Collection[Line]) -> str:
    """Why a vote is not proven; empty where it is."""
    if not vote.quote:
        return "it quotes nothing"
    if not enough(vote.quote):
        return "its quote is too short or too long"
    if not places:
        return "its quote does not stand in the text"
    found = fit(item, places)
    if not found:
        return "its quote does not stand where it would prove anything"
    if item.quote == "yes" and all(any(line in worn for line in p.lines) for p in found):
        return "its quote is one of a line that is quoted for too many questions"
    return ""


def fit(item: Item, places: Sequence[Place]) -> Sequence[Place]:
    """The places of a quote that can prove an answer to this item."""
    return [p for p in places if not p.void and (p.in_frontmatter or not item.description)]


def _worn(quoted: Mapping[str, Sequence[Place]]) -> frozenset[Line]:
    """The lines that are quoted for more questions than one line can answer."""
    of_line: dict[Line, set[str]] = defaultdict(set)
    most: dict[Line, int] = {}
    for name, places in quoted.items():
        for place in places:
            for line in place.lines:
                of_line[line].add(name)
                most[line] = _MOST_IN_FRONTMATTER if place.in_frontmatter else _MOST
    return frozenset(line for line, names in of_line.items() if len(names) > most[line])
