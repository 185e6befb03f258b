"""The skill holds no archive of files.

What it checks: no file of the skill is an archive: zip, tar, gzip, bzip2, xz, zstd, 7z, RAR.
Documents that are zip files inside (`.docx`, `.xlsx`, `.epub` and the like) are none.

Why it matters: nothing in an archive is looked at, by this tool or by a reviewer, so what it holds
is not known. A template project in an archive is common, so it is a note.

How to fix it: put the files themselves into the skill.

Example: `assets/template.zip`.

Source: house.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import INFO, Hit, Rule

_SUFFIXES = frozenset(
    (
        *(".zip", ".tar", ".tgz", ".gz", ".bz2", ".tbz", ".xz", ".txz", ".zst", ".7z", ".rar"),
        *(".skill", ".cab", ".iso", ".dmg", ".deb", ".rpm"),
    )
)


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look at the suffix of each file."""
    for item in context.bundle(skill).items:
        if item.kind == "file" and item.suffix in _SUFFIXES:
            message = "is an archive: nothing in it was analysed; put the files into the skill"
            yield Hit(1, 1, message, path=item.path)


RULE = Rule("X115", "nested-archive", {"house": INFO}, __doc__, run=run)
