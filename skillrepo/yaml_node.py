"""What YAML text is read into: `Loaded`, the place of each key and value, and what may go wrong."""

from typing import Any, NamedTuple

Path = tuple[str | int, ...]


class Limits(NamedTuple):
    """Bounds of one text: characters, nesting, and nodes (keys and values together)."""

    characters: int
    depth: int
    nodes: int


FRONTMATTER = Limits(characters=65_536, depth=20, nodes=2_000)
FILE = Limits(characters=1_048_576, depth=40, nodes=50_000)


class YamlError(Exception):
    """The text is not YAML that we take; `line` and `column` count from 1."""

    def __init__(self, why: str, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {why}")
        self.why = why
        self.line = line
        self.column = column


class Implicit(NamedTuple):
    """An unquoted scalar that YAML 1.1 reads as `kind`, and other readers as something else."""

    text: str
    kind: str

    def __str__(self) -> str:
        return self.text


class Node(NamedTuple):
    """The place where a key or value begins; lines and columns count from 1.

    `text` and `kind` are those of a scalar: kind is text, number, boolean, null, date or
    another word for what an unquoted scalar is read as; `quoted` says that it cannot be misread.
    A mapping or list has the kinds mapping and list.
    """

    line: int
    column: int
    text: str
    kind: str
    quoted: bool


class Loaded(NamedTuple):
    """`value`, and where in the text each key and each value stands.

    `ends` has the place behind the last character of each value: of a list or mapping in block
    style, behind that of its last value. `flow` holds the lists and mappings in flow style.
    """

    value: Any
    keys: dict[Path, Node]
    values: dict[Path, Node]
    ends: dict[Path, tuple[int, int]]
    flow: frozenset[Path]

    def line_of(self, path: Path) -> int:
        """The line of the key at `path`, or else of the value, or else of what holds it."""
        node = self.keys.get(path) or self.values.get(path)
        if node:
            return node.line
        return self.line_of(path[:-1]) if path else 1
