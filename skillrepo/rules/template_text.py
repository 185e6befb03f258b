"""No text of a template is left.

What it checks: outside code, comments and quotes, the description and the body hold no `TODO`,
`FIXME` or `TBD` as a marker (followed by a colon, in brackets, or all that a line or a cell of a
table says), no placeholder such as `<your text here>` or `[insert …]`, and no sentence of the
template that `skillrepo new` writes when it has no sources.

Why it matters: a template that is merged as it is takes the place of the skill it stands for, and
misleads the model that loads it.

How to fix it: write what the marker stands for, or delete the line.

Example: `TODO: list the commands` in a section “Steps”.

Source: house.
"""

import re
from collections.abc import Iterable, Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.template_text import TEMPLATE_SENTENCES
from skillrepo.vocabulary import vocabulary
from skillrepo.wording import Text, texts

_MARKER = re.compile(r"(?<![\w`/#.\[-])\[?(TODO|FIXME|TBD)(?=\](?![(\[])|:)")
_ALONE = re.compile(r"(?:^[\W\d_]*|[:|]\s*)(TODO|FIXME|TBD)[*_.\s]*(?:\||$)")
_ANGLED = re.compile(
    r"(?<![\w`])(<(?:your|insert|describe|placeholder|replace|fill)\b[^<>\n]{0,80}>)",
    re.IGNORECASE,
)
# `[Your app]` is mostly a name that the reader is to replace; the text of a link is none of ours.
_BRACKETED = re.compile(
    r"(?<![\w`!])(\[(?:insert|describe|placeholder|replace|fill in)\b[^\[\]\n]{0,80}\])(?![(\[:])",
    re.IGNORECASE,
)
_INLINE = re.compile(r"(?<!`)(`{1,8})(?!`)[^`]{1,2000}\1(?!`)|<!--[^<>]{0,2000}-->")
"""Code and comments inside a line; the bounds keep it linear on lines of backticks."""
_LONGEST_LINE = 4_096
_MARKERS = ("TODO", "FIXME", "TBD")
_PLACEHOLDERS = ("your", "insert", "describe", "placeholder", "replace", "fill")
# The look ahead makes it soon done with a bracket that opens something else.
_SUSPECT = re.compile(
    r"TODO|FIXME|TBD|[<\[](?=[yidprfYIDPRF])(?i:your|insert|describe|placeholder|replace|fill)\b"
)
# Most bodies hold none of these words, which is soon seen.
_WORDS = tuple((sentence, vocabulary(sentence.encode()).words) for sentence in TEMPLATE_SENTENCES)
_MARKER_WORDS = frozenset(word.lower().encode() for word in _MARKERS)
_OPENINGS = tuple((word.encode(), f"<{word}", f"[{word}") for word in _PLACEHOLDERS)


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look at the description, then at each line of the body that is not code."""
    words = skill.vocabulary.words
    sentences = [sentence for sentence, its_words in _WORDS if its_words <= words]
    description = skill.frontmatter.get("description")
    if isinstance(description, str) and (found := _left_over(description, TEMPLATE_SENTENCES)):
        message = f"{found} is left of a template; write the description"
        yield Hit(*skill.place("description"), message)
    if not sentences and not _may_hold_one(next(texts(skill, context))):
        return
    exempt: set[int] | None = None
    for number, line in enumerate(skill.body.split("\n"), start=1):
        if not _SUSPECT.search(line) and not any(map(line.count, sentences)):
            continue
        if exempt is None:
            exempt = _exempt_lines(skill)
        if number not in exempt and (found := _left_over(line[:_LONGEST_LINE], sentences)):
            message = f"{found} is left of a template; write what it stands for, or delete the line"
            yield Hit(skill.file_line(number), 1, message)


def _may_hold_one(text: Text) -> bool:
    """Whether a marker or the beginning of a placeholder stands in the text."""
    words = text.vocabulary.words
    if not words.isdisjoint(_MARKER_WORDS) and any(marker in text.text for marker in _MARKERS):
        return True
    return any(
        word in words and (angled in text.small or bracketed in text.small)
        for word, angled, bracketed in _OPENINGS
    )


def _left_over(line: str, sentences: Iterable[str]) -> str | None:
    """What of a template stands in the line."""
    for sentence in sentences:
        if sentence in line:
            return f"“{sentence}”"
    line = _INLINE.sub("", line) if "`" in line or "<!--" in line else line
    match = None
    if "TODO" in line or "FIXME" in line or "TBD" in line:
        match = _MARKER.search(line) or _ALONE.search(line)
    if not match and ">" in line:
        match = _ANGLED.search(line)
    if not match and "]" in line:
        match = _BRACKETED.search(line)
    return f"`{match[1]}`" if match else None


def _exempt_lines(skill: Document) -> set[int]:
    """The lines of the body that lie in code, quotes and comments."""
    exempt: set[int] = set()
    for code in skill.markdown.code:
        exempt.update(range(code.line, code.end_line + 1))
    for block in skill.markdown.blocks:
        if block.kind in ("quote", "html"):
            exempt.update(range(block.start, block.end + 1))
    return exempt


RULE = Rule("P103", "template-text", {"house": ERROR}, __doc__, run=run)
