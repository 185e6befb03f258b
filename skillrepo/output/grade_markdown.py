"""The grades of a change as Markdown: the comment on a pull request, and a job's summary.

The verdict comes first, then one table, then the details, folded. What comes from skills is
hostile: all but letters stands there as numbers of characters, so that it is no Markdown and no
HTML, and names and what GitHub would link stand in `<code>`: they are no mention, no issue, no URL.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from posixpath import dirname

from skillrepo.finding import Finding
from skillrepo.grade import told_review
from skillrepo.grade.gate import NOT_MEASURED
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.opinion import Opinion
from skillrepo.grade.score import shown
from skillrepo.grade.told import (
    HINT,
    claim,
    difference,
    effects,
    headline,
    label_of,
    numbers,
    routed,
    said_of,
    scope,
)
from skillrepo.grade.told_review import ItemTold
from skillrepo.output.text import line
from skillrepo.secret_text import masked
from skillrepo.visible import one_line

MOST = 65_536
"""Characters of a comment, at most: https://github.com/orgs/community/discussions/27190"""
_ROWS = 200
_MOST_FAULTS = 20
_LONGEST = 200
_LISTS = 5
"""Of what rows may take, which is half of all, each of the three lists above the details may take
this part: with the first sentence, of names that take ten characters a letter, that is all."""
_ICONS = {"pass": "✅", "fail": "❌", "inconclusive": "⚪"}
# What GitHub makes links of when Markdown has become HTML, but for what stands in code.
_LINKED = re.compile(r"[@#]|\bgh-\d|://|\bwww\.", re.IGNORECASE)
_ACTIVE = re.compile(r"[^\w ,()/≈%→±+-]|_")


def render(graded: Graded, most: int = MOST) -> Iterator[str]:
    """The lines, of at most so many characters: details are left out first, and that is said."""
    head = list(_head(graded, most // 2))
    cost = told_review.cost(graded)
    foot = ["", f"<sub>{claim(graded)}{f' {inert(cost)}.' if cost else ''}</sub>"]
    left = most - sum(len(each) + 1 for each in (*head, *foot)) - _LONGEST
    details: list[str] = []
    shown = 0
    for each in _ranked(graded.skills):
        block = list(_details(each, graded))
        left -= sum(len(text) + 1 for text in block)
        if left < 0:
            break
        details += block
        shown += 1
    if shown < len(graded.skills):
        details += ["", f"The details of {len(graded.skills) - shown:,} more are in the report."]
    yield from (*head, *details, *foot)


def _head(graded: Graded, most: int) -> Iterator[str]:
    counted = scope(graded, _code)
    yield f"{_ICONS[graded.verdict]} **{headline(graded, _code)}**"
    if counted:
        yield ""
        yield f"{counted}:"
    if graded.skills:
        yield ""
        yield "| Skill | Grade | Change | Gate |"
        yield "| --- | --- | ---: | --- |"
        yield from _rows(graded.skills, most)
    if graded.had_errors:
        yield ""
        yield HINT
    if graded.removed:
        names = _fitting(map(_code, graded.removed), most // _LISTS)
        more = len(graded.removed) - len(names)
        yield ""
        yield f"Removed: {', '.join(names)}{f' and {more:,} more' if more > 0 else ''}"
    if graded.others:
        yield ""
        yield "What it does elsewhere:"
        yield ""
        yield from _list([line(each) for each in graded.others], most // _LISTS)
    if found := list(effects(graded)):
        yield ""
        yield "<details><summary>How skills are found</summary>"
        yield ""
        yield from _list(found, most // _LISTS)
        yield ""
        yield "</details>"


def _ranked(skills: Sequence[SkillGrade]) -> Sequence[SkillGrade]:
    """What is wrong is seen first."""
    rank = {"fail": 0, "inconclusive": 1, "pass": 2}
    return sorted(skills, key=lambda each: rank[each.gate.verdict])


def _rows(skills: Sequence[SkillGrade], most: int) -> Iterator[str]:
    """As many as there is room for."""
    shown = 0
    for each in _ranked(skills)[:_ROWS]:
        row = _row(each)
        most -= len(row) + 1
        if most < 0:
            break
        shown += 1
        yield row
    if shown < len(skills):
        yield f"| and {len(skills) - shown:,} more | | | |"


def _row(each: SkillGrade) -> str:
    cells = (_code(each.skill), _grade(each), difference(each), _verdict(each.gate.verdict))
    return f"| {' | '.join(cells)} |"


def _grade(each: SkillGrade) -> str:
    if each.grade is None:
        return NOT_MEASURED
    now = shown(each.grade.score)
    before = shown(each.base.score) if each.base else now
    return f"{'' if before == now else f'{before} → '}{now} {label_of(each.grade)}"


def _verdict(verdict: str | None) -> str:
    return f"{_ICONS[verdict]} {verdict}" if verdict else NOT_MEASURED


def _details(each: SkillGrade, graded: Graded) -> Iterator[str]:
    icon = _ICONS[each.gate.verdict]
    yield ""
    yield f"<details><summary>{icon} {_code(each.skill)}</summary>"
    yield ""
    yield " · ".join(
        f"{layer.layer} {_verdict(layer.verdict)}" if layer.verdict else inert(said_of(layer))
        for layer in each.gate.layers
    )
    layers = each.gate.layers
    reasons = [f"{layer.layer}: {why}" for layer in layers for why in each.reasons(layer)]
    faults = (line(_within(fault, each)) for fault in each.faults)
    told = [*reasons, *faults, *routed(each, graded)]
    if told:
        yield ""
        yield from _list(told)
    if each.grade:
        yield ""
        yield "| Measure | Value | |"
        yield "| --- | ---: | --- |"
        for name, reading in each.grade.measures.items():
            before = each.base.measures.get(name) if each.base else None
            value = numbers(before and before.value, reading.value, is_new=each.base is None)
            yield f"| {inert(name.replace('_', ' '))} | {value} | {inert(reading.why)} |"
        yield ""
        yield f"The grade is above that of {each.grade.percentile} of 100 published skills."
    if each.review:
        yield from _review(each.review)
    yield ""
    yield "</details>"


def _review(said: Opinion) -> Iterator[str]:
    yield ""
    yield f"<details><summary>{inert(told_review.opinion(said))}</summary>"
    yield ""
    yield _escaped(told_review.dimensions(said), MOST)
    if told := [_item(each) for each in told_review.items(said)]:
        yield ""
        yield from _fitted(told, MOST)
    yield ""
    yield "</details>"


def _item(each: ItemTold) -> str:
    """The question in full, since who reads a comment does not know it by its name."""
    quote = f": {inert(each.quote)}" if each.quote else ""
    return f"- **{each.answer}** {_escaped(each.ask)} {each.votes}{quote}"


def _within(fault: Finding, skill: SkillGrade) -> Finding:
    """A finding with its path from the skill's folder, which is said above."""
    return fault._replace(path=fault.path.removeprefix(f"{dirname(skill.path)}/"))


def _list(lines: Sequence[str], most: int = MOST) -> Iterator[str]:
    yield from _fitted([f"- {inert(each)}" for each in lines], most)


def _fitted(bullets: Sequence[str], most: int) -> Iterator[str]:
    shown = _fitting(bullets, most)
    yield from shown
    if len(bullets) > len(shown):
        yield f"- and {len(bullets) - len(shown):,} more"


def _fitting(texts: Iterable[str], most: int) -> list[str]:
    """The first of them, as many as are shown, and of at most so many characters together."""
    shown = list(islice(texts, _MOST_FAULTS))
    while sum(len(each) + 2 for each in shown) > most:
        shown.pop()
    return shown


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def inert(text: str) -> str:
    """Text in a line, in which neither Markdown nor GitHub finds anything to act on."""
    return _code(text) if _LINKED.search(text) else _escaped(text)


def _code(text: str) -> str:
    """Text of a skill in a line: a mention or `#1` in `<code>` is no link to GitHub."""
    return f"<code>{_escaped(text)}</code>"


def _escaped(text: str, most: int = _LONGEST) -> str:
    """Text in a line, where what Markdown or HTML could act on is written as numbers."""
    return _ACTIVE.sub(lambda match: f"&#{ord(match[0])};", _short(masked(one_line(text)), most))
