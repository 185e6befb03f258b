"""Files of the skill that the text names are there.

What it checks: where SKILL.md or another Markdown file of the skill tells its reader to read or run
`references/options.md` or `scripts/convert.py`, lists it, or runs it in a block of shell commands
(`python scripts/convert.py`), there is such a file. Paths behind the skill's own folder, as in
`{baseDir}/scripts/convert.py`, are looked at everywhere. Names of files that are to be written,
that belong to another skill or to the user's project, and examples are left out as far as the words
around them tell. Links are the matter of `links-resolve`.

Why it matters: the agent looks for the file, does not find it, and improvises what it was for.

How to fix it: add the file, or mend the path.

Example: “Run `scripts/convert.py`” in a skill without `scripts/`.

Source: house.
"""

from collections.abc import Iterator
from posixpath import basename

from skillrepo import mentions
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.links import Files, Sheet, from_folder, leads
from skillrepo.mentions import Mention
from skillrepo.rule import WARNING, Hit, Rule


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look up each name that the words around it call for; each is told once."""
    bundle = context.bundle(skill)
    files = Files(skill, bundle)
    told: set[str] | None = None
    for mention, sheet in mentions.missing(skill, bundle, files):
        if told is None:
            # What links do not find, rules of their own say.
            found = leads(skill, bundle)
            told = {lead.name for _, _, lead in found if lead.kind != "there"}
        if mention.name not in told:
            yield _hit(mention, sheet, files)


def _hit(mention: Mention, sheet: Sheet, files: Files) -> Hit:
    meant = files.called(basename(mention.name))
    advice = "add it, or mend the path"
    if meant is not None:
        advice = f"did you mean `{from_folder(meant, sheet.folder)}`?"
    message = f"`{mention.name}` is named here, but the skill has no such file; {advice}"
    line = sheet.text.count("\n", 0, mention.start) + 1
    column = mention.start - (sheet.text.rfind("\n", 0, mention.start) + 1) + 1
    return Hit(sheet.above + line, column, message, path=sheet.path)


RULE = Rule("L105", "mentioned-files-exist", {"house": WARNING}, __doc__, run=run)
