"""A report as plain text: one line a finding, for people and grep, then a summary."""

from collections.abc import Iterable, Iterator, Sequence

from skillrepo.finding import Finding, Report, Severity
from skillrepo.output import PLAIN, View
from skillrepo.visible import one_line

NAMES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
# Of the files of one reason, of the reasons, and of the rest; all of them are in the JSON.
_MOST = 5


def render(report: Report, view: View = PLAIN) -> Iterator[str]:
    """The lines of the report, without line ends."""
    if silent(report, view):
        return
    yield from map(line, shown(report, view))
    if not view.quiet:
        yield from rest(report)
    yield summary(report)


def silent(report: Report, view: View) -> bool:
    """Whether nothing is to be shown: a quiet run that does not fail."""
    return view.quiet and not any(finding.severity >= view.limit for finding in report.findings)


def shown(report: Report, view: View) -> Iterator[Finding]:
    """The findings to show."""
    least = view.limit if view.quiet else Severity.INFO
    return (finding for finding in report.findings if finding.severity >= least)


def line(finding: Finding) -> str:
    """A finding on one line, its place first, as grep and editors expect it."""
    place = f"{heading(finding.path)}:{finding.line}:{finding.column}"
    message = one_line(finding.message)
    return f"{place}: {NAMES[finding.severity]} {finding.code} {finding.rule}: {message}"


def heading(path: str) -> str:
    """A path as the first thing of a line."""
    # A line that begins with `::` is a command to GitHub's runner; so the path can be opened still.
    return one_line(f"./{path}" if path.startswith("::") else path)


def rest(report: Report) -> Iterator[str]:
    """What the report says beside its findings."""
    rules: dict[str, list[str]] = {}
    for rule, why in report.not_checked:
        rules.setdefault(why, []).append(rule)
    for why, names in rules.items():
        yield f"not checked: {', '.join(names)} ({one_line(why)})"
    files: dict[str, list[str]] = {}
    for each in report.not_analysed:
        files.setdefault(each.why, []).append(each.path)
    for why in list(files)[:_MOST]:
        number = count(len(files[why]), "file")
        yield f"not analysed: {number} ({one_line(why)}): {_few(files[why])}"
    if more := sum(len(files[why]) for why in list(files)[_MOST:]):
        yield f"not analysed: {count(more, 'file')} for other reasons"
    if report.refused:
        places = _few([f"{f.path}:{f.line} {f.code}" for f, _ in report.refused])
        yield f"not ignored, since the comments are new in this change: {places}"
    if report.stale:
        yield f"no longer found, but in the baseline: {_few(report.stale)}"


def summary(report: Report) -> str:
    """One sentence: how many skills, how many findings of each severity, how many do not count."""
    counts = ", ".join(count(number, name) for name, number in _numbers(report.findings))
    apart = [(len(report.ignored), "ignored"), (len(report.baselined), "in the baseline")]
    said = ", ".join(f"{number:,} {what}" for number, what in apart if number)
    return f"{count(report.checked, 'skill')} checked: {counts}{said and '; '}{said}."


def by_severity(findings: Iterable[Finding]) -> str:
    """How many findings there are of each severity that there is, the worst first."""
    return ", ".join(count(number, name) for name, number in _numbers(findings) if number)


def _numbers(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    severities = [finding.severity for finding in findings]
    return [(name, severities.count(severity)) for severity, name in NAMES.items()]


def count(number: int, noun: str) -> str:
    """A number of things."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _few(names: Sequence[str]) -> str:
    more = len(names) - _MOST
    named = ", ".join(map(one_line, names[:_MOST]))
    return f"{named} and {more:,} more" if more > 0 else named
