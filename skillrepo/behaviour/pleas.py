"""What a program left, without what speaks to those who grade it, or is hidden from a reader.

A quote of that proves nothing. It makes its whole paragraph void: a text that pleads says what the
plea is about beside it, too.
"""

from collections.abc import Iterable, Iterator

from skillrepo import document, settings
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.facts import Index
from skillrepo.files import SKILL_FILE, Tree
from skillrepo.library import Library
from skillrepo.rules import grader_address, hidden_instructions, hidden_unicode

_FLAGGING = tuple(each.RULE.run for each in (grader_address, hidden_instructions, hidden_unicode))


def sober(text: str) -> list[str]:
    """The stretches of a text between its void paragraphs, in their order; without any, itself."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    void = set(_lines(plain))
    if not void:
        return [text]
    found: list[list[str]] = [[]]
    at = 1
    for paragraph in plain.split("\n\n"):
        end = at + paragraph.count("\n") + 2
        if void.isdisjoint(range(at, end)):
            found[-1].append(paragraph)
        else:
            found.append([])
        at = end
    return ["\n\n".join(each) for each in found if each]


def _lines(text: str) -> Iterator[int]:
    """The lines, from 1, at which something is flagged."""
    # A rule that looks at a skill sees an address in quotes or in code as one that is only shown.
    yield from (text.count("\n", 0, place) + 1 for place in grader_address.addresses(text))
    # It begins with an empty line, or its first ones might be taken for frontmatter; with a NUL it
    # would be no text.
    data = f"\n{text}".replace("\0", " ").encode("utf-8", "replace")
    read = document.read(SKILL_FILE, "", data)
    if isinstance(read, Document):
        library = Library(Tree("", {}, _nothing))
        context = Context(library, settings.DEFAULT, None, Index(library))
        for run in _FLAGGING:
            yield from (hit.line - 1 for hit in run(read, context)) if run else ()


def _nothing(oids: Iterable[str], *, limit: int) -> Iterator[int]:
    """The contents of objects, of which there are none beside the text: no object is read."""
    return (limit for _ in oids)
