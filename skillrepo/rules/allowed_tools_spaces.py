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

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, WARNING, Hit, Rule


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Look for commas outside parentheses."""
    tools = skill.frontmatter.get("allowed-tools")
    if isinstance(tools, str) and _has_outer_comma(tools):
        message = "`allowed-tools` has commas between the tools; separate them by spaces"
        yield Hit(*skill.place("allowed-tools"), message)


def _has_outer_comma(tools: str) -> bool:
    depth = 0
    for character in tools:
        if character == "," and not depth:
            return True
        depth = max(0, depth + (character == "(") - (character == ")"))
    return False


RULE = Rule("M105", "allowed-tools-spaces", {"spec": ERROR, "house": WARNING}, __doc__, run=run)
