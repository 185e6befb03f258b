"""All of YAML, by PyYAML: text → plain values with the place of each; and back: `dump`.

The text is hostile, so only events are taken from the parser and the values are built here:
libyaml's own composer overflows the C stack on deep nesting, aliases and merge keys grow without
bound, and PyYAML's constructors raise ValueError for impossible dates and endless integers.
Values are str, int, float, bool, None, list and dict; what else YAML 1.1 sees in a plain scalar
(a date, an octal or base-60 number) becomes an `Implicit`, never a guess.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

import yaml

from skillrepo.yaml_node import Implicit, Limits, Loaded, Node, Path, YamlError

try:
    from yaml import CSafeDumper as _Dumper
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML built without libyaml
    from yaml import SafeDumper as _Dumper  # type: ignore[assignment]
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_SHOWN = 80
"""Characters of a key or tag in a message."""


def parse(text: str, limits: Limits) -> Loaded:
    """Read one YAML document; an empty one is None. Raises `YamlError`."""
    return _Builder(text, limits).build()


def dump(value: object) -> str:
    """YAML text of plain values: keys in their order, one line a scalar, quoted where needed."""
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=1 << 30,
    )
    return text


class _Builder:
    def __init__(self, text: str, limits: Limits) -> None:
        self._text = text
        self._limits = limits
        self._keys: dict[Path, Node] = {}
        self._values: dict[Path, Node] = {}
        self._ends: dict[Path, tuple[int, int]] = {}
        self._end = self._closing = (1, 1)
        self._flow: set[Path] = set()
        self._nodes = 0
        # YAML 1.1 breaks lines at these too, editors do not: then lines are counted from offsets.
        self._breaks = (
            [0, *(match.end() for match in _LINE_BREAK.finditer(text))]
            if re.search("[\x85\u2028\u2029]", text)
            else None
        )

    def build(self) -> Loaded:
        try:
            loader = _Loader(self._text)
            value = self._document(iter(loader.get_event, None))
        except yaml.MarkedYAMLError as error:
            raise self._syntax_error(error) from None
        except (yaml.reader.ReaderError, UnicodeEncodeError) as error:  # a lone surrogate
            raise self._unprintable() from error
        return Loaded(value, self._keys, self._values, self._ends, frozenset(self._flow))

    def _document(self, events: Iterator[yaml.Event]) -> Any:
        value = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._error("a second YAML document starts here", event)
            elif isinstance(event, yaml.NodeEvent):
                value = self._node(event, events, ())
        return value

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Any:
        self._refuse(event, path)
        if isinstance(event, yaml.ScalarEvent):
            node = self._values[path] = self._scalar(event)
            self._end = self._ends[path] = self._place(event.end_mark)
            return node.text if node.kind == "text" else _value(node)
        place = self._place(event.start_mark)
        kind = "list" if isinstance(event, yaml.SequenceStartEvent) else "mapping"
        self._values[path] = Node(*place, "", kind, quoted=False)
        if kind == "list":
            value: Any = list(self._items(events, path))
        else:
            value = dict(self._pairs(events, path))
        if event.flow_style:  # type: ignore[attr-defined]  # a list or mapping begins here
            self._flow.add(path)
            self._end = self._closing
        # The parser ends a block where the next one begins, behind blank lines and comments.
        self._ends[path] = self._end
        return value

    def _items(self, events: Iterator[yaml.Event], path: Path) -> Iterator[Any]:
        index = 0
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            yield self._node(event, events, (*path, index))
            index += 1
        self._closing = self._place(event.end_mark)

    def _pairs(self, events: Iterator[yaml.Event], path: Path) -> Iterator[tuple[str, Any]]:
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error("a key must be one line of text", event)
            self._refuse(event, path)
            node = self._scalar(event)
            key = (*path, node.text)
            if node.text == "<<" and not node.quoted:
                raise self._error("merge keys (`<<`) are not taken; write the keys out", event)
            if key in self._keys:
                name = node.text[:_SHOWN]
                raise self._error(f"the key `{name}` stands here a second time", event)
            self._keys[key] = node
            yield node.text, self._node(next(events), events, key)
        self._closing = self._place(event.end_mark)

    def _refuse(self, event: Any, path: Path) -> None:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise self._error(f"has more than {self._limits.nodes:,} keys and values", event)
        if len(path) > self._limits.depth:
            raise self._error(f"is nested more than {self._limits.depth} levels deep", event)
        if event.anchor is not None:
            kind = "aliases (`*" if isinstance(event, yaml.AliasEvent) else "anchors (`&"
            raise self._error(f"{kind}name`) are not taken; write the value out", event)
        if event.tag is not None:
            tag = event.tag[:_SHOWN]
            raise self._error(f"tags (`{tag}`) are not taken; write plain values", event)

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        text = event.value
        quoted = bool(event.style)  # plain is "" from libyaml, None from PyYAML
        kind = "text" if quoted else _kind(text)
        return Node(*self._place(event.start_mark), text, kind, quoted)

    def _place(self, mark: Any) -> tuple[int, int]:
        if self._breaks is None:
            return mark.line + 1, mark.column + 1
        line = bisect_right(self._breaks, mark.index)
        return line, mark.index - self._breaks[line - 1] + 1

    def _error(self, why: str, event: yaml.Event) -> YamlError:
        return YamlError(why, *self._place(event.start_mark))

    def _syntax_error(self, error: yaml.MarkedYAMLError) -> YamlError:
        problem = error.problem or "cannot be read"
        why = f"{problem} {error.context or ''}".strip()
        mark = error.problem_mark or error.context_mark
        for words, ours, begins in _PROBLEMS:
            if words in problem:
                why = ours
                mark = error.context_mark or mark if begins else mark
                break
        line, column = self._place(mark) if mark else (1, 1)
        text = "".join(_LINE_BREAK.split(self._text)[line - 1 : line])
        if why is _QUOTE_IT and text[column - 1 : column].strip():
            why = f"a value may not begin with {_named(text[column - 1])}; put it in quotes"
        if why is _COLON and re.fullmatch(r"[ ]+[\w-]+", text[: column - 1]):
            # Both may be meant: a key in the wrong column, or text with a colon in it.
            why = _GOES_ON
        indent = re.match(r"\s*", text)
        if indent and "\t" in indent[0]:
            why = "the line is indented with a tab; YAML wants spaces"
        return YamlError(why, line, column)

    def _unprintable(self) -> YamlError:
        # The parser's own position counts bytes or characters, depending on how it was built.
        match = _UNPRINTABLE.search(self._text)
        at = match.start() if match else 0
        before = _LINE_BREAK.split(self._text[:at])
        why = f"{_named(self._text[at])} may not stand in YAML; remove it"
        return YamlError(why, len(before), len(before[-1]) + 1)


def _named(char: str) -> str:
    """A character by its number and name; those of most fonts cannot be told apart, or seen."""
    import unicodedata  # noqa: PLC0415 - seldom needed

    kind = {"Cc": "a control character", "Cs": "a half of a pair", "Cn": "none of Unicode"}
    name = unicodedata.name(char, kind.get(unicodedata.category(char), "without a name"))
    number = f"U+{ord(char):04X}"
    return f"`{char}` ({number}, {name})" if char.isprintable() else f"{number} ({name})"


_LINE_BREAK = re.compile(r"\r\n?|\n")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLON = "an unquoted value holds a colon followed by a space; put the whole value in quotes"
_GOES_ON = (
    "this line goes on with the value above; indent it as the key of that, or put the whole value "
    "in quotes"
)
_QUOTE_IT = "a value may not begin with this character; put it in quotes"
_NEVER_CLOSED = "a quoted value is never closed"
_TEXT_FOLLOWS = "text follows a closed value; quote the whole value, or mend the indentation"
# Words of the parser, ours, and whether to name the place where the faulty value begins: the
# parser names the one where it gave up, which may be pages below.
_PROBLEMS = (
    ("mapping values are not allowed", _COLON, False),
    ("cannot start any token", _QUOTE_IT, False),
    (
        "unknown escape character",
        "a double-quoted value holds an unknown backslash; write it twice, or use single quotes",
        False,
    ),
    ("found unexpected end of stream", _NEVER_CLOSED, True),
    ("found unexpected document indicator", _NEVER_CLOSED, True),
    ("expected ',' or ']'", "a list in [brackets] is never closed, or text follows it", True),
    ("expected ',' or '}'", "a mapping in {braces} is never closed, or text follows it", True),
    (
        "could not find expected ':'",
        "this line has no `key:`; indent it under its key, or remove it",
        True,
    ),
    ("expected <block end>", _TEXT_FOLLOWS, False),
    ("did not find expected key", _TEXT_FOLLOWS, False),
    (
        "did not find expected '-' indicator",
        "a key stands where the list goes on; indent the list under its own key",
        False,
    ),
    (
        "sequence entries are not allowed",
        "a value may not begin with `- `; put it in quotes, or the list on lines of its own",
        False,
    ),
    ("mapping keys are not allowed", _QUOTE_IT, False),
    ("expected node content", "a value is missing here, or has to be put in quotes", False),
    ("undefined alias", "aliases (`*name`) are not taken; put the value in quotes", False),
    ("did not find expected alphabetic", _QUOTE_IT, False),
    ("expected alphabetic or numeric", _QUOTE_IT, False),
    (
        "did not find expected comment or line break",
        "text follows the mark of a block; begin it on the next line, indented",
        False,
    ),
    ("expected <document start>", "a second YAML document starts here", False),
)


_KINDS = {
    "tag:yaml.org,2002:bool": "boolean",
    "tag:yaml.org,2002:int": "number",
    "tag:yaml.org,2002:float": "number",
    "tag:yaml.org,2002:null": "null",
    "tag:yaml.org,2002:timestamp": "date",
}
_BOOLEANS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
# Longer integers are no one's number; int() itself refuses more than 4,300 digits.
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,29})")
_FLOAT = re.compile(r"[-+]?[0-9]{1,30}\.[0-9]{0,30}")


def _kind(text: str) -> str:
    for tag, pattern in _Loader.yaml_implicit_resolvers.get(text[:1], ()):
        if pattern.match(text):
            return _KINDS.get(tag, "text")
    return "text"


def _value(node: Node) -> Any:
    text, kind = node.text, node.kind
    if kind == "null":
        return None
    if kind == "boolean":
        return _BOOLEANS[text.lower()]
    if kind == "number" and _DECIMAL.fullmatch(text):
        return int(text)
    if kind == "number" and _FLOAT.fullmatch(text):
        return float(text)
    return Implicit(text, kind)
