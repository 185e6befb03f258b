"""Lists and mappings in the frontmatter are written in lines, not in brackets.

What it checks: no list or mapping in the frontmatter is in the flow style of YAML: `[a, b]`,
`{a: b}`, `[]`. Brackets inside a text are just text.

Why it matters: YAML allows it, but the reference library's parser (strictyaml) refuses the whole
frontmatter for it, and so do checks that are built on it. More than a third of published skills
fail there on nothing else.

How to fix it: write one item a line, behind a `- `, or one key a line.

Example: `metadata: {author: jane}` becomes a line `metadata:` and below it, indented, a line
`author: jane`.

Source: the reference library, https://github.com/agentskills/agentskills (skills-ref); the
specification does not forbid it, so it is a note.
"""

from collections.abc import Iterator

from skillrepo import schema
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import INFO, Hit, Rule


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Report each outermost list or mapping in flow style."""
    flow = skill.yaml.flow if skill.yaml else ()
    for path in sorted(flow, key=lambda path: skill.place(*path)):
        if path[:-1] not in flow or not path:
            line, column = skill.place(*path)
            yield Hit(line, column, _message(schema.dotted(path)))


def _message(field: str) -> str:
    what = f"`{field}`" if field else "the frontmatter"
    return (
        f"{what} is written in brackets, which YAML allows and the reference library refuses; "
        "write it in lines"
    )


RULE = Rule("M111", "flow-style", {"house": INFO}, __doc__, run=run)
