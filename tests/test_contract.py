import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_semantic_diff import BODY, skill, snapshot

from skillrepo.contract import Terms, breaches, changed_share
from skillrepo.semantic_diff import compare


def clauses(new: str, feedback: str = "Say it better", *, allow_loss: bool = False) -> list[str]:
    diff = compare(snapshot(OLD), snapshot(new))
    return [clause for clause, _ in breaches(diff, None, Terms(feedback, 0.5, allow_loss))]


OLD = skill(
    description="Merges PDF files. Use when PDF files are to become one, or are to be sorted.",
    body=BODY,
    extra="license: MIT\nmetadata: {tags: pdf}\nallowed-tools: Read\n",
)
NO_STEPS = OLD[: OLD.index("## Steps")] + OLD[OLD.index("## Limits") :]


@pytest.mark.parametrize(
    ("old", "new", "clause", "feedback"),
    [
        ("- Never overwrite a file.\n", "", "keeps-constraints", "You may overwrite a file"),
        ("license: MIT\n", "", "keeps-keys", "drop the license"),
        ("metadata: {tags: pdf}\n", "", "keeps-keys", "no tags, please"),
        ("license: MIT\n", "license: Apache-2.0\n", "keeps-keys", "another license"),
        ("tags: pdf}", "tags: pdf, status: x}", "", ""),
        ("license: MIT\n", "license: MIT\nhooks: {Stop: x}\n", "keeps-keys", "add the hooks"),
        ("license: MIT\n", "license: MIT\nauthor: me\n", "", ""),
        ("allowed-tools: Read\n", "", "keeps-tools", "more allowed tools"),
        ("(references/guide.md)", "", "keeps-links", "guide.md is wrong"),
        ("(references/guide.md)", "", "keeps-links", "See REFERENCES/GUIDE.md"),
        (", or are to be sorted", "", "keeps-description", "the description says too much"),
        (
            "Merges PDF files. Use when PDF files are to become one, or are to be sorted.",
            "Writes poems of all kinds. Use when somebody asks for a song.",
            "keeps-description",
            "Say in the description what it is for",
        ),
        ("Read\n", "Read Bash(git:*)\n", "keeps-tools", "It needs Bash"),
        ("Read\n", "Read Bash(git:*)\n", "keeps-tools", "more allowed tools"),
        ("Read\n", "Read Bash(git:*\n", "keeps-tools", "more allowed tools"),
        ("## Limits", "## Other\n\nNothing of it all.\n\n## Borders", "", ""),
    ],
)
def test_what_the_feedback_does_not_name_stays(
    old: str, new: str, clause: str, feedback: str
) -> None:
    assert old in OLD
    changed = OLD.replace(old, new)
    assert clauses(changed) == ([clause] if clause else [])
    assert clauses(changed, allow_loss=True) == []
    assert clauses(changed, feedback) == []


def test_a_section() -> None:
    assert clauses(NO_STEPS) == ["keeps-sections", "keeps-constraints", "keeps-constraints"]
    assert clauses(NO_STEPS, "The steps are wrong. Please remove the section “Steps”.") == []
    # A word within another is not the title.
    assert "keeps-sections" in clauses(NO_STEPS, "missteps happen")


def test_the_text_of_a_section() -> None:
    text = "Count the pages of the result, and compare their number with that of both files.\n"
    old = f"{OLD}\n## Checks\n\n{text}"
    diff = compare(snapshot(old), snapshot(old.replace(text, "Ask somebody.\n")))
    for feedback, found in (("Say it better", ["keeps-sections"]), ("Fewer checks, please", [])):
        assert [name for name, _ in breaches(diff, None, Terms(feedback, 0.5))] == found


@pytest.mark.parametrize(
    ("feedback", "named"),
    [
        ("It may\noverwrite a\nfile now.", True),
        ("Add a file. It is hard to see that you overwrite it.", False),
        ("- a file\n- never again", False),
        ("A file.\n\nI overwrite.", False),
    ],
)
def test_a_constraint_is_named_in_one_sentence(feedback: str, *, named: bool) -> None:
    changed = OLD.replace("- Never overwrite a file.\n", "")
    assert clauses(changed, feedback) == ([] if named else ["keeps-constraints"])


def test_the_name_stays_in_any_case() -> None:
    changed = OLD.replace("pdf-merge", "pdf-join")
    assert clauses(changed, "call it pdf-join, not pdf-merge", allow_loss=True) == ["keeps-name"]


def test_something_is_to_change() -> None:
    assert clauses(OLD) == ["changes-something"]


def test_a_message_says_what_to_do() -> None:
    diff = compare(snapshot(OLD), snapshot(OLD.replace("- Never overwrite a file.\n", "")))
    assert list(breaches(diff, None, Terms("overwrite a file never", 1.0))) == []
    found = dict(breaches(diff, 0.9, Terms("x\x1b", 0.5)))
    assert found["bounded"].startswith("90% of the lines changed, and 50% may")
    assert found["keeps-constraints"] == (
        "constraint removed: Never overwrite a file.: the feedback does not name it, so leave it "
        "as it was"
    )


def test_share_of_changed_lines() -> None:
    old = {"a": "".join(f"line {number}\n" for number in range(100))}
    assert changed_share(old, old) is None
    assert changed_share(old, {"a": old["a"] + "\n\n  line 5"}) is None
    assert changed_share(old, {}) == 1.0
    assert (
        changed_share(old, {"a": old["a"].replace("line 1", "x 1"), "b": "y\n" * 500}) is not None
    )
    reversed_lines = "\n".join(reversed(old["a"].split("\n")))
    assert changed_share(old, {"a": reversed_lines}) is None


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_share_is_one(old: str, new: str) -> None:
    share = changed_share({"a": old * 30}, {"a": new * 30})
    assert share is None or 0 < share <= 1
