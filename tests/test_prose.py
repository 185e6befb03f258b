"""The parts of a body, and that what stands above stays what it is whatever is put below."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_markdown import pages, soups

from skillrepo import prose
from skillrepo.document import Document, read


def parts(body: str) -> tuple[prose.Part, ...]:
    document = read("a/SKILL.md", "a", f"---\nname: a\n---\n{body}".encode())
    assert isinstance(document, Document)
    return prose.parts(document)


def test_parts() -> None:
    body = "# A\n\ntext `x`\n\n```sh\nls\n```\n- item\n\n  ~~~ JSON\n  {}\n  ~~~\n> ```\n> y\n\nz\n"
    assert parts(body) == (
        prose.Line(1, "# A", 2),
        prose.Line(3, "text `x`", 2),
        prose.Fenced(5, "sh", "ls\n", closed=True),
        prose.Line(8, "- item", 2),
        prose.Fenced(10, "JSON", "{}\n", closed=True),
        prose.Fenced(13, "", "y\n", closed=False),
        prose.Line(16, "z", 1),
    )
    fences = [part for part in parts(body) if isinstance(part, prose.Fenced)]
    assert [fence.language for fence in fences] == ["sh", "json", ""]


def test_fences_are_seen_alike_with_a_parser_and_without() -> None:
    body = "a\n\n  ```py {x}\n  b\n    c\n\n  ```\n\n````\n```\nd\n````\n"
    # Tildes are beyond what is seen without one.
    assert parts(f"{body}\n~~~\n")[:-1] == parts(body)
    assert [part[0] for part in parts(body)] == [1, 3, 9]


def test_headings() -> None:
    lines = [part for part in parts("# A\n\n   ###\n#b\n    # c\n") if isinstance(part, prose.Line)]
    assert [prose.is_heading(line) for line in lines] == [True, True, False, True]


def test_long_lines_and_long_bodies() -> None:
    (line,) = parts("x" * 5_000)
    assert line.text == "x" * 2_000
    many = parts("word\n" * 2_999 + "```\ncode\n```\n")
    assert many[-1] == prose.Fenced(3_000, "", "", closed=False)
    assert len(parts("~~~\na\n~~~\n" + "word\n" * 5_000)) == 2_998
    (one,) = parts("x" * 300_000)
    assert one.text == "x" * 2_000
    assert len(parts(f"{'x' * 999}\n" * 200)) == 100


BELOW = (
    "text\n",
    "~~~~\n",
    "```\n",
    "===\n",
    "---\n",
    "<div>\n",
    "<!--\n",
    "| a |\n|---|\n",
    "> q\n",
)


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(body=pages() | soups, below=st.lists(st.sampled_from(BELOW), min_size=1, max_size=3))
@example(body="a\n\n```\nb\n```", below=["~~~~\n"])
@example(body="- ```\n  b", below=["text\n"])
def test_what_is_put_below_changes_nothing_above(body: str, below: list[str]) -> None:
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    before = parts(body)
    after = parts(f"{body}\n{''.join(below)}")
    # A fence that is still open at the end takes in what follows.
    if before and isinstance(before[-1], prose.Fenced) and not before[-1].closed:
        before = before[:-1]
    assert after[: len(before)] == before


def test_stretches() -> None:
    stretches = prose.Stretches(10)
    for words in (4, 6):
        stretches.add(words)
    assert stretches.excess == 0
    stretches.add(3)
    stretches.add(2)
    assert stretches.excess == 5
    stretches.end()
    stretches.add(12)
    assert stretches.excess == 7
