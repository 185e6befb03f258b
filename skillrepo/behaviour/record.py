"""What became of a skill's tasks, as a line of the git note on the skill's tree, and read back.

The line is JSON with sorted keys and no blanks, as `schemas/behaviour-note.schema.json` says. Notes
are no security boundary: whoever may push the ref may write what they like. A line that is damaged,
or whose verdict is not what its counts make, counts for nothing.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from typing import Any

from skillrepo import __version__
from skillrepo.behaviour.comparing import compare, decide
from skillrepo.behaviour.exam import MOST_ASSERTIONS, MOST_TASKS, MOST_TRIALS
from skillrepo.behaviour.result import BehaviourNote, Evaluated
from skillrepo.errors import SkillRepoError

_MARK = b'"kind":"behaviour"'
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LONGEST = 500_000
"""Bytes of a line: a note of more than 1 MiB is not read."""
_MOST_LINES = 20


def line(evaluated: Evaluated, base: str | None) -> str:
    """The line that says this; `base` is the tree of before. SkillRepoError if it is too long."""
    note = BehaviourNote(1, "behaviour", __version__, base, evaluated)
    text = _text(note)
    if len(text) > _LONGEST:
        raise SkillRepoError("these tasks have too much text to be kept in a note; shorten them")
    return text


def read(note: bytes, base: str | None) -> Iterator[Evaluated]:
    """What a note says of a change from the tree `base`, as far as it is sound."""
    mark = f'{{"base":{json.dumps(base)},'.encode()
    lines = [each for each in note.splitlines() if each.startswith(mark) and _MARK in each]
    # To look whether one is sound takes time, and whoever may push may write many.
    for each in lines[:_MOST_LINES]:
        found = _sound(each)
        if found is not None and found.base == base:
            yield found.evaluated


def best(found: Iterable[Evaluated]) -> list[Evaluated]:
    """For each runner what says most: of most trials, and of several such the worst, by runner."""
    chosen: dict[str, Evaluated] = {}
    for each in found:
        other = chosen.setdefault(each.runner, each)
        if _weight(each) > _weight(other):
            chosen[other.runner] = each
    return [chosen[name] for name in sorted(chosen)]


def _weight(evaluated: Evaluated) -> tuple[int, int, str]:
    worse = ("pass", "inconclusive", "fail").index(evaluated.verdict)
    # The last only so that the order of lines does not matter.
    return evaluated.trials, worse, json.dumps(asdict(evaluated), sort_keys=True)


def _text(note: BehaviourNote) -> str:
    return json.dumps(asdict(note), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _sound(text: bytes) -> BehaviourNote | None:
    if len(text) > _LONGEST:
        return None
    try:
        note: BehaviourNote = _reader().validate_json(text, strict=True)
        again = _text(note).encode()
    except ValueError:
        return None
    # Nothing beside, and nothing twice: what is read is all that is written.
    return note if again == text and _is_sound(note.evaluated) else None


@cache
def _reader() -> Any:
    from pydantic import TypeAdapter  # noqa: PLC0415 - 90 ms, where there is such a note alone

    return TypeAdapter(BehaviourNote)


def _is_sound(evaluated: Evaluated) -> bool:
    """Whether it is of a size that is made, and says of its counts what they make."""
    tasks = evaluated.tasks
    sizes = (len(tasks), *(len(each.assertions) for each in tasks))
    if not 0 < sizes[0] <= MOST_TASKS or max(sizes[1:]) > MOST_ASSERTIONS:
        return False
    if evaluated.trials > MOST_TRIALS or not _NAME.fullmatch(evaluated.runner):
        return False
    tallies = [tally for task in tasks for each in task.assertions for tally in each.tallies]
    runs = [each for task in tasks for each in task.runs]
    counts = (
        *(number for each in tallies for number in (each.passed, each.failed, each.not_measured)),
        *(number for each in runs for number in (each.ended, each.failed, each.timeout)),
        *(each.cut_off for each in runs),
    )
    if not all(0 <= number <= evaluated.trials for number in counts):
        return False
    others = [each.against for each in evaluated.compared]
    if others not in (["base"], ["none"], ["base", "none"]):
        return False
    made = compare(tasks, others)
    told = decide(tasks, made, by_model=bool(evaluated.model))
    return made == evaluated.compared and told == (evaluated.verdict, evaluated.reasons)
