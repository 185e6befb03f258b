"""`document`: every kind of bytes is a Document or an Unreadable, and a Document goes back."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skillrepo import document
from skillrepo.document import Document, Unreadable, read, render

GOOD = b"---\nname: x\ndescription: y\n---\n\n# Title\n\ntext\n"


def doc(data: bytes) -> Document:
    found = read("skills/x/SKILL.md", "x", data)
    assert isinstance(found, Document)
    return found


def test_a_good_file() -> None:
    good = doc(GOOD)
    assert good.frontmatter == {"name": "x", "description": "y"}
    assert (good.problem, good.bom, good.path, good.folder) == (
        None,
        False,
        "skills/x/SKILL.md",
        "x",
    )
    assert good.body == "\n# Title\n\ntext\n"
    assert good.body_line == 5
    assert good.file_line(good.markdown.headings[0].line) == 6
    assert good.place("description") == (3, 14)
    assert good.key_place("description") == (3, 1)
    assert good.place("license") == good.key_place("license") == (1, 1)
    node = good.node("name")
    assert node is not None
    assert node.text == "x"


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        (b"\xff\xfe-\0-\0", 1, "UTF-16"),
        (b"\xfe\xff\0-\0-", 1, "UTF-16"),
        (b"---\nname: x\n\0", 3, "NUL"),
        (b"---\nname: caf\xe9\n---\n", 2, "byte 0xE9 is not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\xff", 1, "0x89"),
        (b"---\n" + b"a" * document.MAX_BYTES, 1, "1,048,580 bytes, more than the limit"),
    ],
)
def test_unreadable(data: bytes, line: int, why: str) -> None:
    found = read("SKILL.md", "x", data)
    assert isinstance(found, Unreadable)
    assert found.line == line
    assert why in found.why


@pytest.mark.parametrize(
    ("data", "place", "why"),
    [
        (b"", (1, 1), "empty"),
        (b" \n\n", (1, 1), "empty"),
        (b"# Title\n", (1, 1), "no frontmatter"),
        (b"hello\n---\nname: x\n---\n", (1, 1), "text before the `---` in line 2"),
        (b"name: x\n---\nbody\n", (1, 1), "no frontmatter"),
        (b"\n\n---\nname: x\n---\n", (1, 1), "blank lines before the `---` in line 3"),
        (b"--- \nname: x\n---\n", (1, 1), "exactly `---`"),
        (b"----\nname: x\n----\n", (1, 1), "no frontmatter"),
        (b"---\nname: x\n", (1, 1), "never closed"),
        (b"---\nname: x\n--- \n\ntext\n", (1, 1), "never closed"),
        (b"---\nname: x\n--- \n", (1, 1), "never closed"),
        (b"---\nname: x\n---\x1c", (1, 1), "never closed"),
        (b"---", (1, 1), "never closed"),
        (b"---\n---\n", (2, 1), "the frontmatter is empty"),
        (b"---\n# only a comment\n---\n", (2, 1), "the frontmatter is empty"),
        (b"---\n- a\n---\n", (2, 1), "is a list"),
        (b"---\njust text\n---\n", (2, 1), "is one value"),
        (b"---\nname: x\nname: y\n---\n", (3, 1), "a second time"),
        (b"---\nname: a\ndescription: b: c\n---\n", (3, 15), "colon followed by a space"),
    ],
)
def test_frontmatter_that_cannot_be_read(data: bytes, place: tuple[int, int], why: str) -> None:
    bad = doc(data)
    assert bad.problem is not None
    assert why in bad.problem.why
    assert (bad.problem.line, bad.problem.column) == place
    assert bad.frontmatter == {}
    assert bad.node("name") is None
    assert bad.place("name") == (1, 1)


def test_dashes_are_text_where_they_do_not_fill_a_line() -> None:
    header = b'---\nname: "a --- b"\ndescription: |\n  one\n  ---\n  two\n---\n'
    data = header + b"text\n\n---\n\nmore --- text\n"
    good = doc(data)
    assert good.frontmatter == {"name": "a --- b", "description": "one\n---\ntwo"}
    assert good.body.startswith("text\n\n---\n")
    assert [block.kind for block in good.markdown.blocks] == ["paragraph", "rule", "paragraph"]


def test_crlf_and_a_byte_order_mark() -> None:
    data = b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n")
    good = doc(data)
    assert good.bom
    assert (good.frontmatter, good.body) == (doc(GOOD).frontmatter, doc(GOOD).body)
    assert data[good.offset(*good.place("description")) :][:1] == b"y"
    assert good.offset(999, 1) == len(data)


def test_carriage_returns_alone_end_lines() -> None:
    data = GOOD.replace(b"\n", b"\r")
    found = doc(data)
    assert (found.frontmatter, found.body) == (doc(GOOD).frontmatter, doc(GOOD).body)
    assert data[found.offset(*found.place("description")) :][:1] == b"y"


def test_the_text_of_the_whole_file() -> None:
    data = b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n")
    assert doc(data).text == doc(GOOD).text == GOOD.decode()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("é\n\u2028\n".encode(), "é\n\u2028\n"),
        (b"\xef\xbb\xbfa\r\nb\rc\n", "a\nb\nc\n"),
        (b"a\0b", None),
        (b"caf\xe9", None),
        ("é".encode("utf-16"), None),
    ],
)
def test_the_text_of_another_file(data: bytes, text: str | None) -> None:
    assert document.text_of(data) == text


def test_a_file_may_be_too_large() -> None:
    assert document.over_limit(2_000_000) == "has 2,000,000 bytes, more than the limit of 1,048,576"
    assert document.too_large(2_000_000).endswith("; move detail to other files")


def apply(data: bytes, found: Document) -> bytes:
    assert found.problem is not None
    assert found.problem.fix is not None
    for edit in reversed(found.problem.fix.edits):
        data = data[: edit.start] + edit.text.encode() + data[edit.end :]
    return data


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize(
    "value", ["a: b", 'ü: say "x": y', "@x", "`code` first", "%d", "back\\slash: x"]
)
def test_the_fix_quotes_the_value(value: str, start: bytes, end: bytes) -> None:
    lines = ["---", "name: é", f"description: {value}  ", "---", "body", ""]
    data = start + "\n".join(lines).encode().replace(b"\n", end)
    fixed = doc(apply(data, doc(data)))
    assert fixed.problem is None
    assert fixed.frontmatter == {"name": "é", "description": value}
    assert fixed.body == "body\n"


def test_no_fix_where_quotes_do_not_help() -> None:
    for lines in (b"a: b: c\nd: 'x", b"a: b: c # a comment, or not"):
        bad = doc(b"---\nname: x\n" + lines + b"\n---\n")
        assert bad.problem is not None
        assert bad.problem.fix is None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
@example(b"---\n\xed\xa0\x80\n---\n")
def test_any_bytes(data: bytes) -> None:
    for each in (data, b"---\n" + data, b"---\nname: x\n---\n" + data):
        found = read("SKILL.md", "x", each)
        if isinstance(found, Document):
            assert found.markdown is not None


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
bodies = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=80)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["name", "content", "handler", "license", "x y"]), texts, min_size=1
    ),
    bodies,
)
@example({"name": "\xa0"}, "")
@example({"description": "no", "name": "2026-01-01", "x": "a: b #c", "y": "---\n---"}, "---\n\n---")
def test_what_is_rendered_is_read(fields: dict[str, str], body: str) -> None:
    again = doc(render(fields, body).encode())
    assert again.problem is None
    assert again.frontmatter == fields
    assert again.body.strip() == body.strip()


def test_rendered_text_is_tidy() -> None:
    text = render(
        {"name": "x", "description": "a: " + "long " * 60, "metadata": {"v": "1.0"}}, "# T"
    )
    assert text.splitlines()[:2] == ["---", "name: x"]
    assert text.splitlines()[2].startswith("description: 'a: long")
    assert text.endswith("---\n\n# T\n")


def test_offsets_in_the_first_line_are_behind_the_mark() -> None:
    data = b"\xef\xbb\xbf\xc3\xa9b\ncd"
    assert [document.byte_offset(data, 1, column) for column in (1, 2)] == [3, 5]
    assert document.byte_offset(data, 2, 2) == 8
