"""The YAML loader: what it takes, what it refuses and where, and what it writes."""

import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from skillrepo import yaml_full, yaml_node, yaml_text
from skillrepo.yaml_node import FRONTMATTER, Implicit, Limits, Node, YamlError


def error(text: str, limits: Limits = yaml_node.FILE) -> tuple[int, int, str]:
    with pytest.raises(YamlError) as caught:
        yaml_text.load(text, limits)
    assert str(caught.value) == (
        f"line {caught.value.line}, column {caught.value.column}: {caught.value.why}"
    )
    return caught.value.line, caught.value.column, caught.value.why


# --- Values ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# only a comment\n", None),
        ("a: b", {"a": "b"}),
        ("a: b:c", {"a": "b:c"}),
        ("a: b #c", {"a": "b"}),
        ("a: b#c", {"a": "b#c"}),
        ("a: 'it''s'", {"a": "it's"}),
        ('a: "\\u00e9\\n"', {"a": "é\n"}),
        ("a: |\n  b\n  c\n", {"a": "b\nc\n"}),
        ("a: >-\n  b\n  c\n", {"a": "b c"}),
        ("a: b\n  c", {"a": "b c"}),
        ("a: [b, [c], {d: e}]", {"a": ["b", ["c"], {"d": "e"}]}),
        ("a:\n- b\n- c: d\n", {"a": ["b", {"c": "d"}]}),
        ("? a\n: b", {"a": "b"}),
        ("a:\nb: ~\n", {"a": None, "b": None}),
        ("'': b", {"": "b"}),
        ('"<<": b', {"<<": "b"}),
        ("no: yes", {"no": True}),
        ("a: Off", {"a": False}),
        ("a: 12", {"a": 12}),
        ("a: -0.5", {"a": -0.5}),
        ("a: 'no'", {"a": "no"}),
        ("a: y", {"a": "y"}),
        ("a: v1.2", {"a": "v1.2"}),
        ("a: 1.2.3", {"a": "1.2.3"}),
        ("--- # begin\na: b\n...\n", {"a": "b"}),
        ("%YAML 1.1\n---\na: b\n", {"a": "b"}),
        ("\ufeffa: b", {"a": "b"}),
        ("a: 😀", {"a": "😀"}),
        ("a: b\r\nc: d\r\n", {"a": "b", "c": "d"}),
    ],
)
def test_value(text: str, value: object) -> None:
    assert yaml_text.load(text).value == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2026-01-31", "date"),
        ("2026-99-99", "date"),
        ("2026-01-31T10:00:00Z", "date"),
        ("012", "number"),
        ("0x1F", "number"),
        ("1_000", "number"),
        ("1:30", "number"),
        ("1.5e+3", "number"),
        (".5", "number"),
        (".inf", "number"),
        ("9" * 5_000, "number"),
    ],
)
def test_what_readers_disagree_about_is_no_guess(text: str, kind: str) -> None:
    value = yaml_text.load(f"a: {text}").value["a"]
    assert value == Implicit(text, kind)
    assert str(value) == text


@pytest.mark.parametrize(
    ("text", "kind", "quoted"),
    [
        ("b", "text", False),
        ("'b'", "text", True),
        ("'no'", "text", True),
        ("|\n  no", "text", True),
        ("no", "boolean", False),
        ("1.10", "number", False),
        ("~", "null", False),
        ("", "null", False),
        ("2026-01-31", "date", False),
        ("[b]", "list", False),
        ("{b: c}", "mapping", False),
        ("=", "text", False),
    ],
)
def test_kind(text: str, kind: str, *, quoted: bool) -> None:
    node = yaml_text.load(f"a: {text}").values["a",]
    assert (node.kind, node.quoted) == (kind, quoted)


def test_a_number_keeps_its_text() -> None:
    assert yaml_text.load("a: 1.10").values["a",] == Node(1, 4, "1.10", "number", quoted=False)


# --- Places ----------------------------------------------------------------------------------


def test_places() -> None:
    loaded = yaml_text.load("# c\na: b\nc:\n  - d\n  -  e: f\n  -\n   - é: {g: h}\n")
    assert {path: (node.line, node.column) for path, node in loaded.keys.items()} == {
        ("a",): (2, 1),
        ("c",): (3, 1),
        ("c", 1, "e"): (5, 6),
        ("c", 2, 0, "é"): (7, 6),
        ("c", 2, 0, "é", "g"): (7, 10),
    }
    values = {path: (node.line, node.column) for path, node in loaded.values.items()}
    assert values["a",] == (2, 4)
    assert values["c", 0] == (4, 5)
    assert values["c", 2, 0, "é", "g"] == (7, 13)


def test_line_of_what_is_not_there_is_that_of_what_holds_it() -> None:
    loaded = yaml_text.load("a: b\nc:\n  d: e\n  f:\n  - g\n")
    assert loaded.line_of(("c", "d")) == 3
    assert loaded.line_of(("c", "x")) == 2
    assert loaded.line_of(("c", "f", 0)) == 5
    assert loaded.line_of(("c", "f", 7)) == 4
    assert loaded.line_of(("x", "y")) == 1
    assert yaml_text.load("").line_of(("x",)) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("odd", ["", "\x85", "\u2028", "\u2029"])
def test_lines_are_those_of_an_editor(end: str, odd: str) -> None:
    # To YAML 1.1 these characters end a line too.
    loaded = yaml_text.load(f"a: 'b{odd}'{end}c: d{end}  {end}e: f")
    assert [node.line for node in loaded.keys.values()] == [1, 2, 4]
    assert [node.column for node in loaded.values.values()] == [1, 4, 4, 4]
    assert error(f"a: 'b{odd}'{end}c: d: e")[:2] == (2, 5)


# --- What is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column", "part"),
    [
        # Not taken, though it is YAML
        ("a: 1\nb: 2\na: 3", 3, 1, "the key `a` stands here a second time"),
        ("a: {b: 1, 'b': 2}", 1, 11, "the key `b` stands here a second time"),
        ("a: &x b", 1, 4, "anchors"),
        ("&x a: b", 1, 1, "anchors"),
        ("a: &x [b]", 1, 4, "anchors"),
        ("a: *x", 1, 4, "aliases"),
        ("*x : a", 1, 1, "a key must be one line of text"),
        ("<<: {a: b}", 1, 1, "merge keys"),
        ("a: !t b", 1, 4, "tags (`!t`)"),
        ("a: !!python/object/apply:os.system [b]", 1, 4, "tags"),
        ("! a: b", 1, 1, "tags"),
        ("? [a]\n: b", 1, 3, "a key must be one line of text"),
        ("{a: b}: c", 1, 1, "a key must be one line of text"),
        ("a: b\n--- \nc: d", 2, 1, "a second YAML document starts here"),
        ("a: b\n...\nc: d", 3, 1, "a second YAML document starts here"),
        # Not YAML
        ("a: Use when: b", 1, 12, "put the whole value in quotes"),
        ("a: b\n  c: d", 2, 4, "put the whole value in quotes"),
        ("a: b\n c: [", 2, 3, "this line goes on with the value above; indent it as the key of"),
        ("a: 'b\nc: d\n", 1, 4, "a quoted value is never closed"),
        ('a: b\nc: "d\n---\n', 2, 4, "a quoted value is never closed"),
        ("a: b\nc: [d\ne: f", 2, 4, "a list in [brackets] is never closed"),
        ("a: {b: {c: d}\ne: f", 1, 4, "a mapping in {braces} is never closed"),
        ("a: [b] c", 1, 8, "text follows a closed value"),
        ("a: b\nc\nd: e", 2, 1, "this line has no `key:`"),
        ("a: b\nc", 2, 1, "this line has no `key:`"),
        ("a: |\n  b\n c\n", 3, 2, "text follows a closed value"),
        ("a: @b", 1, 4, "may not begin with `@` (U+0040, COMMERCIAL AT)"),
        ("a: & b", 1, 5, "may not begin with this character"),
        ("a: \x1b", 1, 4, "U+001B (a control character) may not stand"),
        ("a: \ufffe", 1, 4, "U+FFFE (none of Unicode) may not stand"),
        ("a: - b", 1, 4, "may not begin with `- `"),
        ("- a\nb: c", 2, 1, "indent the list under its own key"),
        ("a: @b", 1, 4, "put it in quotes"),
        ("a: `b`", 1, 4, "put it in quotes"),
        ("a: *", 1, 5, "put it in quotes"),
        ("a: ? b", 1, 4, "put it in quotes"),
        ("a: ]", 1, 4, "a value is missing here"),
        ('a: "\\d"', 1, 5, "unknown backslash"),
        ("a: |b", 1, 5, "text follows the mark of a block"),
        ("a:\n\t- b", 2, 1, "indented with a tab"),
        ("a:\u2028\n\tb: c", 2, 1, "indented with a tab"),
        ("a: !<", 1, 6, "tag URI"),
        # Not text
        ("a: b\nc: d\x01", 2, 5, "U+0001"),
        ("a: b\r\nc: \x1b[31m", 2, 4, "U+001B"),
        ("a: \x7f", 1, 4, "U+007F"),
        ("a: \ud800", 1, 4, "U+D800"),
        ("a: \uffff", 1, 4, "U+FFFF"),
    ],
)
def test_refused(text: str, line: int, column: int, part: str) -> None:
    found = error(text)
    assert found[:2] == (line, column)
    assert part in found[2]


def test_a_long_key_does_not_flood_the_message() -> None:
    key = "k" * 1_000
    assert len(error(f"'{key}': a\n'{key}': b")[2]) < 200
    assert len(error(f"a: !{key} b")[2]) < 200


# --- Limits ----------------------------------------------------------------------------------


def test_length() -> None:
    limits = Limits(characters=10, depth=9, nodes=9)
    assert yaml_text.load("a: bbbbbbb", limits).value == {"a": "bbbbbbb"}
    assert error("a: bbbbbbbb", limits) == (1, 1, "is longer than 10 characters")


def test_depth() -> None:
    limits = Limits(characters=99, depth=3, nodes=99)
    assert yaml_text.load("a: [[b]]", limits).value == {"a": [["b"]]}
    assert error("a: [[[b]]]", limits) == (1, 7, "is nested more than 3 levels deep")


def test_nodes() -> None:
    limits = Limits(characters=99, depth=9, nodes=6)
    assert yaml_text.load("a: [b, c, d]", limits).value == {"a": ["b", "c", "d"]}
    assert error("a: [b, c, d, e]", limits) == (1, 14, "has more than 6 keys and values")
    assert error("a: 1\nb: 2\nc: 3\n", limits)[:2] == (3, 4)


BOMBS = {
    "open lists": "[" * 65_000,
    "open mappings": "{a: " * 16_000,
    "list items": "- " * 32_000,
    "question marks": "? " * 32_000,
    "keys in keys": "".join(f"{' ' * depth}k:\n" for depth in range(300)),
    "aliases": "a: &a [x]\n" + "".join(f"{c}: &{c} [*a, *a]\n" for c in "bcdefgh"),
    "merge keys": "a: &a {x: y}\nb:\n  <<: *a\n",
    "many keys": "".join(f"k{number}: v\n" for number in range(5_000)),
    "quotes": '"' * 65_000,
    "colons": ":" * 65_000,
    "colons and spaces": ": " * 32_000,
    "commas": "[" + "," * 64_000,
    "line ends": "\n" * 65_000,
    "tabs": "\t" * 65_000,
    "comments": "#\n" * 32_000,
    "digits": "a: " + "1" * 65_000,
    "digits and colons": "a: " + "1:" * 32_000,
    "digits and underscores": "a: " + "1_" * 32_000,
    "escapes": 'a: "' + "\\x41" * 16_000,
    "block": "a: |\n" + " \n" * 30_000,
    "separators": "\u2028" * 65_000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_bombs_end_soon(text: str) -> None:
    start = time.process_time()
    with suppress(YamlError):
        yaml_text.load(text, FRONTMATTER)
    assert time.process_time() - start < 0.5


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_is_a_value_or_an_error(text: str) -> None:
    with suppress(YamlError):
        yaml_text.load(text)


# Pieces that make most of what can go wrong in YAML.
PIECES = (
    *("a", "b:", ": ", ":", "- ", "-", "? ", "[", "]", "{", "}", ",", "'", '"', "|", ">", "|-"),
    *("#", " #", "&x ", "*x", "!t ", "<<: ", "---", "...", "%", "@", "`", "\\", "\n", "\n  "),
    *("\n ", "\t", "\r", "\r\n", "\x85", "\u2028", "\ufeff", "no", "1", "2026-01-01", "~", "é"),
)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_agrees_with_pyyaml_on_text(text: str) -> None:
    try:
        ours = yaml_text.load(text)
    except YamlError as caught:
        ours = None
        line = caught.line
    if ours is None:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert 1 <= line <= len(lines) + 1
    else:
        # Its loader that makes text alone, over the same libyaml: PyYAML's own parser is stricter.
        theirs = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506
        assert _as_text(ours.value, ours.values) == theirs


# What most frontmatter is made of, and what it must not be taken for.
PLAIN = (
    *(
        "name: ",
        "description: ",
        "metadata:\n",
        "metadata: ",
        "  version: ",
        "   a: ",
        "\n",
        "\n\n",
    ),
    *(
        "a-b_c",
        "pdf",
        " and ",
        "é",
        '"1.0"',
        "'x'",
        '"',
        "'",
        "\\",
        ":",
        ": ",
        " #",
        "#",
        "no",
        "on: ",
    ),
    *(
        "null",
        "1.0",
        "- ",
        " ",
        "\t",
        "\u2028",
        "\xa0",
        "...",
        "---",
        "{",
        "[",
        "*",
        "&",
        "!",
        "|",
        "y: ",
    ),
    *(
        'Use when, it\'s "so"',
        "=",
        "<<: ",
        "?",
        "aé: ",
        "_a: ",
        "A: ",
        "\U0001f600",
        "\ufeff",
        "\xad",
    ),
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PLAIN), max_size=20).map("".join))
def test_what_is_plain_is_read_as_the_parser_does(text: str) -> None:
    try:
        ours: object = yaml_text.load(text, FRONTMATTER)
    except YamlError as error:
        ours = str(error)
    try:
        full: object = yaml_full.parse(text, FRONTMATTER)
    except YamlError as error:
        full = str(error)
    assert ours == full


PLAIN_TEXT = """name: pdf-merge
description: Merges PDFs; says "so", it's fast, at 3:30, for [a] & {b} - é.
license: "Apache-2.0"
version: 1.20.3
metadata:
  version: '0.1.0'

  tags: pdf  office
"""


def test_plain_frontmatter_takes_no_parser() -> None:
    code = (
        "import sys; from skillrepo import yaml_text; from skillrepo.yaml_node import FRONTMATTER;"
        "found = yaml_text.load(sys.argv[1], FRONTMATTER);"
        "print(repr(found.value), 'yaml' in sys.modules)"
    )
    done = subprocess.run(
        (sys.executable, "-c", code, PLAIN_TEXT), capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{yaml_full.parse(PLAIN_TEXT, FRONTMATTER).value} False\n"


def _as_text(value: Any, nodes: dict[yaml_node.Path, Node], path: yaml_node.Path = ()) -> object:
    if isinstance(value, dict):
        return {key: _as_text(item, nodes, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item, nodes, (*path, index)) for index, item in enumerate(value)]
    return nodes[path].text if path in nodes else value


# --- Writing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": "x", "a": "y"}, "b: x\na: y\n"),
        ({"a": "no"}, "a: 'no'\n"),
        ({"a": "1.10"}, "a: '1.10'\n"),
        ({"a": "2026-01-31"}, "a: '2026-01-31'\n"),
        ({"a": "b: c"}, "a: 'b: c'\n"),
        ({"a": "é 日本"}, "a: é 日本\n"),
        ({"a": ["b", "c"], "d": {}}, "a:\n- b\n- c\nd: {}\n"),
        ({"a": "long " * 60}, f"a: '{'long ' * 60}'\n"),
    ],
)
def test_dump(value: object, text: str) -> None:
    assert yaml_full.dump(value) == text


plain = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
words = st.sampled_from(
    (
        "no",
        "~",
        "1e3",
        "0x1",
        "1:30",
        "---",
        "...",
        "- a",
        "? a",
        "a: b",
        "a #b",
        "[",
        "{",
        "'",
        '"',
    )
)
texts = plain | words | st.builds("{}\n{}".format, words, plain)
values = st.recursive(
    texts | st.none() | st.booleans() | st.integers(-(10**9), 10**9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(texts, values, max_size=4))
def test_what_is_written_is_read_again(value: dict[str, object]) -> None:
    assert yaml_text.load(yaml_full.dump(value)).value == value
