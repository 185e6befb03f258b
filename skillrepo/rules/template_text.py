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
from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.template_text import TEMPLATE_SENTENCES

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
# Most bodies hold none of these, which is soon seen.
_WORDS = ("TODO", "FIXME", "TBD", *TEMPLATE_SENTENCES)
# The look ahead makes it soon done with a bracket that opens something else.
_OPENING = re.compile(
    r"[<\[](?=[yidprfYIDPRF])(?i:your|insert|describe|placeholder|replace|fill)\b"
)


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Look at the description, then at each line of the body that is not code."""
    description = skill.frontmatter.get("description")
    if isinstance(description, str) and (found := _left_over(description)):
        message = f"{found} is left of a template; write the description"
        yield Hit(*skill.place("description"), message)
    exempt: set[int] | None = None
    for number, line in _suspects(skill.body):
        if exempt is None:
            exempt = _exempt_lines(skill)
        if number not in exempt and (found := _left_over(line[:_LONGEST_LINE])):
            message = f"{found} is left of a template; write what it stands for, or delete the line"
            yield Hit(skill.file_line(number), 1, message)


def _suspects(body: str) -> Iterator[tuple[int, str]]:
    """The lines that hold a word of a template, with their numbers."""
    places = [match.start() for match in _OPENING.finditer(body)]
    for word in _WORDS:
        place = body.find(word)
        while place >= 0:
            places.append(place)
            place = body.find(word, place + 1)
    number, end = 0, -1
    for place in sorted(places):
        if place > end:
            number += body.count("\n", max(end, 0), place) + (end < 0)
            end = body.find("\n", place)
            end = len(body) if end < 0 else end
            yield number, body[body.rfind("\n", 0, place) + 1 : end]


def _left_over(line: str) -> str | None:
    """What of a template stands in the line."""
    for sentence in TEMPLATE_SENTENCES:
        if sentence in line:
            return f"“{sentence}”"
    line = _INLINE.sub("", line) if "`" in line or "<!--" in line else line
    matches = (form.search(line) for form in (_MARKER, _ALONE, _ANGLED, _BRACKETED))
    return next((f"`{match[1]}`" for match in matches if match), None)


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
