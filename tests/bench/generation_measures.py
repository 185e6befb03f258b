"""A draft → what is measured of it, and what is better in each measure."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from generation_cases import Case

from skillrepo import document
from skillrepo.draft import Draft
from skillrepo.files import SKILL_FILE
from skillrepo.grounding import unsupported
from skillrepo.propose import Proposal
from skillrepo.tokens import tokens
from skillrepo.words import Bm25

FIRST_FEW = 3
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})([^\n]*)\n(.*?)^[ \t]*\1", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_SHELLS = frozenset({"bash", "sh", "shell", "console", "zsh", "terminal", "powershell"})
_PROGRAM = re.compile(r"(?:[$%>]\s+|sudo\s+)*([a-z][a-z0-9_.+-]*(?: [a-z][a-z0-9-]+)?)(?=\s|$)")
_FLAG = re.compile(r"(?<![\w-])--[a-zA-Z][\w-]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A measure: `gain` is larger where a value is better, `show` prints a mean of `of`."""

    title: str
    show: Callable[[float], str]
    gain: Callable[[float], float] = lambda value: value


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


COLUMNS: Mapping[str, Column] = {
    "gate": Column("gate passes", _percent),
    "placement": Column("placement agrees", _percent),
    "coverage": Column("commands and flags covered", _percent),
    "unsupported": Column("unsupported claims", lambda value: f"{value:.1f}", lambda value: -value),
    "first": Column("routing: found first", _percent),
    "few": Column(f"routing: among {FIRST_FEW}", _percent),
    # A draft twice as long as the author's is as far off as one half as long.
    "tokens": Column(
        "tokens / withheld", lambda value: f"{2**value:.2f}", lambda value: -abs(value)
    ),
}
Measured = Mapping[str, float | None]
"""Column → value; None where there is nothing to measure it by."""


def failed(case: Case) -> Measured:
    """What is measured where a writer gave no draft."""
    return {
        "gate": 0.0,
        "placement": None if case.category is None else 0.0,
        "coverage": 0.0 if asked_for(case) else None,
        "unsupported": None,
        "first": 0.0,
        "few": 0.0,
        "tokens": None,
    }


def measure(
    case: Case, proposal: Proposal, others: Sequence[str], *, placed: bool = True
) -> Measured:
    """What is measured of a draft; `others` are name and description of all other skills.

    It was not `placed` by its writer where that had to be told the category.
    """
    draft = proposal.draft
    text = draft.files[SKILL_FILE].decode(errors="replace")
    wanted = asked_for(case)
    before = _before(case, draft, others)
    agrees = placed and draft.category == case.category
    own = tokens(case.withheld.files[SKILL_FILE].decode(errors="replace"))
    return {
        "gate": float(proposal.passes),
        "placement": None if case.category is None else float(agrees),
        "coverage": len(wanted & commands(text)) / len(wanted) if wanted else None,
        "unsupported": float(len(unsupported(draft, case.request))),
        "first": float(before == 0),
        "few": float(before < FIRST_FEW),
        "tokens": math.log2(tokens(text) / own),
    }


def asked_for(case: Case) -> frozenset[str]:
    """The commands and flags of the sources."""
    return frozenset().union(*(commands(source.text) for source in case.request.sources))


def commands(text: str) -> frozenset[str]:
    """Programs with their subcommands, and flags, as they stand in the code of a text."""
    return frozenset(_commands(text))


def _commands(text: str) -> Iterator[str]:
    for match in _FENCE.finditer(text):
        yield from _FLAG.findall(match[3])
        if match[2].strip().lower() in _SHELLS:
            lines = (line.strip() for line in match[3].splitlines())
            found = (_PROGRAM.match(line) for line in lines)
            yield from (program[1] for program in found if program)
    for span in _SPAN.findall(text):
        yield from _FLAG.findall(span)


def _before(case: Case, draft: Draft, others: Sequence[str]) -> int:
    """How many other skills answer the withheld trigger words as well as the draft, or better."""
    scores = Bm25([f"{draft.name} {_described(draft)}", *others]).scores(case.triggers)
    own = scores[0]
    return sum(score >= own for score in scores[1:]) if own else len(others)


def _described(draft: Draft) -> str:
    read = document.read(SKILL_FILE, "", draft.files[SKILL_FILE])
    known = isinstance(read, document.Document)
    return str(read.frontmatter.get("description", "")) if known else ""


def _body(text: str) -> str:
    return text.split("\n---\n", 1)[-1]


def mean(found: Sequence[float | None]) -> float | None:
    """The mean of what was measured."""
    values = [value for value in found if value is not None]
    return fmean(values) if values else None
