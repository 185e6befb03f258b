"""How far a model answers as people do, by item: which of its answers may decide anything.

Agreement is Cohen's kappa, since raw agreement is high wherever most answers are alike (of 21
judges raw agreement was 33 to 41 points above it, arXiv 2606.19544). An item whose interval
reaches below 0.4 is advisory: it is printed, and is no part of a verdict. So is one that nobody
labelled.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from skillrepo import schema
from skillrepo.agreement import Agreement, agreement
from skillrepo.errors import SkillRepoError
from skillrepo.files import Source
from skillrepo.judge.labels import Label
from skillrepo.judge.review import Answer
from skillrepo.judge.rubric import rubric
from skillrepo.proportion import wilson
from skillrepo.visible import one_line

FILE_NAME = ".skillrepo/judge.json"
LEAST = 0.4
"""The least kappa, at the interval's lower end, of an item that may decide."""

Answers = Mapping[str, Answer | None]
"""By item, of one version of a skill; None where the model gave none that counts."""
_NONE = "none"
_DIGITS = 4


class ItemAgreement(NamedTuple):
    """How far answers to an item agree with people's labels, of which there are `labels`.

    `agreed` is the share of answers that are the label, between 0 and 1. `kappa`, with its 95 %
    interval from `low` to `high`, is that beyond chance; None where it is not defined, as when all
    labels and all answers are the same.
    """

    item: str
    labels: int
    agreed: float | None
    kappa: float | None
    low: float | None
    high: float | None

    @property
    def binds(self) -> bool:
        """Whether answers to it may decide."""
        return self.low is not None and self.low >= LEAST


class Calibration(NamedTuple):
    """How far a model answers as people do, asked these questions in this way.

    `rubric`, `prompt` and `labels` are hashes (sha256, hex) of the questions, of how they were
    asked, and of the file of labels. `skills` counts versions of skills. `retest` is the share of
    answers that came again when the same was asked again, `swap` in the reverse order.
    """

    model: str
    rubric: str
    prompt: str
    labels: str
    skills: int
    votes: int
    retest: float | None
    swap: float | None
    items: tuple[ItemAgreement, ...]


def measure(
    labels: Sequence[Label], answers: Mapping[tuple[str, str], Answers], items: Sequence[str]
) -> tuple[ItemAgreement, ...]:
    """The agreement of answers, by skill and tree, with the labels of these items, in their order.

    An answer that the model did not give agrees with no label. Labels of skills that were not
    judged at all count for nothing.
    """
    found = []
    for item in items:
        mine = [each for each in labels if each.item == item and each[:2] in answers]
        people = [each.answer for each in mine]
        model = [answers[each[:2]].get(item) or _NONE for each in mine]
        if mine:
            found.append(_agreement(item, people, model))
    return tuple(found)


def _agreement(item: str, people: Sequence[str], model: Sequence[str]) -> ItemAgreement:
    found = agreement(people, model, seed=item)
    numbers = (found.raw, found.kappa, _low(found, people, model), found.high)
    raw, *kappa = (None if each is None else round(each, _DIGITS) for each in numbers)
    return ItemAgreement(item, found.units, raw, *kappa)


def _low(found: Agreement, people: Sequence[str], model: Sequence[str]) -> float | None:
    """The lower end, also where the bootstrap knows of no disagreement to draw.

    Of perfect agreement each resample is perfect, be it of 8 labels. So the end is no higher than
    kappa is with the lower end of the share of equal labels, by Wilson, and the same chance.
    """
    if found.low is None or found.raw is None:
        return None
    share = wilson(round(found.raw * found.units), found.units)
    ones, others = Counter(people), Counter(model)
    chance = sum(count * others[label] for label, count in ones.items()) / found.units**2
    return min(found.low, (share[0] - chance) / (1 - chance)) if share else found.low


def same(pairs: Sequence[tuple[Answers, Answers]]) -> float | None:
    """The share of answers that are the same in both of a pair; None where none can be compared."""
    compared = [
        one[item] == other[item]
        for one, other in pairs
        for item in one.keys() & other.keys()
        if one[item] is not None and other[item] is not None
    ]
    return round(sum(compared) / len(compared), _DIGITS) if compared else None


def binding(known: Sequence[Calibration], model: str, rubric: str, prompt: str) -> frozenset[str]:
    """The items whose answers may decide, when this model is asked these questions in this way."""
    return frozenset(
        each.item
        for calibration in known
        if calibration[:3] == (model, rubric, prompt)
        for each in calibration.items
        if each.binds
    )


def of_source(source: Source) -> tuple[Calibration, ...]:
    """Those that a source has; none where there is no such file."""
    if source.kind(FILE_NAME) == "missing":
        return ()
    data = next(iter(source.read([FILE_NAME])))
    if not isinstance(data, bytes):
        raise SkillRepoError(f"{FILE_NAME} cannot be read; {_HOW}")
    return load(data.decode(errors="replace"))


def load(text: str) -> tuple[Calibration, ...]:
    """The calibrations in a file. SkillRepoError for one that is damaged."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise SkillRepoError(f"{FILE_NAME} is no JSON; {_HOW}") from None
    for violation in schema.violations("calibration", value):
        raise SkillRepoError(f"{FILE_NAME}: {schema.explain(violation)}; {_HOW}")
    for each in value["calibrations"]:
        _refuse_unknown(each)
    return tuple(
        Calibration(**{**each, "items": tuple(ItemAgreement(**item) for item in each["items"])})
        for each in value["calibrations"]
    )


def _refuse_unknown(calibration: Mapping[str, Any]) -> None:
    """SkillRepoError where one for the rubric of now names what is no item of it.

    One for another rubric may name what it likes: it decides nothing.
    """
    now = rubric()
    known = {each.name for each in now.items}
    for each in calibration["items"] if calibration["rubric"] == now.sha256 else ():
        if each["item"] not in known:
            what = f"{one_line(each['item'])}, which is no item of the rubric"
            raise SkillRepoError(f"{FILE_NAME} names {what}; {_HOW}")


_HOW = "remove it and write it anew: skillrepo judge calibrate LABELS.jsonl --write"


def dump(known: Sequence[Calibration], new: Calibration) -> str:
    """The text of a file that knows these and a new one, which replaces one of the same kind."""
    others = [each for each in known if each[:3] != new[:3]]
    value = {
        "version": 1,
        "calibrations": [
            {**each._asdict(), "items": [item._asdict() for item in each.items]}
            for each in sorted((*others, new))
        ],
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
