"""Examples → a program that may be better, by an optimizer of DSPy.

Optimizers take every exception for a draft worth 0. So what is no fault of the instructions, such
as a key that is refused or a rate limit, ends the search instead: as an exception that they let
pass. A reply of no use is an answer to the instructions, and is worth 0. Whether the program is
better is measured afterwards, on examples that no search saw.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any, NoReturn

from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.program import failure, saved
from skillrepo.program.bench import FIRST, Bench, Example
from skillrepo.program.effort import Effort, Optimizer, refuse_missing
from skillrepo.program.libraries import load, quiet
from skillrepo.program.predictors import module
from skillrepo.program.saved import State
from skillrepo.program.signatures import PREDICTORS

# Text and plan decide most, so GEPA, which changes one at a time, begins with them.
_ORDER = tuple(reversed(FIRST))


class _EndedError(BaseException):
    """Ends a search: no `Exception`, for the optimizers go on after any of these."""

    def __init__(self, why: Exception) -> None:
        super().__init__(str(why))
        self.why = why


@contextmanager
def _ending() -> Iterator[None]:
    """What is raised ends the search, a bug of ours, too."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - it is raised again, by `search`
        raise _EndedError(error) from None


@dataclass(frozen=True, slots=True)
class _Live:
    """The module that an optimizer works on, as a program: its trace has to know it."""

    own: Any
    name: str = ""

    def module(self, _dspy: Any) -> Any:
        return self.own


def search(train: Sequence[Example], bench: Bench, effort: Effort) -> dict[str, State]:
    """What the optimizer makes of the predictors.

    Raises `SkillRepoError` where a model cannot be asked or the budget is spent: nothing comes of
    the search then, but every reply is recorded.
    """
    refuse_missing(effort.optimizer)
    dspy, _ = load()
    lm = dspy.LM(
        bench.reflector().provider.model, engine=_Reflector(bench), cache=False, num_retries=0
    )
    run = _Search(dspy, lm, {example.key: example for example in train}, bench, effort)
    with _silent(), dspy.context(lm=lm):
        try:
            compiled = _OPTIMIZERS[effort.optimizer](run)
        except _EndedError as ended:
            raise ended.why from None
        except dspy.DSPyError as error:
            _explain(error)
    return saved.states_of(compiled)


def _explain(error: Exception) -> NoReturn:
    """What went wrong with the model that thinks of instructions, which alone is not caught."""
    for cause in failure.causes(error):
        if isinstance(cause, SkillRepoError):
            raise cause from None
    raise SkillRepoError(
        "the model that is to think of instructions did not reply in the form that was asked for; "
        "choose another for the task skill_optimize"
    ) from None


class _Reflector:
    """The engine of the model that thinks of better instructions."""

    def __init__(self, bench: Bench) -> None:
        self._engine = bench.reflector()
        self.supported_params = self._engine.supported_params
        self.supports_response_schema = self._engine.supports_response_schema

    def complete(self, request: Any) -> Any:
        """As `Engine` does; where there is no answer at all, the search ends."""
        try:
            return self._engine.complete(request)
        except SkillRepoError as error:
            if failure.was_answered(error):
                raise
            raise _EndedError(error) from None


@dataclass(frozen=True, slots=True)
class _Search:
    """What an optimizer works on."""

    dspy: Any
    lm: Any
    known: Mapping[str, Example]
    bench: Bench
    effort: Effort

    @property
    def examples(self) -> list[Any]:
        """An example of DSPy is a key: requests and scores are no texts of a prompt."""
        return [self.dspy.Example(key=key).with_inputs("key") for key in self.known]

    def student(self) -> Any:
        """The predictors, as a module that drafts the example of a key."""
        drafted, dspy = self.drafted, self.dspy
        kind: Any = dspy.Module

        class Drafting(kind):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                parts = module(dspy, _ORDER)
                self.phase2, self.phase1 = parts.phase2, parts.phase1

            def forward(self, key: str) -> Any:
                return drafted(key, self)

        return Drafting()

    def proposer(self) -> Any:
        """What thinks of instructions for GEPA, which says of a reply that has none nothing."""
        bench = self.bench
        kind: Any = self.dspy.teleprompt.gepa.InstructionProposer

        class Proposer(kind):  # type: ignore[misc]
            def __call__(self, *asked: Any, **named: Any) -> Any:
                try:
                    return super().__call__(*asked, **named)
                except Exception:
                    bench.unproposed += 1
                    raise

        return Proposer(max_chars=saved.MOST_INSTRUCTIONS)

    def drafted(self, key: str, own: Any) -> Any:
        """The prediction of a module; without a draft it has the reason."""
        with _ending():
            draft, why = None, ""
            try:
                draft = self.bench.write(self.known[key], _Live(own))
            except WriterFailed as error:
                if not failure.was_answered(error):
                    raise SkillRepoError(f"the search ended at {key}: {error}") from None
                self._refuse_hopeless(error)
                why = str(error)
        return self.dspy.Prediction(draft=draft, why=why)

    def _refuse_hopeless(self, last: SkillRepoError) -> None:
        most = self.effort.settings.bootstrap_fewshot.max_errors
        if self.effort.optimizer == "bootstrap" and self.bench.failed >= most:
            raise SkillRepoError(
                f"the search ended after {self.bench.failed} drafts of which nothing came "
                f"(bootstrap_fewshot.max_errors); of the last: {last}"
            )

    def score(self, gold: Any, prediction: Any, _trace: Any = None) -> float:
        """A metric of DSPy."""
        return self._judged(gold, prediction)[0]

    def feedback(
        self, gold: Any, prediction: Any, _trace: Any = None, name: Any = None, _own: Any = None
    ) -> Any:
        """A metric of GEPA; for a predictor with what is to be learnt."""
        score, told = self._judged(gold, prediction)
        if not name:
            return score
        said = "\n".join((*told, self.known[gold.key].merged.get(name, ""))).strip()
        feedback = said or "Nothing is wrong with the draft."
        return self.dspy.Prediction(score=score, feedback=feedback)

    def _judged(self, gold: Any, prediction: Any) -> tuple[float, tuple[str, ...]]:
        if prediction.draft is None:
            return 0.0, (f"No draft came of it: {prediction.why}",)
        with _ending():
            score = self.known[gold.key].score(prediction.draft)
        return score.total, score.told


def _gepa(run: _Search) -> Any:
    examples = run.examples
    optimizer = run.dspy.GEPA(
        metric=run.feedback,
        max_metric_calls=run.effort.metric_calls,
        reflection_minibatch_size=run.effort.minibatch,
        reflection_lm=run.lm,
        instruction_proposer=run.proposer(),
        use_merge=False,
        num_threads=1,
        seed=0,
    )
    return optimizer.compile(run.student(), trainset=examples, valset=examples)


def _bootstrap(run: _Search) -> Any:
    settings = run.effort.settings.bootstrap_fewshot
    optimizer = run.dspy.BootstrapFewShot(
        metric=run.score,
        metric_threshold=run.bench.config.user.evaluation.thresholds.target_quality,
        max_bootstrapped_demos=settings.max_bootstrapped_demos,
        # An example itself has no field of a predictor.
        max_labeled_demos=0,
        max_rounds=settings.max_rounds,
        max_errors=1,
    )
    most = run.effort.drafts // settings.max_rounds
    return optimizer.compile(run.student(), trainset=run.examples[:most])


def _miprov2(run: _Search) -> Any:
    examples = run.examples
    optimizer = run.dspy.MIPROv2(
        metric=run.score,
        metric_threshold=run.bench.config.user.evaluation.thresholds.target_quality,
        auto=None,
        num_candidates=run.effort.candidates,
        num_threads=1,
        max_bootstrapped_demos=run.effort.settings.miprov2.max_bootstrapped_demos,
        max_labeled_demos=0,
        max_errors=1,
        verbose=False,
    )
    return optimizer.compile(
        run.student(),
        trainset=examples,
        valset=examples,
        num_trials=run.effort.trials,
        minibatch=False,
        # A key tells nothing of the data, nor our code of the task.
        data_aware_proposer=False,
        program_aware_proposer=False,
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


@contextmanager
def _silent() -> Iterator[None]:
    """The optimizers print, on standard output, where our own result goes."""
    with quiet(), redirect_stdout(io.StringIO()):
        yield
