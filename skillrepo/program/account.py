"""What a run may spend on models, and what it has spent: calls, tokens and money, by step."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Condition
from typing import Literal

from skillrepo.errors import SkillRepoError

_ADVICE = "raise it, or lower the model's `max_tokens`"


class BudgetSpentError(SkillRepoError):
    """The next call might cost more than is left."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What calls cost: tokens, and US dollars, None where the price of a model is not known.

    `estimated` says that a provider did not count its tokens, and characters were counted
    instead. Calls that were `replayed` cost nothing and are not among `calls`.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = 0.0
    replayed: int = 0
    estimated: bool = False

    @property
    def tokens(self) -> int:
        """Those of requests and replies together."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: "Spent") -> "Spent":
        """Sum two of them; what is not known of one is not known of both."""
        costs = (self.cost, other.cost)
        return Spent(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            None if None in costs else sum(cost or 0.0 for cost in costs),
            self.replayed + other.replayed,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may spend: US dollars, and tokens of requests and replies together."""

    cost: float | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a call, what it cost, and what the run spent by then.

    `brief` is the id of the brief that it was made for, None where there is one alone.
    """

    kind: Literal["asked", "answered", "replayed", "failed"]
    step: str
    model: str
    spent: Spent
    total: Spent
    brief: str | None = None


def _say_nothing(_: Event) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class Account:
    """The account of one run, which threads may share; `say` is called from each of them.

    Before a call the most that it can cost is reserved: its prompt by the estimate, and a reply as
    long as its model may give. Afterwards what it did cost takes the place of that.
    """

    limits: Limits = Limits()
    say: Callable[[Event], None] = _say_nothing
    brief: str | None = None
    _steps: dict[str, Spent] = field(default_factory=dict)
    _open: dict[int, Spent] = field(default_factory=dict)
    _tickets: Iterator[int] = field(default_factory=count)
    _lock: Condition = field(default_factory=Condition)

    def of(self, brief: str) -> "Account":
        """The same account, for the calls that are made for one brief of a batch."""
        # Limits, books and lock are shared, whoever has them.
        return replace(self, brief=brief)

    @property
    def steps(self) -> Mapping[str, Spent]:
        """What each step spent, in the order in which they began."""
        with self._lock:
            return dict(self._steps)

    @property
    def total(self) -> Spent:
        """What all steps spent together."""
        return sum(self.steps.values(), Spent())

    def reserve(self, step: str, model: str, most: Spent, *, patient: bool = False) -> int:
        """Allow a call that can cost at most `most`; give what it is settled by.

        Where only what others reserved is in its way, who is `patient` waits until they settle:
        they mostly spend far less. Raises `BudgetSpentError`.
        """
        with self._lock:
            while why := self._refusal(step, model, sum(self._open.values(), Spent()), most):
                if not patient or not self._open or self._refusal(step, model, Spent(), most):
                    raise BudgetSpentError(why)
                self._lock.wait()
            total = self._spent()
            ticket = next(self._tickets)
            self._open[ticket] = most
            self._steps.setdefault(step, Spent())
        self.say(Event("asked", step, model, Spent(), total, self.brief))
        return ticket

    def settle(
        self, ticket: int, step: str, model: str, spent: Spent, *, failed: bool = False
    ) -> None:
        """Book what a call cost; nothing for one that failed and that no provider charges."""
        self._book("failed" if failed else "answered", step, model, spent, ticket)

    def replayed(self, step: str, model: str) -> None:
        """Book a call that was not made."""
        self._book("replayed", step, model, Spent(replayed=1))

    def _book(
        self,
        kind: Literal["answered", "replayed", "failed"],
        step: str,
        model: str,
        spent: Spent,
        ticket: int | None = None,
    ) -> None:
        with self._lock:
            # At once with the other: between the two it would be neither reserved nor spent.
            if ticket is not None:
                del self._open[ticket]
                self._lock.notify_all()
            self._steps[step] = self._steps.get(step, Spent()) + spent
            total = self._spent()
        self.say(Event(kind, step, model, spent, total, self.brief))

    def _spent(self) -> Spent:
        return sum(self._steps.values(), Spent())

    def _refusal(self, step: str, model: str, held: Spent, most: Spent) -> str:
        """Why a call is not allowed beside those that are under way; empty where it is."""
        cost, tokens = self.limits.cost, self.limits.tokens
        if cost is not None and most.cost is None:
            return (
                f"the price of {model} is not in the list that LiteLLM ships, so --max-cost cannot "
                "be kept: give --max-tokens instead"
            )
        spent = self._spent()
        gone, kept = spent.cost or 0.0, held.cost or 0.0
        if cost is not None and gone + kept + (most.cost or 0.0) > cost:
            return (
                f"the next call ({step}, {model}) may cost up to ${most.cost:.4f}, and of "
                f"--max-cost {cost:g} there are ${gone:.4f} spent"
                f"{_under_way(f'${kept:.4f}') if kept else ''}: {_ADVICE}"
            )
        if tokens is not None and spent.tokens + held.tokens + most.tokens > tokens:
            return (
                f"the next call ({step}, {model}) may take up to {most.tokens:,} tokens, and of "
                f"--max-tokens {tokens} there are {spent.tokens:,} spent"
                f"{_under_way(f'{held.tokens:,}') if held.tokens else ''}: {_ADVICE}"
            )
        return ""


def _under_way(most: str) -> str:
    return f", and up to {most} by calls that are under way"
