"""Relative links name files in the case that they have.

What it checks: a relative link that leads to no file of the skill does not name one in another
case. The names are compared as they are listed, so that it shows on macOS and Windows too, where
the file is found. What is not looked at is that of `links-resolve`.

Why it matters: file names have a case on Linux, and there the agent does not find the file.

How to fix it: write the name as the file has it; `--fix` does so.

Example: `[options](references/Options.md)` where the file is called `options.md`.

Source: house.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.finding import Fix
from skillrepo.links import Lead, Sheet, from_folder, leads, shown, target_edit
from skillrepo.markdown import Link
from skillrepo.rule import ERROR, Hit, Rule

_MOST_FIXES = 20


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look for links that miss their file by its case."""
    fixes = 0
    for sheet, link, lead in leads(skill, context.bundle(skill)):
        if lead.kind == "case":
            message = (
                f"the link `{shown(link.target)}` names `{lead.name}` in another case, so it "
                "breaks on Linux; write it as the file is called"
            )
            # To count the bytes before a link takes time: the others come after these are fixed.
            fix = _fix(sheet, link, lead) if fixes < _MOST_FIXES else None
            fixes += fix is not None
            yield Hit(sheet.above + link.line, link.column, message, fix, sheet.path)


def _fix(sheet: Sheet, link: Link, lead: Lead) -> Fix | None:
    """Write the target as the file is called, where nothing but the case differs."""
    for right in (from_folder(lead.name, sheet.folder), lead.name):
        for start in ("", "./"):
            new = start + right
            old = link.target[: len(new)]
            if old.casefold() == new.casefold() and (edit := target_edit(sheet, link, old, new)):
                return Fix("write the name as the file is called", (edit,))
    return None


RULE = Rule("L104", "link-case", {"house": ERROR}, __doc__, run=run)
