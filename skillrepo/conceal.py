"""A report without keys in what names files and what fixes say; messages have none already."""

from functools import cache

from skillrepo.finding import Finding, Fix, Ignored, Report
from skillrepo.secret_text import masked


def concealed(report: Report) -> Report:
    """The same report with stars in the places of keys.

    A fix whose text holds a key is told, but not spelt out: applied with stars it would do harm.
    """

    def finding(each: Finding) -> Finding:
        return each._replace(fix=each.fix and _fix(each.fix))

    def ignored(each: Ignored) -> Ignored:
        return Ignored(finding(each.finding), masked(each.reason))

    spelt = report._replace(
        findings=tuple(map(finding, report.findings)),
        ignored=tuple(map(ignored, report.ignored)),
        baselined=tuple(map(finding, report.baselined)),
        refused=tuple(map(ignored, report.refused)),
    )
    # Many findings have one path.
    return spelt.renamed(cache(masked))


def _fix(fix: Fix) -> Fix:
    told = [fix.description, *(edit.text for edit in fix.edits), *(fix.move or ())]
    if all(masked(text) == text for text in told):
        return fix
    return Fix(masked(fix.description))
