"""A report, or any other of the output shapes, as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from skillrepo.finding import Finding, Fix, Ignored, Report
from skillrepo.output import PLAIN, View, shapes


def render(report: Report, _view: View = PLAIN) -> Iterator[str]:
    """The report as one JSON object."""
    yield dumps(shape(report))


def shape(report: Report) -> shapes.ReportShape:
    """The report as its output shape."""
    return shapes.ReportShape(
        version=1,
        checked=report.checked,
        findings=tuple(map(_finding, report.findings)),
        not_checked=tuple(shapes.NotCheckedShape(*pair) for pair in report.not_checked),
        not_analysed=tuple(shapes.NotAnalysedShape(*each) for each in report.not_analysed),
        ignored=tuple(map(_ignored, report.ignored)),
        refused=tuple(map(_ignored, report.refused)),
        baselined=tuple(map(_finding, report.baselined)),
        stale=report.stale,
    )


def _finding(finding: Finding) -> shapes.FindingShape:
    return shapes.FindingShape(
        path=finding.path,
        line=finding.line,
        column=finding.column,
        code=finding.code,
        rule=finding.rule,
        severity=str(finding.severity),  # type: ignore[arg-type]  # the three names are all
        message=finding.message,
        fix=_fix(finding.fix) if finding.fix else None,
    )


def _ignored(each: Ignored) -> shapes.IgnoredShape:
    return shapes.IgnoredShape(_finding(each.finding), each.reason)


def _fix(fix: Fix) -> shapes.FixShape:
    edits = (shapes.EditShape(edit.start, edit.end, edit.text) for edit in fix.edits)
    move = shapes.MoveShape(*fix.move) if fix.move else None
    return shapes.FixShape(fix.description, tuple(edits), move)


def dumps(value: Any) -> str:
    """JSON of one of `shapes`, the same bytes for the same value."""
    # Lone surrogates (a path that is not UTF-8) have no place in UTF-8: escape all but ASCII.
    return json.dumps(asdict(value), indent=2, ensure_ascii=True)
