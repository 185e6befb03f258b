"""What a model says of a skill, in words, for every output: beside the grade, and never in it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from skillrepo.grade.gate import NOT_MEASURED
from skillrepo.grade.graded import Graded
from skillrepo.grade.opinion import Opinion, Paid, total
from skillrepo.judge.review import ItemResult
from skillrepo.judge.rubric import rubric
from skillrepo.secret_text import masked
from skillrepo.visible import one_line

_LONGEST = 100


def opinion(said: Opinion) -> str:
    """Whose opinion it is, on how much at a time, and how far its votes agree."""
    disputed = f", which differ on {said.disputed} of {len(said.head)} items" * bool(said.disputed)
    parts = f", each on {said.parts:,} parts of the text" * (said.parts > 1)
    votes = f"{_votes(said.votes)}{parts}{disputed}"
    return f"{one_line(said.model)} says, beside the grade ({votes})"


def _votes(number: int) -> str:
    return f"{number:,} vote{'' if number == 1 else 's'}"


def dimensions(said: Opinion) -> str:
    """How many of each dimension's items are yes, of those that are yes or no, before and after."""
    if not any(each.answer for each in (*said.head, *(said.base or ()))):
        return NOT_MEASURED
    head, base = _counts(said.head), _counts(said.base or ())
    told = []
    for name, title in rubric().titles.items():
        now, before = _share(head, name), _share(base, name)
        change = now if said.base is None or now == before else f"{before} → {now}"
        told.append(f"{title} {change}")
    return ", ".join(told)


def _counts(items: Sequence[ItemResult]) -> Counter[tuple[str, str | None]]:
    return Counter((each.item.partition(".")[0], each.answer) for each in items)


def _share(counts: Counter[tuple[str, str | None]], dimension: str) -> str:
    yes, no = counts[dimension, "yes"], counts[dimension, "no"]
    if yes + no:
        return f"{yes}/{yes + no}"
    return "n/a" if counts[dimension, "na"] else NOT_MEASURED


class ItemTold(NamedTuple):
    """An item in words: its `answer` may be two with an arrow; `quote` is empty without one."""

    name: str
    ask: str
    answer: str
    votes: str
    quote: str

    def __str__(self) -> str:
        """As a line, under its name."""
        return f"{self.name} {self.answer} {self.votes}" + f": {self.quote}" * bool(self.quote)


def items(said: Opinion) -> Iterator[ItemTold]:
    """Each item that is no, or has another answer than before.

    What is missing is the reason of the layer, which stands with the verdict.
    """
    before = {each.item: each for each in said.base or ()}
    for each in said.head:
        was = before.get(each.item)
        if each.answer == "no" or (was and was.answer != each.answer):
            yield _item(each, was, said)


def _item(each: ItemResult, was: ItemResult | None, said: Opinion) -> ItemTold:
    answer = _answer(each)
    if was and was.answer != each.answer:
        answer = f"{_answer(was)} → {answer}"
    votes = "as before" if each.inherited else f"{each.agreed} of {each.votes} votes"
    role = "" if each.item in said.binding else ", advisory"
    quote = f"{_quoted(each.quote)} in {one_line(each.path)}" if each.quote else ""
    ask = next(item.ask for item in rubric().items if item.name == each.item)
    return ItemTold(each.item, ask, answer, f"({votes}{role})", quote)


def _answer(each: ItemResult) -> str:
    return each.answer or "no majority"


def _quoted(text: str) -> str:
    # What is cut is no longer known as a secret.
    shown = masked(one_line(text))
    return f"“{shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + '…'}”"


def cost(graded: Graded) -> str | None:
    """What the ballots cost that the opinions rest on, whenever that was; None without any."""
    said = [each.review for each in graded.skills if each.review]
    return f"judge: {paid(total(each.paid for each in said))}" if said else None


def paid(spent: Paid) -> str:
    """Votes, tokens and money."""
    money = "price not known" if spent.cost is None else f"${spent.cost:.4f}"
    return f"{_votes(spent.votes)}, {spent.input_tokens + spent.output_tokens:,} tokens, {money}"
