"""Every text file of the skill is small enough to be read.

What it checks: no text file beside SKILL.md has more than 1 MiB, and the skill has no more files
than are looked into (1,000 files, 16 MiB together). Pictures, fonts, archives and other files
whose ending does not say that they are text may be as large as they like.

Why it matters: an agent that opens such a file loses the rest of what it knew, or is refused. The
rules have not looked into it either: nothing is known of what it holds.

How to fix it: divide the file and say in SKILL.md which part is for what; or keep the data out of
the skill, and let a script fetch or query them.

Example: `references/api.md` of 3 MB becomes a page for each part of the interface.

Source: house.
"""

from collections.abc import Iterator

from skillrepo.bundle import NOT_TEXT, TOO_MANY, TOO_MUCH
from skillrepo.context import Context
from skillrepo.document import OUT_OF_REACH, Document
from skillrepo.rule import INFO, Hit, Rule
from skillrepo.wording import DATA, SCRIPTS

_PROSE = frozenset((".md", ".markdown", ".mdx", ".rst", ".txt", ".tex", ".log", ".html", ".htm"))
_CODE = frozenset((".css", ".sql", ".yaml", ".yml", ".toml", ".ini", ".c", ".cpp", ".cs", ".java"))
_TEXTS = _PROSE | _CODE | DATA | SCRIPTS


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Ask the bundle which text files it did not look into."""
    beyond: list[str] = []
    for path, why in context.bundle(skill).not_analysed():
        if why in (NOT_TEXT, OUT_OF_REACH) or not _is_text(path):
            continue
        if why in (TOO_MANY, TOO_MUCH):
            beyond.append(path)
        else:
            message = f"{why}, and nobody looked into it; divide it, or keep it out of the skill"
            yield Hit(1, 1, message, path=path)
    if beyond:
        message = (
            f"{len(beyond):,} text files (`{beyond[0]}` is the first) are beyond what is looked "
            "into: 1,000 files, 16 MiB; keep data out of the skill"
        )
        yield Hit(1, 1, message)


def _is_text(path: str) -> bool:
    return "." + path.rpartition("/")[2].rpartition(".")[2].lower() in _TEXTS


RULE = Rule("D110", "file-sizes", {"house": INFO}, __doc__, run=run)
