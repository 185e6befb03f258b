"""What a model says of a skill as JSON, and back: read, it is what a stranger wrote."""

from collections.abc import Mapping
from typing import Any

from skillrepo.grade.opinion import Opinion, Paid, are_sound
from skillrepo.judge.review import ItemResult
from skillrepo.judge.rubric import rubric
from skillrepo.output import review_shapes as shapes


def shape(said: Opinion) -> shapes.OpinionShape:
    """An opinion as the shape that is printed."""
    return shapes.OpinionShape(
        model=said.model,
        rubric=said.rubric,
        prompt=said.prompt,
        votes=said.votes,
        parts=said.parts,
        head=tuple(map(_item, said.head)),
        base=None if said.base is None else tuple(map(_item, said.base)),
        binding=said.binding,
        controls=said.controls,
        problems=said.problems,
        paid=shapes.PaidShape(*said.paid),
    )


def _item(each: ItemResult) -> shapes.ItemShape:
    return shapes.ItemShape(**each._asdict())


def read(value: Mapping[str, Any]) -> Opinion | None:
    """The opinion that a JSON object says, which satisfies the schema.

    None for names that are none of the rubric, and numbers that no ballots have.
    """
    head, base = sides = [tuple(map(_result, value[side] or ())) for side in ("head", "base")]
    spent = Paid(*(value["paid"][name] for name in Paid._fields))
    names = {item.name for item in rubric().items}
    sound = (
        all(map(_is_sound, sides))
        and names.issuperset(value["binding"])
        and are_sound((value["votes"], value["parts"], *spent[:3]), spent.cost)
    )
    if not sound:
        return None
    return Opinion(
        value["model"],
        value["rubric"],
        value["prompt"],
        value["votes"],
        value["parts"],
        head,
        None if value["base"] is None else base,
        tuple(value["binding"]),
        tuple(value["controls"]),
        tuple(value["problems"]),
        spent,
    )


def _result(value: Mapping[str, Any]) -> ItemResult:
    return ItemResult(*(value[name] for name in ItemResult._fields))


def _is_sound(items: tuple[ItemResult, ...]) -> bool:
    names = [each.item for each in items]
    return (
        len(set(names)) == len(names)
        and {item.name for item in rubric().items}.issuperset(names)
        and all(are_sound((each.agreed, each.votes), None) for each in items)
        and all(each.agreed <= each.votes for each in items)
    )
