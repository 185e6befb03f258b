"""Anchors of pages → where in the skill the text that they point to stands now."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from skillrepo.markdown import Heading
from skillrepo.writer.page import Page
from skillrepo.writer.split import Piece

_NOT_WORD = re.compile(r"[^\w\- ]")
_HTML_ID = re.compile(r"""<[a-zA-Z][^<>]{0,200}?\s(?:id|name)=["']([^"'<>\s]{1,100})["']""")


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the skill and an anchor in it; the anchor is empty for the file itself."""

    path: str
    anchor: str = ""


class Anchors:
    """Finds the place of what stood at a path and an anchor, or at a line, of a source."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces: dict[str, list[Piece]] = {}
        for piece in pieces:
            self._pieces.setdefault(piece.page.path, []).append(piece)
        self._by_line: dict[str, dict[int, Place]] = {}
        self._by_anchor: dict[str, dict[str, Place]] = {}
        for path, own in self._pieces.items():
            self._by_line[path] = dict(_heading_places(own))
            old = anchors(own[0].page.headings)
            self._by_anchor[path] = dict(_id_places(own)) | dict(
                zip(old, self._by_line[path].values(), strict=True)
            )

    def __contains__(self, path: str) -> bool:
        return path in self._pieces

    def ending_with(self, path: str) -> str | None:
        """The one source whose path ends with `path`, None where there is none or more."""
        found = [own for own in self._pieces if f"/{own}".endswith(path)]
        return found[0] if len(found) == 1 else None

    def find(self, path: str, anchor: str) -> Place:
        """The place of `anchor` in the source at `path`; its first file where it has none such."""
        known = self._by_anchor[path]
        first = Place(self._pieces[path][0].path)
        return known.get(anchor) or known.get(anchor.lower()) or first

    def at(self, page: Page, line: int) -> Place:
        """The place of `line` of a page: its file, and the heading there that it stands under."""
        own = self._pieces[page.path]
        piece = own[bisect_right([piece.start for piece in own], line) - 1]
        under = [heading.line for heading in piece.headings if heading.line <= line]
        return self._by_line[page.path][under[-1]] if under else Place(piece.path)


def anchors(headings: Sequence[Heading]) -> Iterator[str]:
    """The anchors that GitHub gives to the headings of one file: a repeated one gets a number."""
    seen: dict[str, int] = {}
    for heading in headings:
        anchor = _NOT_WORD.sub("", heading.text.strip().lower()).replace(" ", "-")
        count = seen[anchor] = seen.get(anchor, -1) + 1
        yield f"{anchor}-{count}" if count else anchor


def html_ids(text: str) -> Iterator[str]:
    """The ids and names of HTML elements in `text`, which links can point to as well."""
    return (match[1] for match in _HTML_ID.finditer(text))


def _heading_places(pieces: Sequence[Piece]) -> Iterator[tuple[int, Place]]:
    for piece in pieces:
        # Text that is no Markdown is shown as code: its headings are no anchors there.
        linked = piece.page.kind == "markdown"
        for heading, anchor in zip(piece.headings, anchors(piece.headings), strict=True):
            yield heading.line, Place(piece.path, anchor if linked else "")


def _id_places(pieces: Sequence[Piece]) -> Iterator[tuple[str, Place]]:
    for piece in pieces:
        for anchor in html_ids(piece.text):
            yield anchor, Place(piece.path, anchor)
