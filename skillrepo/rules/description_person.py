"""The description speaks of the skill in the third person.

What it checks: outside quoted words and lists of trigger phrases, the description has no first
person ("I can help you", "our") and does not address its reader as "you" or "your". Where it says
when to use the skill, "when you need to …" is left alone: it speaks to the agent.

Why it matters: clients put the descriptions of all skills into the system prompt, where "I" is the
model and "you" may be the model or the user; the point of view that changes from one skill to the
next makes skills harder to find.

How to fix it: let the skill be the subject: "Merges PDF files", not "I can merge your PDF files".

Example: "I can help you with PDF files."

Source: https://platform.claude.com/docs/en/agents-and-tools/agent-skills/best-practices ("Always
write in third person").
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import INFO, Hit, Rule
from skillrepo.third_person import other_person


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Look for the first and the second person."""
    description = skill.frontmatter.get("description")
    found = other_person(description) if isinstance(description, str) else None
    if found:
        message = f"`description` says “{found}”; say in the third person what the skill does"
        yield Hit(*skill.place("description"), message)


RULE = Rule("P106", "description-person", {"house": INFO}, __doc__, run=run)
