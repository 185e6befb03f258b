"""The grades of a change as Markdown: the comment on a pull request, and a job's summary.

The verdict comes first, then one table, then the details, folded. What comes from skills is
hostile: in a line it stands in `<code>`, with all but letters as numbers of characters, so that it
is no Markdown, no HTML, no mention and no link to an issue; elsewhere it stands in code blocks.
"""

import re
from collections.abc import Iterator, Sequence

from skillrepo.grade.gate import NOT_MEASURED
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.told import CLAIM, numbers, signed, summary
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
    head = list(_head(graded, most // 2))
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


def _head(graded: Graded, most: int) -> Iterator[str]:
    yield f"{_ICONS[graded.verdict]} **{inert(summary(graded))}**"
    if graded.skills:
        yield ""
        yield "| Skill | Grade | Change | Gate |"
        yield "| --- | --- | ---: | --- |"
        yield from _rows(graded.skills, most)
    if graded.removed:
        names = ", ".join(map(_code, graded.removed[:_MOST_FAULTS]))
        more = len(graded.removed) - _MOST_FAULTS
        yield ""
        yield f"Removed: {names}{f' and {more:,} more' if more > 0 else ''}"
    if graded.others:
        yield ""
        yield "What it does to other skills:"
        yield ""
        yield from _block([line(each) for each in graded.others])


def _rows(skills: Sequence[SkillGrade], most: int) -> Iterator[str]:
    """As many as there is room for; what is wrong is seen first."""
    rank = {"fail": 0, "inconclusive": 1, "pass": 2}
    ranked = sorted(skills, key=lambda each: rank[each.gate.verdict])
    shown = 0
    for each in ranked[:_ROWS]:
        row = _row(each)
        most -= len(row) + 1
        if most < 0:
            break
        shown += 1
        yield row
    if shown < len(ranked):
        yield f"| and {len(ranked) - shown:,} more | | | |"


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
    told = [*reasons, *map(line, each.faults), *([each.why] if each.why else [])]
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
            yield f"| {name.replace('_', ' ')} | {value} | {inert(reading.why)} |"
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
    return f"<code>{inert(text)}</code>"


def inert(text: str) -> str:
    """Text in a line, where what Markdown or HTML could act on is written as numbers."""
    return _ACTIVE.sub(lambda match: f"&#{ord(match[0])};", _short(masked(one_line(text))))
