"""`allowed-tools` is one text with spaces between the tools.

What it checks: no comma separates the tools in `allowed-tools`; commas inside the parentheses of
one tool are its own.

Why it matters: the specification has a space-separated text. Some clients take commas, others
read `Read,` as the name of a tool and ask for every call, or allow none.

How to fix it: put spaces in place of the commas.

Example: `allowed-tools: Read, Bash(git:*)` becomes `allowed-tools: Read Bash(git:*)`.

Source: https://agentskills.io/specification ("a space-delimited list of tools"); Claude Code takes
commas too, so it is a warning in `house`.
"""

from collections.abc import Iterator

from skillrepo import yaml_node, yaml_text
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.finding import Fix
from skillrepo.frontmatter_edit import Source
from skillrepo.rule import ERROR, WARNING, Hit, Rule
from skillrepo.tools import outer_commas

_KEY = "allowed-tools"


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Look for commas outside parentheses."""
    tools = skill.frontmatter.get(_KEY)
    if isinstance(tools, str) and outer_commas(tools):
        message = "`allowed-tools` has commas between the tools; separate them by spaces"
        yield Hit(*skill.place(_KEY), message, _fix(Source(skill)))


def _fix(source: Source) -> Fix | None:
    """Spaces for the commas, in the text as it is written: in one line or several."""
    written = source.written(_KEY)
    # In a block each line is its own, and what is escaped is not what is read.
    if written[0] in "|>" or "\\" in written or "''" in written[1:-1]:
        return None
    pieces: list[str] = []
    at = 0
    for index in outer_commas(written):
        # Where a space or the end follows, the comma just goes.
        gap = " " if written[index + 1 : index + 2].strip(" \n\t'\"") else ""
        pieces += (written[at:index], gap)
        at = index + 1
    new = "".join((*pieces, written[at:]))
    try:
        value = yaml_text.load(f"{_KEY}: {new}").value[_KEY]
    except yaml_node.YamlError:
        return None
    if not isinstance(value, str) or not value.strip():
        return None
    edit = source.edit(source.start(_KEY), source.end(_KEY), new)
    return Fix("separate the tools by spaces", (edit,))


RULE = Rule("M105", "allowed-tools-spaces", {"spec": ERROR, "house": WARNING}, __doc__, run=run)
