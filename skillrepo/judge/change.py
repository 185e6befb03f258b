"""A skill before and after a change: judged apart, and what did not change keeps its answer.

Code takes back what a model changes its mind about without a reason in the text. A fault that was
quoted and still stands is still one. What was not there is there only by words that are new.
"""

from collections.abc import Mapping, Sequence

from skillrepo.judge.ask import PROMPT
from skillrepo.judge.case import Case
from skillrepo.judge.envelope import shown
from skillrepo.judge.panel import Panel, Side, review
from skillrepo.judge.quotes import fit
from skillrepo.judge.review import ItemResult, Judged, Review
from skillrepo.judge.rubric import Item

_NO_BASE = "the version before could not be judged"


def judged(panel: Panel, case: Case) -> Judged:
    """What the panel says of both versions of a skill."""
    items = panel.rubric.items
    head = Side.of(shown(case.head), case.neighbours)
    if case.base is None:
        return Judged(review(panel, head, items), None)
    base = Side.of(shown(case.base), case.neighbours)
    before = review(panel, base, items)
    if before.problems:
        return Judged(_unasked(panel, (), (_NO_BASE,)), before)
    known = {result.item: result for result in before.items}
    kept = _kept(items, known, base, head)
    left = [item for item in items if item.name not in kept]
    after = review(panel, head, left) if left else _unasked(panel, ())
    told = kept | {result.item: result for result in after.items}
    results = tuple(_held(item, known[item.name], told[item.name], base, head) for item in items)
    return Judged(after._replace(items=results), before)


def _unasked(panel: Panel, items: tuple[ItemResult, ...], problems: tuple[str, ...] = ()) -> Review:
    return Review(panel.model, panel.rubric.sha256, PROMPT, items, (), 1, problems)


def _kept(
    items: Sequence[Item], known: Mapping[str, ItemResult], base: Side, head: Side
) -> dict[str, ItemResult]:
    """The answers for the version before that hold for this one, by item."""
    same = base.shown == head.shown
    return {
        item.name: known[item.name]._replace(inherited=True)
        for item in items
        if same or (not item.whole and _rests(item, known[item.name], base, head))
    }


def _rests(item: Item, result: ItemResult, base: Side, head: Side) -> bool:
    """Whether an answer was proven by sections that are as they were."""
    if result.answer != item.quote:
        # That something is missing rests on all of the text.
        return False
    places = fit(item, base.pages.places(result.quote))
    return any(head.pages.sections.issuperset(place.sections) for place in places)


def _held(item: Item, before: ItemResult, after: ItemResult, base: Side, head: Side) -> ItemResult:
    """The answer for the version after: a no becomes another answer only by another text."""
    if before.answer != "no" or after.answer == "no":
        return after
    if item.quote == "no":
        stands = head.pages.count(before.quote) >= base.pages.count(before.quote) > 0
    else:
        # Words that were there before did not prove it then.
        stands = after.answer == "na" or (
            after.answer == "yes" and base.pages.count(after.quote) > 0
        )
    return before._replace(inherited=True) if stands else after
