"""The sources of a request → their pages, cleaned, parsed and told apart."""

import posixpath
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from skillrepo import markdown
from skillrepo.draft import Source
from skillrepo.markdown import Markdown
from skillrepo.writer import plain
from skillrepo.writer.clean import blank_comments, clean, one_line
from skillrepo.writer.page import Kind, Page

_MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".mdc"})
_RST = frozenset({".rst", ".rest"})
_TEXT = frozenset({"", ".txt", ".pdf", ".text", ".adoc", ".asciidoc", ".org", ".man", ".log"})
# File name's end → the word after a fence that highlighters know; else the end itself is it.
_LANGUAGES = {
    ".sh": "bash",
    ".bash": "bash",
    ".py": "python",
    ".js": "javascript",
    ".ts": "typescript",
    ".rb": "ruby",
    ".rs": "rust",
    ".yml": "yaml",
    ".ps1": "powershell",
    ".cfg": "ini",
    ".tf": "hcl",
}
# No manual has such a line; what has one is data, and is not worth a parser's time.
_LONGEST_LINE = 20_000
_ATX = re.compile(r"^#{1,3} +\S", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~)", re.MULTILINE)
_FRONT_MATTER_KEY = re.compile(r"""["']?[A-Za-z][\w.-]*["']?\s*[:=]""")
_TITLE_KEY = re.compile(r"""title\s*[:=]\s*(["']?)(.+?)\1\s*$""", re.IGNORECASE)


def read(sources: Sequence[Source]) -> list[Page]:
    """The pages of all sources that hold any text, in order, each label naming one path."""
    paths = _distinct([source.path for source in sources])
    texts = [source.text for source in sources]
    pages = map(_page, paths, _labels(paths), texts)
    return [page for page in pages if page.text.strip()]


def _page(path: str, label: str, source: str) -> Page:
    cleaned = clean(source)
    text, front_title = cleaned.text, ""
    kind = _kind(path, text)
    # In YAML such a line divides documents.
    if kind != "code":
        text, front_title = _blank_front_matter(text)
    markup, comments = Markdown(), 0
    if kind == "markdown":
        text, markup, comments = _read_markdown(text)
    elif kind in ("rst", "text"):
        markup = plain.parse(text, rst=kind == "rst")
    suffix = PurePosixPath(path).suffix.lower()
    language = _LANGUAGES.get(suffix, suffix[1:]) if kind == "code" else kind
    return Page(
        path=path,
        label=label,
        kind=kind,
        text=text,
        language=language if re.fullmatch(r"[a-z0-9+#-]{0,20}", language) else "",
        front_title=front_title,
        markup=markup,
        hidden=cleaned.hidden,
        comments=comments,
    )


def _kind(path: str, text: str) -> Kind:
    suffix = PurePosixPath(path).suffix.lower()
    if any(len(line) > _LONGEST_LINE for line in text.split("\n")):
        return "code" if suffix not in _TEXT | _RST | _MARKDOWN else "text"
    if suffix in _MARKDOWN:
        return "markdown"
    if suffix in _RST:
        return "rst"
    if suffix not in _TEXT:
        return "code"
    if text.startswith("#!"):
        return "code"
    # Files such as llms.txt and README are Markdown under another name.
    is_markdown = _FENCE.search(text) or len(_ATX.findall(text)) > 1
    return "markdown" if is_markdown else "text"


def _read_markdown(text: str) -> tuple[str, Markdown, int]:
    """The text without HTML comments, what stands in it, and how many comments there were.

    A comment shows nothing to the person who reviews a page and everything to a model.
    """
    markup = markdown.parse(text)
    lines = text.split("\n")
    count = 0
    for block in markup.blocks:
        if block.kind != "code":
            part, found = blank_comments("\n".join(lines[block.start - 1 : block.end]))
            if found:
                lines[block.start - 1 : block.end] = part.split("\n")
                count += found
    if not count:
        return text, markup, 0
    text = "\n".join(lines)
    return text, markdown.parse(text), count


def _blank_front_matter(text: str) -> tuple[str, str]:
    """The text with empty lines for a leading YAML or TOML header, and the title it gave."""
    lines = text.split("\n")
    fence = lines[0].rstrip()
    if fence not in ("---", "+++"):
        return text, ""
    closers = (fence, "...") if fence == "---" else (fence,)
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in closers), 0)
    header = [line for line in lines[1:end] if line.strip()]
    # Two thematic breaks with text between them are no header.
    if not end or (header and not _FRONT_MATTER_KEY.match(header[0])):
        return text, ""
    titles = (_TITLE_KEY.match(line) for line in header)
    title = next((match[2] for match in titles if match), "")
    return "\n".join([""] * (end + 1) + lines[end + 1 :]), title


def _distinct(paths: Sequence[str]) -> list[str]:
    """The paths without `.`, `..` and what cannot be seen; one that is there twice is numbered."""
    found: list[str] = []
    for path in paths:
        name = posixpath.normpath(one_line(path) or "source")
        stem, suffix = posixpath.splitext(name)
        numbered = (f"{stem} ({n}){suffix}" for n in range(2, len(paths) + 2))
        found.append(next(free for free in (name, *numbered) if free not in found))
    return found


def _labels(paths: Sequence[str]) -> list[str]:
    """For each path the shortest end of it that no other path has: mostly the file's name."""
    parts = [PurePosixPath(path).parts for path in paths]
    labels = []
    for own in parts:
        lengths = range(1, len(own) + 1)
        alone = (n for n in lengths if sum(other[-n:] == own[-n:] for other in parts) == 1)
        label = "/".join(own[-next(alone, len(own)) :])
        labels.append(label.lstrip("/") or "source")
    return labels
