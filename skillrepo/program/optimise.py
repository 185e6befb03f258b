"""Examples → a program that may be better: searches with an optimizer of DSPy, then measures.

The search drafts with the same writer as `skillrepo new`, so budget, recordings and retries are
the same. A draft that a model failed to give is no example to learn from. What counts is measured
afterwards, on examples that no search saw, with the program as it is read back from its file.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from importlib.util import find_spec
from threading import Lock
from typing import Any, Literal, Protocol

from skillrepo.config import Config
from skillrepo.draft import Draft, Request
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.program import failure, material, saved, understand
from skillrepo.program.account import Account, BudgetSpentError, Spent
from skillrepo.program.engine import Engine, Shared
from skillrepo.program.libraries import load, quiet
from skillrepo.program.predictors import BASE, Predictors, Program, module
from skillrepo.program.recording import Recordings
from skillrepo.program.saved import State
from skillrepo.program.signatures import PREDICTORS
from skillrepo.program.writer import WRITE, ModelWriter

Optimizer = Literal["bootstrap", "gepa", "miprov2"]
LEAST_TRAIN = 2
# Text and plan decide most, so GEPA, which changes one at a time, begins with them.
_ALL = (WRITE, *reversed(understand.USED))
_MINIBATCH = 3
_CANDIDATES = 3
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


@dataclass(slots=True)
class Bench:
    """Has examples drafted. `failed` counts those that a model gave no draft of."""

    config: Config
    model: str | None = None
    account: Account = field(default_factory=Account)
    recordings: Recordings = field(default_factory=Recordings)
    failed: int = 0
    stopped: BudgetSpentError | None = None
    _lock: Lock = field(default_factory=Lock)

    def write(self, example: Example, program: Program) -> Draft:
        """One draft. Raises `SkillRepoError`; after the budget is spent, at once."""
        if self.stopped:
            raise self.stopped
        writer = ModelWriter(
            self.config, self.model, self.account, self.recordings, program=program
        )
        try:
            return writer(example.request)
        except BudgetSpentError as error:
            self.stopped = error
            raise
        except WriterFailed:
            with self._lock:
                self.failed += 1
            raise

    def predictors(self) -> Predictors:
        """Those that a draft asks; SkillRepoError where something is missing for them."""
        form = self.config.user.dspy.adapter
        return Predictors(_ALL, self._resolved, form, self.account, self.recordings)

    def reflecting(self, dspy: Any, litellm: Any) -> Any:
        """The model that thinks of better instructions."""
        shared = Shared(dspy, litellm, self.account, self.recordings)
        engine = Engine("optimise.reflect", self._resolved("skill_optimize"), shared)
        return dspy.LM(engine.model, engine=engine, cache=False, num_retries=0)

    def _resolved(self, task: Any) -> Any:
        return self.config.resolve(task, self.model)


@dataclass(frozen=True, slots=True)
class _Live:
    """The module that an optimizer works on, as a program: its trace has to know it."""

    own: Any
    name: str = ""

    def module(self, _dspy: Any) -> Any:
        return self.own


def refuse_missing(optimizer: Optimizer) -> None:
    """Refuse an optimizer that needs what is not installed. Raises `SkillRepoError`."""
    missing = [name for name in ("optuna", "numpy") if find_spec(name) is None]
    if optimizer == "miprov2" and missing:
        raise SkillRepoError(
            f"miprov2 needs {' and '.join(missing)}: pip install 'dspy[optuna]' numpy; or use "
            "--optimizer gepa"
        )


def drafts_of(optimizer: Optimizer, train: int) -> int:
    """How many drafts a search makes at most, where nobody says."""
    if optimizer == "bootstrap":
        return train
    if optimizer == "miprov2":
        return 6 * train
    # Each step looks at a few examples twice, and where that was better at all of them.
    return train + len(_ALL) * (2 * min(_MINIBATCH, train) + train)


def estimate(bench: Bench, examples: Sequence[Example], drafts: int) -> Spent:
    """About what so many drafts of such examples cost; demonstrations come on top of it."""
    predictors = bench.predictors()
    total = Spent()
    for name in _ALL:
        limit = material.WRITE_CHARACTERS if name == WRITE else material.PLAN_CHARACTERS
        shown = _SHOWN
        if "sources" in PREDICTORS[name].inputs and examples:
            texts = (
                min(limit, sum(len(source.text) for source in each.request.sources))
                for each in examples
            )
            shown += sum(texts) // 4 // len(examples)
        total += _times(predictors.priced(name, shown, _GIVEN), drafts)
    return total


def search(
    optimizer: Optimizer, train: Sequence[Example], bench: Bench, drafts: int
) -> dict[str, State]:
    """What the optimizer makes of the predictors, in at most about so many drafts.

    Raises `SkillRepoError`: where the budget is spent, nothing comes of it.
    """
    refuse_missing(optimizer)
    dspy, litellm = load()
    known = {example.key: example for example in train}
    lm = bench.reflecting(dspy, litellm)
    run = _Search(dspy, lm, known, bench, drafts)
    with _silent(), dspy.context(lm=lm):
        try:
            compiled = _OPTIMIZERS[optimizer](run)
        except Exception as error:
            # An optimizer wraps what the engine raised, or passes it on.
            for cause in failure.causes(error):
                if isinstance(cause, SkillRepoError):
                    raise cause from None
            raise
    if bench.stopped:
        raise bench.stopped
    return saved.states_of(compiled)


@dataclass(frozen=True, slots=True)
class _Search:
    """What an optimizer works on."""

    dspy: Any
    lm: Any
    known: Mapping[str, Example]
    bench: Bench
    drafts: int

    @property
    def examples(self) -> list[Any]:
        """An example of DSPy is a key: requests and scores are no texts of a prompt."""
        return [self.dspy.Example(key=key).with_inputs("key") for key in self.known]

    def student(self) -> Any:
        """The predictors, as a module that drafts the example of a key."""
        known, bench, dspy = self.known, self.bench, self.dspy
        kind: Any = dspy.Module

        class Drafting(kind):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                parts = module(dspy, _ALL)
                self.phase2, self.phase1 = parts.phase2, parts.phase1

            def forward(self, key: str) -> Any:
                return dspy.Prediction(draft=bench.write(known[key], _Live(self)))

        return Drafting()

    def score(self, gold: Any, prediction: Any, _trace: Any = None) -> float:
        """A metric of DSPy."""
        return self.known[gold.key].score(prediction.draft).total

    def feedback(
        self, gold: Any, prediction: Any, _trace: Any = None, name: Any = None, _own: Any = None
    ) -> Any:
        """A metric of GEPA; for a predictor with what is to be learnt."""
        example = self.known[gold.key]
        score = example.score(prediction.draft)
        if not name:
            return score.total
        said = "\n".join((*score.told, example.merged.get(name, ""))).strip()
        feedback = said or "Nothing is wrong with the draft."
        return self.dspy.Prediction(score=score.total, feedback=feedback)


def _gepa(run: _Search) -> Any:
    examples = run.examples
    optimizer = run.dspy.GEPA(
        metric=run.feedback,
        max_metric_calls=run.drafts,
        reflection_minibatch_size=min(_MINIBATCH, len(examples)),
        reflection_lm=run.lm,
        use_merge=False,
        num_threads=1,
        seed=0,
    )
    return optimizer.compile(run.student(), trainset=examples, valset=examples)


def _bootstrap(run: _Search) -> Any:
    user = run.bench.config.user
    optimizer = run.dspy.BootstrapFewShot(
        metric=run.score,
        metric_threshold=user.evaluation.thresholds.target_quality,
        max_bootstrapped_demos=user.optimization.bootstrap_fewshot.max_bootstrapped_demos,
        # An example itself has no field of a predictor.
        max_labeled_demos=0,
        max_rounds=1,
        max_errors=run.drafts + 1,
    )
    return optimizer.compile(run.student(), trainset=run.examples[: run.drafts])


def _miprov2(run: _Search) -> Any:
    examples = run.examples
    user = run.bench.config.user
    optimizer = run.dspy.MIPROv2(
        metric=run.score,
        metric_threshold=user.evaluation.thresholds.target_quality,
        auto=None,
        num_candidates=_CANDIDATES,
        num_threads=1,
        max_bootstrapped_demos=user.optimization.miprov2.max_bootstrapped_demos,
        max_labeled_demos=0,
        max_errors=run.drafts + 1,
        verbose=False,
    )
    return optimizer.compile(
        run.student(),
        trainset=examples,
        valset=examples,
        num_trials=max(1, run.drafts // len(examples) - _CANDIDATES),
        minibatch=False,
    )


_OPTIMIZERS: Mapping[Optimizer, Callable[[_Search], Any]] = {
    "bootstrap": _bootstrap,
    "gepa": _gepa,
    "miprov2": _miprov2,
}


def changed(states: Mapping[str, State]) -> bool:
    """Whether anything differs from what is shipped."""
    return any(
        state.demos or state.instructions != PREDICTORS[name].instructions
        for name, state in states.items()
    )


def measure(
    examples: Sequence[Example], program: Program, bench: Bench, jobs: int
) -> tuple[saved.Measured, tuple[str, ...]]:
    """The scores of base and program on the same examples, and why some were not measured.

    Raises `SkillRepoError` where the budget is spent.
    """
    why: list[str] = []

    def both(example: Example) -> tuple[Draft, Draft] | None:
        try:
            return bench.write(example, BASE), bench.write(example, program)
        except WriterFailed as error:
            why.append(f"{example.key}: {error}")
            return None

    with ThreadPoolExecutor(jobs, "skillrepo") as pool:
        drafted = list(pool.map(both, examples))
    # What scores reads the repository by one process of git, which no threads may share.
    pairs = tuple(
        (example.score(drafts[0]).total, example.score(drafts[1]).total)
        for example, drafts in zip(examples, drafted, strict=True)
        if drafts is not None
    )
    return saved.Measured(pairs=pairs, not_measured=len(why), parts=()), tuple(sorted(why))


@contextmanager
def _silent() -> Iterator[None]:
    """The optimizers print, on standard output, where our own result goes."""
    with quiet(), redirect_stdout(io.StringIO()):
        yield


def _times(spent: Spent, number: int) -> Spent:
    cost = None if spent.cost is None else spent.cost * number
    return Spent(number, spent.input_tokens * number, spent.output_tokens * number, cost)
