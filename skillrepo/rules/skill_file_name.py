"""The file is called SKILL.md, in capitals.

What it checks: the file's name is exactly `SKILL.md`; `skill.md` and `Skill.md` are not.

Why it matters: on a file system that tells capitals apart, clients look for `SKILL.md` and find
nothing. The reference library takes `skill.md` too, and most clients do not.

How to fix it: `git mv skill.md SKILL.md`.

Example: `skills/data/pdf-merge/skill.md` is not found on Linux, though it is on macOS.

Source: https://agentskills.io/specification ("a directory containing a SKILL.md file").
"""

from collections.abc import Iterator

from skillrepo.document import Document, Unreadable
from skillrepo.files import SKILL_FILE
from skillrepo.rule import ERROR, Hit, Rule


def run(skill: Document | Unreadable) -> Iterator[Hit]:
    """Compare the file's name."""
    name = skill.path.rpartition("/")[2]
    if name != SKILL_FILE:
        yield Hit(
            1, 1, f"is called `{name}`; call it `{SKILL_FILE}`, which is what clients look for"
        )


RULE = Rule("D103", "skill-file-name", {"spec": ERROR, "house": ERROR}, __doc__, run_any=run)
