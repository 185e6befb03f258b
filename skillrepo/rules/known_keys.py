"""Only the specification's keys stand at the top of the frontmatter.

What it checks: the top-level keys are among `name`, `description`, `license`, `compatibility`,
`metadata` and `allowed-tools`. A key that some client reads is another rule's (client-keys), and
so is one that is a slip of the pen (misspelt-keys).

Why it matters: the reference library refuses a skill with any other key, and so do clients that
follow it; others ignore what they do not know. Three quarters of published skills have one, so it
is an error in the `spec` profile and a warning in `house`.

How to fix it: move the key under `metadata`, as text. A list becomes one text with commas; what is
nested deeper has no one right form as text.

Example: `author: Jane Doe` at the top becomes `metadata: {author: "Jane Doe"}`.

Source: https://agentskills.io/specification (the table of frontmatter fields).
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.facts import RELATIONS, STATUSES
from skillrepo.finding import Fix
from skillrepo.frontmatter_edit import Source, move_under_metadata
from skillrepo.keys import odd_keys
from skillrepo.rule import ERROR, WARNING, Hit, Rule


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Report each key that nobody is known to read."""
    source: Source | None = None
    for key in odd_keys(skill).unknown:
        source = source or Source(skill)
        message = f"`{key}` is no key of the specification; move it under `metadata`"
        yield Hit(*skill.key_place(key), message, _fix(key, source))


def _fix(key: str, source: Source) -> Fix | None:
    # Under `metadata` these mean something to us, which may not be what was meant.
    if key in RELATIONS or (key == "status" and source.yaml.value[key] not in STATUSES):
        return None
    return move_under_metadata(source, key)


RULE = Rule("M103", "known-keys", {"spec": ERROR, "house": WARNING}, __doc__, run=run)
