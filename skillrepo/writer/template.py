"""A brief without sources → a template that says of itself that it must be filled in."""

from collections.abc import Sequence

from skillrepo import template_text
from skillrepo.writer.brief import Brief
from skillrepo.writer.sections import kind_of
from skillrepo.writer.topics import escaped_heading

_DEFAULT_SECTIONS = ("When to use", "Steps", "Examples")
NOTES = (
    "This is a template: the brief came without sources, so a person or an agent must fill it in.",
    "House validation fails until no TODO is left.",
)


def description(brief: Brief) -> str:
    """What the brief says, and that the rest is to be written."""
    return f"{brief.what(frozenset())}. TODO: {template_text.DESCRIPTION}."


def body(heading: str, sections: Sequence[str]) -> str:
    """One section for each that the category demands, each with what to write there."""
    parts = [f"# {escaped_heading(heading)}", f"TODO: {template_text.INTRODUCTION}."]
    for section in sections or _DEFAULT_SECTIONS:
        hint = template_text.SECTIONS.get(kind_of(section), template_text.SECTIONS["other"])
        parts += f"## {section}", f"TODO: {hint}."
    return "\n\n".join(parts)
