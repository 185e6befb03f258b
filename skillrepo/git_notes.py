"""Notes on objects, as `git notes` keeps them: many read at once, and united as many write them.

A note here is a set of lines. What two writers say of one object is united, as by git's own
`cat_sort_uniq`, so no merge of them conflicts: https://git-scm.com/docs/git-notes#_notes_merge_strategies
"""

import os
from collections.abc import Callable, Collection, Iterable, Mapping

from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository, is_oid, whole_oid
from skillrepo.git_tree import Change, commit_changes
from skillrepo.git_write import RefChange, update_refs
from skillrepo.visible import one_line

_LONGEST = 1 << 20
"""Bytes of one note; a longer one is none of ours."""
_TRIES = 100
"""How often a writer that another was quicker than begins anew; each time one of them ends."""


def read_notes(
    repository: Repository, ref: str, oids: Collection[str] | None = None
) -> dict[str, bytes]:
    """The notes of these objects, of all that have one where none are named, by object.

    An object without a note is not among them, nor is one whose note is longer than 1 MiB, or is
    not here, as in a partial clone. SkillRepoError where the ref cannot be one of notes.
    """
    tip = _tip(repository, ref)
    if tip is None:
        return {}
    paths = _places(repository, tip)
    wanted = paths.keys() if oids is None else paths.keys() & set(oids)
    names = sorted(wanted)
    contents = repository.read((paths[oid][1] for oid in names), limit=_LONGEST)
    return {
        oid: content
        for oid, content in zip(names, contents, strict=True)
        if isinstance(content, bytes)
    }


def add_to_notes(
    repository: Repository, ref: str, lines: Mapping[str, Iterable[str]], message: str
) -> int:
    """Add lines to the notes of objects in one commit, and give how many notes became longer.

    Nothing is committed where all is there already. Others may write the same notes meanwhile:
    neither side's lines are lost. SkillRepoError as from `commit_changes` and `update_refs`.
    """
    added = {whole_oid(oid): frozenset(each.encode() for each in of) for oid, of in lines.items()}
    return _write(repository, ref, message, lambda tip: (tip, added))


def full_notes(repository: Repository, ref: str, oids: Collection[str]) -> list[str]:
    """Those of the objects whose notes are longer than 1 MiB: they are not read, nor added to."""
    tip = _tip(repository, ref)
    paths = _places(repository, tip) if tip else {}
    there = sorted(paths.keys() & set(oids))
    contents = repository.read((paths[oid][1] for oid in there), limit=_LONGEST)
    return [oid for oid, content in zip(there, contents, strict=True) if isinstance(content, int)]


def told_full(ref: str, oid: str) -> str:
    """What is wrong with a full note, and what to do."""
    return (
        f"the note of {oid} in {ref} is longer than 1 MiB, so it is not read and nothing is added: "
        f"git notes --ref {ref} remove {oid}"
    )


def unite_notes(repository: Repository, ref: str, other: str, message: str) -> int:
    """Add to the commit `other` of notes the lines that only `ref` has, and move `ref` there.

    So what `ref` then stands on can be pushed to where `other` came from. Gives how many notes
    of `other` became longer.
    """

    def start(tip: str | None) -> tuple[str | None, _Lines]:
        if tip is None or tip == other:
            return other, {}
        theirs = {oid: blob for oid, (_, blob) in _places(repository, other).items()}
        ours = {oid: blob for oid, (_, blob) in _places(repository, tip).items()}
        new = sorted(oid for oid, blob in ours.items() if theirs.get(oid) != blob)
        contents = repository.read((ours[oid] for oid in new), limit=_LONGEST)
        texts = zip(new, contents, strict=True)
        return other, {oid: _lines(text) for oid, text in texts if isinstance(text, bytes)}

    return _write(repository, ref, message, start)


_Lines = Mapping[str, frozenset[bytes]]
_Start = Callable[[str | None], tuple[str | None, _Lines]]


def _write(repository: Repository, ref: str, message: str, start: _Start) -> int:
    """Commit on what `start` gives for the tip of the ref: a commit, and lines to be added."""
    for _ in range(_TRIES):
        tip = _tip(repository, ref)
        base, added = start(tip)
        changes, count = _changes(repository, base, added)
        new = commit_changes(repository, base, changes, message) if count else base
        if new is None or new == tip:
            return count
        try:
            update_refs(repository, [RefChange(ref, new, tip)], message)
        except SkillRepoError:
            if repository.ref_oid(ref) == tip:
                raise
            continue  # another writer was quicker
        return count
    why = f"{ref} is written by others all the time: run it again when they have ended"
    raise SkillRepoError(why)


def _tip(repository: Repository, ref: str) -> str | None:
    """The commit of the notes; None where there are none.

    SkillRepoError for anything else: what stands for a branch would have the branch written.
    """
    form = "%(refname)%00%(objectname)%00%(objecttype)%00%(symref)"
    output = os.fsdecode(repository.run("for-each-ref", f"--format={form}", ref))
    for each in output.split("\n")[:-1]:
        name, oid, kind, target = each.split("\0")
        if name != ref:
            continue
        if target:
            raise _stands_for(ref, target)
        if kind != "commit":
            raise SkillRepoError(f"{ref} is a {kind}, and holds no notes: git update-ref -d {ref}")
        return oid
    # One that stands for what there is not is listed nowhere, and yet that would be written.
    if elsewhere := repository.symbolic_target(ref):
        raise _stands_for(ref, elsewhere)
    return None


def _stands_for(ref: str, target: str) -> SkillRepoError:
    why = f"stands for {one_line(target)}, and holds no notes: git symbolic-ref -d {ref}"
    return SkillRepoError(f"{ref} {why}")


def _changes(
    repository: Repository, base: str | None, added: _Lines
) -> tuple[dict[str, Change], int]:
    """What makes the notes of a commit hold these lines, and how many notes that concerns."""
    places = _places(repository, base) if base else {}
    there = sorted(oid for oid in added if oid in places)
    contents = repository.read((places[oid][1] for oid in there), limit=_LONGEST)
    known = dict(zip(there, contents, strict=True))
    changes: dict[str, Change] = {}
    count = 0
    for oid, lines in added.items():
        before = known.get(oid)
        if oid in known and not isinstance(before, bytes):
            continue  # not here, or none of ours: to write it anew would lose what it says
        old = _lines(before) if isinstance(before, bytes) else frozenset()
        if lines <= old:
            continue
        path = f"{oid[:2]}/{oid[2:]}"
        if oid in places and places[oid][0] != path:
            changes[places[oid][0]] = None
        changes[path] = b"".join(b"%b\n" % line for line in sorted(old | lines))
        count += 1
    return changes, count


def _lines(text: bytes) -> frozenset[bytes]:
    return frozenset(line for line in text.split(b"\n") if line)


def _places(repository: Repository, commit: str) -> dict[str, tuple[str, str]]:
    """Path and blob of each note by the object that it is on; git has them in folders as it likes.

    Where git would have made two paths of one object, which it unites when it reads them, the last
    one counts.
    """
    found = {}
    for path, entry in repository.tree_entries(commit).items():
        oid = path.replace("/", "")
        if is_oid(oid):
            found[oid] = (path, entry.oid)
    return found
