"""The questions that a model is asked of a skill, as `config/rubric.yaml` has them."""

from functools import cache
from hashlib import sha256
from typing import Literal, NamedTuple

from skillrepo import resource, yaml_text

_FILE = "config/rubric.yaml"


class Item(NamedTuple):
    """A question to which yes is the better answer; `name` is `dimension.item`.

    `quote` is the answer that has to be proven by the skill's own words: `yes` where something has
    to be there, `no` where a fault must not be. Where it is `whole` the answer rests on all of the
    skill. In a dimension that `blocks` a single no fails. `na` is an answer only where it may be,
    and of the `description` only the frontmatter proves anything.
    """

    name: str
    dimension: str
    ask: str
    quote: Literal["yes", "no"]
    whole: bool
    blocks: bool
    na: bool = False
    description: bool = False


class Bands(NamedTuple):
    """How often a model says yes of the good control skill at least, of the bad one at most."""

    good_at_least: int
    bad_at_most: int


class Rubric(NamedTuple):
    """All questions in order, titles of dimensions, the file's sha256 (hex), and the bands."""

    items: tuple[Item, ...]
    titles: dict[str, str]
    sha256: str
    controls: Bands


@cache
def rubric() -> Rubric:
    """The rubric that ships."""
    text = resource.read(_FILE)
    value = yaml_text.load(text).value
    dimensions = value["dimensions"]
    items = tuple(
        Item(
            f"{key}.{name}",
            key,
            item["ask"],
            item["quote"],
            item.get("whole", False),
            dimension.get("blocks", False),
            item.get("na", False),
            item.get("description", False),
        )
        for key, dimension in dimensions.items()
        for name, item in dimension["items"].items()
    )
    titles = {key: dimension["title"] for key, dimension in dimensions.items()}
    bands = Bands(**value["controls"])
    return Rubric(items, titles, sha256(text.encode()).hexdigest(), bands)
