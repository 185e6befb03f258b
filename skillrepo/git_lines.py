"""Which lines of a file a change adds, as git's own diff has them."""

import re

from skillrepo.git import Repository, whole_oid

_HUNK = re.compile(rb"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_OPTIONS = ("--no-color", "--no-ext-diff", "--no-textconv", "--text", "--unified=0")


def added_lines(repository: Repository, old: str, new: str) -> frozenset[int]:
    """The numbers, from 1, of the lines that a blob has and an older one has not."""
    output = repository.run("diff", *_OPTIONS, whole_oid(old), whole_oid(new))
    found: set[int] = set()
    for hunk in _HUNK.finditer(output):
        start = int(hunk[1])
        found.update(range(start, start + int(hunk[2] or 1)))
    return frozenset(found)
