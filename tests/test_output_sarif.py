"""SARIF, against the schema of its committee."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import checkout
import jsonschema
from reports import FILES, INK, PATH, WAX, finding, hostile, real

from skillrepo import __version__
from skillrepo.finding import Edit, Fix, NotAnalysed, Report, Severity
from skillrepo.output import sarif
from skillrepo.rules import ALL

SCHEMA = json.loads(
    (Path(__file__).parent / "fixtures/sarif/sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")
)
CHECKER = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def read(report: Report) -> dict[str, Any]:
    """Give the one run; the log satisfies the schema."""
    (said,) = sarif.render(report)
    assert said.isascii()
    log = json.loads(said)
    CHECKER.validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_the_schema_refuses_what_is_wrong() -> None:
    (said,) = sarif.render(Report((WAX,), (finding(),)))
    for old, new in (('"error"', '"fatal"'), ('"startLine": 2', '"startLine": 0')):
        assert old in said
        assert not CHECKER.is_valid(json.loads(said.replace(old, new)))


def test_real_report(tmp_path: Path) -> None:
    report, _ = real(tmp_path)
    run = read(report)
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("skillrepo", __version__)
    assert run["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in driver["rules"]] == sorted({f.code for f in report.findings})
    for result, found in zip(run["results"], report.findings, strict=True):
        rule = driver["rules"][result["ruleIndex"]]
        assert result["ruleId"] == rule["id"] == found.code
        assert rule["name"] == found.rule
        assert result["message"] == {"text": found.message}
        (location,) = result["locations"]
        assert location["physicalLocation"] == {
            "artifactLocation": {"uri": found.path, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": found.line, "startColumn": found.column},
        }
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "not analysed: is not UTF-8 text"
    (location,) = notification["locations"]
    artifact = location["physicalLocation"]["artifactLocation"]
    assert artifact["uri"] == "skills/data/ink/pixel.png"


def test_fix_is_the_edit_in_bytes(tmp_path: Path) -> None:
    report, _ = real(tmp_path)
    (result,) = (each for each in read(report)["results"] if each["ruleId"] == "D102")
    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == WAX
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    content = replacement["insertedContent"]
    new = b64decode(content["binary"])
    assert new.decode() == content["text"]
    data = FILES[WAX].encode()
    start, end = region["byteOffset"], region["byteOffset"] + region["byteLength"]
    assert data[:start] + new + data[end:] == (
        b'---\nname: wax\ndescription: "Use when: \xc3\xa9 \\"x\\""\n---\n'
    )


def test_fix_with_several_edits() -> None:
    fix = Fix("mend", (Edit(0, 3, ""), Edit(5, 5, "é")))
    (result,) = read(Report((WAX,), (finding()._replace(fix=fix),)))["results"]
    assert result["fixes"] == [
        {
            "description": {"text": "mend"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": WAX, "uriBaseId": "%SRCROOT%"},
                    "replacements": [
                        {
                            "deletedRegion": {"byteOffset": 0, "byteLength": 3},
                            "insertedContent": {"text": "", "binary": ""},
                        },
                        {
                            "deletedRegion": {"byteOffset": 5, "byteLength": 0},
                            "insertedContent": {"text": "é", "binary": "w6k="},
                        },
                    ],
                }
            ],
        }
    ]


def test_fix_that_moves_a_folder() -> None:
    fix = Fix("move", move=("skills/data/wax", "skills/data/candle"))
    (result,) = read(Report((WAX,), (finding()._replace(fix=fix),)))["results"]
    assert "fixes" not in result


def test_each_rule_is_described() -> None:
    found = tuple(
        finding()._replace(
            code=rule.code,
            rule=rule.name,
            severity=max(rule.severities.values(), default=Severity.WARNING),
        )
        for rule in ALL
    )
    described = {
        rule["id"]: rule for rule in read(Report((WAX,), found))["tool"]["driver"]["rules"]
    }
    assert described.keys() == {rule.code for rule in ALL}
    for rule in ALL:
        said = described[rule.code]
        manual = (rule.manual or "").strip()
        assert said["shortDescription"]["text"] == manual.split("\n")[0]
        assert said["fullDescription"]["text"].startswith("What it checks: ")
        assert "\n" not in said["fullDescription"]["text"]
        # GitHub cuts what is longer.
        assert len(said["fullDescription"]["text"]) <= 1024
        assert said["help"]["text"] == manual
        assert "**How to fix it:** " in said["help"]["markdown"]
        assert said["help"]["markdown"].replace("**", "") == manual.replace("**", "")
        page = said["helpUri"].partition(f"/blob/v{__version__}/")[2]
        assert (checkout.CHECKOUT / page).is_file()
        level = said["defaultConfiguration"]["level"]
        default = rule.severities.get("house", Severity.WARNING)
        assert level == {"info": "note"}.get(str(default), str(default))


def test_rule_that_is_not_ours() -> None:
    report = Report((WAX,), tuple(map(finding, Severity)), (("tree", "none"),))
    run = read(report)
    assert run["tool"]["driver"]["rules"] == [{"id": "Z901", "name": "some-rule"}]
    assert [each["level"] for each in run["results"]] == ["note", "warning", "error"]
    assert run["invocations"][0]["toolExecutionNotifications"] == [
        {"level": "note", "message": {"text": "tree was not checked: none"}}
    ]


def test_fingerprints_stay_when_lines_move() -> None:
    found = tuple(finding(line=line) for line in (1, 2, 3))
    old = [each["partialFingerprints"] for each in read(Report((WAX,), found))["results"]]
    assert len({each["skillrepo/v1"] for each in old}) == 3
    moved = tuple(each._replace(line=each.line + 9) for each in found)
    assert [each["partialFingerprints"] for each in read(Report((WAX,), moved))["results"]] == old


def test_nothing_found() -> None:
    run = read(Report((WAX, INK), ()))
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_hostile_text() -> None:
    report = hostile()
    run = read(report)
    for result, found in zip(run["results"], report.findings, strict=True):
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert unquote_to_bytes(uri) == found.path.encode(errors="surrogateescape")
        assert ":" not in uri
        said = result["message"]["text"]
        assert said.endswith(r"<U+D800> {{0}} [l\](http://e.x)")
        assert "\n" not in said
        said.encode()
    odd = Report((), (), (), (NotAnalysed(PATH, "{12} {x} [a]"),))
    (notification,) = read(odd)["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "not analysed: {{12}} {x} [a]"
