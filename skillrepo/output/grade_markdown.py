"""The grades of a change as Markdown: the comment on a pull request, and a job's summary.

The verdict comes first, then one table, then the details, folded. What comes from skills is
hostile: in a line it stands in `<code>`, with all but letters as numbers of characters, so that it
is no Markdown, no HTML, no mention and no link to an issue; elsewhere it stands in code blocks.
"""

import re
from collections.abc import Iterator, Sequence

from skillrepo.grade.gate import NOT_MEASURED
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.told import CLAIM, effects, numbers, routed, signed, summary
from skillrepo.output.text import line
from skillrepo.secret_text import masked
from skillrepo.visible import one_line, visible

MOST = 65_536
"""Characters of a comment, at most: https://github.com/orgs/community/discussions/27190"""
_ROWS = 200
_MOST_FAULTS = 20
_LONGEST = 200
_ICONS = {"pass": "✅", "fail": "❌", "inconclusive": "⚪"}
_ACTIVE = re.compile(r"[^\w ,()/≈%→±+-]|_")


def render(graded: Graded, most: int = MOST) -> Iterator[str]:
    """The lines, of at most so many characters: details are left out first, and that is said."""
    head = list(_head(graded))
    foot = ["", f"<sub>{CLAIM}</sub>"]
    left = most - sum(len(each) + 1 for each in (*head, *foot)) - _LONGEST
    details: list[str] = []
    shown = 0
    for each in graded.skills:
        block = list(_details(each))
        left -= sum(len(text) + 1 for text in block)
        if left < 0:
            break
        details += block
        shown += 1
    if shown < len(graded.skills):
        details += ["", f"The details of {len(graded.skills) - shown:,} more are in the report."]
    yield from (*head, *details, *foot)


def _head(graded: Graded) -> Iterator[str]:
    yield f"{_ICONS[graded.verdict]} **{summary(graded, _code)}**"
    if graded.skills:
        yield ""
        yield "| Skill | Grade | Change | Gate |"
        yield "| --- | --- | ---: | --- |"
        # What is wrong is seen first.
        rank = {"fail": 0, "inconclusive": 1, "pass": 2}
        ranked = sorted(graded.skills, key=lambda each: rank[each.gate.verdict])
        yield from map(_row, ranked[:_ROWS])
        if len(ranked) > _ROWS:
            yield f"| and {len(ranked) - _ROWS:,} more | | | |"
    if graded.others:
        yield ""
        yield "What it does to other skills:"
        yield ""
        yield from _block([line(each) for each in graded.others])
    if told := list(effects(graded)):
        yield ""
        yield "<details><summary>How skills are found</summary>"
        yield ""
        yield from _block(told)
        yield ""
        yield "</details>"


def _row(each: SkillGrade) -> str:
    grade = f"{each.grade.score:.2f} {each.grade.label}" if each.grade else NOT_MEASURED
    change = "new" if each.is_new else "?" if each.delta is None else signed(each.delta)
    verdict = each.gate.verdict
    return f"| {_code(each.skill)} | {grade} | {change} | {_ICONS[verdict]} {verdict} |"


def _details(each: SkillGrade) -> Iterator[str]:
    yield ""
    yield f"<details><summary>{_code(each.skill)}</summary>"
    yield ""
    for layer in each.gate.layers:
        yield f"- {layer.layer}: {layer.verdict or NOT_MEASURED}"
    reasons = [
        why for layer in each.gate.layers if layer.layer != "integrity" for why in layer.reasons
    ]
    told = [*reasons, *map(line, each.faults), *routed(each)]
    if told:
        yield ""
        yield from _block(told)
    if each.grade:
        yield ""
        yield f"Better than {each.grade.percentile} of 100 published skills."
        yield ""
        yield "| Measure | Value | |"
        yield "| --- | ---: | --- |"
        for name, reading in each.grade.measures.items():
            before = each.base.measures.get(name) if each.base else None
            value = numbers(before and before.value, reading.value, is_new=each.base is None)
            yield f"| {name.replace('_', ' ')} | {value} | {_inert(reading.why)} |"
    yield ""
    yield "</details>"


def _block(lines: Sequence[str]) -> Iterator[str]:
    """Lines in a code block that none of them can end."""
    shown = [_short(masked(visible(one_line(each)))) for each in lines[:_MOST_FAULTS]]
    if len(lines) > _MOST_FAULTS:
        shown.append(f"and {len(lines) - _MOST_FAULTS:,} more")
    runs = re.findall(r"`+", "\n".join(shown))
    fence = "`" * max(3, 1 + max(map(len, runs), default=0))
    yield f"{fence}text"
    yield from shown
    yield fence


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _code(text: str) -> str:
    """Text of a skill in a line: a mention or `#1` in `<code>` is no link to GitHub."""
    return f"<code>{_inert(text)}</code>"


def _inert(text: str) -> str:
    """Text in which each character that Markdown or HTML could act on is written as its number.

    GitHub looks for mentions and numbers of issues in what comes of it: these are parted by a
    space that has no width.
    """
    return _ACTIVE.sub(_numbered, _short(masked(one_line(text))))


def _numbered(match: re.Match[str]) -> str:
    parted = "&#8203;" if match[0] in "@#" else ""
    return f"&#{ord(match[0])};{parted}"
