"""Every file of the skill is named by SKILL.md, or by a file that is.

What it checks: the name of each file beside SKILL.md, or the folder that holds it (`references/`,
`scripts/*.py`), stands in SKILL.md or in a file that is named itself, in any case; scripts that
import one another name each other. README, LICENSE, CHANGELOG and the like, files that tools read,
hidden files, tests and evaluations need not be named. Programs that no text names are the matter
of `unmentioned-executable`, unless the settings speak of that rule. Each skill has one note, which
names five files and counts the rest.

Why it matters: an agent reads SKILL.md and from there what it is told to read. What nothing names
is loaded by chance, or never, and is copied with every installation.

How to fix it: say in SKILL.md when to read or run the file, or remove it.

Example: `references/limits.md` in a skill whose text never speaks of it.

Source: https://agentskills.io/specification (files are "loaded only when required" by reference
from SKILL.md); house.
"""

from collections.abc import Iterator

from skillrepo import reach
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import INFO, Hit, Rule
from skillrepo.rules.unmentioned_executable import unnamed_programs

_SHOWN = 5


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Follow the names from SKILL.md, and tell what was not reached."""
    bundle = context.bundle(skill)
    orphans = reach.unreached(skill, bundle) or []
    if orphans and not _may_be_off("X107", "unmentioned-executable", context):
        told = {item.name for item in unnamed_programs(skill, bundle)}
        orphans = [name for name in orphans if name not in told]
    if orphans:
        shown = ", ".join(f"`{name}`" for name in orphans[:_SHOWN])
        if len(orphans) > _SHOWN:
            shown += f" and {len(orphans) - _SHOWN:,} more"
        are, them = ("is", "it") if len(orphans) == 1 else ("are", "them")
        message = (
            f"{shown} {are} named neither here nor in a file that is; say when to use {them}, or "
            f"remove {them}"
        )
        yield Hit(skill.body_line, 1, message)


def _may_be_off(code: str, name: str, context: Context) -> bool:
    keys = context.settings.rules
    return any(key == name or code.startswith(key.upper()) for key in keys)


RULE = Rule("L106", "files-mentioned", {"house": INFO}, __doc__, run=run)
