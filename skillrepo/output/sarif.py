"""A report as SARIF 2.1.0, as GitHub's code scanning and editors read it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from skillrepo import PROJECT_URL, __version__
from skillrepo.finding import Edit, Finding, Fix, Report, Severity
from skillrepo.output import PLAIN, View
from skillrepo.output.fingerprint import fingerprints
from skillrepo.rule import Rule
from skillrepo.rules import ALL
from skillrepo.visible import inert_json, one_line

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_HEADING = re.compile(r"^([A-Z][a-z ]+:)", re.MULTILINE)
# In a plain text, `{0}` is a place for an argument (3.11.5), and `[text](place)` a link (3.11.6).
# Braces are doubled only there: few consumers halve them.
_ARGUMENT, _LINK = re.compile(r"\{(\d+)\}"), re.compile(r"\](?=\()")

Json = dict[str, Any]


def render(report: Report, _view: View = PLAIN) -> Iterator[str]:
    """One JSON object with one run; of the rules it describes those that have results.

    What is ignored or in the baseline is left out: code scanning reads neither `suppressions` nor
    `baselineState`, and would show it as an alert.
    """
    known = {rule.code: rule for rule in ALL}
    named = sorted({(finding.code, finding.rule) for finding in report.findings})
    index = {code: number for number, (code, _) in enumerate(named)}
    driver = {
        "name": "skillrepo",
        "version": __version__,
        "informationUri": PROJECT_URL,
        "rules": [_rule(code, name, known.get(code)) for code, name in named],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": list(_notifications(report)),
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, index[finding.code], fingerprint)
            for finding, fingerprint in fingerprints(report.findings)
        ],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    yield inert_json(json.dumps(log, indent=2, ensure_ascii=True))


def _rule(code: str, name: str, rule: Rule | None) -> Json:
    if rule is None:
        return {"id": code, "name": name}
    manual = (rule.manual or "").strip()
    title, what, *_ = manual.split("\n\n")
    # One that is off by itself was switched on by the settings.
    level = rule.severities.get("house", Severity.WARNING)
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": " ".join(what.split())},
        "help": {"text": manual, "markdown": _HEADING.sub(r"**\1**", manual)},
        "helpUri": f"{PROJECT_URL}/blob/v{__version__}/skillrepo/rules/{name.replace('-', '_')}.py",
        "defaultConfiguration": {"level": _LEVELS[level]},
    }


def _result(finding: Finding, index: int, fingerprint: str) -> Json:
    region = {"startLine": finding.line, "startColumn": finding.column}
    result: Json = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": _message(finding.message),
        "locations": [_location(finding.path, region=region)],
        # The action that uploads adds GitHub's own, `primaryLocationLineHash`.
        "partialFingerprints": {"skillrepo/v1": fingerprint},
    }
    # SARIF has no word for the move of a folder.
    if finding.fix and finding.fix.edits:
        result["fixes"] = [_fix(finding.path, finding.fix)]
    return result


def _fix(path: str, fix: Fix) -> Json:
    change = {
        "artifactLocation": _artifact(path),
        "replacements": [_replacement(edit) for edit in fix.edits],
    }
    return {"description": _message(fix.description), "artifactChanges": [change]}


def _replacement(edit: Edit) -> Json:
    region = {"byteOffset": edit.start, "byteLength": edit.end - edit.start}
    # With a region in bytes, the new content must be given in bytes (3.57.2).
    content = {"text": edit.text, "binary": b64encode(edit.text.encode()).decode()}
    return {"deletedRegion": region, "insertedContent": content}


def _notifications(report: Report) -> Iterator[Json]:
    for rule, why in report.not_checked:
        yield {"level": "note", "message": _message(f"{rule} was not checked: {why}")}
    for path, why in report.not_analysed:
        yield {
            "level": "warning",
            "message": _message(f"not analysed: {why}"),
            "locations": [_location(path)],
        }


def _message(text: str) -> Json:
    return {"text": _LINK.sub(r"\\]", _ARGUMENT.sub(r"{{\1}}", one_line(text)))}


def _location(path: str, **place: Json) -> Json:
    return {"physicalLocation": {"artifactLocation": _artifact(path), **place}}


def _artifact(path: str) -> Json:
    # The bytes of a path that is not UTF-8, as they are.
    uri = quote(path.encode(errors="surrogateescape"))
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}
