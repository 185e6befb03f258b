"""Pages → their boxes: GitHub's alerts, and what Docusaurus, MkDocs and Sphinx have for them."""

import re
from collections.abc import Iterator

from skillrepo.writer.excerpt import Quote, escaped
from skillrepo.writer.page import Page

# Kinds of boxes and labels → how much they weigh.
KINDS = {
    "warning": 1.0,
    "caution": 1.0,
    "danger": 1.0,
    "attention": 0.9,
    "important": 0.8,
    "error": 0.7,
    "note": 0.5,
}
_BOX = re.compile(
    r"(?P<quote>\s*>\s*\[!(?P<alert>\w+)\])|(?P<colons>\s{0,3}:::+\s*\{?\.?(?P<fence>\w+))"
    r"|(?P<marks>\s*(?:!!!|\?\?\?)\+?\s+(?P<mark>\w+))|(?P<dots>\s*\.\.\s+(?P<directive>\w+)::)"
)
_LIMITS = re.compile(
    r"\b(?:only|cannot|can['\u2019]t|not|requires?|before|unless|limit\w*|expires?|deprecated|"
    r"costs?)\b",
    re.IGNORECASE,
)
_MOST_LINES = 40


def boxes(page: Page, quote: Quote) -> Iterator[tuple[int, int, str, str]]:
    """Of each box its first and its last line, its kind, and what it says on one line."""
    for number, line in enumerate(page.lines, 1):
        match = _BOX.match(line) if number not in page.code_lines else None
        if match is None:
            continue
        kind = next(filter(None, match.group("alert", "fence", "mark", "directive"))).lower()
        if kind in KINDS:
            last = _last_line(page, number, match)
            start, end = page.starts[number - 1] + match.end(), page.starts[last] - 1
            is_markdown = page.kind == "markdown"
            text = quote(start, end) if is_markdown else escaped(page.text[start:end])
            yield number, last, kind, _said(text, match)


def sets_limit(kind: str, text: str) -> bool:
    """Whether a box or label counts: a note does where it sets a limit, all others do."""
    return kind != "note" or bool(_LIMITS.search(text))


def _last_line(page: Page, number: int, match: re.Match[str]) -> int:
    """The last line of the box that begins at line `number`."""
    rest = page.lines[number : number + _MOST_LINES]
    if match["colons"]:
        closing = (at for at, line in enumerate(rest, 1) if line.strip().startswith(":::"))
        return number + next(closing, 0)
    if match["quote"]:
        outside = (at for at, line in enumerate(rest) if not line.lstrip().startswith(">"))
    else:
        opening = page.lines[number - 1]
        indent = opening[: len(opening) - len(opening.lstrip())] + "   "
        outside = (
            at for at, line in enumerate(rest) if line.strip() and not line.startswith(indent)
        )
    count = next(outside, len(rest))
    while count and not rest[count - 1].strip():
        count -= 1
    return number + count


def _said(text: str, match: re.Match[str]) -> str:
    """What a box says, without the marks of its form, on one line."""
    lines = text.split("\n")
    if match["quote"]:
        lines = [line.lstrip(" >") for line in lines]
    elif match["colons"]:
        lines = [line for line in lines if not line.strip().startswith(":::")]
        lines[0] = lines[0].strip(" {}[]")
    elif match["marks"]:
        # A title in quotation marks; a full stop divides it from the text.
        title = lines[0].strip().strip("\"'")
        lines[0] = f"{title}." if title and title[-1] not in ".!?:" else title
    return " ".join(" ".join(lines).split())
