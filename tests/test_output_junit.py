"""JUnit XML, read back."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from reports import INK, PATH, WAX, finding, hostile, real

from skillrepo.finding import Finding, Report, Severity
from skillrepo.output import View, junit, text
from skillrepo.output.text import by_severity

ERROR, WARNING, NOTE = reversed(Severity)
UNIT = "skills/coding/unit/SKILL.md"


def read(report: Report, limit: Severity = Severity.ERROR) -> ET.Element:
    """Give the one test suite; its counts are those of what is in it."""
    said = "\n".join(junit.render(report, View(limit)))
    assert said.isascii()
    root = ET.fromstring(said)  # noqa: S314 - our own
    (suite,) = root
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    for each in (root, suite):
        assert each.get("tests") == str(len(suite.findall("testcase")))
        assert each.get("failures") == str(len(suite.findall("testcase/failure")))
        assert each.get("errors") == "0"
    return suite


def case(suite: ET.Element, name: str) -> ET.Element:
    (found,) = (each for each in suite.findall("testcase") if each.get("name") == name)
    assert found.get("classname") == "skillrepo"
    return found


def test_real_report(tmp_path: Path) -> None:
    report, _ = real(tmp_path)
    suite = read(report)
    assert [each.get("name") for each in suite.findall("testcase")] == [
        "skills/coding/unit",
        "skills/data/ink",
        "skills/data/wax",
    ]
    assert list(case(suite, "skills/coding/unit")) == []
    failure, out = case(suite, "skills/data/ink")
    of_ink = [found for found in report.findings if found.path.startswith("skills/data/ink/")]
    bad = [found for found in of_ink if found.severity is ERROR]
    assert failure.attrib == {"message": by_severity(bad), "type": "error"}
    assert failure.text == "\n".join(map(text.line, bad))
    assert "references/more.md:3:1: error L101" in failure.text
    assert out.tag == "system-out"
    assert out.text == "\n".join(text.line(found) for found in of_ink if found not in bad)
    assert (suite.findtext("system-out") or "").startswith("not analysed: 1 file ")


@pytest.mark.parametrize(
    ("limit", "message", "kind", "rest"),
    [
        (ERROR, "1 error", "error", 2),
        (WARNING, "1 error, 1 warning", "error", 1),
        (NOTE, "1 error, 1 warning, 1 note", "error", 0),
    ],
)
def test_limit(limit: Severity, message: str, kind: str, rest: int) -> None:
    found = tuple(map(finding, (ERROR, WARNING, NOTE)))
    failed = case(read(Report((WAX,), found), limit), "skills/data/wax")
    failure = failed.find("failure")
    assert failure is not None
    assert failure.attrib == {"message": message, "type": kind}
    assert len((failed.findtext("system-out") or "").splitlines()) == rest


def test_below_the_limit_a_skill_passes() -> None:
    suite = read(Report((WAX,), (finding(WARNING),)))
    assert [each.tag for each in case(suite, "skills/data/wax")] == ["system-out"]
    assert suite.find("system-out") is None


@pytest.mark.parametrize(
    ("skills", "path", "name"),
    [
        ((WAX, INK), "skills/data/ink/a/b.md", "skills/data/ink"),
        ((INK, "skills/data/ink/a/SKILL.md"), "skills/data/ink/a/b.md", "skills/data/ink/a"),
        (("skills/data/ink/SKILL.md", "skills/data/ink/skill.md"), "skills/data/ink/skill.md",
         "skills/data/ink/skill.md"),
        (("a/SKILL.md", "a/skill.md"), "a/x.md", "a"),
        (("SKILL.md",), "a/b.md", "SKILL.md"),
        ((WAX,), "taxonomy.yaml", "taxonomy.yaml"),
        ((WAX,), "skills/data/README.md", "skills/data/README.md"),
    ],
)  # fmt: skip
def test_whose_finding_it_is(skills: tuple[str, ...], path: str, name: str) -> None:
    suite = read(Report(skills, (finding(path=path),)))
    (failed,) = (each for each in suite.findall("testcase") if each.find("failure") is not None)
    assert failed.get("name") == name
    assert len(suite.findall("testcase")) == len(skills) + (name == path and path not in skills)


def test_hostile_text_is_text() -> None:
    report = hostile()
    suite = read(report)
    lines = (suite.findtext("testcase/failure") or "").splitlines()
    assert lines == [text.line(report.findings[0]).replace("\ufffe", "<U+FFFE>")]
    names = [each.get("name") or "" for each in suite.findall("testcase")]
    assert len(names) == 3
    assert names[0].startswith(
        "skills/a\n<U+003A>:error::b,c: <U+0023>#[add-mask]%0A<x>&\"'<U+001B>[2J"
    )
    assert PATH.removesuffix("/SKILL.md").rpartition("]]>")[2] in names[0]


def attach(message: str) -> Finding:
    return finding(Severity.INFO, message=message)


@pytest.mark.parametrize("message", ["[[ATTACHMENT|/etc/passwd]]", "[[[attachment|x]]"])
def test_no_file_is_attached(message: str) -> None:
    said = read(Report((WAX,), (attach(message),))).findtext("testcase/system-out") or ""
    assert "<U+005B>[" in said
    assert not re.search(r"\[\[ATTACHMENT\|", said, re.IGNORECASE)
