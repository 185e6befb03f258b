"""A report as GitLab Code Quality.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import json
from collections.abc import Iterator

from skillrepo.finding import Report, Severity
from skillrepo.output import PLAIN, View
from skillrepo.output.fingerprint import fingerprints
from skillrepo.visible import inert_json, one_line

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report, _view: View = PLAIN) -> Iterator[str]:
    """One JSON array with an object a finding."""
    found = [
        {
            "description": f"{finding.code}: {one_line(finding.message)}",
            "check_name": finding.rule,
            # Of two with one fingerprint, GitLab shows one.
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[finding.severity],
            "location": {"path": _path(finding.path), "lines": {"begin": finding.line}},
        }
        for finding, fingerprint in fingerprints(report.findings)
    ]
    yield inert_json(json.dumps(found, indent=2, ensure_ascii=True))


def _path(path: str) -> str:
    # What a parser makes of a lone surrogate is unpredictable (RFC 8259, section 8.2).
    return path.encode(errors="backslashreplace").decode()
