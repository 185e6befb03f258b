import json

import jsonschema
import pytest

from skillrepo import resource
from skillrepo.finding import Edit, Finding, Fix, Report, Severity
from skillrepo.output import json as as_json
from skillrepo.output import text

ERROR = Finding("a/SKILL.md", 2, 7, "M102", "name", Severity.ERROR, "wrong")
WARNING = ERROR._replace(
    severity=Severity.WARNING, fix=Fix("mend", (Edit(0, 3, "é"), Edit(5, 6, "")))
)
NOTE = ERROR._replace(severity=Severity.INFO)


def test_text() -> None:
    report = Report(1234, (ERROR, WARNING, NOTE, NOTE), (("tree", "no taxonomy"),))
    assert list(text.render(report)) == [
        "a/SKILL.md:2:7: error M102 name: wrong",
        "a/SKILL.md:2:7: warning M102 name: wrong",
        "a/SKILL.md:2:7: note M102 name: wrong",
        "a/SKILL.md:2:7: note M102 name: wrong",
        "not checked: tree (no taxonomy)",
        "1,234 skills checked: 1 error, 1 warning, 2 notes.",
    ]


@pytest.mark.parametrize(
    ("checked", "findings", "summary"),
    [
        (0, (), "0 skills checked: 0 errors, 0 warnings, 0 notes."),
        (1, (NOTE,), "1 skill checked: 0 errors, 0 warnings, 1 note."),
        (2, (ERROR,) * 2, "2 skills checked: 2 errors, 0 warnings, 0 notes."),
    ],
)
def test_summary(checked: int, findings: tuple[Finding, ...], summary: str) -> None:
    assert text.summary(Report(checked, findings)) == summary


def test_hostile_text_forges_no_line() -> None:
    finding = ERROR._replace(path="a\nb\x1b[2J/SKILL.md", message="x\ny:1:1: error\u202e")
    line, _ = text.render(Report(1, (finding,)))
    assert line == "a b<U+001B>[2J/SKILL.md:2:7: error M102 name: x y:1:1: error<U+202E>"


def test_json() -> None:
    hostile = ERROR._replace(path="caf\udce9\n", message="\x1b[2J")
    (said,) = as_json.render(Report(3, (ERROR, WARNING, NOTE, hostile), (("tree", "none"),)))
    assert said.isascii()
    value = json.loads(said)
    jsonschema.validate(value, json.loads(resource.read("schemas/report.schema.json")))
    assert value["not_checked"] == [{"rule": "tree", "why": "none"}]
    assert [each["severity"] for each in value["findings"]] == ["error", "warning", "info", "error"]
    assert value["findings"][0]["fix"] is None
    assert value["findings"][1]["fix"] == {
        "description": "mend",
        "edits": [{"start": 0, "end": 3, "text": "é"}, {"start": 5, "end": 6, "text": ""}],
    }
    assert value["findings"][3]["path"] == "caf\udce9\n"
