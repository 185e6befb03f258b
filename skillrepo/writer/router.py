"""Pages and their pieces → the body of SKILL.md: what is worth quoting, and where the rest is."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from skillrepo.writer import extract, snippets
from skillrepo.writer.anchors import Anchors
from skillrepo.writer.constraints import constraints
from skillrepo.writer.excerpt import Excerpt, Finder, Limits, Quote, choose, quotable, rank
from skillrepo.writer.links import Links
from skillrepo.writer.page import Page
from skillrepo.writer.sections import is_like, kind_of, normal
from skillrepo.writer.split import Piece
from skillrepo.writer.topics import escaped_heading, read_when, topic

FILE = "SKILL.md"
INDEX = "references/index.md"
_MORE = f"Every document has its line in [the index]({INDEX})."
_QUOTED = (
    "What follows is quoted: each source line names the document and its lines there, and leads "
    "to the copy in `references/`."
)
_WHEN = re.compile(
    r"when to (?:use|apply|choose)(?: (?:it|this|these)\b.*)?|use cases?|use (?:this )?when.*"
)
_ORDERED_ITEM = re.compile(r"^(\d{1,9})(?=[.)]\s)")
_MARKED_ITEM = re.compile(r"^(?=[#>+-](?:\s|$))")
_MOST_POINTERS = 5
_REFERENCES_ROOM, _LEAST_SCALE = 8_000, 0.2


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of matter: the section's title, what finds it, what it may take of SKILL.md."""

    title: str
    finder: Finder
    limits: Limits


_KINDS = {
    "commands": _Kind("Quick start", snippets.commands, Limits(3_600, 8, 2)),
    "steps": _Kind("Steps", extract.steps, Limits(5_000, 4, 2)),
    "practices": _Kind("Best practices", extract.practices, Limits(1_600, 2, 1)),
    "examples": _Kind("Examples", snippets.code, Limits(3_000, 4, 2)),
    "options": _Kind("Quick reference", extract.tables, Limits(2_200, 2, 1)),
    "warnings": _Kind("Warnings", constraints, Limits(2_000, 8, 3)),
}
# A procedure keeps the commands that stand in it.
_FIRST_CHOICE = sorted(_KINDS, key=lambda kind: kind != "steps")
# For documents of which nothing else can be quoted.
_POINTS = _Kind("Key points", extract.points, Limits(2_400, 3, 1))
_TITLES = {kind: entry.title for kind, entry in _KINDS.items()} | {
    "overview": "Overview",
    "when": "When to use",
    "references": "References",
}

# A section's title and its paragraphs.
_Section = tuple[str, list[str]]


@dataclass(frozen=True, slots=True)
class Matter:
    """All that a router is made of; `when` is its sentence on when to use the skill."""

    query: str
    heading: str
    when: str
    required: Sequence[str]
    pages: Sequence[Page]
    pieces: Sequence[Piece]
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class Router:
    """The body of SKILL.md, an index where not all references have a line, and what is missing.

    `missing` are the sections that the category demands and that no source supports.
    """

    body: str
    index: str | None
    missing: tuple[str, ...]


class Composer:
    """Reads and ranks once all that could be quoted; `compose` takes of it what fits."""

    def __init__(self, matter: Matter) -> None:
        self._matter = matter
        self._anchors = Anchors(matter.pieces)
        self.links = {page.path: Links(page, self._anchors) for page in matter.pages}
        self._titles = dict(_TITLES)
        self._extra: list[str] = []
        for title in matter.required:
            kind = kind_of(title)
            if kind in _TITLES and not self._demands(kind):
                self._titles[kind] = title
            elif title not in self._titles.values():
                self._extra.append(title)
        self._ranked = {kind: self._rank(entry.finder) for kind, entry in _KINDS.items()}
        self._limits = {kind: entry.limits for kind, entry in _KINDS.items()}
        if self._demands("steps") and not self._ranked["steps"] and not self._step_headings():
            self._ranked["steps"] = self._rank(extract.numbered)[:1]
        self._procedures = self._ranked["steps"]
        for kind, found in self._ranked.items():
            self._ranked[kind] = [excerpt for excerpt in found if quotable(excerpt.text)]
        self._share_code()

    def compose(self, scale: float) -> Router:
        """The body with what fits; `scale` 1 is all the room that there is, 0 none."""
        taken = self._rank(extract.overview)[:1] if scale else []
        overview = [f"{_inline(first.text)} ({self._source(first)})" for first in taken]
        in_section = self._demands("overview")
        sections = [
            (self._titles["overview"], overview if in_section else []),
            (self._titles["when"], self._when(scale, taken)),
            *self._quoted(scale, taken),
            *((title, []) for title in self._extra),
        ]
        if scale:
            sections = [(title, parts or self._demanded(title, taken)) for title, parts in sections]
        references, index = self._references(scale)
        head = [f"# {escaped_heading(self._matter.heading)}", *([] if in_section else overview)]
        if taken or any("references/" in part for _, parts in sections for part in parts):
            head.append(_QUOTED)
        shown = [*sections, (self._titles["references"], references)]
        body = [part for title, parts in shown if parts for part in (f"## {title}", *parts)]
        missing = (t for t, parts in shown if t in self._matter.required and not parts)
        return Router("\n\n".join([*head, *body]), index, tuple(missing))

    def _demands(self, kind: str) -> bool:
        return self._titles[kind] in self._matter.required

    def _rank(self, finder: Finder) -> list[Excerpt]:
        pages = self._matter.pages
        found = (excerpt for page in pages for excerpt in finder(page, self._quote(page)))
        # Some of the steps of a procedure, without a sign that others are missing, do harm.
        whole = (e for e in found if not e.page.cuts_procedure(e.start, e.end))
        return rank(whole, self._matter.query)

    def _quote(self, page: Page) -> Quote:
        return partial(self.links[page.path].text, file=FILE)

    def _share_code(self) -> None:
        """Give a demanded section of code what the other one has, where it has none itself."""
        for empty, full in (("examples", "commands"), ("commands", "examples")):
            if self._demands(empty) and not self._demands(full) and not self._ranked[empty]:
                self._ranked[empty], self._ranked[full] = self._ranked[full], []
                self._limits[empty] = self._limits[full]

    def _when(self, scale: float, taken: list[Excerpt]) -> list[str]:
        """The sentence on when to use the skill, and what the sources say of it themselves."""
        return [f"{self._matter.when}.", *(self._under(_says_when, taken) if scale else [])]

    def _quoted(self, scale: float, taken: list[Excerpt]) -> list[_Section]:
        """The sections of quotes, without lines that are `taken`; what they take is added to it."""
        found: dict[str, list[str]] = {}
        for kind in _FIRST_CHOICE:
            room = int(self._limits[kind].characters * scale)
            limits = replace(self._limits[kind], characters=room)
            chosen = choose(self._ranked[kind], limits, taken)
            taken += chosen
            found[kind] = self._listed(chosen) if kind == "warnings" else self._grouped(chosen)
        found["steps"] += self._elsewhere(taken) if scale or self._demands("steps") else []
        if scale and not found["steps"]:
            found["steps"] = self._step_headings()
        sections = [(self._titles[kind], found[kind]) for kind in _KINDS]
        if scale and not any(parts for _, parts in sections[:-1]):
            ranked = [excerpt for excerpt in self._rank(_POINTS.finder) if quotable(excerpt.text)]
            chosen = choose(ranked, _POINTS.limits, taken)
            taken += chosen
            sections.insert(0, (_POINTS.title, self._grouped(chosen)))
        return sections

    def _grouped(self, chosen: Sequence[Excerpt]) -> list[str]:
        """The quotes, each under the heading that it has in its source."""
        parts: list[str] = []
        last = None
        for excerpt in chosen:
            place = (excerpt.page.path, excerpt.heading)
            if place != last:
                heading = topic(excerpt.heading) or excerpt.heading or excerpt.page.title
                heading = heading.capitalize() if heading.isupper() else heading
                parts.append(f"### {escaped_heading(heading)}")
            last = place
            parts += excerpt.text, f"Source: {self._source(excerpt)}"
        return parts

    def _listed(self, chosen: Sequence[Excerpt]) -> list[str]:
        items = [f"- {_inline(excerpt.text)} ({self._source(excerpt)})" for excerpt in chosen]
        return ["\n".join(items)] if items else []

    def _elsewhere(self, taken: list[Excerpt]) -> list[str]:
        """Lines that say where the procedures stand that do not fit, the best ones first."""
        items: list[str] = []
        for excerpt in self._procedures:
            if len(items) == _MOST_POINTERS:
                break
            page, start, end = excerpt.page, excerpt.start, excerpt.end
            inside = (p for p in page.procedures if start <= p.block.start and p.block.end <= end)
            steps = sum(procedure.steps for procedure in inside)
            if not any(excerpt.overlaps(other) for other in taken):
                title = topic(excerpt.heading) or excerpt.heading or page.title
                where = self._located(page, start, end, title)
                items.append(f"- Procedure in {steps} steps: {where}")
        return ["\n".join(items)] if items else []

    def _step_headings(self) -> list[str]:
        """The numbered headings of the first page that has some, as a list of links."""
        for page in self._matter.pages:
            lines = extract.step_headings(page)
            if not lines:
                continue
            items = []
            for number, line in enumerate(lines, 1):
                heading = page.heading_of(line)
                place = self._anchors.at(page, line)
                text = escaped_heading(topic(heading) or heading)
                items.append(f"{number}. [{text}]({place.path}#{place.anchor})")
            return ["\n".join(items), f"Source: {self._source_of(page, lines[0], lines[-1])}"]
        return []

    def _demanded(self, title: str, taken: list[Excerpt]) -> list[str]:
        """What the sources have under a heading of that title, if the category demands it."""
        if title not in self._matter.required:
            return []
        return self._under(partial(is_like, title=title), taken)

    def _under(self, fits: Callable[[str], bool], taken: list[Excerpt]) -> list[str]:
        """What stands under the first heading that fits and of which nothing is taken yet."""
        headings = ((page, h) for page in self._matter.pages for h in page.headings if fits(h.text))
        for page, heading in headings:
            found = list(extract.section(page, self._quote(page), heading.line))
            if found and not any(new.overlaps(old) for new in found for old in taken):
                taken += found
                source = self._source_of(page, found[0].start, found[-1].end)
                return [*(excerpt.text for excerpt in found), f"Source: {source}"]
        return []

    def _references(self, scale: float) -> tuple[list[str], str | None]:
        """The lines that lead to the references; where they are too many, the index of all too."""
        lines = [
            f"- [{escaped_heading(piece.title)}]({piece.path}): "
            f"{read_when(piece, self._matter.known)}."
            for piece in self._matter.pieces
        ]
        room = int(_REFERENCES_ROOM * max(scale, _LEAST_SCALE))
        shown: list[str] = []
        for line in lines:
            room -= len(line)
            if room < 0:
                index = "# Index\n\n" + "\n".join(lines).replace("](references/", "](")
                return ["\n".join([*shown, f"- {_MORE}"])], index
            shown.append(line)
        return ["\n".join(lines)], None

    def _source(self, excerpt: Excerpt) -> str:
        return self._source_of(excerpt.page, excerpt.start, excerpt.end)

    def _source_of(self, page: Page, start: int, end: int) -> str:
        return self._located(page, start, end, page.label)

    def _located(self, page: Page, start: int, end: int, text: str) -> str:
        place = self._anchors.at(page, start)
        anchor = f"#{place.anchor}" if place.anchor else ""
        lines = f"line {start}" if start == end else f"lines {start}-{end}"
        return f"[{escaped_heading(text)}]({place.path}{anchor}), {lines}"


def _says_when(heading: str) -> bool:
    return bool(_WHEN.fullmatch(normal(heading)))


def _inline(text: str) -> str:
    """One line of Markdown that stays a paragraph behind a bullet, whatever it begins with."""
    return _MARKED_ITEM.sub(r"\\", _ORDERED_ITEM.sub(r"\1\\", text))
