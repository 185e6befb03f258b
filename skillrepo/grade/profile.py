"""How measures become a grade: `Profile`, from `config/grading.yaml`."""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Literal, NamedTuple

from skillrepo import resource, yaml_text
from skillrepo.measure import Group

FILE = "config/grading.yaml"
ProfileName = Literal["default", "fleet-compat"]
DEFAULT: ProfileName = "default"
"""The profile that gates; the other is `fleet_compat.NAME`."""
LABELS = ("minimum", "target", "excellent")
"""From the lowest to the highest; what reaches none of them is `below`."""


class Row(NamedTuple):
    """A raw mean, the share of published skills (in %) that have less, and the score for it."""

    raw: float
    percentile: float
    score: float


class Profile(NamedTuple):
    """`weights` is by group, `labels` maps each label to the least score that has it.

    `file_shapes.GradingFile` says what each is.
    """

    name: ProfileName
    floor: float
    weights: Mapping[Group, float]
    labels: Mapping[str, float]
    calibration: Sequence[Row]


@cache
def shipped(name: ProfileName = DEFAULT) -> Profile:
    """The profile that ships with the tool; `fleet-compat` differs in its calibration alone."""
    value = yaml_text.load(resource.read(FILE)).value
    return Profile(
        name,
        value["floor"],
        value["groups"],
        {label: value["labels"][label]["score"] for label in LABELS},
        tuple(Row(**row) for row in value["calibration"][name]),
    )


@cache
def settings_hash() -> str:
    """The sha256 (hex) of the file: with another one a skill has another grade."""
    return sha256(resource.read(FILE).encode()).hexdigest()
