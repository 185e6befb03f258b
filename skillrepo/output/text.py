"""A report for people: one line a finding, then a summary."""

from collections.abc import Iterator

from skillrepo.finding import Report, Severity
from skillrepo.visible import one_line

_NAMES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(report: Report) -> Iterator[str]:
    """The lines of the report, without line ends."""
    for finding in report.findings:
        place = f"{finding.path}:{finding.line}:{finding.column}"
        severity = _NAMES[finding.severity]
        message = one_line(finding.message)
        yield f"{one_line(place)}: {severity} {finding.code} {finding.rule}: {message}"
    for rule, why in report.not_checked:
        yield f"not checked: {rule} ({why})"
    yield summary(report)


def summary(report: Report) -> str:
    """One sentence: how many skills, how many findings of each severity."""
    counts = [
        _count(sum(finding.severity is severity for finding in report.findings), name)
        for severity, name in _NAMES.items()
    ]
    return f"{_count(report.checked, 'skill')} checked: {', '.join(counts)}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
