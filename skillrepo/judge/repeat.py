"""How steady a model is: a skill judged as ever, once more, and with the questions reversed."""

from typing import NamedTuple

from skillrepo.judge.ballot import ballot
from skillrepo.judge.calibration import Answers
from skillrepo.judge.case import Case
from skillrepo.judge.envelope import shown
from skillrepo.judge.panel import Cast, Panel, Side, contents, review
from skillrepo.judge.review import Ballot

_SWAPPED = (False, True)
MORE = len(_SWAPPED)
"""Ballots of a case beside those that most are counted of."""


class Repeated(NamedTuple):
    """What most ballots say of a version of a skill, and how single ones compare.

    `again` are the answers of one ballot and of another one that was asked the very same; `swapped`
    those of the first and of one that was asked in the reverse order. None where that failed. With
    `problems` there are no answers at all.
    """

    answers: Answers
    again: tuple[Answers, Answers] | None
    swapped: tuple[Answers, Answers] | None
    problems: tuple[str, ...] = ()


def repeated(panel: Panel, case: Case) -> Repeated:
    """Judge the head of a case, with two ballots more than the panel has votes."""
    items = panel.rubric.items
    side = Side.of(shown(case.head), case.neighbours)
    found = review(panel, side, items)
    if found.problems:
        return Repeated({}, None, None, found.problems)
    first = found.ballots[0]
    content = contents(panel, side, items)

    def cast(number: int) -> Cast:
        swapped = _SWAPPED[number]
        return ballot(panel.ask, content, side.pages, items, first.seed, swapped=swapped)

    again, swapped = (
        None if problem else (_answers(first), _answers(other))
        for other, problem in panel.together(cast, range(len(_SWAPPED)))
    )
    return Repeated({each.item: each.answer for each in found.items}, again, swapped)


def _answers(one: Ballot) -> Answers:
    return {item: vote.answer for item, vote in one.votes.items()}
