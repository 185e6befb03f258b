"""A report as annotations of GitHub Actions, then the summary as text.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterable, Iterator

from skillrepo.finding import Finding, Report, Severity
from skillrepo.output import PLAIN, View
from skillrepo.output.text import by_severity, rest, summary
from skillrepo.visible import one_line, visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
# GitHub shows so many of each kind that a step has, and drops the rest without a word.
_MOST = 10


def render(report: Report, _view: View = PLAIN) -> Iterator[str]:
    """The worst findings as annotations, then how many more there are."""
    yield from annotations(report.findings, "--format text shows all")
    yield from rest(report)
    yield summary(report)


def annotations(findings: Iterable[Finding], more: str) -> Iterator[str]:
    """The worst findings as annotations, as many as GitHub shows; `more` says where the rest is."""
    ranked = sorted(findings, key=lambda each: (-each.severity, each.order()))
    left: list[Finding] = []
    kept: list[Finding] = []
    for severity in _COMMANDS:
        these = [finding for finding in ranked if finding.severity is severity]
        # The notice that there are more is one of the ten.
        most = _MOST - 1 if severity is Severity.INFO and (left or len(these) > _MOST) else _MOST
        kept += these[:most]
        left += these[most:]
    yield from map(_annotation, kept)
    if left:
        yield f"::notice title=skillrepo::and {by_severity(left)} more; {more}"


def _annotation(finding: Finding) -> str:
    properties = {
        "file": visible(finding.path),
        "line": str(finding.line),
        "col": str(finding.column),
        "title": f"{finding.code} {finding.rule}",
    }
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {said}::{_data(one_line(finding.message))}"


def _data(text: str) -> str:
    # https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
