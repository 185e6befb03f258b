"""Edits of a frontmatter: what is right is changed, what is unsure is left, the rest stays."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillrepo import frontmatter_edit
from skillrepo.document import Document, read
from skillrepo.finding import Fix
from skillrepo.fix import apply
from skillrepo.frontmatter_edit import (
    Source,
    add_under_metadata,
    move_under_metadata,
    quoted,
    scalar,
)

HEAD = "name: wax\ndescription: Use when x.\n"


def parsed(data: bytes) -> Document:
    skill = read("SKILL.md", "wax", data)
    assert isinstance(skill, Document)
    assert skill.problem is None
    return skill


def changed(data: bytes, fix: Callable[[Source], Fix | None]) -> bytes | None:
    found = fix(Source(parsed(data)))
    return apply(data, [found]) if found else None


def moved(header: str, key: str = "key") -> str | None:
    after = changed(f"---\n{header}---\nBody.\n".encode(), lambda s: move_under_metadata(s, key))
    if after is None:
        return None
    assert after.startswith(b"---\n")
    assert after.endswith(b"---\nBody.\n")
    return after.decode().removeprefix("---\n").removesuffix("---\nBody.\n")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("key: one\n", 'metadata:\n  key: "one"\n'),
        ("key: 'it''s'  # why\n", 'metadata:\n  key: "it\'s"  # why\n'),
        ("key: 1.10\na: b\n", 'a: b\nmetadata:\n  key: "1.10"\n'),
        ("metadata:\n    a: b\nkey: x\n", 'metadata:\n    a: b\n    key: "x"\n'),
        ("key: x\nmetadata:\n  a: b\nz: y\n", 'metadata:\n  a: b\n  key: "x"\nz: y\n'),
        ("key: x\nmetadata:\n\nz: y\n", 'metadata:\n  key: "x"\n\nz: y\n'),
        ("metadata: # ours\nkey: x\n", 'metadata: # ours\n  key: "x"\n'),
        ("metadata:\n  a: >-\n    b\n\nkey: x\n", 'metadata:\n  a: >-\n    b\n  key: "x"\n\n'),
        ("metadata:\n  a:\n  - b\nkey: x\n", 'metadata:\n  a:\n  - b\n  key: "x"\n'),
        ("metadata:\n  a: b\n  # c\nkey: x\n", 'metadata:\n  a: b\n  key: "x"\n  # c\n'),
        ("key:\n- a\n- 'b c'\n", 'metadata:\n  key: "a, b c"\n'),
        ("key: [a,\n  b]\n", 'metadata:\n  key: "a, b"\n'),
        ('key: |\n  a\n  "b"\n\na: b\n', '\na: b\nmetadata:\n  key: "a\\n\\"b\\"\\n"\n'),
        ("key: one\n  two\n", 'metadata:\n  key: "one two"\n'),
        ("key:\n  one\n", 'metadata:\n  key: "one"\n'),
        ("# above\nkey: x\n# below\n", '# above\n# below\nmetadata:\n  key: "x"\n'),
        ('"key": "\\u00e9\\u200b"\n', 'metadata:\n  "key": "é\\U0000200B"\n'),
    ],
)
def test_move(header: str, expected: str) -> None:
    assert moved(HEAD + header) == HEAD + expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("name: x", "name: x\nmetadata:\n  version: 1.0.0"),
        ("metadata:\nname: x", "metadata:\n  version: 1.0.0\nname: x"),
        ("metadata:\n    a: b\nname: x", "metadata:\n    a: b\n    version: 1.0.0\nname: x"),
        ("metadata: {a: b}", None),
        ("{name: x}", None),
        ("metadata:\n  version: 0.1.0", None),
    ],
)
def test_add_under_metadata(header: str, expected: str | None) -> None:
    data = f"---\n{header}\n---\nbody\n".encode()
    done = changed(data, lambda source: add_under_metadata(source, "version", "1.0.0"))
    assert done == (f"---\n{expected}\n---\nbody\n".encode() if expected else None)


def test_a_key_that_is_no_text_is_quoted() -> None:
    assert moved(HEAD + "1: x\n", "1") == HEAD + 'metadata:\n  "1": "x"\n'


@pytest.mark.parametrize(
    "header",
    [
        "key:\n",
        "key: ~\n",
        "key: {a: b}\n",
        "key:\n  a: b\n",
        "key: []\n",
        "key: [a, ~]\n",
        "key: [a, [b]]\n",
        "key: [a, 'b, c']\n",
        "key: [a, '']\n",
        "key:\n- a # why\n- b\n",
        "key: # why\n- a\n",
        "key: [a\n# why\n]\n",
        "key:\n- |\n  a\n",
        "key: | # why\n  a\n",
        "key: |2\n   a\n# b\nmetadata: {}\n",
        "? key\n: x\n",
        '"k\\x65y": x\n',
        "'k''ey': x\nkey: {}\n",
        "key: x\nmetadata: {a: b}\n",
        "key: x\nmetadata: a\n",
        "key: x\nmetadata: ~\n",
        "key: x\u2028b: y\n",
        "key: x\nmetadata:\n  a: b\u2028b: y\n",
        "key: x\nmetadata:\u2028b: y\n",
        "key: x\nmetadata:\n  key: y\n",
        "key: x\n? metadata\n: a: b\n",
        "metadata:\n  a: |+\n    b\n\nkey: x\n",
        "metadata:\n  a:\n  - b: |+\n      c\n\nkey: x\n",
    ],
)
def test_what_has_no_one_right_move(header: str) -> None:
    assert moved(HEAD + header) is None


def test_a_frontmatter_in_braces_is_left() -> None:
    assert moved("{name: wax, key: x}\n") is None
    source = Source(parsed(b"---\n{name: wax, allowed-tools: [a, b]}\n---\n"))
    assert frontmatter_edit.list_to_text(source, "allowed-tools") is None


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["", "\n", "\nBody\r\n\r."])
def test_line_ends_and_byte_order_mark_stay(newline: str, bom: bytes, end: str) -> None:
    before = f"---\nname: ä\nkey: x # é\nb: c\n---{end}"
    after = f'---\nname: ä\nb: c\nmetadata:\n  key: "x" # é\n---{end}'
    head, tail = len(before) - len(end), len(after) - len(end)
    data = bom + (before[:head].replace("\n", newline) + end).encode()
    expected = bom + (after[:tail].replace("\n", newline) + end).encode()
    if end and newline == "\r" and end[0] == "\n":
        data, expected = data.replace(b"---\n", b"---\r"), expected.replace(b"---\n", b"---\r")
    assert changed(data, lambda source: move_under_metadata(source, "key")) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("[Read, Grep]", " Read Grep"),
        ("[Read,\n  'Bash(git add *)' ]  # both", " Read Bash(git add *)  # both"),
        ("\n- Read\n- Grep # last", " Read Grep # last"),
        ("\n  - Read\n\n  - Grep", " Read Grep"),
        ('["a: b"]', ' "a: b"'),
        ("[Read, # first\n  Grep]", None),
        ("\n# tools\n- Read", None),
        ("[Read, {a: b}]", None),
        ("[]", None),
    ],
)
def test_list_to_text(value: str, expected: str | None) -> None:
    before = f"---\nallowed-tools:{value if value[0] == chr(10) else ' ' + value}\nname: wax\n---\n"
    after = changed(
        before.encode(), lambda source: frontmatter_edit.list_to_text(source, "allowed-tools")
    )
    if expected is None:
        assert after is None
    else:
        assert after == f"---\nallowed-tools:{expected}\nname: wax\n---\n".encode()


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        ("Wax", "wax", "wax"),
        ("Wax", "no", '"no"'),
        ("Wax", "a: b", '"a: b"'),
        ("Wax", "", '""'),
        ("Wax # c", "wax", "wax # c"),
        ('"Wax"', 'w"x', '"w\\"x"'),
        ("'Wax'", "w'x", "'w''x'"),
        ("'Wax'", "w\n", '"w\\n"'),
        ("Wax\n  seal", "wax", "wax"),
        ("|\n  Wax", "wax", None),
        (">-\n  Wax", "wax", None),
    ],
)
def test_replace(written: str, text: str, expected: str | None) -> None:
    before = f"---\nname: {written}\na: b\n---\n".encode()
    after = changed(
        before,
        lambda source: frontmatter_edit.replace(source, text, "name", description="so"),
    )
    assert after == (None if expected is None else f"---\nname: {expected}\na: b\n---\n".encode())


def test_quote() -> None:
    data = b"---\na: 1.10 # c\nb: 2001-12-14\n  21:59:43\n1: x\n? 2\n: y\n---\n"
    assert changed(data, lambda source: frontmatter_edit.quote(source, "a")) == data.replace(
        b"1.10", b'"1.10"'
    )
    # A date that goes over two lines is not what is written.
    assert changed(data, lambda source: frontmatter_edit.quote(source, "b")) is None
    assert changed(data, lambda source: frontmatter_edit.quote_key(source, "1")) == data.replace(
        b"1: x", b'"1": x'
    )
    assert changed(data, lambda source: frontmatter_edit.quote_key(source, "2")) is None


def test_rename() -> None:
    data = b'---\n"License" : MIT\nlicence: x\n---\n'
    assert changed(data, lambda source: frontmatter_edit.rename(source, "licence", "b")) == (
        b'---\n"License" : MIT\nb: x\n---\n'
    )
    assert changed(data, lambda source: frontmatter_edit.rename(source, "License", "b")) is None


@given(st.text(max_size=30))
def test_a_text_in_quotes_is_read_as_it_is(text: str) -> None:
    text = text.encode(errors="replace").decode()
    for written in (quoted(text), scalar(text)):
        document = read("SKILL.md", "wax", f"---\na: {written}\nb: [{written}]\n---\n".encode())
        assert isinstance(document, Document)
        assert document.frontmatter == {"a": text, "b": [text]}


KEYS = st.sampled_from(("a", "b", "'c'", "1", "no", "author", "tags", "é", '"d e"'))
VALUES = st.sampled_from(
    (
        *("x", "1.10", "no", "2026-01-31", "'it''s'", '"a\\tb"', "~", "", "é ü", "x # why"),
        *("[a, b]", "[a, 'b c'] # why", "[]", "{x: y}", "\n- a\n- b", "\n  - a\n  # why\n  - b"),
        *("|\n  x\n  y\n", "|+\n  x\n\n", ">-\n  x\n  y", "one\n  two", "\n  x: y", "\n  below"),
    )
)
METADATA = st.sampled_from(
    (
        *("", "metadata:\n", "metadata:\n  k: v\n", "metadata:\n    k: v # why\n    # and\n\n"),
        *("metadata: {k: v}\n", "metadata:\n  k: |\n    x\n\n", "metadata:\n  k: |+\n    x\n\n"),
        "metadata:\n  k:\n    - x\n",
    )
)


@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(
    entries=st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=5, unique_by=lambda e: e[0]),
    metadata=METADATA,
    at=st.integers(0, 5),
    newline=st.sampled_from(("\n", "\r\n", "\r")),
)
def test_a_move_changes_nothing_else(
    entries: list[tuple[str, str]], metadata: str, at: int, newline: str
) -> None:
    lines = [f"{key}:{value if value[:1] == chr(10) else ' ' + value}\n" for key, value in entries]
    lines.insert(at, metadata)
    data = f"---\n{''.join(lines)}---\nBody\n".replace("\n", newline).encode()
    before = parsed(data)
    for key in before.frontmatter:
        fix = None if key == "metadata" else move_under_metadata(Source(before), key)
        if fix is None:
            continue
        after = parsed(apply(data, [fix]))
        value = before.frontmatter[key]
        node = before.node(key)
        text = ", ".join(map(str, value)) if isinstance(value, list) else node and node.text
        held = before.frontmatter.get("metadata") or {}
        assert lines_of(after.frontmatter["metadata"]) == lines_of({**held, key: text})
        rest = {k: v for k, v in before.frontmatter.items() if k not in (key, "metadata")}
        left = {k: v for k, v in after.frontmatter.items() if k != "metadata"}
        assert lines_of(left) == lines_of(rest)
        assert after.body == before.body


def lines_of(fields: dict[str, object]) -> dict[str, object]:
    """Leave out the line end of a last line, which a block has unless it stands last of all."""
    return {k: v.rstrip("\n") if isinstance(v, str) else v for k, v in fields.items()}
