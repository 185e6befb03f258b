"""Requests for published skills, taken from what people wrote in these, for routing.py."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from skillrepo.document import Document
from skillrepo.files import Folder
from skillrepo.grade.index import Asked, Entry, Index
from skillrepo.grade.remembered import Remembered
from skillrepo.grade.terms import claims, terms
from skillrepo.library import Library
from skillrepo.trigger_queries import Query

LONGEST = 300
"""Characters of a request; what is longer is no item of a list, but a text."""
WHEN = re.compile(
    r"^#+[^\n]*\bwhen\b(?P<title>[^\n]*\b(?:use|apply|trigger|activate)[^\n]*)\n"
    r"(?P<text>(?:(?!#).*\n)*)",
    re.MULTILINE | re.IGNORECASE,
)
NOT = re.compile(r"\bnot\b|n't\b", re.IGNORECASE)
ITEM = re.compile(r"^\s*[-*]\s+(.+)$", re.MULTILINE)
QUOTED = re.compile(r"(?<!\w)['\"\u201c]([^'\"\u201c\u201d\n]{6,80})['\"\u201d](?!\w)")
LIMIT = re.compile(
    r"\b(?:not|don't)\s+(?:use\s+|trigger\s+)?(?:it\s+|this skill\s+)?for:?\s+([^.;(\n]{4,120})",
    re.IGNORECASE,
)


class Skill(NamedTuple):
    """A skill with the requests that were found in it."""

    entry: Entry
    when: tuple[str, ...]
    when_not: tuple[str, ...]
    quoted: tuple[str, ...]
    limits: tuple[str, ...]


def skills_of(folder: Path) -> list[Skill]:
    """The skills of a folder."""
    library = Library(Folder(folder))
    index = Index.of(library, Remembered(None))
    documents = (each for each in library.load(index.entries) if isinstance(each, Document))
    return [_skill(index.entries[document.path], document) for document in documents]


def _skill(entry: Entry, document: Document) -> Skill:
    items: dict[bool, list[str]] = {False: [], True: []}
    for section in WHEN.finditer(document.body):
        wanted = NOT.search(section["title"]) is None
        items[wanted] += (item for item in ITEM.findall(section["text"]) if len(item) <= LONGEST)
    description = entry.card.description
    return Skill(
        entry,
        tuple(items[True]),
        tuple(items[False]),
        tuple(QUOTED.findall(description)),
        tuple(LIMIT.findall(description)),
    )


def asking(entry: Entry, requests: Iterable[str], *, wanted: bool) -> Entry:
    """The skill with these requests as its labelled queries."""
    asked = (
        Asked(Query(text, wanted, entry.path, 1), tuple(dict.fromkeys(terms(text))))
        for text in requests
    )
    return entry._replace(asked=tuple(asked))


def claiming(
    entry: Entry, take: Callable[[str], list[str]] = claims, description: str | None = None
) -> Entry:
    """The skill with the terms that `take` sees in its name and description, or in another one."""
    description = entry.card.description if description is None else description
    found = Counter(take(f"{entry.card.name}\n{description}"))
    return entry._replace(card=entry.card._replace(terms=found, length=found.total()))


Edit = Callable[[str], str]


def edits(index: Index) -> Mapping[str, Edit]:
    """What authors do to a description, and what those do who want their skill to be loaded."""
    often = sorted(index.claiming, key=lambda term: (-len(index.claiming[term]), term))
    return {
        "one more task": lambda text: f"{text} Also reviews code and pull requests for security.",
        "what it is not for": lambda text: f"{text} Not for code review, security or testing.",
        "the first 60 characters alone": lambda text: text[:60],
        "the 40 commonest words more": lambda text: f"{text} {' '.join(often[:40])}",
        "the 150 commonest words more": lambda text: f"{text} {' '.join(often[:150])}",
    }
