"""Relative links lead to files of the skill.

What it checks: the target of each relative link or image in the body, and in the skill's other
Markdown files, is a file or folder of the skill. In another file than SKILL.md the path may count
from the folder of that file, as Markdown has it, or from the skill's folder, as the specification
has it. Links in code, to other addresses (`https:`, `mailto:`), to places in the page (`#…`),
templates such as `{baseDir}/x`, and the files in `assets/`, `templates/`, `examples/`, `evals/` and
the like, which are not written for the skill's reader, are not looked at.

Why it matters: an agent that is told to read `references/options.md` and does not find it goes on
without.

How to fix it: mend the path (it counts from the folder of SKILL.md), or add the file.

Example: `[options](reference/options.md)` where the folder is called `references`.

Source: https://agentskills.io/specification ("use relative paths from the skill root").
"""

from collections.abc import Iterator
from posixpath import basename

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.links import Files, from_folder, leads, shown
from skillrepo.rule import ERROR, Hit, Rule


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look up the target of each relative link."""
    bundle = context.bundle(skill)
    files = Files(skill, bundle)
    for sheet, link, lead in leads(skill, bundle):
        if lead.kind == "missing":
            # The file may lie elsewhere in the skill, or have the backslashes of Windows.
            meant = files.called(basename(lead.name.replace("\\", "/")))
            advice = (
                "mend the path, or add the file"
                if meant is None
                else f"did you mean `{from_folder(meant, sheet.folder)}`?"
            )
            message = f"the link `{shown(link.target)}` leads to no file of the skill; {advice}"
            yield Hit(sheet.above + link.line, link.column, message, path=sheet.path)


RULE = Rule("L101", "links-resolve", {"house": ERROR}, __doc__, run=run)
