"""The tools in a text of `allowed-tools`."""

import pytest

from skillrepo import tools


@pytest.mark.parametrize(
    ("text", "commas", "parts"),
    [
        ("Read Grep", [], ["Read", "Grep"]),
        ("Read, Grep,", [4, 10], ["Read", "Grep"]),
        ("Bash(a, b),Read", [10], ["Bash(a, b)", "Read"]),
        ("Bash(a(b, c) d, e) ", [], ["Bash(a(b, c) d, e)"]),
        ("a), b", [2], ["a)", "b"]),
        ("a(, b", [], ["a(", "b"]),
        ("Read Bash(git:*", [], ["Read", "Bash(git:*"]),
        ("", [], []),
    ],
)
def test_split(text: str, commas: list[int], parts: list[str]) -> None:
    assert tools.outer_commas(text) == commas
    assert tools.split(text) == parts
