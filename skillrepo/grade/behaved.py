"""What runs of a skill's tasks, and its trigger queries, say of a change, as far as notes have it.

Nothing is run: `skillrepo eval --record` has made the notes. A skill whose files, or whose files
before, are others than those that were run has no such note, and was not measured. Nor were queries
that were asked among other skills.
"""

from collections.abc import Mapping
from posixpath import dirname
from typing import NamedTuple

from skillrepo.behaviour.result import Evaluated
from skillrepo.behaviour.trigger_result import Triggers
from skillrepo.git import Repository
from skillrepo.git_notes import read_notes
from skillrepo.grade.gate import LayerVerdict
from skillrepo.grade.index import Index
from skillrepo.grade.record import REF, trees_of

NOT_RUN = LayerVerdict("behaviour", None)
_KINDS = (b'"kind":"behaviour"', b'"kind":"triggers"')


class Change(NamedTuple):
    """The two commits, None for the worktree, and the skills of each."""

    base: str
    head: str | None
    before: Index
    after: Index


def behaved(
    repository: Repository, change: Change, skills: Mapping[str, str | None]
) -> Mapping[str, LayerVerdict]:
    """The layer of each skill that notes tell of, by the path of its SKILL.md in the head.

    `skills` leads from there to the path in the base, None for a new one. The worktree has no
    notes.
    """
    base, head = change.base, change.head
    if head is None or not skills or repository.ref_oid(REF) is None:
        return {}
    after, before = trees_of(repository, head), trees_of(repository, base)
    trees = {path: after.get(dirname(path)) for path in skills}
    notes = read_notes(repository, REF, [tree for tree in trees.values() if tree])
    found: dict[str, LayerVerdict] = {}
    for path, was in skills.items():
        old = None if was is None else before.get(dirname(was))
        note = notes.get(trees[path] or "", b"")
        if any(kind in note for kind in _KINDS) and (was is None or old):
            asked = _asked(note, old, change, path, was) if was else None
            found[path] = _layer(_ran(note, old), asked)
    return found


def _ran(note: bytes, base: str | None) -> Evaluated | None:
    from skillrepo.behaviour import record  # noqa: PLC0415 - for those who ran evals alone

    return max(record.best(record.read(note, base)), key=_badness, default=None)


def _asked(note: bytes, base: str | None, change: Change, path: str, was: str) -> Triggers | None:
    """The queries that were asked of both sides, among the skills that are there."""
    from skillrepo.behaviour import trigger_record  # noqa: PLC0415
    from skillrepo.grade.route_catalogue import catalogue  # noqa: PLC0415

    known = [each for each in trigger_record.read(note, base) if each.compared]
    if not known:
        return None
    there = {"head": catalogue(change.after, path), "base": catalogue(change.before, was)}
    wanted = {side: each.sha256 for side, each in there.items()}
    of_these = (
        each
        for each in known
        if {side.shown.side: side.shown.catalogue for side in each.sides} == wanted
    )
    return max(trigger_record.best(of_these), key=_badness, default=None)


def _badness(found: Evaluated | Triggers) -> int:
    return ("pass", "inconclusive", "fail").index(found.verdict)


def _layer(ran: Evaluated | None, asked: Triggers | None) -> LayerVerdict:
    if asked is None:
        return LayerVerdict("behaviour", ran.verdict, tuple(_told(ran))) if ran else NOT_RUN
    routed = [f"by the router {asked.model}: {each}" for each in asked.reasons]
    if ran is None:
        return LayerVerdict("behaviour", asked.verdict, tuple(routed))
    from skillrepo.behaviour.together import together  # noqa: PLC0415

    verdict, more = together(ran, asked)
    return LayerVerdict("behaviour", verdict, (*_told(ran), *routed, *more))


def _told(evaluated: Evaluated) -> list[str]:
    first, *rest = evaluated.reasons
    against = "the skill before" if evaluated.compared[0].against == "base" else "no skill"
    return [f"by the runner {evaluated.runner}, against {against}: {first}", *rest]
