"""The description is not longer than it need be.

What it checks: the description has at most about 200 tokens (characters / 4), which is twice what
the specification counts for name and description together. The specification's limit of 1,024
characters is the matter of `frontmatter-schema`.

Why it matters: the descriptions of all installed skills are part of every session, whether a skill
is used or not. Some clients cut off what goes beyond a budget for all of them, and then skills are
not seen.

How to fix it: keep what the skill does and the words that call for it; move how it works to the
body.

Example: a description that lists each of twelve steps.

Source: https://agentskills.io/specification ("~100 tokens: the `name` and `description` fields are
loaded at startup for all skills").
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import INFO, Hit, Rule

_MOST_TOKENS = 200
_MOST = 1_024
"""Characters; what is longer is an error of another rule."""


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Estimate the tokens of the description."""
    description = skill.frontmatter.get("description")
    if isinstance(description, str) and len(description) <= _MOST:
        tokens = -(-len(description) // 4)
        if tokens > _MOST_TOKENS:
            message = (
                f"`description` has ≈ {tokens} tokens, which every session pays; at most "
                f"{_MOST_TOKENS} are meant: move detail to the body"
            )
            yield Hit(*skill.place("description"), message)


RULE = Rule("P110", "description-length", {"house": INFO}, __doc__, run=run)
