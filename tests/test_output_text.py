"""The plain form of a report: a line a finding."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from reports import finding, hostile, real

from skillrepo.finding import Finding, Ignored, NotAnalysed, Report, Severity
from skillrepo.output import View, text

ERROR, WARNING, NOTE = (finding(severity) for severity in reversed(Severity))
NOTHING = View(quiet=True)


def test_real_report(tmp_path: Path) -> None:
    report, _ = real(tmp_path)
    lines = list(text.render(report))
    assert lines[-1].startswith("3 skills checked: ")
    assert lines[-2] == "not analysed: 1 file (is not UTF-8 text): skills/data/ink/pixel.png"
    assert len(lines) == len(report.findings) + 2
    for said, found in zip(lines, report.findings, strict=False):
        place = f"{found.path}:{found.line}:{found.column}"
        assert said == f"{place}: {text.NAMES[found.severity]} {found.code} {found.rule}: " + (
            found.message
        )


def test_files_that_were_not_analysed_are_counted() -> None:
    reasons = [f"has {number} bytes" for number in range(6, 0, -1)]
    left = tuple(NotAnalysed(f"f{number}", why) for why in reasons for number in range(7))
    lines = list(text.render(Report((), (), (), left[:5] + left[7:])))[:-1]
    assert lines[:2] == [
        "not analysed: 5 files (has 6 bytes): f0, f1, f2, f3, f4",
        "not analysed: 7 files (has 5 bytes): f0, f1, f2, f3, f4 and 2 more",
    ]
    assert lines[5:] == ["not analysed: 7 files for other reasons"]


def test_what_does_not_count_is_said() -> None:
    report = Report(
        (ERROR.path,),
        (ERROR,),
        ignored=(Ignored(NOTE, "x"),) * 2,
        baselined=(WARNING,),
        refused=(Ignored(ERROR, "x"),),
        stale=("a Z901", "b\x1b Z901"),
    )
    assert list(text.render(report))[1:] == [
        "not ignored, since the comments are new in this change: skills/data/wax/SKILL.md:2 Z901",
        "no longer found, but in the baseline: a Z901, b<U+001B> Z901",
        "1 skill checked: 1 error, 0 warnings, 0 notes; 2 ignored, 1 in the baseline.",
    ]
    assert text.summary(report._replace(ignored=())).endswith("notes; 1 in the baseline.")


@pytest.mark.parametrize(
    ("found", "limit", "shown"),
    [
        ((), Severity.INFO, 0),
        ((WARNING, NOTE), Severity.ERROR, 0),
        ((ERROR, WARNING, NOTE), Severity.ERROR, 1),
        ((ERROR, WARNING, NOTE), Severity.WARNING, 2),
        ((NOTE,), Severity.INFO, 1),
    ],
)
def test_quiet(found: tuple[Finding, ...], limit: Severity, shown: int) -> None:
    report = Report((ERROR.path,), found, (("tree", "none"),), (NotAnalysed("x", "y"),))
    lines = list(text.render(report, View(limit, quiet=True)))
    assert lines == ([*map(text.line, found[:shown]), text.summary(report)] if shown else [])


def test_hostile_text_forges_no_line_and_no_command() -> None:
    report = hostile()
    lines = list(text.render(report))
    assert len(lines) == len(report.findings) + 4
    for line in lines:
        assert not line.lstrip().startswith("::")
        assert not re.search(r"##\w*\[|[\x00-\x1f\x7f-\x9f\u202e\ud800-\udfff]", line)
    assert lines[1].startswith("./::error::skills/a <U+003A>:error::b,c: <U+0023>#[add-mask]%0A")


def test_it_imports_nothing_new() -> None:
    code = (
        "import skillrepo.finding, skillrepo.visible, sys, collections.abc, typing, importlib\n"
        "before = set(sys.modules)\n"
        "from skillrepo.output import render\n"
        "from skillrepo.finding import Report\n"
        "assert list(render('text', Report((), ())))\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # `check` has imported what finds keys already.
    keys = {"skillrepo.conceal", "skillrepo.secret_text", "skillrepo.vocabulary"}
    assert set(done.stdout.split()) - keys == {
        "skillrepo.output",
        "skillrepo.output.text",
    }
