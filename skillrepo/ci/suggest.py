"""Findings with one right repair → suggestions, which people take with one click.

Only where the repair lies in lines that the change itself adds: GitHub takes no others, and
nobody is to be told of what they did not touch.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from skillrepo.finding import Finding, Fix
from skillrepo.fix import apply
from skillrepo.forge.pull_request import Suggestion
from skillrepo.output.grade_markdown import inert
from skillrepo.secret_text import masked
from skillrepo.visible import visible

MARKER = "<!-- skillrepo:suggestion:v1 -->"
_MOST = 20
_MOST_LINES = 20
_LONGEST = 2_000
"""Characters of what is put in place of the lines."""


class Changed(NamedTuple):
    """A file after the change, and the numbers of the lines in it that the change adds."""

    data: bytes
    added: Collection[int]


class _Place(NamedTuple):
    first: int
    last: int
    text: str


def suggestions(findings: Iterable[Finding], files: Mapping[str, Changed]) -> Iterator[Suggestion]:
    """The first of them, one for a line at most."""
    taken: set[tuple[str, int]] = set()
    left = _MOST
    for finding in findings:
        file = files.get(finding.path)
        place = _place(finding.fix, file) if finding.fix and file else None
        if place is None:
            continue
        lines = {(finding.path, line) for line in range(place.first, place.last + 1)}
        if left and not taken & lines:
            taken |= lines
            left -= 1
            yield Suggestion(finding.path, place.first, place.last, _body(finding, place.text))


def _place(fix: Fix, file: Changed) -> _Place | None:
    """The lines that a repair replaces, and by what; None where it is no suggestion."""
    data = file.data
    if not fix.edits:
        return None
    start = min(edit.start for edit in fix.edits)
    # A line end that is taken away belongs to its line.
    end = max(start, max(edit.end for edit in fix.edits) - 1)
    first, last = (data.count(b"\n", 0, each) + 1 for each in (start, end))
    if last - first >= _MOST_LINES or not set(range(first, last + 1)) <= set(file.added):
        return None
    begin, stop = data.rfind(b"\n", 0, start) + 1, data.find(b"\n", end) + 1 or len(data)
    repaired = apply(data, [fix])
    new = repaired[begin : stop + len(repaired) - len(data)]
    try:
        text = new.decode().removesuffix("\n")
    except UnicodeDecodeError:
        return None
    # What is not seen must not be taken with a click.
    hidden = "\r" in text or visible(text) != text or masked(text) != text
    return None if hidden or len(text) > _LONGEST else _Place(first, last, text)


def _body(finding: Finding, text: str) -> str:
    runs = re.findall(r"`+", text)
    fence = "`" * max(3, 1 + max(map(len, runs), default=0))
    said = f"**{finding.code} {finding.rule}**: {inert(finding.message)}"
    shown = f"{text}\n" if text else ""
    return f"{MARKER}\n{said}\n\n{fence}suggestion\n{shown}{fence}"
