"""Links of a skill's Markdown files: where each leads, told by the files of the skill alone."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache
from posixpath import basename, dirname, join, normpath, relpath
from typing import Literal, NamedTuple

from skillrepo import document, outline
from skillrepo.bundle import Bundle, Page
from skillrepo.document import Document
from skillrepo.fences import PlainFence
from skillrepo.finding import Edit
from skillrepo.markdown import Link, Markdown

_LONGEST = 1_024
"""Characters of a target; no file of a skill has a longer name."""
SAME_PAGE = "#"
_SHOWN = 120
"""Characters of a target that a message repeats."""
_MOST_TARGETS = 3_000
"""Targets that the links of one skill may have; what is more was not written by people."""
_MOST_LINKS = 40
"""Symbolic links one behind another that are followed, as on Linux."""


class Sheet(NamedTuple):
    """A Markdown text of a skill: the body of its SKILL.md, or another page.

    `name` is relative to the skill's folder; `path` is None for SKILL.md, as in a `Hit`. `above`
    counts the lines of the file that stand before the text.
    """

    name: str
    path: str | None
    above: int
    text: str
    source: Document | Page

    @property
    def markdown(self) -> Markdown:
        """The parts of the text."""
        return self.source.markdown

    @property
    def folder(self) -> str:
        """The folder from which relative links count."""
        return dirname(self.name)


class Lead(NamedTuple):
    """Where the target of a link leads.

    `name` is the file or folder of the skill: `""` is the skill's folder, `#` the page that holds
    the link. For `case` it is what has this name in another case, for `outside` and `missing` what
    was looked for. `anchor` is what follows the `#`, decoded.
    """

    kind: Literal["there", "case", "outside", "missing"]
    name: str
    anchor: str


# What is not written for the skill's reader: drafts of other texts, and what tests compare with.
_FOLDERS_OF_MATERIAL = (
    "asset assets template templates example examples sample samples expected_outputs output "
    "outputs eval evals test tests fixture fixtures testdata"
)
_MATERIAL = frozenset(_FOLDERS_OF_MATERIAL.split())


def is_material(name: str) -> bool:
    """Whether a file lies in a folder for what the skill makes or is tested with."""
    return not _MATERIAL.isdisjoint(name.lower().split("/")[:-1])


def sheets(skill: Document, bundle: Bundle) -> Iterator[Sheet]:
    """The body of the SKILL.md, then each page that is written for the skill's reader."""
    yield Sheet(basename(skill.path), None, skill.body_line - 1, skill.body, skill)
    for page in bundle.markdown_pages():
        if not is_material(page.name):
            yield Sheet(page.name, page.path, 0, page.text, page)


def may_link(text: str) -> bool:
    """Whether Markdown can see a link in the text; to parse it is most of what a check costs."""
    return "](" in text or "]:" in text


def leads(skill: Document, bundle: Bundle) -> list[tuple[Sheet, Link, Lead]]:
    """Each link that leads to no file of the skill, or to a place in a page, and where it leads.

    Several rules ask; the answer is kept with the bundle.
    """
    if bundle.leads is None:
        bundle.leads = list(_leads(skill, bundle))
    found: list[tuple[Sheet, Link, Lead]] = bundle.leads
    return found


def _leads(skill: Document, bundle: Bundle) -> Iterator[tuple[Sheet, Link, Lead]]:
    files: Files | None = None
    looked_up = 0
    for sheet in sheets(skill, bundle):
        if not may_link(sheet.text):
            continue
        files = files or Files(skill, bundle)
        if _plainly_right(sheet, files):
            continue
        known: dict[str, Lead | None] = {}
        for link in sheet.markdown.links:
            target = link.target
            if target not in known and looked_up < _MOST_TARGETS:
                known[target] = files.lead(target, sheet.folder)
                looked_up += 1
            lead = known.get(target)
            if lead and (lead.kind != "there" or lead.anchor):
                yield sheet, link, lead


def _plainly_right(sheet: Sheet, files: "Files") -> bool:
    """Whether one sees without a parser that each link leads to a file or heading that is there.

    What only looks like a link counts too: if it leads nowhere, a parser must see.
    """
    if sheet.text.count("](") > _MOST_SEEN:
        return False
    fences = sheet.source.fences
    in_code = _Ranges(fences or ())
    headings: frozenset[str] | None = None
    for number, match in enumerate(_targets().finditer(sheet.text)):
        target = match[1]
        if target.startswith(("https://", "http://")) or in_code.hold(match.start()):
            continue
        if match[0].startswith("]:") and _defines_nothing(sheet.text, match.start()):
            continue
        if number > _MOST_SEEN or not _PLAIN.issuperset(target.removeprefix("#")):
            return False
        if target.startswith("#"):
            headings = _plain_anchors(sheet, fences) if headings is None else headings
            if target[1:] in headings:
                continue
            return False
        lead = files.lead(target, sheet.folder)
        if lead and (lead.kind != "there" or lead.anchor):
            return False
    return True


class _Ranges:
    """The code of a text, asked about one place behind the other."""

    def __init__(self, fences: Sequence[PlainFence]) -> None:
        self._fences = iter(fences)
        self._next = next(self._fences, None)

    def hold(self, place: int) -> bool:
        """Whether the place, which lies behind those asked about before, lies in one of them."""
        while self._next and self._next.end <= place:
            self._next = next(self._fences, None)
        return self._next is not None and self._next.start <= place


def _defines_nothing(text: str, place: int) -> bool:
    """Whether the `]:` at a place is not the end of `[label]:`, which begins its line."""
    line = text[text.rfind("\n", 0, place) + 1 : place]
    before, bracket, _ = line.partition("[")
    # An escaped bracket may be one of a label that began on an earlier line.
    return bool(bracket) and "\\" not in before and not _BEFORE_LABEL.issuperset(before)


def _plain_anchors(sheet: Sheet, fences: Sequence[PlainFence] | None) -> frozenset[str]:
    """The anchors of the headings, as far as one sees them without a parser."""
    found = None if fences is None else outline.plain(sheet.text, fences)
    return frozenset(outline.slug(section.heading.text) for section in found or ())


# In a list or a quote a definition stands behind their marks.
_BEFORE_LABEL = frozenset(" \t>-*+.)0123456789")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@+=,")
_MOST_SEEN = 200


@cache
def _targets() -> re.Pattern[str]:
    """What may be the target of a link: behind `](`, or behind `]:` of a definition."""
    return re.compile(r"\](?:\(|:)\s*+([^\s)]{0,999})")


# `[text](url)` shows how a link is written, `f[i](x)` is no link at all.
_SHORT = 2
_STANDS_FOR_A_TARGET = frozenset(
    ("url", "uri", "link", "href", "target", "path", "file", "image", "anchor")
)


@cache
def _elsewhere() -> re.Pattern[str]:
    """An address, a path outside of any skill, or a template."""
    return re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|~|.*[{}<>$*]")


def leads_elsewhere(target: str) -> bool:
    """Whether a target is an address, a path outside of any repository, or a template."""
    return _elsewhere().match(target) is not None


def _is_no_file(path: str) -> bool:
    short = len(path) <= _SHORT and "." not in path
    if short or path in ("...", "\u2026") or path.removeprefix("./").startswith("path/to/"):
        return True
    # `LINK`, `SOURCE_URL` or `url`; with small letters of several words it may be a name.
    words = [path] if path.islower() else path.split("_") if path.isupper() else []
    return not _STANDS_FOR_A_TARGET.isdisjoint(word.lower() for word in words)


class Files:
    """The names of a skill's files, its SKILL.md among them, and what links lead to."""

    def __init__(self, skill: Document, bundle: Bundle) -> None:
        self._skill_file = basename(skill.path)
        self._bundle = bundle

    @cached_property
    def names(self) -> frozenset[str]:
        """The files and folders of the skill; `""` is its own folder."""
        return self._bundle.names | {self._skill_file, ""}

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders that lie in the skill's own."""
        below = (name.partition("/") for name in self._bundle.names)
        return frozenset(first for first, slash, _ in below if slash)

    @cached_property
    def _folded(self) -> dict[str, str]:
        # The first of several names that differ in case alone, whatever the order of the set.
        return {name.casefold(): name for name in sorted(self.names, reverse=True)}

    @cached_property
    def _links(self) -> dict[str, str]:
        """The symbolic links of the skill, and their targets."""
        items = self._bundle.items
        return {item.name: self._bundle.link(item) for item in items if item.kind == "link"}

    def exists(self, name: str) -> bool:
        """Whether the skill has a file or folder of this name, which is normal."""
        if len(name) > _LONGEST:
            return False
        if self._links:
            followed = self._followed(name)
            return followed is not None and self._stands(followed)
        return self._stands(name)

    def in_other_case(self, name: str) -> str | None:
        """The file or folder whose name differs in case alone."""
        other = self._folded.get(name.casefold())
        return None if other == name else other

    @cached_property
    def _by_last_name(self) -> dict[str, str | None]:
        """The last part of each name, casefolded → the name; None where there are several."""
        found: dict[str, str | None] = {}
        for name in self._bundle.names:
            last = basename(name).casefold()
            found[last] = None if last in found else name
        return found

    def called(self, last: str) -> str | None:
        """The one file or folder beside SKILL.md with this last part of its name, in any case."""
        return self._by_last_name.get(last.casefold())

    def _stands(self, name: str) -> bool:
        # What belongs to a skill that lies in this one goes with it, but is none of its names.
        return name in self.names or self._bundle.kind(name) != "missing"

    def _followed(self, name: str) -> str | None:
        """The name behind all symbolic links; None where they lead out of the skill, or round."""
        for _ in range(_MOST_LINKS):
            ends = [at for at, letter in enumerate(name) if letter == "/"]
            link = next((n for end in (*ends, len(name)) if (n := name[:end]) in self._links), None)
            if link is None:
                return name
            name = _normal(join(dirname(link), self._links[link]) + name[len(link) :])
            if _leaves(name) or len(name) > _LONGEST:
                return None
        return None

    def lead(self, target: str, folder: str) -> Lead | None:
        """Where a link in a file of `folder` leads; None if it is to no file of a skill.

        The specification says "use relative paths from the skill root", Markdown and its viewers
        count from the folder of the file: in a page both are right.
        """
        if leads_elsewhere(target):
            return None
        path, _, anchor = target.partition("#")
        path, anchor = decoded(path.partition("?")[0]), decoded(anchor)
        if not path:
            return Lead("there", SAME_PAGE, anchor)
        if path.startswith("/"):
            # An address on some site, unless the skill has such a file.
            name = _normal(path.lstrip("/"))
            return Lead("missing", name, anchor) if name in self._bundle.names else None
        own, root = _normal(join(folder, path)), _normal(path)
        tried = [name for name in dict.fromkeys((own, root)) if not _leaves(name)]
        for name in tried:
            if self.exists(name):
                return Lead("there", name, anchor)
        return None if _is_no_file(path) else self._nearest(own, tried, anchor)

    def _nearest(self, own: str, tried: list[str], anchor: str) -> Lead:
        for name in tried:
            if other := self.in_other_case(name):
                return Lead("case", other, anchor)
        return Lead("missing" if tried else "outside", own, anchor)


def _normal(path: str) -> str:
    found = normpath(path)
    return "" if found == "." else found


def _leaves(name: str) -> bool:
    # `%2F` becomes a slash: a link may turn out to be absolute.
    return name == ".." or name.startswith(("../", "/"))


def decoded(text: str) -> str:
    """A part of a target without the escapes of addresses."""
    if "%" not in text:
        return text
    from urllib.parse import unquote  # noqa: PLC0415 - 2 ms, and seldom needed

    return unquote(text)


def from_folder(name: str, folder: str) -> str:
    """The way to a file from a folder, both relative to the skill's folder."""
    return relpath(f"/{name}", f"/{folder}")  # of two absolute paths, so that no disk is asked


def shown(target: str) -> str:
    """A target as it stands in a message: a hostile one is a book."""
    return target if len(target) <= _SHOWN else target[: _SHOWN - 1] + "\u2026"


def target_edit(sheet: Sheet, link: Link, old: str, new: str) -> Edit | None:
    """Replace `old`, with which the target of an inline link begins; None if it is not plain."""
    line = _lines(sheet.text)[link.line - 1]
    start = line.find(f"]({old}", link.column - 1)
    # Between backticks stands no link, but the text of one may hold code.
    if start < 0 or line.count("`", link.column - 1, start) % 2:
        return None
    place = byte_offset(sheet, link.line, start + 3)
    return Edit(place, place + len(old.encode()), new)


@lru_cache(maxsize=1)
def _lines(text: str) -> list[str]:
    return text.split("\n")  # findings come in the order of their files


def byte_offset(sheet: Sheet, line: int, column: int) -> int:
    """The place in the bytes of the file of a line and column of the text."""
    return document.byte_offset(sheet.source.data, sheet.above + line, column)
