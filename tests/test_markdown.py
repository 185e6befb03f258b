"""Headings, code and links are what a CommonMark parser says they are."""

import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_oracle import closed_fences, parts, reference

from skillrepo import markdown
from skillrepo.markdown import Block, CodeBlock, Heading, Link

# --- Markdown that is built of blocks within blocks ------------------------------------------

WORDS = (
    "text",
    "more text here",
    "é # ü",
    "日本 [語](ö.md)",
    "😀 `x`",
    "`code # no`",
    "``two ` ticks``",
    "`open",
    "[l](t.md)",
    "[l](<t u.md> 'title')",
    "![i](s.png)",
    "[![i](s.png)](t.md)",
    "[r]",
    "[x][r]",
    "[r][]",
    "![r]",
    "[nowhere]",
    "\\# escaped \\[l](t)",
    "a\\*b",
    "&amp; &#35; entity",
    "<http://a.b/c>",
    "<m@a.b>",
    "*e* **s** _u_",
    "<span title='[l](t)'>x</span>",
    "<!-- # comment [l](t) -->",
    "a | b",
    "\u00a0# not a heading",
    "\u2028# nor this",
    "\x0c# nor that",
    "#nor-this",
    "hard  ",
    "hard\\",
    "[l](a\\_b(c)d.md)",
    "[l](%20&amp;)",
    "[a [b](c) d](e)",
    "[![a](b) ![c](d)](e)",
)
INFOS = ("", "py", " py x", "py a~b", "\\# esc")
CODE_LINES = (
    "# no heading",
    "[l](t)",
    "    deep",
    "",
    "<!-- c -->",
    "- item",
    "> quote",
    "``",
    "~~",
)

word = st.sampled_from(WORDS)
indent = st.sampled_from(("", "", "", " ", "  ", "   "))


@st.composite
def fences(draw: st.DrawFn) -> list[str]:
    mark = draw(st.sampled_from("`~")) * draw(st.integers(3, 6))
    other = "~~~" if mark[0] == "`" else "```"
    inside = draw(st.lists(st.sampled_from((*CODE_LINES, other, mark[:-1])), max_size=4))
    if draw(st.booleans()):
        inside = [f"{mark[:3]} not a closing fence", *inside]
    closing = [mark + draw(st.sampled_from(("", mark[0], "  ")))]
    info = draw(st.sampled_from(INFOS))
    return [mark + info, *inside, *(closing if draw(st.integers(0, 9)) else ())]


@st.composite
def leaves(draw: st.DrawFn) -> list[str]:  # noqa: PLR0911 - one return a kind
    kind = draw(st.sampled_from(LEAVES))
    text = draw(word)
    match kind:
        case "atx":
            closing = draw(st.sampled_from(("", "", " #", " ### ", "#")))
            return [draw(indent) + "#" * draw(st.integers(1, 7)) + f" {text}{closing}"]
        case "setext":
            underline = draw(st.sampled_from(("=", "===", "---", "-----  ", " --")))
            return [f"T {text}", *draw(st.lists(word, max_size=1)), underline]
        case "rule":
            return [draw(indent) + draw(st.sampled_from(("---", "***", "_ _ _", "* * *")))]
        case "code":
            return ["", *(f"    {line}" for line in (text, *draw(st.lists(word, max_size=2)))), ""]
        case "html":
            return draw(st.sampled_from(HTML))
        case "table":
            return ["", "| a | b |", "|:--|---|", f"| {text} | # no |", "| x |", ""]
        case "fence":
            return draw(fences())
        case "definition":
            return ["", draw(st.sampled_from(DEFINITIONS)), ""]
        case _:
            return [text, *draw(st.lists(word, max_size=2))]


LEAVES = ("atx", "setext", "text", "rule", "code", "html", "table", "fence", "definition")
DEFINITIONS = ("[r]: first.md", "[É]: <a b> 'title'", "[q]: /x junk", "[r\\]]: y")
HTML = (
    ["<!-- one line -->"],
    ["<!--", "# hidden", "", "[l](t)", "-->"],
    ["<div>", "# no heading", "</div>", ""],
    ["<details>", "", "# heading", "", "</details>", ""],
    ["<pre>", "# none", "", "# none", "</pre>"],
    ["<?php", "# none", "", "?>"],
    ["<br/>", "[l](t)", ""],
)


@st.composite
def containers(draw: st.DrawFn, inner: st.SearchStrategy[list[str]]) -> list[str]:
    lines = [line for block in draw(st.lists(inner, min_size=1, max_size=3)) for line in block]
    if draw(st.booleans()):
        quote = draw(st.sampled_from(("> ", ">", " > ")))
        return [quote + line for line in lines]
    marker = draw(st.sampled_from(("- ", "* ", "+   ", "1. ", "10) ", "  - ")))
    # A list that begins with a blank line, or with a quote that is indented once more, would make
    # what follows a lazy continuation, see below.
    return [
        marker + (lines[0].lstrip() or "x"),
        *(" " * len(marker) + line if line else "" for line in lines[1:]),
    ]


blocks = st.recursive(leaves(), containers, max_leaves=5)


@st.composite
def pages(draw: st.DrawFn) -> str:
    lines: list[str] = []
    for block in draw(st.lists(blocks, max_size=5)):
        lines += block
        if draw(st.integers(0, 3)):
            lines.append("")
    lines += ["", "[r]: d.md 'title'", "", "[R]: <second one>"]
    end = draw(st.sampled_from(("\n", "\n", "\r\n")))
    return end.join(lines) + draw(st.sampled_from((end, "")))


@pytest.mark.no_cover
@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(pages())
def test_nested_blocks_agree_with_markdown_it(text: str) -> None:
    assert parts(text) == reference(text)


# --- Lines that were thrown together ---------------------------------------------------------

# Left out is what one of the two parsers reads otherwise than CommonMark's reference does:
# markdown-it-py a line that is indented by four columns, or by a tab, and continues a nested
# paragraph, and a line right behind a link's definition (both begin a new block there); pyromark
# a table's second line that could be a list item (`- | -`), a table of one column whose head has
# no `|`, and `<script>` that is ended by `</pre>`.
SOUP = (
    *("# h", "## h2 ##", "####### seven", "#nospace", "#", "# ", "### a # b", "# \\#", "# a \\#"),
    *("===", "---", "----", "- - -", "***", "_ _ _", "=", "-", "--", "text", "a\\", "a  "),
    *("```", "````", "```py", "``` py x", "~~~", "~~~~ a`b", "~~~~", "``` a`b", "`open", "`code`"),
    *("<!-- c -->", "<!--", "-->", "<div>", "</div>", "<span>x</span>", "<pre>", "</pre>", "<?php"),
    *("?>", "<!DOCTYPE x>", "<![CDATA[", "]]>", "<a", "a>", "[l](t)", "[l](", "t)", "![i](s)"),
    *("[l\\](t)", "[r]", "<http://a.b>", "<m@a.b>", "*e", "e*", "[a", "](b)", "", "", "", ""),
)
soup_lines = st.builds(
    lambda indent, containers, piece: indent + "".join(containers) + piece,
    indent,
    st.lists(st.sampled_from(("> ", ">", "- ", "* ", "1. ", "10) ")), max_size=3),
    st.sampled_from(SOUP),
)
# markdown-it-py 4.3 ends in an IndexError on `> - <pre>\n> ` without a line end behind it.
soups = st.lists(soup_lines, max_size=12).map(lambda lines: "".join(f"{x}\n" for x in lines))


@pytest.mark.no_cover
@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(soups)
def test_lines_thrown_together_agree_with_markdown_it(text: str) -> None:
    assert parts(text) == reference(text)


@pytest.mark.no_cover
@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.one_of(pages(), soups))
def test_fences_end_where_markdown_it_says(text: str) -> None:
    fences = [code for code in markdown.parse(text).code if code.info is not None]
    assert [(code.line, code.closed) for code in fences] == closed_fences(text)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.one_of(pages(), soups))
def test_places_lie_where_they_say(text: str) -> None:
    lines = re.split(r"\r\n?|\n", text)
    found = markdown.parse(text)
    for link in found.links:
        opening = lines[link.line - 1][link.column - 1 :]
        assert opening.startswith("![" if link.image else ("[", "<"))
    for heading in found.headings:
        assert lines[heading.line - 1].strip()
    for code in found.code:
        assert 1 <= code.line <= code.end_line <= len(lines)
    ends = [0, *(block.end for block in found.blocks)]
    for end, block in zip(ends, found.blocks, strict=False):
        assert end < block.start <= block.end <= len(lines)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text())
def test_any_text_is_markdown(text: str) -> None:
    markdown.parse(text.encode(errors="replace").decode())


# --- What one would look up in a specification -----------------------------------------------


def test_headings() -> None:
    text = "# A *b* `c d` [e](f) ![g](h) <b>i</b>\n\nTwo\nlines\n---\n\n> ### quoted\n\n- # item\n"
    assert markdown.parse(text).headings == [
        Heading(1, 1, "A b c d e g i", nested=False),
        Heading(3, 2, "Two lines", nested=False),
        Heading(7, 3, "quoted", nested=True),
        Heading(9, 1, "item", nested=True),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "```\n# a\n```\n",
        "~~~\n```\n# a\n~~~\n",
        "````\n```\n# a\n````\n",
        "    # a\n",
        "<!--\n# a\n-->\n",
        "<div>\n# a\n</div>\n",
        "a\n    # b\n",
        "#a\n",
        "\\# a\n",
        "####### a\n",
        "a\n\n===\n",
        "| a |\n|---|\n| # b |\n",
    ],
)
def test_no_heading(text: str) -> None:
    assert markdown.parse(text).headings == []


def test_code() -> None:
    text = "```py title='x'\na\n\n```\n\n    b\n\n- x\n\n  ~~~\n  c\n"
    assert markdown.parse(text).code == [
        CodeBlock(1, 4, "py title='x'", "a\n\n"),
        CodeBlock(6, 6, None, "b\n"),
        CodeBlock(10, 11, "", "c\n", closed=False),
    ]


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("```\na\n```", True),
        ("```\n```", True),
        ("~~~\na\n~~~~~  \n\nb\n", True),
        ("> - ```\n>   a\n>   ```\n> b\n", True),
        ("```\na\n", False),
        ("```", False),
        ("```\n", False),
        ("```\na\n    ```\n", False),
        ("```\na\n    ```", False),
        ("````\na\n```", False),
        ("```\na ```", False),
        ("- ```\n  a\n\nb\n", False),
        ("> ```\n> a\n>", False),
    ],
)
def test_a_fence_is_closed_or_not(text: str, closed: bool) -> None:  # noqa: FBT001
    assert [code.closed for code in markdown.parse(text).code] == [closed]


def test_links() -> None:
    text = (
        "é [a](b%20c.md 't') and ![d](<e f.png>)\n"
        "[![g](h)](i) [j][K] [k] <m@n.o> <https://p.q/r>\n"
        "`[no](no)` \\[no](no)\n\n[k]: l\\_m&amp;n\n"
    )
    assert markdown.parse(text).links == [
        Link(1, 3, "b%20c.md", image=False),
        Link(1, 25, "e f.png", image=True),
        Link(2, 1, "i", image=False),
        Link(2, 2, "h", image=True),
        Link(2, 14, "l_m&n", image=False),
        Link(2, 21, "l_m&n", image=False),
        Link(2, 25, "mailto:m@n.o", image=False),
        Link(2, 33, "https://p.q/r", image=False),
    ]


def test_a_link_in_a_heading_and_one_behind_it() -> None:
    assert markdown.parse("a [b](c)\nd\n===\n[e](f)\n").links == [
        Link(1, 3, "c", image=False),
        Link(4, 1, "f", image=False),
    ]


def test_blocks() -> None:
    text = "# a\nb\nc\n\n- d\n\n  e\n\n\n> f\n\n```\ng\n```\n***\n<p>\nh\n\n| i |\n|---|\n\nj\n-\n"
    assert markdown.parse(text).blocks == [
        Block("heading", 1, 1),
        Block("paragraph", 2, 3),
        Block("list", 5, 7),
        Block("quote", 10, 10),
        Block("code", 12, 14),
        Block("rule", 15, 15),
        Block("html", 16, 17),
        Block("table", 19, 20),
        Block("heading", 22, 23),
    ]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends(end: str) -> None:
    text = "# a\n\n[b](c)\n\n```\nd\n```\ne\n===\n"
    assert vars(markdown.parse(text.replace("\n", end))) == vars(markdown.parse(text))


def test_nothing() -> None:
    assert vars(markdown.parse("")) == vars(markdown.Markdown())


# --- Time ------------------------------------------------------------------------------------

SIZE = 1 << 17
WORST = {
    "brackets": "[",
    "links": "[a](b)",
    "open links": "[a](",
    "images in images": "![",
    "badges": "[![](a)](b)",
    "backticks": "`",
    "spaced backticks": "` ",
    "quotes": "> ",
    "list items": "- ",
    "numbers": "1. ",
    "comments": "<!--",
    "comments on lines": "<!--\n",
    "hashes": "#",
    "headings": "#\n",
    "setext": "a\n=\n",
    "fences": "```\n",
    "backslashes": "\\",
    "emphasis": "*_**__",
    "tags": "<a ",
    "bars": "|",
    "rows": "|a|\n|-|\n",
    "definitions": "[a]: b\n",
    "tabs": "\t",
    "lines": "\n",
    "returns": "\r",
    "entities": "&amp",
}


def seconds(text: str) -> float:
    start = time.process_time()
    markdown.parse(text)
    return time.process_time() - start


def takes_less(text: str, limit: float) -> bool:
    """Whether it does in one of three attempts: the machine has other things to do."""
    return any(seconds(text) < limit for _ in range(3))


@pytest.mark.no_cover
@pytest.mark.parametrize("piece", WORST.values(), ids=WORST)
def test_time_grows_with_the_length_alone(piece: str) -> None:
    small, large = (piece * (size // len(piece)) for size in (SIZE // 16, SIZE))
    # Were it to grow with the square, it would be 256 times as long.
    limit = max(40 * min(seconds(small) for _ in range(3)), 0.05)
    assert takes_less(large, limit)


@pytest.mark.parametrize("before", ["", "# "])
def test_time_of_images_in_images(before: str) -> None:
    count = SIZE // 14
    assert takes_less(before + "![a" * count + "](b)" * count, 0.5)
