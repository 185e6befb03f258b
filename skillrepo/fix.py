"""Applies the fixes of findings to the files of one skill: each is kept only if it does no harm."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from skillrepo.finding import Edit, Finding, Fix

_MOST_ROUNDS = 50
"""A fix may bring up another; each round applies at least one, or is the last."""

UNREAD = frozenset(("D101", "D102"))
"""Rules whose finding keeps the others from looking: when it is gone, they may find more."""

Look = Callable[[Mapping[str, bytes]], tuple[Finding, ...]]
"""The findings in the skill where these files (path → bytes) have these contents."""


class Repair(NamedTuple):
    """What is to be written: path → bytes before and after; folders to move; what was fixed."""

    files: Mapping[str, tuple[bytes, bytes]]
    moves: tuple[tuple[str, str], ...]
    fixed: tuple[Finding, ...]


def repair(read: Callable[[str], bytes], look: Look) -> Repair:
    """Apply the fixes of a skill until none is left that helps.

    `read` gives the bytes of a file. A fix that overlaps another waits for the next round. One
    that leaves a finding which was not there before, or YAML that does not parse, is not applied.
    """
    now: dict[str, bytes] = {}
    before: dict[str, bytes] = {}
    fixed: list[Finding] = []
    found = look(now)
    for _ in range(_MOST_ROUNDS):
        wanted = [each for each in found if each.fix and each.fix.edits]
        for path in {each.path for each in wanted}:
            before.setdefault(path, read(path))
        applied, found = _round(wanted, found, now, before, look)
        if not applied:
            break
        fixed += applied
    moves = [each for each in found if each.fix and each.fix.move]
    return Repair(
        {path: (before[path], data) for path, data in now.items() if before[path] != data},
        tuple(dict.fromkeys(each.fix.move for each in moves if each.fix and each.fix.move)),
        (*fixed, *moves),
    )


def _round(
    wanted: list[Finding],
    found: tuple[Finding, ...],
    now: dict[str, bytes],
    before: Mapping[str, bytes],
    look: Look,
) -> tuple[list[Finding], tuple[Finding, ...]]:
    """Apply what can be applied together; if that does harm, one after the other."""
    together = _without_overlap(wanted)
    for attempt in (together, *([each] for each in wanted)):
        if not attempt:
            continue
        trial = dict(now)
        for path in {each.path for each in attempt}:
            fixes = (each.fix for each in attempt if each.path == path and each.fix)
            trial[path] = apply(now.get(path, before[path]), fixes)
        after = look(trial)
        if _no_worse(found, after):
            now.update(trial)
            return attempt, after
    return [], found


def apply(data: bytes, fixes: Iterable[Fix]) -> bytes:
    """The bytes with the edits of fixes that do not overlap."""
    edits = sorted((edit for fix in fixes for edit in fix.edits), reverse=True)
    for edit in edits:
        data = data[: edit.start] + edit.text.encode() + data[edit.end :]
    return data


def _without_overlap(wanted: list[Finding]) -> list[Finding]:
    """The first fix of each place; edits that touch count as overlapping."""
    taken: dict[str, list[Edit]] = {}
    chosen: list[Finding] = []
    for finding in wanted:
        edits = finding.fix.edits if finding.fix else ()
        others = taken.setdefault(finding.path, [])
        if not any(e.start <= o.end and o.start <= e.end for e in edits for o in others):
            others += edits
            chosen.append(finding)
    return chosen


def _no_worse(old: tuple[Finding, ...], new: tuple[Finding, ...]) -> bool:
    """Whether there are fewer faults now, and none that was not there.

    Where the frontmatter could not be read and now can, the rules see it for the first time.
    """
    was, now = Counter(_kinds(old)), Counter(_kinds(new))
    if {kind for kind in was if kind[1] in UNREAD} - now.keys():
        return True
    return now.total() < was.total() and not (now - was)


def _kinds(findings: tuple[Finding, ...]) -> Iterable[tuple[str, str]]:
    return ((finding.path, finding.code) for finding in findings)
