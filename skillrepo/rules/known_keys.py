"""Only the specification's keys stand at the top of the frontmatter.

What it checks: the top-level keys are among `name`, `description`, `license`, `compatibility`,
`metadata` and `allowed-tools`.

Why it matters: the reference library refuses a skill with any other key, and so do clients that
follow it; others ignore what they do not know. Three quarters of published skills have one, so it
is an error in the `spec` profile and a warning in `house`.

How to fix it: move the key under `metadata`, as text.

Example: `version: 1.2.0` at the top becomes `metadata: {version: "1.2.0"}`.

Source: https://agentskills.io/specification (the table of frontmatter fields).
"""

from collections.abc import Iterator

from skillrepo import schema
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, WARNING, Hit, Rule


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Report each key that the specification does not have."""
    known = schema.schema("frontmatter")["properties"]
    for key in skill.frontmatter:
        if key not in known:
            line, column = skill.key_place(key)
            yield Hit(
                line, column, f"`{key}` is no key of the specification; move it under `metadata`"
            )


RULE = Rule("M103", "known-keys", {"spec": ERROR, "house": WARNING}, __doc__, run=run)
