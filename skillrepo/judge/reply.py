"""Reads the reply of a model: strictly, and without taking its word for anything."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import get_args

from skillrepo.judge.ask import name
from skillrepo.judge.review import Answer, Vote
from skillrepo.judge.rubric import Item
from skillrepo.secret_text import masked
from skillrepo.visible import one_line

_LONGEST = 1_000_000
_LONGEST_KEPT = 400
_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*)\n[ \t]*```", re.DOTALL)
_ANSWERS = frozenset(get_args(Answer))
_NONE = "it was not answered"


def read(text: str, asked: Sequence[Item]) -> dict[str, Vote] | str:
    """The vote of each item that was asked, in that order; or why the reply is of no use.

    Quotes are as the model gave them, nothing of them is verified.
    """
    value = json_object(text)
    if isinstance(value, str):
        return value
    votes = {item.name: _vote(item, value.get(name(n))) for n, item in enumerate(asked)}
    if all(vote.answer is None for vote in votes.values()):
        return "its reply answers none of the questions"
    return votes


def json_object(text: str) -> Mapping[str, object] | str:
    """The JSON object that a reply is, fenced or not; or why it is none."""
    text = text.strip()
    if len(text) > _LONGEST:
        return f"its reply has {len(text):,} characters"
    if fenced := _FENCED.fullmatch(text):
        text = fenced[1]
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "its reply is not JSON"
    return value if isinstance(value, dict) else "its reply is not a JSON object"


def _vote(item: Item, said: object) -> Vote:
    if not isinstance(said, dict):
        return Vote(None, why=_NONE)
    answer, quote = said.get("answer"), said.get("quote", "")
    if answer not in _ANSWERS or not isinstance(quote, str):
        return Vote(None, why="it was not answered by yes or no, and a quote")
    if answer == "na" and not item.na:
        return Vote(None, why="na is no answer to it")
    # What is longer is no quote; it is kept so far that one sees what it was.
    return Vote(answer, one_line(masked(quote))[:_LONGEST_KEPT])
