"""A report for people at a terminal: by file, with the line at fault and a caret below it."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from click import style

from skillrepo.finding import Finding, Report, Severity
from skillrepo.output import View
from skillrepo.output.text import NAMES, count, heading, rest, shown, silent, summary
from skillrepo.secret_text import masked
from skillrepo.visible import one_line, visible

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_CUT = "…"
_TAB = "    "
# Of a line, in however narrow a terminal.
_LEAST_ROOM = 20


def render(report: Report, view: View) -> Iterator[str]:
    """The lines of the report, without line ends."""
    if silent(report, view):
        return
    path = None
    for finding in shown(report, view):
        if finding.path != path:
            if path is not None:
                yield ""
            path = finding.path
            yield _paint(heading(path), view, bold=True)
        yield from _finding(finding, view)
    if path is not None:
        yield ""
    if not view.quiet:
        yield from (_paint(line, view, dim=True) for line in rest(report))
    yield _summary(report, view)


def _summary(report: Report, view: View) -> str:
    worst = report.worst()
    said = _paint(summary(report), view, bold=True, fg=_COLORS[worst] if worst else "green")
    mendable = sum(finding.fix is not None for finding in report.findings)
    return f"{said} {count(mendable, 'finding')} can be mended with --fix." if mendable else said


def _finding(finding: Finding, view: View) -> Iterator[str]:
    place = _paint(f"{finding.line}:{finding.column}", view, dim=True)
    severity = _paint(NAMES[finding.severity], view, bold=True, fg=_COLORS[finding.severity])
    yield f"  {place} {severity} {finding.code} {one_line(finding.message)}"
    text = view.lines(finding.path, finding.line)
    if text:
        # The stars are as many as the characters of the key, so the caret stays in its place.
        yield from _source(masked(text), finding, view)
    if finding.fix:
        yield f"      {_paint('fix:', view, fg='green')} {one_line(finding.fix.description)}"


def _source(text: str, finding: Finding, view: View) -> Iterator[str]:
    number = f"{finding.line:>5}"
    room = max(view.width - len(number) - len(" | "), _LEAST_ROOM)
    before, after = _cut(text, min(finding.column - 1, len(text)), room)
    caret = _paint("^", view, bold=True, fg=_COLORS[finding.severity])
    bar = _paint("|", view, dim=True)
    # What is safe in two halves need not be so in one piece.
    yield f"{_paint(number, view, dim=True)} {bar} {visible(before + after)}"
    yield f"{' ' * len(number)} {bar} {' ' * _width(before)}{caret}"


def _cut(text: str, at: int, room: int) -> tuple[str, str]:
    """What to show of a line before and behind a place, in so many columns together."""
    # A line may have a million characters: only those that there may be room for are looked at.
    before, after = _safe(text[max(at - room, 0) : at]), _safe(text[at : at + room])
    # The caret takes a column even where nothing is behind the place.
    behind = max(min(_width(after), room // 2), 1)
    start = _head(before[::-1], room - behind, cut=at > room)[::-1]
    return start, _head(after, room - _width(start), cut=at + room < len(text))


def _safe(text: str) -> str:
    return visible(text.replace("\t", _TAB))


def _head(text: str, room: int, *, cut: bool) -> str:
    """As much of the beginning as there is room for, with a mark where something is left out."""
    if not cut and _width(text) <= room:
        return text
    used = len(_CUT)
    for end, char in enumerate(text):
        used += _width(char)
        if used > room:
            return text[:end] + _CUT
    return text + _CUT


def _width(text: str) -> int:
    """The columns that a terminal takes for a text."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _paint(text: str, view: View, **how: Any) -> str:
    return style(text, **how) if view.color else text
