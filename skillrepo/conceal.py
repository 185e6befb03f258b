"""A report without keys in what names files and what fixes say; messages have none already."""

from collections.abc import Mapping
from itertools import chain
from typing import Any, TypeVar, cast

from skillrepo.finding import Finding, Fix, Ignored, Report
from skillrepo.secret_text import masked

T = TypeVar("T")


def without_keys(value: T) -> T:
    """The same value with stars in the places of keys, in every text that it is made of.

    Values are made of named tuples, tuples and mappings, as `Graded` is. A fix is as below.
    """
    return cast("T", _without_keys(value))


def _without_keys(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Fix):
        return _fix(value)
    if isinstance(value, Mapping):
        return {key: _without_keys(each) for key, each in value.items()}
    if not isinstance(value, tuple):
        return value
    parts = map(_without_keys, value)
    return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)


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
