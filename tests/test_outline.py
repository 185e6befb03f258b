"""Sections that are seen without a parser are those that the parser sees."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_markdown import pages, soups

from skillrepo import markdown, outline
from skillrepo.fences import faults, plain_fences

LINES = (
    *("# A", "## B `c`", "### **D**", "# ", "#", "##", "####### x", "#x", "  # y", "    # z"),
    *(
        "## a & b",
        "## a &amp; b",
        "## [a](b)",
        "## a_b_c",
        "# a #",
        "# a ##",
        "## `` ` ``",
        "**# a**",
    ),
    *("text", "- a", "- # b", "> # q", "---", "***", "- - -", "===", "-", "=", "", "", "", "\t"),
    *(
        "```",
        "```sh",
        "````",
        "  ```",
        "  ```sh",
        "  c",
        "~~~",
        "<div>",
        "<!-- c -->",
        "<!--",
        "-->",
        "[a]: b",
        "[a]",
    ),
    *("# comment", "| a |", "|---|", "1. x", "   y", "*** a", "** **", "# ** a**", "# ****"),
)
lines = st.lists(st.sampled_from(LINES), max_size=12).map("\n".join)


def both(text: str) -> tuple[list[outline.Section] | None, list[outline.Section]]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # as in the body of a document
    code = plain_fences(text)
    plain = None if code is None else outline.plain(text, code)
    return plain, list(outline.of_parsed(text, markdown.parse(text)))


@pytest.mark.no_cover
@settings(max_examples=500, deadline=None)
@given(lines | pages() | soups)
@example("# a\n\n# b")
@example("  ## Instructions\n")
@example("# a\n```\n# b\n```\n# c")
@example("a\n- \n# b")
@example("a\n\n=\n-\n")
def test_the_plain_way_agrees_with_the_parser(text: str) -> None:
    plain, parsed = both(text)
    assert plain is None or plain == parsed


@pytest.mark.no_cover
@settings(max_examples=500, deadline=None)
@given(lines | pages() | soups)
@example("- a\n  ```\n  b\n  ```")
@example("- a\n  ```\n b\n  ```")
@example("  ```\n\n  b\n   \n  ```\n")
def test_plain_fences_are_sound(text: str) -> None:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = plain_fences(text)
    # A block of HTML may swallow fences that people see.
    if plain is not None and "<" not in text:
        parsed = markdown.parse(text)
        assert not list(faults(text, parsed))
        begins = [text.count("\n", 0, fence.start) + 1 for fence in plain]
        assert begins == [code.line for code in parsed.code if code.info is not None]


@pytest.mark.parametrize(
    "text",
    ["", "text\n", "# A\n\ntext\n\n## B `c`\n\n```sh\n# no\n```\n", "## A & B\n# **C**\n- x"],
)
def test_usual_texts_are_plain(text: str) -> None:
    plain, parsed = both(text)
    assert plain == parsed
