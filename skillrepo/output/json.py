"""A report, or any other of the output shapes, as JSON."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from skillrepo.conceal import concealed
from skillrepo.finding import Finding, Fix, Ignored, Report
from skillrepo.output import PLAIN, View, shapes
from skillrepo.visible import inert_json


def render(report: Report, _view: View = PLAIN) -> Iterator[str]:
    """The report as one JSON object, with each element of its lists on a line of its own."""
    # A large repository has a million findings: no shape of them all is made.
    yield f'{{\n  "version": 1,\n  "checked": {report.checked},'
    *most, last = _lists(report).items()
    for name, items in most:
        yield from _list(name, items, ",")
    yield from _list(*last, "")
    yield "}"


def _list(name: str, items: Iterable[Any], end: str) -> Iterator[str]:
    line = f'  "{name}": ['
    between = ""
    for item in items:
        yield line + between
        line, between = f"    {inert_json(_encode(item))}", ","
    if between:
        yield line
        line = "  "
    yield f"{line}]{end}"


def _lists(report: Report) -> dict[str, Iterable[Any]]:
    return {
        "findings": map(finding_shape, report.findings),
        "not_checked": (shapes.NotCheckedShape(*pair) for pair in report.not_checked),
        "not_analysed": (shapes.NotAnalysedShape(*each) for each in report.not_analysed),
        "ignored": map(_ignored, report.ignored),
        "refused": map(_ignored, report.refused),
        "baselined": map(finding_shape, report.baselined),
        "stale": report.stale,
    }


def shape(report: Report) -> shapes.ReportShape:
    """The report as its output shape, without the keys that names of files and fixes may hold."""
    lists = {name: tuple(items) for name, items in _lists(concealed(report)).items()}
    return shapes.ReportShape(version=1, checked=report.checked, **lists)


def finding_shape(finding: Finding) -> shapes.FindingShape:
    """A finding as every output has it."""
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
    return shapes.IgnoredShape(finding_shape(each.finding), each.reason)


def _fix(fix: Fix) -> shapes.FixShape:
    edits = (shapes.EditShape(edit.start, edit.end, edit.text) for edit in fix.edits)
    move = shapes.MoveShape(*fix.move) if fix.move else None
    return shapes.FixShape(fix.description, tuple(edits), move)


def dumps(value: Any) -> str:
    """JSON of one of `shapes`, the same bytes for the same value."""
    # Lone surrogates (a path that is not UTF-8) have no place in UTF-8: escape all but ASCII.
    return inert_json(json.dumps(value, default=_fields, indent=2, ensure_ascii=True))


def line(value: Any) -> str:
    """The same on one line."""
    return inert_json(_encode(value))


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


# With an indent json takes its encoder in Python, which needs ten times as long.
_encode = json.JSONEncoder(default=_fields, ensure_ascii=True).encode
