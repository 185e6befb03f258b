"""What a model says of a skill before and after a change → its part of the verdict.

The layer can lower a verdict or ask for a review: no pass of it clears what another layer found.
Only items that were calibrated for the model bind; the others are told, and decide nothing.
"""

from collections.abc import Mapping, Sequence

from skillrepo import paired
from skillrepo.grade.gate import NOT_MEASURED, LayerVerdict, Verdict
from skillrepo.grade.opinion import Opinion
from skillrepo.judge.review import ItemResult
from skillrepo.judge.rubric import Item, rubric

MARGIN = 0.1
"""Of the share of items that are yes, what may be lost."""
_ALL = "all items"
# A new line can prove that something is there, and would make up for faults that were found.
_APART = {"yes": "what is to be there", "no": "faults"}
_WORTH = {"yes": 1.0, "no": 0.0}


def verdict(said: Opinion) -> LayerVerdict:
    """What follows from an opinion.

    - inconclusive: the model could not tell the control skills apart, or something is missing;
    - not measured: no item is calibrated for the model;
    - fail: a binding item of a dimension that blocks is no, with a quote, as it was not before; or
      binding items went from yes to no, as `paired.compare_all` finds, by Holm, over all of them,
      over those of which something is to be there, and over those of which a fault is not;
    - inconclusive: too little is known to say that nothing was lost;
    - pass: neither, of a new skill where no item that blocks is no.
    """
    if said.controls or said.problems:
        controls = (f"control skills: {why}" for why in said.controls)
        return _says("inconclusive", *controls, *said.problems)
    if not said.binding:
        return LayerVerdict("judge", None, (_not_calibrated(said),))
    if blocking := _blocking(said):
        return _says("fail", *blocking)
    found = _of_new(said) if said.base is None else _compared(said)
    unsettled = _unsettled(said)
    lowered: Verdict | None = "inconclusive" if unsettled and found.verdict != "fail" else None
    return found._replace(verdict=lowered or found.verdict, reasons=(*found.reasons, *unsettled))


def _of_new(said: Opinion) -> LayerVerdict:
    if any(item.blocks for item in _bound(said)):
        return _says("pass")
    why = "of a new skill only items that block decide, and none is calibrated for"
    return LayerVerdict("judge", None, (f"judge: {NOT_MEASURED} ({why} {said.model})",))


def _says(verdict: Verdict, *reasons: str) -> LayerVerdict:
    return LayerVerdict("judge", verdict, reasons)


def _not_calibrated(said: Opinion) -> str:
    why = f"no item is calibrated for {said.model}, so nothing of it is in the verdict"
    return f"judge: {NOT_MEASURED} ({why}: skillrepo judge calibrate)"


def _bound(said: Opinion) -> list[Item]:
    return [item for item in rubric().items if item.name in said.binding]


def _blocking(said: Opinion) -> list[str]:
    head, base = _answers(said.head), _answers(said.base or ())
    return [
        f"{item.name} is no, and a no of it blocks: “{head[item.name].quote}”"
        for item in _bound(said)
        if item.blocks and _is_no(head.get(item.name)) and not _is_no(base.get(item.name))
    ]


def _is_no(found: ItemResult | None) -> bool:
    """Whether it is proven: a no that shows nothing fails nobody."""
    return found is not None and found.answer == "no" and bool(found.quote)


def _unsettled(said: Opinion) -> list[str]:
    """Items that block of which nobody knows: no answer has most votes, or no quote proves it."""
    head = _answers(said.head)
    return [
        f"{item.name}, which blocks, has no answer that most votes give and a quote proves"
        for item in _bound(said)
        if item.blocks
        and (
            item.name not in head
            or head[item.name].answer is None
            or (head[item.name].answer == "no" and not head[item.name].quote)
        )
    ]


def _answers(items: Sequence[ItemResult]) -> dict[str, ItemResult]:
    return {each.item: each for each in items}


def _compared(said: Opinion) -> LayerVerdict:
    bound = _bound(said)
    groups = {_ALL: _differences(said, bound)}
    for quote, name in _APART.items():
        groups[name] = _differences(said, [item for item in bound if item.quote == quote])
    seed = f"{said.model} {said.rubric} {said.prompt}"
    compared = paired.compare_all(groups, margin=MARGIN, seed=seed)
    whole = compared[_ALL]
    if whole.tasks < paired.MIN_TASKS:
        why = (
            f"{whole.tasks} calibrated items have a yes or no before and after, and fewer than "
            f"{paired.MIN_TASKS} cannot show that a skill has become worse"
        )
        return _says("inconclusive", why)
    found = decided(compared, _ALL)
    if found == "fail":
        worse = {name: each for name, each in compared.items() if each.verdict == "fail"}
        return _says("fail", *(_told(name, each) for name, each in worse.items()))
    if whole.verdict != "pass":
        return _says("inconclusive", _told(_ALL, whole))
    return _says(found, *(_made_up(name) for name in _fallen(compared)))


def decided(compared: Mapping[str, paired.Comparison], whole: str) -> Verdict:
    """What follows from comparisons: that of the `whole`, unless one of its parts has fallen."""
    verdicts = {each.verdict for each in compared.values()}
    if "fail" in verdicts:
        return "fail"
    return "inconclusive" if _fallen(compared) else compared[whole].verdict


def _fallen(compared: Mapping[str, paired.Comparison]) -> list[str]:
    return [name for name, each in compared.items() if (each.mean or 0.0) < -MARGIN]


def _made_up(name: str) -> str:
    return f"{name}: the share that is yes falls by more than {MARGIN:.2f}, though others rise"


def _differences(said: Opinion, items: Sequence[Item]) -> list[float]:
    """Of each item with a yes or no on both sides, 1 where it became yes, -1 where it became no."""
    head, base = (
        {each.item: _WORTH[each.answer] for each in side if each.answer in _WORTH}
        for side in (said.head, said.base or ())
    )
    return [head[i.name] - base[i.name] for i in items if i.name in head and i.name in base]


def _told(name: str, found: paired.Comparison) -> str:
    seen = (
        f"{name}: the share that is yes changes by {found.mean:+.2f} over {found.tasks} items "
        f"({found.low:+.2f} to {found.high:+.2f}, p = {found.p:.2g})"
    )
    if found.verdict == "fail":
        return f"{seen}, and may fall by {MARGIN:.2f}"
    return (
        f"{seen}: neither a fall of {MARGIN:.2f} nor its absence is shown; a fall of "
        f"{found.detectable:.2f} would be found in 4 of 5 comparisons"
    )
