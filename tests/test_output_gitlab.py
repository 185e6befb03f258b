"""GitLab Code Quality."""

import json
from pathlib import Path
from typing import Any

import jsonschema
from reports import PATH, WAX, finding, hostile, real

from skillrepo.finding import Report, Severity
from skillrepo.output import gitlab

TEXT = {"type": "string", "minLength": 1}
# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": TEXT,
            "check_name": TEXT,
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def read(report: Report) -> list[dict[str, Any]]:
    (said,) = gitlab.render(report)
    assert said.isascii()
    value: list[dict[str, Any]] = json.loads(said)
    return value


def test_real_report(tmp_path: Path) -> None:
    report, _ = real(tmp_path)
    value = read(report)
    jsonschema.validate(value, SCHEMA)
    assert len(value) == len(report.findings)
    for each, found in zip(value, report.findings, strict=True):
        assert each["description"] == f"{found.code}: {found.message}"
        assert each["check_name"] == found.rule
        assert each["location"] == {"path": found.path, "lines": {"begin": found.line}}


def test_nothing_found() -> None:
    assert read(Report((WAX,), ())) == []


def test_severities() -> None:
    value = read(Report((WAX,), tuple(map(finding, Severity))))
    assert [each["severity"] for each in value] == ["info", "minor", "major"]


def test_fingerprints_are_unique_and_stay_when_lines_move() -> None:
    found = tuple(finding(line=line, message=text) for line in (1, 2, 3) for text in ("a", "b"))
    other = finding(path="other/SKILL.md", message="a")
    old = [each["fingerprint"] for each in read(Report((WAX,), (*found, other)))]
    assert len(set(old)) == 7
    moved = tuple(each._replace(line=each.line + 9, column=1) for each in found)
    assert [each["fingerprint"] for each in read(Report((WAX,), (*moved, other)))] == old
    # What is new behind the others changes none of theirs.
    assert [each["fingerprint"] for each in read(Report((WAX,), (*found, found[0])))][:6] == old[:6]


def test_hostile_text() -> None:
    value = read(hostile())
    jsonschema.validate(value, {"type": "array", "items": {"type": "object"}})
    assert value[0]["location"]["path"] == PATH.replace("\udce9", "\\udce9")
    for each in value:
        assert "\n" not in each["description"]
        json.dumps(each, ensure_ascii=False).encode()
