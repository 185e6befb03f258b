"""Bytes of a SKILL.md → `Document` or `Unreadable`; and back: `render`."""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from skillrepo import markdown, yaml_node, yaml_text
from skillrepo.fences import PlainFence, plain_fences
from skillrepo.finding import Edit, Fix
from skillrepo.outline import Section, outline
from skillrepo.vocabulary import Vocabulary, vocabulary

# The longest of 5,418 published skills has 0.3 MB.
MAX_BYTES = 1_048_576
_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_FENCE = "---"


class Unreadable(NamedTuple):
    """A SKILL.md that has no text; `line` is the first that is at fault, else 1."""

    path: str
    folder: str
    line: int
    why: str


class Problem(NamedTuple):
    """Why the frontmatter cannot be read; line and column count from 1 in the file."""

    line: int
    column: int
    why: str
    fix: Fix | None = None


class _Parts(NamedTuple):
    header: str
    body: str
    body_line: int
    problem: Problem | None
    yaml: yaml_node.Loaded | None = None


class Document:
    r"""A SKILL.md that was read; it may break every rule.

    `path` is POSIX and relative to the root of what is checked, `folder` the name of the folder
    that holds it. `frontmatter` is empty where `problem` says why it cannot be read. `body` has
    `\n` line ends, its first line is line `body_line` of the file.
    """

    def __init__(self, path: str, folder: str, data: bytes, parts: _Parts) -> None:
        self.path = path
        self.folder = folder
        self.data = data
        self.bom = data.startswith(_BOM)
        self.problem = parts.problem
        self.yaml = parts.yaml
        self.body = parts.body
        self.body_line = parts.body_line
        self.reading: Any = None
        """What `wording` has made of the text."""

    @property
    def frontmatter(self) -> Mapping[str, Any]:
        """Top-level key → value, in the order of the file."""
        return self.yaml.value if self.yaml else {}

    @cached_property
    def text(self) -> str:
        r"""The whole file, with `\n` line ends and without a byte-order mark."""
        return _decode(self.data)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the whole file."""
        return vocabulary(self.data)

    @cached_property
    def markdown(self) -> markdown.Markdown:
        """The body's parts; add `body_line - 1` to a line of theirs to get the file's."""
        return markdown.parse(self.body)

    @cached_property
    def outline(self) -> tuple[Section, ...]:
        """The sections of the body; lines as in `markdown`."""
        return outline(self.body, self.fences, lambda: self.markdown)

    @cached_property
    def fences(self) -> list[PlainFence] | None:
        """The code fences of the body, if one sees without a parser that they are sound."""
        return plain_fences(self.body)

    def file_line(self, line: int) -> int:
        """The line of the file for a line of the body."""
        return self.body_line + line - 1

    def place(self, *path: str | int) -> tuple[int, int]:
        """Line and column of the value at `path` of the frontmatter, or of what should hold it."""
        return self._place(self.yaml.values if self.yaml else {}, path)

    def key_place(self, *path: str | int) -> tuple[int, int]:
        """Line and column of the key at `path` of the frontmatter."""
        return self._place(self.yaml.keys if self.yaml else {}, path)

    def _place(
        self, nodes: Mapping[yaml_node.Path, yaml_node.Node], path: yaml_node.Path
    ) -> tuple[int, int]:
        node = nodes.get(path)
        # Line 1 is the opening `---`.
        return (node.line + 1, node.column) if node else (1, 1)

    def node(self, *path: str | int) -> yaml_node.Node | None:
        """How the value at `path` of the frontmatter is written."""
        return self.yaml.values.get(path) if self.yaml else None

    def offset(self, line: int, column: int) -> int:
        """The byte offset in `data` of a line and column of the file."""
        return byte_offset(self.data, line, column)


def read(path: str, folder: str, data: bytes) -> Document | Unreadable:
    """Parse the bytes of the SKILL.md at `path` in the folder called `folder`."""
    try:
        text = _decode(data)
    except _NotTextError as error:
        return Unreadable(path, folder, error.line, error.why)
    parts = _parts(text)
    if parts.problem:
        parts = parts._replace(problem=_with_fix(parts.problem, parts.header, data))
    return Document(path, folder, data, parts)


def _parts(text: str) -> _Parts:
    """Cut at lines that are exactly `---`, so that one inside a value or the body is text."""
    if problem := _opening_problem(text):
        return _Parts("", text, 1, problem)
    lines = text.split("\n")
    try:
        end = lines.index(_FENCE, 1)
    except ValueError:
        why = "the frontmatter is never closed; end it with a line that is exactly `---`"
        return _Parts("", "", 1, Problem(1, 1, why))
    header, body = "\n".join(lines[1:end]), "\n".join(lines[end + 1 :])
    try:
        loaded = yaml_text.load(header, yaml_node.FRONTMATTER)
    except yaml_node.YamlError as error:
        problem = Problem(error.line + 1, error.column, error.why)
        return _Parts(header, body, end + 2, problem)
    if not isinstance(loaded.value, dict):
        return _Parts(header, body, end + 2, Problem(2, 1, _not_a_mapping(loaded.value)))
    return _Parts(header, body, end + 2, None, loaded)


def render(fields: Mapping[str, object], body: str) -> str:
    """The text of a SKILL.md: `fields` in their order, quoted where YAML needs it; then `body`."""
    # To write, python-frontmatter serves; it takes 15 ms to import, which a hook need not spend.
    import frontmatter  # noqa: PLC0415
    from frontmatter.default_handlers import BaseHandler  # noqa: PLC0415

    from skillrepo import yaml_full  # noqa: PLC0415

    class Handler(BaseHandler):
        FM_BOUNDARY = re.compile(r"^---$", re.MULTILINE)
        START_DELIMITER = END_DELIMITER = _FENCE

        def export(self, metadata: dict[str, object], **_: object) -> str:
            return yaml_full.dump(metadata).strip("\n")  # a value may end in another blank

    post = frontmatter.Post(body)
    post.metadata = dict(fields)
    return frontmatter.dumps(post, handler=Handler()) + "\n"


OUT_OF_REACH = "cannot be read: no permission, not in this partial clone, or gone meanwhile"


def over_limit(size: int) -> str:
    """Why a file of `size` bytes is not read."""
    return f"has {size:,} bytes, more than the limit of {MAX_BYTES:,}"


def too_large(size: int) -> str:
    """Why a SKILL.md of `size` bytes is not read, and what to do."""
    return f"{over_limit(size)}; move detail to other files"


def text_of(data: bytes) -> str | None:
    r"""The text in the bytes of any file, with `\n` line ends; None where they are not UTF-8."""
    if b"\0" in data:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class _NotTextError(Exception):
    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _NotTextError(1, too_large(len(data)))
    if data.startswith(_UTF16_BOMS):
        raise _NotTextError(1, "is UTF-16; save it as UTF-8")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise _NotTextError(line, "holds a NUL byte: it is not text; save it as UTF-8")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        why = f"byte 0x{data[error.start]:02X} is not UTF-8; save it as UTF-8"
        raise _NotTextError(line, why) from None


def _opening_problem(text: str) -> Problem | None:
    first = text.split("\n", 1)[0]
    if first == _FENCE:
        return None
    if not text.strip():
        return Problem(1, 1, "the file is empty; begin it with `---`, `name:` and `description:`")
    if first.strip() == _FENCE:
        return Problem(1, 1, "line 1 must be exactly `---`, without spaces around it")
    stripped = text.lstrip()
    if stripped.startswith(_FENCE + "\n"):
        line = text.count("\n", 0, len(text) - len(stripped)) + 1
        return Problem(1, 1, f"blank lines before the `---` in line {line}; remove them")
    lines = text.split("\n")
    if _FENCE in lines[:-1] and re.match(r"[A-Za-z][\w-]*:", first) is None:
        line = lines.index(_FENCE) + 1
        return Problem(1, 1, f"text before the `---` in line {line}; frontmatter must come first")
    return Problem(1, 1, "no frontmatter; begin the file with a line that is exactly `---`")


def _not_a_mapping(value: object) -> str:
    if value is None:
        return "the frontmatter is empty; give it `name:` and `description:`"
    what = "a list" if isinstance(value, list) else "one value"
    return f"the frontmatter is {what}; it must be `key: value` lines"


_PLAIN_ENTRY = re.compile(r"( *[A-Za-z][\w-]{0,63}: +)([^\s'\"|>\[{].*?)\s*")


def _with_fix(problem: Problem, header: str, data: bytes) -> Problem:
    """Quote the value in the line at fault, where that makes the frontmatter YAML."""
    lines = header.split("\n")
    index = problem.line - 2
    match = _PLAIN_ENTRY.fullmatch(lines[index]) if 0 <= index < len(lines) else None
    # Behind ` #` stands a comment, or text that was meant: no fix is the one right one.
    if match is None or " #" in match[2]:
        return problem
    quoted = '"' + match[2].replace("\\", "\\\\").replace('"', '\\"') + '"'
    lines[index] = match[1] + quoted
    try:
        yaml_text.load("\n".join(lines), yaml_node.FRONTMATTER)
    except yaml_node.YamlError:
        return problem
    start = byte_offset(data, problem.line, len(match[1]) + 1)
    edit = Edit(start, start + len(match[2].encode()), quoted)
    fix = Fix("put the value in double quotes", (edit,))
    return Problem(problem.line, problem.column, problem.why, fix)


@lru_cache(maxsize=1)
def _line_starts(data: bytes) -> list[int]:
    """The offset of each line; findings come in the order of their files."""
    # Of bytes, these are the line ends that a text has, and no others.
    lines = data.splitlines(keepends=True)
    starts = list(accumulate(map(len, lines), initial=0))
    return starts if not lines or lines[-1].endswith((b"\n", b"\r")) else starts[:-1]


def byte_offset(data: bytes, line: int, column: int) -> int:
    """The offset in the bytes of a UTF-8 file of a line and column of its text."""
    starts = _line_starts(data)
    number = min(line, len(starts))
    start = starts[number - 1]
    end = starts[number] if number < len(starts) else len(data)
    if start == 0 and data.startswith(_BOM):
        start = len(_BOM)
    text = data[start:end].rstrip(b"\r\n").decode()
    return start + len(text[: column - 1].encode())
