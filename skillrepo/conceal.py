"""A report without keys in what names files and what fixes say; messages have none already."""

from itertools import chain

from skillrepo.finding import Finding, Fix, Ignored, Report
from skillrepo.secret_text import masked


def concealed(report: Report) -> Report:
    """The same report with stars in the places of keys.

    A fix whose text holds a key is told, but not spelt out: applied with stars it would do harm.
    """

    def finding(each: Finding) -> Finding:
        fix = each.fix and _fix(each.fix)
        return each if fix is each.fix else each._replace(fix=fix)

    def ignored(each: Ignored) -> Ignored:
        return Ignored(finding(each.finding), masked(each.reason))

    spelt = report._replace(
        findings=tuple(map(finding, report.findings)),
        ignored=tuple(map(ignored, report.ignored)),
        baselined=tuple(map(finding, report.baselined)),
        refused=tuple(map(ignored, report.refused)),
    )
    told = {path: masked(path) for path in _paths(spelt)}
    # Nearly always none has a key, and a large report is not copied for nothing.
    if all(path == shown for path, shown in told.items()):
        return spelt
    return spelt.renamed(lambda path: told.get(path, path))


def _paths(report: Report) -> set[str]:
    """The names of files and of entries that the report tells."""
    ignored = (each.finding for each in (*report.ignored, *report.refused))
    findings = chain(report.findings, report.baselined, ignored)
    return {
        *report.skills,
        *report.stale,
        *(each.path for each in report.not_analysed),
        *(each.path for each in findings),
    }


def _fix(fix: Fix) -> Fix:
    told = [fix.description, *(edit.text for edit in fix.edits), *(fix.move or ())]
    if all(masked(text) == text for text in told):
        return fix
    return Fix(masked(fix.description))
