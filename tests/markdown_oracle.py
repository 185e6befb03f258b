"""What markdown-it-py, an independent CommonMark parser, finds in a text, and what we find."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from skillrepo import markdown


class Parts(NamedTuple):
    """Headings (line, level, text), code blocks (line, info, text) and links (target, image)."""

    headings: list[tuple[int, int, str]]
    code: list[tuple[int, str | None, str]]
    links: list[tuple[str, bool]]


def reference_parser() -> MarkdownIt:
    """markdown-it-py as it reads CommonMark with tables."""
    # The preset stops at 20 levels of nesting, which CommonMark does not.
    parser = MarkdownIt("commonmark", {"maxNesting": 10_000}).enable("table")
    # A destination is to be compared as it is read, before it is made safe for HTML.
    for name in ("normalizeLink", "normalizeLinkText"):
        setattr(parser, name, lambda url: url)
    setattr(parser, "validateLink", lambda _url: True)  # noqa: B010 - mypy: a method
    return parser


_PARSER = reference_parser()


def parts(text: str) -> Parts:
    """What `skillrepo.markdown` finds, in the same form."""
    found = markdown.parse(text)
    return Parts(
        headings=[(heading.line, heading.level, heading.text) for heading in found.headings],
        code=[
            (code.line, code.info if code.info is None else code.info.strip(), code.text)
            for code in found.code
        ],
        links=[(link.target, link.image) for link in found.links],
    )


def reference(text: str) -> Parts:
    """The parts of `text` as markdown-it-py sees them."""
    tokens = _PARSER.parse(text)
    found = Parts([], [], [])
    for index, token in enumerate(tokens):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "heading_open":
            title = _plain(tokens[index + 1].children or ()).strip()
            found.headings.append((line, int(token.tag[1]), title))
        elif token.type == "fence":
            found.code.append((line, unescapeAll(token.info.strip()), token.content))
        elif token.type == "code_block":
            found.code.append((line, None, token.content))
        elif token.type == "inline":
            found.links.extend(_links(token.children or ()))
    return found


def closed_fences(text: str) -> list[tuple[int, bool]]:
    """The line of each fence in `text`, and whether a closing fence ends it."""
    found = []
    for token in _PARSER.parse(text):
        if token.type == "fence" and token.map:
            first, end = token.map
            lines = len(token.content.removesuffix("\n").split("\n")) if token.content else 0
            found.append((first + 1, end - first == lines + 2))
    return found


def _plain(tokens: Iterable[Token]) -> str:
    parts = []
    for token in tokens:
        if token.type == "image":
            parts.append(_plain(token.children or ()))
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type != "html_inline":
            parts.append(token.content)
    return "".join(parts)


def _links(tokens: Iterable[Token]) -> Iterator[tuple[str, bool]]:
    for token in tokens:
        if token.type == "link_open":
            yield str(token.attrs["href"]), False
        elif token.type == "image":
            yield str(token.attrs["src"]), True
            yield from _links(token.children or ())
