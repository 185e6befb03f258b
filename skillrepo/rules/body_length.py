"""The body is short enough to be read at once.

What it checks: the text below the frontmatter has at most 500 lines and about 5,000 tokens
(characters / 4); `max_body_lines` and `max_body_tokens` in skillrepo.yaml change the limits.

Why it matters: the whole body is loaded when the skill is used, and takes the room of the task.

How to fix it: move what is rarely needed to `references/`, and say in the body when to read it.

Example: the table of all 80 options goes to `references/options.md`; the five that are needed
every time stay.

Source: https://agentskills.io/specification ("keep your main SKILL.md under 500 lines", "under
5000 tokens recommended").
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Count lines and estimate tokens."""
    body = skill.body.strip("\n")
    lines = body.count("\n") + 1
    tokens = -(-len(body) // 4)
    settings = context.settings
    if lines > settings.max_body_lines:
        limit = settings.max_body_lines
        message = (
            f"the body has {lines:,} lines; at most {limit:,} are allowed: move detail to files"
        )
        yield Hit(skill.body_line, 1, message)
    if tokens > settings.max_body_tokens:
        limit = settings.max_body_tokens
        message = (
            f"the body has ≈ {tokens:,} tokens; at most {limit:,} are allowed: move detail to files"
        )
        yield Hit(skill.body_line, 1, message)


RULE = Rule("P102", "body-length", {"house": WARNING}, __doc__, run=run)
