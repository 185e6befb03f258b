"""A report as JUnit XML, as Jenkins and GitLab read it: a test case a skill.

https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
https://docs.gitlab.com/ci/testing/unit_test_reports/#junit-xml-format-specification
"""

import re
from collections.abc import Iterable, Iterator
from posixpath import dirname
from xml.sax.saxutils import escape, quoteattr

from skillrepo.finding import Finding, Report
from skillrepo.output import PLAIN, View
from skillrepo.output.text import NAMES, by_severity, line, rest
from skillrepo.visible import visible

_SKILL = "/SKILL.md"
# What XML has no place for, beside what is made visible anyway; and what makes Jenkins and GitLab
# attach a file of the job: https://plugins.jenkins.io/junit-attachments/
_UNSAFE = re.compile(r"[\ufffe\uffff]|\[(?=\[ATTACHMENT\|)", re.IGNORECASE)


def render(report: Report, view: View = PLAIN) -> Iterator[str]:
    """The lines of the XML; a skill fails that has findings at or above the limit."""
    cases = _cases(report)
    failures = sum(any(each.severity >= view.limit for each in found) for found in cases.values())
    totals = f'tests="{len(cases)}" failures="{failures}" errors="0"'
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f"<testsuites {totals}>"
    yield f'<testsuite name="skillrepo" {totals} skipped="0">'
    for path, found in cases.items():
        yield from _case(path, found, view)
    if said := list(rest(report)):
        yield f"<system-out>{_text(said)}</system-out>"
    yield "</testsuite>"
    yield "</testsuites>"


def _cases(report: Report) -> dict[str, list[Finding]]:
    """The findings of each skill, and of each file that is not a part of one."""
    cases: dict[str, list[Finding]] = {path: [] for path in report.skills}
    folders: dict[str, str] = {}
    for path in report.skills:
        folders.setdefault(dirname(path), path)
    for finding in report.findings:
        path = finding.path
        owner = path if path in cases else _owner(path, folders)
        cases.setdefault(owner, []).append(finding)
    return cases


def _owner(path: str, folders: dict[str, str]) -> str:
    folder = path
    while folder:
        folder = dirname(folder)
        if folder in folders:
            return folders[folder]
    return path


def _case(path: str, found: list[Finding], view: View) -> Iterator[str]:
    # Of two test cases with one name GitLab shows one.
    start = f'<testcase classname="skillrepo" name={_attribute(path.removesuffix(_SKILL))}'
    if not found:
        yield f"{start}/>"
        return
    yield f"{start}>"
    failing = [finding for finding in found if finding.severity >= view.limit]
    # Both read one failure of a test case.
    if failing:
        counts = _attribute(by_severity(failing))
        worst = NAMES[max(finding.severity for finding in failing)]
        yield f'<failure message={counts} type="{worst}">{_lines(failing)}</failure>'
    others = [finding for finding in found if finding.severity < view.limit]
    if others:
        yield f"<system-out>{_lines(others)}</system-out>"
    yield "</testcase>"


def _lines(findings: Iterable[Finding]) -> str:
    return _text(map(line, findings))


def _text(lines: Iterable[str]) -> str:
    return _ascii(escape(_safe("\n".join(lines))))


def _attribute(text: str) -> str:
    return _ascii(quoteattr(_safe(text)))


def _safe(text: str) -> str:
    return _UNSAFE.sub(lambda match: f"<U+{ord(match[0]):04X}>", visible(text))


def _ascii(xml: str) -> str:
    # Standard output may have another encoding than the XML says.
    return xml.encode("ascii", "xmlcharrefreplace").decode()
