"""The questions that a model is asked of a skill, as `config/rubric.yaml` has them."""

from functools import cache
from hashlib import sha256
from typing import Literal, NamedTuple

from skillrepo import resource, yaml_text

_FILE = "config/rubric.yaml"


class Item(NamedTuple):
    """A question to which yes is the better answer; `name` is `dimension.item`.

    `quote` is the answer that has to be proven by the skill's own words. Where it is `whole` the
    answer rests on all of the skill. In a dimension that `blocks` a single no fails.
    """

    name: str
    dimension: str
    ask: str
    quote: Literal["yes", "no"]
    whole: bool
    blocks: bool


class Rubric(NamedTuple):
    """All questions in their order, the titles of dimensions, and the file's sha256 (hex)."""

    items: tuple[Item, ...]
    titles: dict[str, str]
    sha256: str


@cache
def rubric() -> Rubric:
    """The rubric that ships."""
    text = resource.read(_FILE)
    dimensions = yaml_text.load(text).value["dimensions"]
    items = tuple(
        Item(
            f"{key}.{name}",
            key,
            item["ask"],
            item["quote"],
            item.get("whole", False),
            dimension.get("blocks", False),
        )
        for key, dimension in dimensions.items()
        for name, item in dimension["items"].items()
    )
    titles = {key: dimension["title"] for key, dimension in dimensions.items()}
    return Rubric(items, titles, sha256(text.encode()).hexdigest())
