"""The form of a report for people at a terminal."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import INK, WAX, finding, hostile, real

from skillrepo.finding import Fix, Report, Severity
from skillrepo.output import View, render, terminal

ERROR = finding()
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def view(text: str | None = None, *, width: int = 80, color: bool = False) -> View:
    return View(terminal=True, width=width, color=color, lines=lambda _path, _line: text)


def columns(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.category(char) in ("Mn", "Me") for char in text)


def source(text: str, column: int, width: int = 80) -> tuple[str, str]:
    """Give the line that is shown, and the one with the caret."""
    report = Report((WAX,), (ERROR._replace(column=column),))
    _, _, shown, caret, *_ = terminal.render(report, view(text, width=width))
    assert (shown[5:8], caret[:8]) == (" | ", "      | ")
    return shown[8:], caret[8:]


def test_real_report(tmp_path: Path) -> None:
    report, lines = real(tmp_path)
    said = list(render("text", report, View(terminal=True, lines=lines)))
    headings = [line for line in said if line.startswith("skills/")]
    assert headings == [INK, "skills/data/ink/references/more.md", WAX]
    start = said.index("  9:7 error L101 the link `gone.md` leads to no file of the skill; "
                       "mend the path, or add the file")  # fmt: skip
    assert said[start + 1 : start + 3] == [
        "    9 | 蜡    See [a](gone.md).",
        "      |           ^",
    ]
    start = said.index(WAX)
    assert said[start + 1].startswith("  3:22 error D102 ")
    assert said[start + 2 : start + 6] == [
        '    3 | description: Use when: é "x"',
        "      |                      ^",
        "      fix: put the value in double quotes",
        "",
    ]
    assert said[-2] == "not analysed: 1 file (is not UTF-8 text): skills/data/ink/pixel.png"
    assert re.fullmatch(r"3 skills checked: .* \d findings? can be mended with --fix\.", said[-1])


def test_colors_change_nothing_else(tmp_path: Path) -> None:
    report, lines = real(tmp_path)
    plain = View(terminal=True, lines=lines)
    colored = list(terminal.render(report, plain._replace(color=True)))
    assert [ANSI.sub("", line) for line in colored] == list(terminal.render(report, plain))
    assert f"\x1b[1m{WAX}\x1b[0m" in colored
    assert any("\x1b[31m\x1b[1merror\x1b[0m D102" in line for line in colored)
    assert colored[-1].startswith("\x1b[31m\x1b[1m3 skills checked")
    clean = list(terminal.render(Report((WAX,), ()), plain._replace(color=True)))
    assert clean == [
        "\x1b[32m\x1b[1m1 skill checked: 0 errors, 0 warnings, 0 notes.\x1b[0m"
    ]  # fmt: skip


def test_quiet() -> None:
    note = ERROR._replace(severity=Severity.INFO, fix=Fix("mend", ()))
    quiet = view()._replace(quiet=True)
    assert list(terminal.render(Report((WAX,), (note,), (("tree", "none"),)), quiet)) == []
    report = Report((WAX,), (ERROR, note), (("tree", "none"),))
    assert list(terminal.render(report, quiet)) == [
        WAX,
        "  2:7 error Z901 is wrong",
        "",
        "1 skill checked: 1 error, 0 warnings, 1 note. 1 finding can be mended with --fix.",
    ]


@pytest.mark.parametrize("text", [None, ""])
def test_no_line_to_show(text: str | None) -> None:
    report = Report((WAX,), (ERROR, ERROR._replace(path=INK)))
    assert list(terminal.render(report, view(text))) == [
        WAX,
        "  2:7 error Z901 is wrong",
        "",
        INK,
        "  2:7 error Z901 is wrong",
        "",
        "1 skill checked: 2 errors, 0 warnings, 0 notes.",
    ]


@pytest.mark.parametrize(
    ("text", "column", "shown", "caret"),
    [
        ("name: wrong", 7, "name: wrong", 6),
        ("name: wrong", 1, "name: wrong", 0),
        ("name: wrong", 12, "name: wrong", 11),
        ("name: wrong", 99, "name: wrong", 11),
        ("\ta\tb", 4, "    a    b", 9),
        ("蜡烛x", 3, "蜡烛x", 4),
        ("e\u0301x", 3, "e\u0301x", 1),
        ("a\u202eb\x1bc", 4, "a<U+202E>b<U+001B>c", 10),
        ("a ##[error]b", 1, "a <U+0023>#[error]b", 0),
    ],
)
def test_caret(text: str, column: int, shown: str, caret: int) -> None:
    assert source(text, column) == (shown, " " * caret + "^")


@pytest.mark.parametrize(
    ("column", "shown", "caret"),
    [
        (1, "0123456789012345678…", 0),
        (10, "0123456789012345678…", 9),
        (11, "0123456789012345678…", 10),
        (31, "…1234567890123456789…", None),
        (91, "…1234567890123456789", None),
        (101, "…", 19),
    ],
)
def test_long_line_is_cut_around_the_column(column: int, shown: str, caret: int | None) -> None:
    line, mark = source("0123456789" * 10, column, width=28)
    assert len(line) <= 20
    if caret is None:
        # The digit above the caret is the one meant.
        assert line[len(mark) - 1] == str((column - 1) % 10)
        assert line[0] == "…"
        assert (line[-1] == "…") == (shown[-1] == "…")
    else:
        assert len(mark) - 1 == caret
        assert line.startswith(shown)


def test_narrow_terminal_and_huge_line() -> None:
    line, mark = source("x" * 1_000_000, 500_000, width=1)
    assert (len(line), line[0], line[-1], line[len(mark) - 1]) == (20, "…", "…", "x")


def test_line_is_cut_where_its_characters_take_no_room() -> None:
    assert source("e\u0301" * 100, 1, width=28)[0] == "e\u0301" * 10 + "…"


LETTERS = st.sampled_from("ab 蜡🕯é\u0301\t\u202e\x1b#[]")


@given(st.text(LETTERS, min_size=1, max_size=200), st.integers(1, 250), st.integers(1, 90))
def test_nothing_is_wider_than_the_terminal(text: str, column: int, width: int) -> None:
    if "##[" in text:  # it is made visible only when the line is cut
        return
    line, mark = source(text, column, width)
    room = max(width - 8, 20)
    assert columns(line) <= room
    assert len(mark) <= room
    assert len(mark) - 1 <= columns(line)


def test_hostile_text_is_safe() -> None:
    said = "\n".join(terminal.render(hostile(), view("##[error]\x1b[2J\u202e\ud800\r" * 9)))
    assert not re.search(r"##\w*\[|[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", said)
    assert not re.search(r"^\s*::", said, re.MULTILINE)


def test_a_key_is_not_shown() -> None:
    key = "ghp_" + "aB3dE5fG7hJ9" * 3
    shown, caret = source(f"token: {key} end", 8)
    assert shown == f"token: ghp_{'*' * 36} end"
    assert caret.index("^") == 7
