"""Which skill of before a draft's is: one that was moved, or renamed, is another path to git."""

from collections.abc import Callable, Iterable, Mapping
from posixpath import dirname

from skillrepo.files import Source
from skillrepo.git import Entry
from skillrepo.git_tips import Change
from skillrepo.library import is_skill_file


def former(changed: Mapping[str, Change]) -> dict[str, str]:
    """The SKILL.md of each skill that was moved → the SKILL.md that it was.

    It is the one with the same bytes, else in a folder of the same name, else the only one left;
    where there are several, it is none.
    """
    skills = {path: change for path, change in changed.items() if is_skill_file(path)}
    come = {path for path, change in skills.items() if change.before is None}
    gone = {path for path, change in skills.items() if change.after is None}
    found: dict[str, str] = {}
    for key in (lambda path: _blob(skills[path]), _folder, lambda _: ""):
        pairs = _pairs(come - found.keys(), gone - set(found.values()), key)
        found.update(pairs)
    return found


def former_between(paths: Iterable[str], before: Source, after: Source) -> dict[str, str]:
    """The same of two sources that differ at these paths, be they commits or not."""
    found: dict[str, Change] = {}
    for path in filter(is_skill_file, paths):
        there = [source.kind(path) not in _NO_FILE for source in (before, after)]
        if there[0] != there[1]:
            mode, _, oid = (before if there[0] else after).object_id(path).partition(" ")
            entry = Entry(mode, oid)
            found[path] = Change(entry, None) if there[0] else Change(None, entry)
    return former(found)


_NO_FILE = ("missing", "folder")


def _pairs(come: set[str], gone: set[str], key: Callable[[str], str]) -> Mapping[str, str]:
    """Those that have a key in common, which none beside them has."""
    new, old = _single(come, key), _single(gone, key)
    return {path: old[each] for each, path in new.items() if each in old}


def _single(paths: set[str], key: Callable[[str], str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(key(path), []).append(path)
    return {each: same[0] for each, same in found.items() if len(same) == 1}


def _blob(change: Change) -> str:
    entry = change.after or change.before
    return entry.oid if entry else ""


def _folder(path: str) -> str:
    return dirname(path).rpartition("/")[2]
