"""Repairs of a frontmatter: edits of its bytes that leave what stands beside the fault alone.

A function gives None where no one answer is right, or the way it is written is too unusual to
be changed with certainty. Places are lines and columns of the file, from 1.
"""

import re
from functools import cache

from skillrepo import yaml_node, yaml_text
from skillrepo.document import Document
from skillrepo.finding import Edit, Fix

Place = tuple[int, int]

_NOTHING = yaml_node.Loaded({}, {}, {}, {}, frozenset())


@cache
def _line_break() -> re.Pattern[bytes]:
    return re.compile(rb"\r\n?|\n")


class Source:
    """The lines of a frontmatter as they are written; `yaml` says where its values stand.

    `fence` is the line that closes it.
    """

    def __init__(self, skill: Document) -> None:
        self.yaml = skill.yaml or _NOTHING
        bom = len(b"\xef\xbb\xbf") if skill.bom else 0
        self._starts = [bom]
        for match in _line_break().finditer(skill.data, bom):
            self._starts.append(match.end())
            if len(self._starts) == skill.body_line:
                break
        first = _line_break().search(skill.data, bom)
        self.newline = first[0].decode() if first else "\n"
        self.fence = skill.body_line - 1
        self.lines = ["", *skill.text.split("\n", self.fence)[: self.fence]]

    @property
    def flow(self) -> bool:
        """Whether the whole frontmatter is one mapping in braces."""
        return () in self.yaml.flow

    def start(self, *path: str | int) -> Place:
        """Where the value at `path` begins."""
        node = self.yaml.values[path]
        return node.line + 1, node.column

    def end(self, *path: str | int) -> Place:
        """Where it has ended."""
        line, column = self.yaml.ends[path]
        return line + 1, column

    def between(self, start: Place, end: Place) -> str:
        """What is written from one place up to another."""
        (first, column), (last, stop) = start, end
        if first == last:
            return self.lines[first][column - 1 : stop - 1]
        middle = self.lines[first + 1 : last]
        return "\n".join((self.lines[first][column - 1 :], *middle, self.lines[last][: stop - 1]))

    def written(self, *path: str | int) -> str:
        """How the value at `path` is written."""
        return self.between(self.start(*path), self.end(*path))

    def edit(self, start: Place, end: Place, text: str) -> Edit:
        """The edit that writes `text` from one place up to another, with the file's line ends."""
        return Edit(self._offset(start), self._offset(end), text.replace("\n", self.newline))

    def _offset(self, place: Place) -> int:
        line, column = place
        return self._starts[line - 1] + len(self.lines[line][: column - 1].encode())

    def key(self, *path: str | int) -> tuple[Place, Place] | None:
        """Where the key at `path` begins and has ended; None where it is not `key:` in a line."""
        node = self.yaml.keys[path]
        start = line, column = node.line + 1, node.column
        rest = self.lines[line][column - 1 :]
        quote = rest[:1] if node.quoted else ""
        length = rest.find(quote, 1) + 1 if quote else len(node.text)
        if rest[1 : length - 1] != node.text if quote else not rest.startswith(node.text):
            return None  # it goes over several lines, or has escapes
        return (start, (line, column + length)) if rest[length : length + 1] == ":" else None


def _is_blank(rest: str) -> bool:
    """Whether nothing is left of a line, or only a comment."""
    plain = rest.lstrip()
    return not plain or (plain[0] == "#" and plain != rest)


def _only_marks(text: str) -> bool:
    """Whether only the marks of a list stand there: no comment, nor anything else."""
    return all(character in "-[]," or character.isspace() for character in text)


def quoted(text: str) -> str:
    """The text in double quotes, as YAML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'


def scalar(text: str) -> str:
    """The text as YAML that cannot be misread: plain where that will do, also within brackets."""
    try:
        plain = yaml_text.load(f"[{text}]").value == [text]
    except yaml_node.YamlError:
        plain = False
    return text if plain else quoted(text)


def quote(source: Source, *path: str | int) -> Fix | None:
    """Put the plain value at `path` into double quotes."""
    text = source.yaml.values[path].text
    if source.written(*path) != text:
        return None
    edit = source.edit(source.start(*path), source.end(*path), quoted(text))
    return Fix("put the value in double quotes", (edit,))


def quote_key(source: Source, *path: str | int) -> Fix | None:
    """Put the plain key at `path` into double quotes."""
    place = source.key(*path)
    if place is None:
        return None
    return Fix(
        "put the key in double quotes", (source.edit(*place, quoted(source.yaml.keys[path].text)),)
    )


def rename(source: Source, key: str, new: str) -> Fix | None:
    """Give the key at the top another name."""
    place = source.key(key)
    return Fix(f"rename the key to `{new}`", (source.edit(*place, new),)) if place else None


def replace(source: Source, text: str, *path: str | int, description: str) -> Fix | None:
    """Write another text in place of the one at `path`, in quotes of the same kind."""
    written = source.written(*path)
    if written[:1] in ("|", ">"):
        return None
    if written[:1] == "'" and text.isprintable():
        new = "'" + text.replace("'", "''") + "'"
    else:
        new = quoted(text) if written[:1] == '"' else scalar(text)
    return Fix(description, (source.edit(source.start(*path), source.end(*path), new),))


def list_to_text(source: Source, key: str) -> Fix | None:
    """Write the list under a key at the top as one text with spaces."""
    items = _items(source, key)
    place = source.key(key)
    if items is None or place is None or source.flow:
        return None
    _, end_of_key = place
    if source.between(end_of_key, source.start(key)).strip() != ":":
        return None
    line, column = end_of_key
    edit = source.edit((line, column + 1), source.end(key), " " + scalar(" ".join(items)))
    return Fix(f"write `{key}` as one text with spaces", (edit,))


def _items(source: Source, key: str) -> list[str] | None:
    """The items of a list of texts, without any comment between them."""
    found = source.yaml.value[key]
    texts: list[str] = []
    at = source.start(key)
    for number in range(len(found)):
        node = source.yaml.values[key, number]
        block = node.quoted and source.written(key, number)[:1] in ("|", ">")
        if node.kind in ("mapping", "list", "null") or not node.text.strip() or block:
            return None
        if not _only_marks(source.between(at, source.start(key, number))):
            return None
        texts.append(node.text)
        at = source.end(key, number)
    if not texts or not _only_marks(source.between(at, source.end(key))):
        return None
    return texts


def move_under_metadata(source: Source, key: str) -> Fix | None:
    """Move a key at the top with its value, as text, below the last key of `metadata`."""
    entry = None if source.flow else _entry(source, key)
    target = _end_of_metadata(source, key)
    if entry is None or target is None:
        return None
    (first, last), line = entry
    after, indent, heading = target
    text = heading + indent + line + "\n"
    # Where the text is to stand just before or behind the lines that go, it takes their place.
    if after + 1 in (first, last + 1):
        edits = [source.edit((first, 1), (last + 1, 1), text)]
    else:
        removed = source.edit((first, 1), (last + 1, 1), "")
        added = source.edit((after + 1, 1), (after + 1, 1), text)
        edits = sorted((removed, added))
    return Fix(f"move `{key}` under `metadata`, as text", tuple(edits))


def add_under_metadata(source: Source, key: str, text: str) -> Fix | None:
    """Add a key with a text below the last key of `metadata`."""
    target = None if source.flow else _end_of_metadata(source, key)
    if target is None:
        return None
    after, indent, heading = target
    line = f"{heading}{indent}{key}: {scalar(text)}\n"
    place = (after + 1, 1)
    return Fix(f"add `metadata.{key}`", (source.edit(place, place, line),))


def _entry(source: Source, key: str) -> tuple[tuple[int, int], str] | None:
    """The lines that a key at the top takes up, and the one line that says the same as text."""
    node = source.yaml.values[key,]
    place = source.key(key)
    if place is None or place[0][1] != 1 or node.kind in ("mapping", "null"):
        return None
    if source.between(place[1], source.start(key)).strip() != ":":
        return None
    last, column = source.end(key)
    rest = ""
    if node.kind == "list":
        items = _items(source, key)
        if items is None or any("," in item for item in items):
            return None
        text = ", ".join(items)
    else:
        text = node.text
    if node.quoted and source.written(key)[:1] in ("|", ">"):
        last = _last_line(source, key)
        first, start = source.start(key)
        # Behind the mark of the block may stand a comment, which would be lost.
        if source.lines[first][start:].rstrip().strip("-123456789"):
            return None
    else:
        rest = source.lines[last][column - 1 :]
    if not _is_blank(rest):
        return None
    written_key = source.between(*place)
    if source.yaml.keys[key,].kind != "text":
        written_key = quoted(key)
    return (place[0][0], last), f"{written_key}: {quoted(text)}{rest.rstrip()}"


def _last_line(source: Source, *path: str | int) -> int:
    """The last line of a value; a block of text ends where the next line begins."""
    line, column = source.end(*path)
    if column > 1:
        return line
    line -= 1
    while not source.lines[line].strip():
        line -= 1
    return line


def _end_of_metadata(source: Source, key: str) -> tuple[int, str, str] | None:
    """The line behind which a key can be added to `metadata`, its indent, and what goes before."""
    yaml = source.yaml
    if "metadata" not in yaml.value:
        return source.fence - 1, "  ", "metadata:\n"
    node = yaml.values["metadata",]
    place = source.key("metadata")
    last, column = source.end("metadata")
    rest = source.lines[last][column - 1 :] if column > 1 else ""
    # YAML breaks lines at U+2028 too: another key may follow in what we call the line.
    if place is None or place[0][1] != 1 or not _is_blank(rest):
        return None
    if node.kind == "null":
        empty = not source.written("metadata")
        return (place[0][0], "  ", "") if empty else None
    value = yaml.value["metadata"]
    if node.kind != "mapping" or ("metadata",) in yaml.flow or key in value:
        return None
    if _keeps_blank_lines(source, "metadata"):
        return None
    child = yaml.keys["metadata", next(iter(value))]
    return _last_line(source, "metadata"), " " * (child.column - 1), ""


def _keeps_blank_lines(source: Source, *path: str | int) -> bool:
    """Whether a value ends with a block of text that would lose its last lines to an addition."""
    value = source.yaml.value
    for step in path:
        value = value[step]
    while isinstance(value, dict | list) and value:
        step = list(value)[-1] if isinstance(value, dict) else len(value) - 1
        path = (*path, step)
        value = value[step]
    node = source.yaml.values[path]
    return node.quoted and node.text.endswith("\n\n") and source.written(*path)[:1] in ("|", ">")
