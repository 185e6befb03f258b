"""Annotations of GitHub Actions, read back as the runner reads them."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from reports import MESSAGE, PATH, WAX, finding, hostile, real

from skillrepo.finding import Finding, Report, Severity
from skillrepo.output import github, text
from skillrepo.visible import one_line, visible

ERROR, WARNING, NOTE = reversed(Severity)


class Command(NamedTuple):
    """A workflow command as the runner understands it."""

    name: str
    properties: dict[str, str]
    data: str


def unescape(value: str, *escapes: str) -> str:
    for escape in (*escapes, "%0D", "%0A", "%25"):
        value = value.replace(escape, chr(int(escape[1:], 16)))
    return value


def parse(line: str) -> Command | None:
    """Read a line as ActionCommand.cs of the runner does; any `##[…]` is a command too."""
    line = line.lstrip()
    if line.startswith("::") and "::" in line[2:]:
        info, _, data = line[2:].partition("::")
        name, _, properties = info.partition(" ")
        pairs = [pair.split("=", 1) for pair in properties.split(",") if pair]
        known = {key: unescape(value, "%3A", "%2C") for key, value in pairs}
        return Command(name, known, unescape(data))
    assert "##[" not in line
    return None


def commands(report: Report) -> list[Command]:
    return [command for line in github.render(report) if (command := parse(line))]


def test_real_report(tmp_path: Path) -> None:
    report, _ = real(tmp_path)
    found = commands(report)
    assert [each.name for each in found] == sorted(each.name for each in found)
    assert len(found) == len(report.findings)
    told = {
        (each.properties["file"], each.properties["line"], each.properties["col"], each.data)
        for each in found
    }
    assert told == {(f.path, str(f.line), str(f.column), f.message) for f in report.findings}
    assert "M102 name-matches-folder" in {each.properties["title"] for each in found}
    assert list(github.render(report))[-2:] == list(text.render(report))[-2:]


def test_nothing_found() -> None:
    assert list(github.render(Report((WAX,), (), (("tree", "none"),)))) == [
        "not checked: tree (none)",
        "1 skill checked: 0 errors, 0 warnings, 0 notes.",
    ]


def many(errors: int, warnings: int, notes: int) -> tuple[Finding, ...]:
    counts = {ERROR: errors, WARNING: warnings, NOTE: notes}
    return tuple(
        finding(severity, path=f"{number:02}/SKILL.md")
        for severity in sorted(counts)
        for number in range(counts[severity])
    )


@pytest.mark.parametrize(
    ("found", "shown", "more"),
    [
        ((10, 10, 10), (10, 10, 10), None),
        ((11, 1, 0), (10, 1, 1), "and 1 error more; --format text shows all"),
        ((0, 12, 10), (0, 10, 10), "and 2 warnings, 1 note more; --format text shows all"),
        ((0, 0, 11), (0, 0, 10), "and 2 notes more; --format text shows all"),
        ((30, 0, 9), (10, 0, 10), "and 20 errors more; --format text shows all"),
    ],
)
def test_no_more_than_are_shown(
    found: tuple[int, int, int], shown: tuple[int, int, int], more: str | None
) -> None:
    said = commands(Report((WAX,), many(*found)))
    names = [each.name for each in said]
    assert tuple(names.count(name) for name in ("error", "warning", "notice")) == shown
    files = [each.properties["file"] for each in said if each.name == "error"]
    assert files == [f"{number:02}/SKILL.md" for number in range(shown[0])]
    if more is None:
        assert "title" in said[-1].properties
        assert said[-1].data == "is wrong"
    else:
        assert said[-1] == Command("notice", {"title": "skillrepo"}, more)


def test_hostile_text_is_data() -> None:
    report = hostile()
    lines = list(github.render(report))
    assert all("\n" not in line and "\r" not in line for line in lines)
    found = commands(report)
    assert [each.name for each in found] == ["error"] * 3 + ["warning"] * 3 + ["notice"] * 3
    for each in found:
        assert each.properties.keys() == {"file", "line", "col", "title"}
        assert each.data == one_line(MESSAGE)
    assert visible(PATH) in {each.properties["file"] for each in found}
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202e\ud800-\udfff]", "".join(lines))
