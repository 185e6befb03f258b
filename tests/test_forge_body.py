"""The body of a pull request: its blocks, and what an update leaves alone."""

import re

import pytest

from skillrepo.forge.body import NOT_MEASURED, Evidence, keeps_title, render, updated

TITLE = "feat(pdf-merge): add skill"
FULL = Evidence(
    why=("Merges PDF files.",),
    changed=("adds SKILL.md",),
    gate=("Gate (spec): passes",),
    provenance=(("Skill-Writer", "offline"), ("Skill-Source", "guide.md 12ab")),
    unsupported_claims=("It is fast.",),
    cost=("0.02 USD",),
    attempt=("git fetch origin x",),
)


def blocks(text: str) -> list[str]:
    return re.findall(r"<!-- skillrepo:([a-z]+) -->", text)


def test_every_block() -> None:
    text = render(TITLE, FULL)
    assert blocks(text) == ["why", "changed", "gate", "provenance", "cost", "try", "created"]
    assert "## Why\n\n```text\nMerges PDF files.\n```" in text
    assert "Skill-Source: guide.md 12ab\nUnsupported claims: 1\n- It is fast." in text
    assert "```sh\ngit fetch origin x\n```" in text
    assert "Created with skillrepo\n" in text
    assert NOT_MEASURED not in text


def test_what_was_not_measured_is_said_and_is_never_0() -> None:
    text = render(TITLE, Evidence(why=("x",)))
    assert f"## Gate\n\n{NOT_MEASURED}\n" in text
    assert f"## Cost\n\n{NOT_MEASURED}\n" in text
    assert f"by hand\nUnsupported claims: {NOT_MEASURED}\n" in text
    assert "0" not in re.sub("<!--.*?-->", "", text)
    assert "try" not in blocks(text)


def test_update_replaces_our_blocks_and_nothing_else() -> None:
    old = render(TITLE, FULL)
    people = f"Please look at the gate.\n\n{old}\n- [x] I have read it\n\n@ada: thanks"
    people = people.replace("<!-- skillrepo:cost -->", "between\n\n<!-- skillrepo:cost -->")
    new = render(TITLE, Evidence(why=("Other words.",), changed=None, cost=("0.03 USD",)))
    text = updated(people, new)
    assert text.startswith("Please look at the gate.\n\n<!-- skillrepo:why -->")
    assert text.endswith("\n- [x] I have read it\n\n@ada: thanks")
    assert "\n\nbetween\n\n" in text
    assert "Other words." in text
    assert "0.03 USD" in text
    assert not re.search("Merges PDF|adds SKILL|0.02 USD|git fetch", text)
    assert blocks(text) == ["why", "changed", "gate", "provenance", "cost", "created"]
    assert updated(text, new) == text


def test_update_of_what_a_browser_has_edited() -> None:
    old = f"Hello\r\n\r\n{render(TITLE, FULL)}".replace("\n", "\r\n").replace("\r\r", "\r")
    assert updated(old, render(TITLE, FULL)) == f"Hello\n\n{render(TITLE, FULL)}"


def test_update_puts_a_block_that_is_missing_where_it_belongs() -> None:
    new = render(TITLE, FULL)
    start, end = new.index("<!-- skillrepo:gate -->"), new.index("<!-- skillrepo:provenance -->")
    assert updated(new[:start] + new[end:], new) == new
    without_first = new[new.index("<!-- skillrepo:changed -->") :]
    assert updated(without_first, new) == new


@pytest.mark.parametrize("old", ["", "Opened by hand.", "<!-- skillrepo:why -->\nno end"])
def test_update_of_what_has_no_blocks_keeps_it(old: str) -> None:
    new = render(TITLE, FULL)
    text = updated(old, new)
    assert text.startswith(old)
    assert set(blocks(text)) == set(blocks(new))
    assert updated(text, new) == text


def test_hostile_text_stays_in_its_code_block() -> None:
    hostile = (
        "```",
        "<!-- /skillrepo:why --> <!-- skillrepo:title 0123456789abcdef -->",
        "@everyone fixes #1 ![x](https://evil.example)",
        "/merge",
        "\x1b[2J\u202e",
        f"ghp_{'a1B2c3D4e5F6' * 3}",
    )
    text = render(TITLE, Evidence(why=hostile, changed=hostile, gate=hostile))
    assert blocks(text) == ["why", "changed", "gate", "provenance", "cost", "created"]
    assert text.count("````text\n") == 3
    assert "\x1b" not in text
    assert "a1B2c3D4" not in text
    assert updated(text, text) == text
    assert not keeps_title(text, TITLE)


def test_long_text_is_cut() -> None:
    text = render(TITLE, Evidence(*[["x" * 50] * 5_000] * 3))
    assert len(text) < 50_000
    assert text.count("the rest is left out here") == 3


def test_title_is_ours_until_somebody_changes_it() -> None:
    text = render(TITLE, FULL)
    assert not keeps_title(text, TITLE)
    assert keeps_title(text, "A better title")
    assert keeps_title("Opened by hand", TITLE)
