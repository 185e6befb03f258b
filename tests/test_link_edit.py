"""Other targets in the links of a Markdown text, and nothing else changed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillrepo.link_edit import relink
from skillrepo.markdown import link_spans

OLD, NEW = "../x.md", "../../y/x.md"
SAME = [
    "`[c](../x.md)`",
    "```\n[a](../x.md)\n[d]: ../x.md\n```",
    "    [a](../x.md)\n",
    "<../x.md>",
    "[a](../x.mdx) [b](./../x.md)",
    "\\[a](../x.md)",
    '<a href="../x.md">x</a>',
]
CHANGED = [
    ("[a](../x.md)", 1),
    ('[a](../x.md "t") ![i](../x.md)', 2),
    ("[![i](../x.md)](../x.md)", 2),
    ("[d] and [e][d]\n\n[d]: ../x.md 'title'", 2),
    ("> [d]\n>\n> [d]: <../x.md>", 1),
    ("[sp](<../x.md>) [multi\nline](\n../x.md)", 2),
    ("| a |\n|---|\n| [ü](../x.md) |", 1),
    ("- [`](` a](../x.md)", 1),
]


def change(target: str) -> str | None:
    return NEW if target == OLD else None


@pytest.mark.parametrize("text", SAME)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_no_link_stays(text: str, end: str) -> None:
    text = text.replace("\n", end)
    assert relink(text, change) == (text, 0, ())


@pytest.mark.parametrize(("text", "number"), CHANGED)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_links_are_changed(text: str, number: int, end: str) -> None:
    text = text.replace("\n", end)
    done = relink(text, change)
    assert (done.edited, done.left) == (number, ())
    assert [target for _, _, target in link_spans(done.text)] == [NEW] * number
    assert done.text.replace(NEW, OLD) == text


def test_what_cannot_be_changed_is_named() -> None:
    text = "[a](..\\/x.md) [b](../x.md)"
    assert relink(text, change) == ("[a](..\\/x.md) [b](../../y/x.md)", 1, (OLD,))
    assert relink(text, lambda _: "with space") == (text, 0, (OLD,))


PARTS = st.sampled_from(
    [
        *SAME,
        *(text for text, _ in CHANGED),
        "# H\n",
        "\n\n",
        " ",
        "[d]",
        "`",
        "```\n",
        "(",
        "]",
        "ü",
        "> ",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, max_size=8).map("".join))
def test_any_text_is_left_as_it_is_but_for_targets(text: str) -> None:
    done = relink(text, change)
    assert done.text.replace(NEW, OLD) == text
    pairs = list(zip(link_spans(text), link_spans(done.text), strict=True))
    assert {new[2] for old, new in pairs if old[2] != OLD} == {
        old[2] for old, _ in pairs if old[2] != OLD
    }
    edited = sum(new[2] == NEW for _, new in pairs)
    assert edited == done.edited
    assert bool(done.left) == any(new[2] == OLD for _, new in pairs)
