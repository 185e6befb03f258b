"""How long the requests about a skill are, and likely the replies, before any is sent."""

from collections.abc import Iterator

from skillrepo.judge.ask import request
from skillrepo.judge.case import Case
from skillrepo.judge.envelope import shown
from skillrepo.judge.panel import Panel, Side, contents
from skillrepo.tokens import tokens

_ANSWER = 38
"""Tokens of an answer with its quote; half of them have none."""


def calls(panel: Panel, case: Case, more: int = 0) -> Iterator[tuple[int, int]]:
    """The tokens (≈) shown and given of each request: votes that agree, and `more` of them."""
    items = panel.rubric.items
    for material in (case.head, *([case.base] if case.base else ())):
        side = Side.of(shown(material), case.neighbours)
        for content in contents(panel, side, items):
            messages = request(content, items, 0).messages
            asked = sum(tokens(message["content"]) for message in messages)
            for _ in range(panel.votes // 2 + 1 + more):
                yield asked, _ANSWER * len(items)
