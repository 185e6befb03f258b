"""What runs of a skill's tasks say of a change, as far as a note has it of these very two trees.

Nothing is run: `skillrepo eval --record` has made the notes. A skill whose files, or whose files
before, are others than those that were run has no such note, and was not measured.
"""

from collections.abc import Mapping
from posixpath import dirname

from skillrepo.behaviour.result import Evaluated
from skillrepo.git import Repository
from skillrepo.git_notes import read_notes
from skillrepo.grade.gate import LayerVerdict
from skillrepo.grade.record import REF, trees_of

NOT_RUN = LayerVerdict("behaviour", None)


def behaved(
    repository: Repository, base: str, head: str | None, skills: Mapping[str, str | None]
) -> Mapping[str, LayerVerdict]:
    """The layer of each skill that notes tell of, by the path of its SKILL.md in the head.

    `skills` leads from there to the path in the base, None for a new one. The worktree, `head`
    None, has no notes.
    """
    if head is None or not skills or repository.ref_oid(REF) is None:
        return {}
    after, before = trees_of(repository, head), trees_of(repository, base)
    trees = {path: after.get(dirname(path)) for path in skills}
    notes = read_notes(repository, REF, [tree for tree in trees.values() if tree])
    found: dict[str, LayerVerdict] = {}
    for path, was in skills.items():
        old = None if was is None else before.get(dirname(was))
        note = notes.get(trees[path] or "", b"")
        if b'"behaviour"' in note and (was is None or old):
            found[path] = _layer(note, old)
    return found


def _layer(note: bytes, base: str | None) -> LayerVerdict:
    from skillrepo.behaviour import record  # noqa: PLC0415 - for those who ran evals alone

    runs = record.best(record.read(note, base))
    if not runs:
        return NOT_RUN
    worst = max(runs, key=lambda each: ("pass", "inconclusive", "fail").index(each.verdict))
    return LayerVerdict("behaviour", worst.verdict, tuple(_told(worst)))


def _told(evaluated: Evaluated) -> list[str]:
    first, *rest = evaluated.reasons
    against = "the skill before" if evaluated.compared[0].against == "base" else "no skill"
    return [f"by the runner {evaluated.runner}, against {against}: {first}", *rest]
