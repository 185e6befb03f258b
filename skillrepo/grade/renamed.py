"""Which skill of before a new one is that has another name: one that said much the same.

The share is the Jaccard index of the passages (`shingles`) of both bodies. From a half on it is a
renaming, as for `git diff --find-renames`; so whoever puts a bad skill in the place of another has
it compared with nothing.
"""

from collections.abc import Iterable
from heapq import nlargest

from skillrepo.document import Document
from skillrepo.grade.shingles import shingles
from skillrepo.library import Library

_LEAST = 0.5
_MOST = 100
"""Skills of each side that are compared; where more came and went, none is taken for renamed."""


def renamed(
    before: Library, gone: Iterable[str], after: Library, come: Iterable[str]
) -> dict[str, str]:
    """The SKILL.md of each new skill that was another → the one that it was, which is gone.

    Of several the one with the most in common; a skill that is gone is one of the new at most.
    """
    old, new = sorted(gone), sorted(come)
    if not 0 < len(old) <= _MOST or not 0 < len(new) <= _MOST:
        return {}
    passages = _passages(before, old)
    shares = {
        (path, other): len(own & theirs) / len(own | theirs)
        for path, own in _passages(after, new).items()
        for other, theirs in passages.items()
    }
    found: dict[str, str] = {}
    for path, other in nlargest(len(shares), shares, key=lambda pair: shares[pair]):
        if shares[path, other] < _LEAST:
            break
        if path not in found and other not in found.values():
            found[path] = other
    return found


def _passages(library: Library, paths: list[str]) -> dict[str, set[int]]:
    """Those of the skills that can be read and say something."""
    skills = (each for each in library.load(paths) if isinstance(each, Document))
    found = ((each.path, shingles(each.body)) for each in skills)
    return {path: own for path, own in found if own}
