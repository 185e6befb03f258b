"""A brief and the topics of its sources → the description of the frontmatter."""

import re
from collections.abc import Sequence

from skillrepo.writer.brief import Brief, shortened
from skillrepo.writer.topics import joined

LONGEST = 1024


def describe(
    brief: Brief, topics: Sequence[str], mentions: Sequence[str], known: frozenset[str]
) -> str:
    """What the skill does and when to use it, on one line of at most 1,024 characters."""
    sentences = [brief.what(known)]
    if brief.covers:
        sentences.append(f"Covers {brief.covers}")
    elif topics:
        covers = "Topics:" if sentences[0].startswith("Covers") else "Covers"
        sentences.append(f"{covers} {joined(topics, 'and')}")
    sentences.append(use_when(brief, mentions, known))
    return _safe(". ".join(sentence.rstrip(".") for sentence in sentences) + ".")


def use_when(brief: Brief, mentions: Sequence[str], known: frozenset[str]) -> str:
    """The sentence on when to use the skill, without its full stop."""
    if brief.use_when:
        return brief.use_when
    when = f"Use when {brief.doing(known)}"
    return f"{when}, or when a task mentions {joined(mentions, 'or')}" if mentions else when


def _safe(text: str) -> str:
    """One line without what ends the frontmatter early or reads as a tag."""
    text = re.sub(r"-{3,}", "-", text).replace("<", "").replace(">", "")
    return shortened(" ".join(text.split()), LONGEST)
