import pytest

from skillrepo.closing_words import without_closing


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("Fixes #1", "Fixes - #1"),
        ("closes: #1, #2", "closes - #1, #2"),
        ("resolve owner/a.b#12", "resolve - owner/a.b#12"),
        ("It FIXED GH-3.", "It FIXED - GH-3."),
        (
            "closing issue #1 and implements issues #2",
            "closing - issue #1 and implements - issues #2",
        ),
        ("fix https://github.com/o/r/issues/1", "fix - https://github.com/o/r/issues/1"),
        ("links-resolve: #1", "links-resolve - #1"),
        ("Closes GL-4", "Closes - GL-4"),
        (
            "closes [issue:4] and resolves [work_item:g/p/5]",
            "closes - [issue:4] and resolves - [work_item:g/p/5]",
        ),
        ("fixes\n#1", "fixes -\n#1"),
        *(
            (text, text)
            for text in ("fixes a bug (#1)", "prefixes #1", "closes it", "", "fix(a): b")
        ),
    ],
)
def test_without_closing(text: str, broken: str) -> None:
    assert without_closing(text) == broken
    assert without_closing(broken) == broken
