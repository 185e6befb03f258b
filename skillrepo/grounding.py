"""A draft and its sources → which of its claims stand in none of them, and what bears out the rest.

Of 175 published skills, with their own references as the sources, it lists 472 of 1,088 claims:
what people put into SKILL.md alone. Of 59 of these, drawn by kind and looked at by hand, 51 are
claims that no reference says: 10 of 10 flags, URLs and versions each, 8 of 10 commands and paths
each, 5 of 9 variables. The others are names that an example made up and no form gives away.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from posixpath import basename, join, splitext
from typing import NamedTuple

from skillrepo import claims, document
from skillrepo.claims import Claim
from skillrepo.document import Document
from skillrepo.draft import Draft, Request
from skillrepo.files import SKILL_FILE
from skillrepo.finding import Finding, Severity
from skillrepo.passages import Passage, Passages

CODE = "G101"
_MOST_SECTIONS = 30
_MOST_PASSAGES = 3
_MARKDOWN = frozenset({".md", ".markdown"})
_SHELL = frozenset({".sh", ".bash", ".zsh"})
_MOST_BYTES = 1_000_000
_DOTTED = re.compile(r"(?<![\d.])\d+(?:\.\d+)*")
_CONTINUED = re.compile(r"\\\r?\n[ \t]*")
_PINNED = re.compile(r"(?<=[\w\]])(?:@[\w.^~-]+|[=<>~]=.*)$")


class Unsupported(NamedTuple):
    """A claim of a draft that stands in no source: where it stands first, a path of the skill."""

    claim: Claim
    path: str

    @property
    def key(self) -> tuple[str, str]:
        """What it claims, wherever that stands."""
        return self.claim.kind, self.claim.text

    def finding(self, folder: str) -> Finding:
        """The same for the writer of the draft; no rule, so it counts nowhere."""
        message = (
            f"the {self.claim.kind} `{self.claim.text}` stands in no source: leave it out, say "
            f"what a source says instead, or write `({claims.MARK})` behind it"
        )
        place = join(folder, self.path), self.claim.line, 1
        return Finding(*place, CODE, "unsupported-claim", Severity.WARNING, message)

    def __str__(self) -> str:
        mark = f", marked as {claims.MARK}" if self.claim.marked else ""
        return f"{self.claim.kind} {self.claim.text} ({self.path}:{self.claim.line}{mark})"


def unsupported(draft: Draft, request: Request) -> tuple[Unsupported, ...]:
    """The claims of a draft that neither a source, the brief nor the skill before it says.

    Each once, in the order of the files, SKILL.md first. What names a file of the draft is none.
    """
    known = _Known(
        (
            request.brief,
            *(text for each in request.sources for text in (each.path, each.text)),
            *(_text(data) for data in (request.revises.files if request.revises else {}).values()),
            draft.name,
            *draft.files,
        )
    )
    found: dict[tuple[str, str], Unsupported] = {}
    for path in sorted(draft.files, key=lambda path: (path != SKILL_FILE, path)):
        for claim in _claims(path, draft.files[path]):
            key = claim.kind, claim.text
            if key not in found and not known.says(claim):
                found[key] = Unsupported(claim, path)
    return tuple(found.values())


def claimed(draft: Draft) -> int:
    """How many claims a draft makes, each once."""
    files = draft.files.items()
    return len({(claim.kind, claim.text) for path, data in files for claim in _claims(path, data)})


def claim_map(draft: Draft, request: Request) -> list[tuple[str, list[str]]]:
    """For each section of SKILL.md the places of the sources that say most of what it says.

    A place is `path:first-last`. A section of a heading's own goes to the next heading. One that
    says the same in other words gets none, for shared words are all that counts. Of a revision
    those that stood there before are left out.
    """
    read = document.read(SKILL_FILE, "", draft.files.get(SKILL_FILE, b""))
    if not isinstance(read, Document) or not request.sources:
        return []
    passages = Passages(request.sources)
    before = _text(request.revises.files.get(SKILL_FILE, b"")) if request.revises else ""
    lines = read.body.split("\n")
    headings = [section.heading for section in read.outline]
    ends = [heading.line - 1 for heading in headings[1:]] + [len(lines)]
    found = []
    for heading, end in zip(headings, ends, strict=True):
        text = "\n".join(lines[heading.line : end])
        if text.strip() and text.strip() not in before:
            near = passages.bearing(f"{heading.text}\n{text}", _MOST_PASSAGES)
            found.append((heading.text, list(_places(near, request))))
        if len(found) == _MOST_SECTIONS:
            break
    return found


def _places(near: Sequence[Passage], request: Request) -> Iterator[str]:
    """Passages that follow each other are one place."""
    joined: list[Passage] = []
    for passage in near:
        if joined and (joined[-1].source, joined[-1].end) == (passage.source, passage.start):
            joined[-1] = joined[-1]._replace(last=passage.last, end=passage.end)
        else:
            joined.append(passage)
    for each in joined:
        yield f"{request.sources[each.source].path}:{each.first}-{each.last}"


class _Known:
    """Texts, and whether one of them says what is claimed; capitals do not matter."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [_CONTINUED.sub(" ", text).casefold() for text in texts]
        self._after: dict[str, str] = {}

    def says(self, claim: Claim) -> bool:
        """Whether a claim stands in one of the texts."""
        text = claim.text.casefold()
        if claim.kind == "URL":
            wanted = re.sub(r"^https?://(?:www\.)?", "", text).partition("#")[0].rstrip("/")
            return self._holds(wanted)
        if claim.kind == "version":
            return self._holds_version(text.lstrip("v"))
        if claim.kind == "command":
            return self._holds_command(text.split())
        if claim.kind == "path":
            return self._holds_path(text)
        return self._holds(text)

    def _holds(self, wanted: str) -> bool:
        return any(_at(text, wanted) >= 0 for text in self._texts)

    def _holds_version(self, number: str) -> bool:
        """3.11 is borne out by 3.11.4, and not by 13.11."""
        if _DOTTED.fullmatch(number):
            return number in self._versions
        form = re.compile(rf"(?<![\d.]){re.escape(number)}(?!\d)")
        return any(form.search(text) for text in self._texts)

    @cached_property
    def _versions(self) -> frozenset[str]:
        """Every version that stands there, and those that it goes on from."""
        found = {match[0] for text in self._texts for match in _DOTTED.finditer(text)}
        return frozenset(
            version[: dot.start()] for version in found for dot in re.finditer(r"\.|$", version)
        )

    def _holds_command(self, words: Sequence[str]) -> bool:
        """A program, and its subcommand behind it on one line; or the package that it installs."""
        program, *rest = words
        if not rest:
            return self._holds(program)
        last = _PINNED.sub("", rest[-1])
        if program in claims.INSTALLERS and last not in {"install", "add", "i", "get"}:
            return self._holds(last)
        if program not in self._after:
            lines = (line for text in self._texts for line in _lines_after(text, program))
            self._after[program] = "\n".join(lines)
        return _at(self._after[program], last) >= 0

    def _holds_path(self, path: str) -> bool:
        """The path, or all its parts in one text, as in the drawing of a tree."""
        wanted = re.sub(r"^(?:\.{1,2}/|~/)+", "", path).rstrip("/")
        if self._holds(wanted) or self._holds(basename(wanted)):
            return True
        parts = [part for part in wanted.split("/") if part]
        return any(all(_at(text, part) >= 0 for part in parts) for text in self._texts)


def _claims(path: str, data: bytes) -> Iterator[Claim]:
    if len(data) > _MOST_BYTES:
        return iter(())
    text = _text(data)
    end = splitext(path)[1].lower()
    if path == SKILL_FILE:
        read = document.read(path, "", data)
        if isinstance(read, Document):
            return claims.in_markdown(read.body, read.body_line)
    if end in _MARKDOWN:
        return claims.in_markdown(text)
    return claims.in_code(text, of_shell=end in _SHELL)


def _text(data: bytes) -> str:
    return document.text_of(data) or ""


def _lines_after(text: str, program: str) -> Iterator[str]:
    """What follows a program on each line that has it, behind its last letter."""
    at = _at(text, program)
    while at >= 0:
        end = text.find("\n", at)
        end = end if end >= 0 else len(text)
        # With a hyphen, so that the letter is no word of its own.
        yield "-" + text[at + len(program) - 1 : end]
        at = _at(text, program, end)


def _at(text: str, word: str, start: int = 0) -> int:
    """Where `word` stands in `text` as a word of its own, -1 where it does not."""
    start = text.find(word, start)
    if start < 0:
        return -1
    # The word first: what begins with letters is looked for many times faster.
    plain = re.escape(word)
    found = re.compile(rf"{plain}(?<![\w-]{plain})(?![\w-])").search(text, start)
    return found.start() if found else -1
