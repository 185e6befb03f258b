"""For which queries a skill is chosen, as a line of the git note on its tree, and read back.

The line is JSON with sorted keys and no blanks, as `schemas/triggers-note.schema.json` says. Notes
are no security boundary: whoever may push the ref may write what they like. A line that is damaged,
or whose outcomes and verdict are not what its runs make, counts for nothing.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from typing import Any

from skillrepo import __version__
from skillrepo.behaviour.catalogue import seed
from skillrepo.behaviour.trigger_result import RouteRun, Triggers, TriggersNote
from skillrepo.behaviour.trigger_summary import concluded
from skillrepo.behaviour.triggers import MOST_QUERIES
from skillrepo.errors import SkillRepoError
from skillrepo.visible import one_line

_MARK = b'"kind":"triggers"'
_LONGEST = 500_000
"""Bytes of a line: a note of more than 1 MiB is not read."""
_MOST_LINES = 20
_MOST_TRIALS = 100
_MOST_PROBES = 100


def line(found: Triggers, base: str | None) -> str:
    """The line that says this; `base` is the tree of before. SkillRepoError if it is too long."""
    text = _text(TriggersNote(1, "triggers", __version__, base, found))
    if len(text) > _LONGEST:
        raise SkillRepoError("so many runs are too much for a note; ask with fewer --trials")
    return text


def read(note: bytes, base: str | None) -> Iterator[Triggers]:
    """What a note says of a change from the tree `base`, as far as it is sound."""
    mark = f'{{"base":{json.dumps(base)},'.encode()
    lines = [each for each in note.splitlines() if each.startswith(mark) and _MARK in each]
    # To look whether one is sound takes time, and whoever may push may write many.
    for each in lines[:_MOST_LINES]:
        found = _sound(each)
        if found is not None:
            yield found.triggers


def best(found: Iterable[Triggers]) -> list[Triggers]:
    """For each model what says most: of several that say as much the worst; by model."""
    chosen: dict[str, Triggers] = {}
    for each in found:
        other = chosen.setdefault(each.model, each)
        if _weight(each) > _weight(other):
            chosen[each.model] = each
    return [chosen[name] for name in sorted(chosen)]


def _weight(found: Triggers) -> tuple[int, int, int, str]:
    measured = sum(each.recall.of + each.specificity.of for each in found.sides)
    worse = ("pass", "inconclusive", "fail").index(found.verdict)
    # The last only so that the order of lines does not matter.
    return measured, found.trials, worse, json.dumps(asdict(found), sort_keys=True)


def _text(note: TriggersNote) -> str:
    return json.dumps(asdict(note), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _sound(text: bytes) -> TriggersNote | None:
    if len(text) > _LONGEST:
        return None
    try:
        note: TriggersNote = _reader().validate_json(text, strict=True)
    except ValueError:
        return None
    # Nothing beside, and nothing twice: what is read is all that is written.
    if _text(note).encode() != text or not _is_sound(note.triggers):
        return None
    return note if all(one_line(each) == each for each in _texts(asdict(note))) else None


def _texts(value: object) -> Iterator[str]:
    """All texts of a note: none of them may hold what a terminal or a CI runner acts on."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


@cache
def _reader() -> Any:
    from pydantic import TypeAdapter  # noqa: PLC0415 - 90 ms, where there is such a note alone

    return TypeAdapter(TriggersNote)


def _is_sound(found: Triggers) -> bool:
    """Whether it is of a size that is made, and says of its runs what they make."""
    if not 0 < found.trials <= _MOST_TRIALS or not 0 < len(found.queries) <= MOST_QUERIES:
        return False
    if len(found.controls.probes) > _MOST_PROBES:
        return False
    sides = [each.shown.side for each in found.sides]
    if sides not in (["head"], ["head", "base"]):
        return False
    if any([each.side for each in query.sides] != sides for query in found.queries):
        return False
    usage = found.usage
    counts = (usage.calls, usage.input_tokens, usage.output_tokens, usage.cost or 0)
    runs = [each.runs for query in found.queries for each in query.sides]
    runs += [(each.run,) for each in found.controls.probes if each.run]
    if min(counts) < 0 or not all(_are_runs(each, found) for each in runs):
        return False
    return concluded(found) == found


def _are_runs(runs: tuple[RouteRun, ...], found: Triggers) -> bool:
    if len(runs) > found.trials or any(run.problem and run.skill is not None for run in runs):
        return False
    return [run.seed for run in runs] == [seed(found.exam, n) for n in range(len(runs))]
