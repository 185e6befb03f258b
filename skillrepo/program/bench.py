"""Examples → drafts and scores, by the writer of `skillrepo new`; and what they are likely to cost.

Budget, recordings and retries are the same as there. Who searches and who measures draft here.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple, Protocol

from skillrepo.config import Config
from skillrepo.draft import Draft, Request
from skillrepo.errors import WriterFailed
from skillrepo.program import material
from skillrepo.program.account import Account, BudgetSpentError, Spent
from skillrepo.program.engine import Engine
from skillrepo.program.libraries import load
from skillrepo.program.predictors import BASE, Predictors, Program
from skillrepo.program.provider import Shared
from skillrepo.program.recording import Recordings
from skillrepo.program.signatures import PREDICTORS
from skillrepo.program.understand import USED
from skillrepo.program.writer import OF_A_DRAFT, WRITE, ModelWriter

FIRST = (*USED, WRITE)
"""The predictors of a first draft, in the order in which they are asked."""
_REFLECT = "optimise.reflect"
# Of a call beside the material: instructions, fields, what the steps before said; and a reply.
_SHOWN, _GIVEN = 1_500, 1_000


class Score(Protocol):
    """How good a draft is, and in words what is wrong with it."""

    @property
    def total(self) -> float:
        """From 0 to 1."""

    @property
    def told(self) -> tuple[str, ...]:
        """A sentence each."""


@dataclass(frozen=True, slots=True)
class Example:
    """What is asked for, how its draft is scored, and what was merged in the end.

    `merged` has for a predictor what it would best have said, in words.
    """

    key: str
    request: Request
    score: Callable[[Draft], Score]
    merged: Mapping[str, str]


class Row(NamedTuple):
    """An example that was measured: its score with the program as shipped, and with another."""

    key: str
    base: float
    other: float


@dataclass(slots=True)
class Bench:
    """Has examples drafted.

    `failed` counts drafts of which nothing came, whatever the reason, and `unproposed` requests
    for instructions that brought none.
    """

    config: Config
    model: str | None = None
    account: Account = field(default_factory=Account)
    recordings: Recordings = field(default_factory=Recordings)
    failed: int = 0
    unproposed: int = 0
    _stopped: BudgetSpentError | None = None
    _lock: Lock = field(default_factory=Lock)

    def write(self, example: Example, program: Program) -> Draft:
        """One draft. Raises `SkillRepoError`; after the budget is spent, at once."""
        if self._stopped:
            raise self._stopped
        writer = ModelWriter(
            self.config, self.model, self.account, self.recordings, program=program
        )
        try:
            return writer(example.request)
        except BudgetSpentError as error:
            self._stopped = error
            raise
        except WriterFailed:
            with self._lock:
                self.failed += 1
            raise

    def predictors(self) -> Predictors:
        """Those that a draft may ask; SkillRepoError where something is missing for them."""
        form = self.config.user.dspy.adapter
        return Predictors(OF_A_DRAFT, self._resolved, form, self.account, self.recordings)

    def reflector(self) -> Engine:
        """The model that thinks of better instructions; SkillRepoError where its key is missing."""
        shared = Shared(*load(), self.account, self.recordings)
        return Engine(_REFLECT, self._resolved("skill_optimize"), shared)

    def measure(
        self, examples: Sequence[Example], program: Program, jobs: int
    ) -> tuple[tuple[Row, ...], tuple[str, ...]]:
        """Score base and program on the same examples, and say why some were not measured.

        Raises `SkillRepoError` where the budget is spent.
        """
        why: list[str] = []

        def both(example: Example) -> tuple[Draft, Draft] | None:
            try:
                return self.write(example, BASE), self.write(example, program)
            except WriterFailed as error:
                why.append(f"{example.key}: {error}")
                return None

        with ThreadPoolExecutor(jobs, "skillrepo") as pool:
            drafted = list(pool.map(both, examples))
        # What scores reads the repository by one process of git, which no threads may share.
        rows = tuple(
            Row(example.key, example.score(drafts[0]).total, example.score(drafts[1]).total)
            for example, drafts in zip(examples, drafted, strict=True)
            if drafts is not None
        )
        return rows, tuple(sorted(why))

    def estimate(self, examples: Sequence[Example], drafts: int, reflections: int) -> Spent:
        """About what so many drafts and new instructions cost; demonstrations come on top.

        Raises `SkillRepoError` where a key is missing that either needs.
        """
        predictors = self.predictors()
        total = Spent()
        for name in FIRST:
            shown = _SHOWN + _sources(name, examples)
            total += _times(predictors.priced(name, shown, _GIVEN), drafts)
        # It is shown a few drafts of one step, with what was wrong with them.
        shown = 2 * (_SHOWN + _sources(WRITE, examples))
        return total + _times(self.reflector().provider.facts.priced(shown, _GIVEN), reflections)

    def _resolved(self, task: Any) -> Any:
        return self.config.resolve(task, self.model)


def _sources(name: str, examples: Sequence[Example]) -> int:
    """The tokens of the sources that a predictor is shown with an example, in the mean."""
    if "sources" not in PREDICTORS[name].inputs or not examples:
        return 0
    limit = material.WRITE_CHARACTERS if name == WRITE else material.PLAN_CHARACTERS
    texts = (
        min(limit, sum(len(source.text) for source in each.request.sources)) for each in examples
    )
    return sum(texts) // 4 // len(examples)


def _times(spent: Spent, number: int) -> Spent:
    cost = None if spent.cost is None else spent.cost * number
    return Spent(number, spent.input_tokens * number, spent.output_tokens * number, cost)
