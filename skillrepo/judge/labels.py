"""What people answered of skills, one answer a line: `LABELS.jsonl` → `Label`.

    {"skill": "data/pdf-merge", "tree": "3f2…", "item": "knowledge.failure_mode", "label": "yes"}

`tree` is the git object of the skill's folder, so that a label stays with the text that was read;
without it the label is of the skill as HEAD has it. A line whose label is null waits for somebody.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple, cast, get_args

from skillrepo.errors import SkillRepoError
from skillrepo.judge.review import Answer
from skillrepo.visible import one_line

_MOST_BYTES = 64 << 20
_KEYS = frozenset({"skill", "tree", "item", "label", "ask", "by"})


class Label(NamedTuple):
    """What a person answers to one item for one version of a skill; `tree` is "" for HEAD's."""

    skill: str
    tree: str
    item: str
    answer: Answer


class Labels(NamedTuple):
    """The labels of a file, in its order, and how many of its lines wait for one."""

    labels: tuple[Label, ...]
    waiting: int


def read(data: bytes, name: str, items: Collection[str]) -> Labels:
    """The labels in a file. SkillRepoError with the line that is none, or says twice what is so."""
    if len(data) > _MOST_BYTES:
        raise SkillRepoError(f"{name} has more than {_MOST_BYTES:,} bytes")
    found: dict[tuple[str, str, str], Label] = {}
    waiting = 0
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        value = _value(line, where)
        label = _label(value, where, items)
        if label is None:
            waiting += 1
            continue
        if found.setdefault(label[:3], label) != label:
            raise SkillRepoError(
                f"{where}: {one_line(label.item)} of {one_line(label.skill)} has another label "
                "above; keep one of them"
            )
    return Labels(tuple(found.values()), waiting)


def _value(line: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise SkillRepoError(f"{where}: is no JSON") from None
    if not isinstance(value, dict):
        raise SkillRepoError(f'{where}: is no object such as {{"skill", "item", "label"}}')
    if unknown := sorted(value.keys() - _KEYS):
        raise SkillRepoError(f"{where}: `{one_line(unknown[0])}` is no key of a label")
    return value


def _label(value: dict[str, Any], where: str, items: Collection[str]) -> Label | None:
    texts = {key: value.get(key, "") for key in ("skill", "tree", "item")}
    for key, text in texts.items():
        if not isinstance(text, str) or (not text and key != "tree"):
            raise SkillRepoError(f"{where}: `{key}` must be a text")
    if texts["item"] not in items:
        raise SkillRepoError(
            f"{where}: {one_line(texts['item'])} is no item of the rubric; "
            "`skillrepo judge labels SKILL` prints them all"
        )
    answer = value.get("label")
    if answer is None:
        return None
    if answer not in get_args(Answer):
        raise SkillRepoError(f"{where}: `label` must be yes, no, na, or null where nobody said")
    return Label(**texts, answer=cast("Answer", answer))


def template(skill: str, tree: str, asked: Collection[tuple[str, str]]) -> Iterator[str]:
    """A line for each item of a skill, for a person to fill in; `asked` is item and question."""
    for item, ask in asked:
        value = {"skill": skill, "tree": tree, "item": item, "ask": ask, "label": None}
        yield json.dumps(value, ensure_ascii=False)
