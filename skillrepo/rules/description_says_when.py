"""The description says when to use the skill.

What it checks: the description names an occasion: "Use when …", "when the user asks for …",
"run it before a release". "Do not use when …" alone is not one. A description that is mostly not in
Latin letters is not judged, nor one of a skill with `disable-model-invocation: true`, which users
call by its name. Where the section policy of a content repository asks for a section on when to use
the skill, or for a description that says so, and `required-sections` finds neither, that finding is
the only one.

Why it matters: a client shows the model only names and descriptions, and the model picks by them.
A skill that says what it is but not when it applies stays unused.

How to fix it: add a sentence that begins with "Use when", in the words that a user would say.

Example: "Merges PDF files. Use when several PDFs are to become one, or pages are to be reordered."

Source: https://agentskills.io/specification ("what the skill does and when to use it").
"""

from collections.abc import Iterator

from skillrepo import sections
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule
from skillrepo.says_when import judged, says_when


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look for an occasion in the description."""
    description = skill.frontmatter.get("description")
    if not isinstance(description, str) or not description.strip():
        return
    if not judged(description) or says_when(description):
        return
    by_name_alone = skill.frontmatter.get("disable-model-invocation") is True
    if not by_name_alone and not _is_told(skill, context):
        message = (
            "`description` does not say when to use the skill; add a sentence with “Use when …”"
        )
        yield Hit(*skill.place("description"), message)


def _is_told(skill: Document, context: Context) -> bool:
    """Whether `required-sections` says it, unless the settings may keep that rule from it."""
    for key in context.settings.rules:
        if key == "required-sections" or "S101".startswith(key.upper()):
            return False
    missing = (section for section, empty in sections.unfilled(skill, context) if empty is None)
    return any(section.or_description for section in missing)


RULE = Rule("P101", "description-says-when", {"house": WARNING}, __doc__, run=run)
