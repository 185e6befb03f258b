"""The predictors of the program: each asks the model of its task, one by one or at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from functools import cache
from threading import Thread
from typing import Any, Protocol

from skillrepo.config import ResolvedModel
from skillrepo.errors import SkillRepoError
from skillrepo.program import failure, material
from skillrepo.program.account import Account, Spent
from skillrepo.program.answers import encodable
from skillrepo.program.engine import Engine
from skillrepo.program.failure import ModelFailed
from skillrepo.program.libraries import load, quiet
from skillrepo.program.provider import Shared
from skillrepo.program.recording import Recordings
from skillrepo.program.signatures import MATERIAL, PREDICTORS, fingerprint
from skillrepo.secret_text import masked
from skillrepo.user_config import Task

Inputs = Mapping[str, str]
Answer = Mapping[str, Any]


# Seconds after a reply came in which it must be read; an honest one takes milliseconds.
_READ_WITHIN = 20.0
_LOOKS_EVERY = 0.2


class Program(Protocol):
    """What the predictors are told beside their inputs: instructions and demonstrations."""

    @property
    def name(self) -> str:
        """A sha256 (hex), which the commit of a draft tells."""

    def module(self, dspy: Any) -> Any:
        """The predictors as a module of DSPy, as `module` gives them."""


@dataclass(frozen=True, slots=True)
class _Base:
    """The program as it is shipped."""

    @property
    def name(self) -> str:
        """That of its signatures."""
        return fingerprint()

    def module(self, dspy: Any) -> Any:
        """Every predictor without demonstrations."""
        return module(dspy, PREDICTORS)


BASE: Program = _Base()


class Predictors:
    """Asks by the names of `signatures.PREDICTORS`.

    An engine is made for each predictor that is `used`, so a key that one of them lacks is known
    before anything is paid for.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a request depends on
        self,
        used: tuple[str, ...],
        resolve: Callable[[Task], ResolvedModel],
        form: str,
        account: Account,
        recordings: Recordings,
        program: Program = BASE,
    ) -> None:
        """Connect to nothing yet; `form` of requests and replies is chat, json or xml.

        Raises `SkillRepoError` where dspy, litellm or a key is missing.
        """
        self._dspy, litellm = load()
        self._form = form
        self._module = program.module(self._dspy)
        self._engines: dict[str, Engine] = {}
        self._models: dict[str, Any] = {}
        shared = Shared(self._dspy, litellm, account, recordings)
        for name in used:
            engine = Engine(name, resolve(PREDICTORS[name].task), shared)
            try:
                lm = self._dspy.LM(engine.provider.model, engine=engine, cache=False, num_retries=0)
            except ValueError as error:
                raise engine.provider.failed("model", str(error)) from None
            self._engines[name], self._models[name] = engine, lm

    @property
    def notes(self) -> Iterator[str]:
        """What was left out of requests."""
        return (note for engine in self._engines.values() for note in engine.provider.notes)

    @property
    def spent(self) -> Spent:
        """What all of them spent together."""
        return sum((engine.spent for engine in self._engines.values()), Spent())

    def model(self, name: str) -> str:
        """LiteLLM's name of the model that a predictor asks."""
        return self._engines[name].provider.model

    def priced(self, name: str, shown: int, given: int) -> Spent:
        """What a call of a predictor costs, with so many tokens shown and given."""
        return self._engines[name].provider.facts.priced(shown, given)

    def ask(self, name: str, inputs: Inputs) -> Answer:
        """Output field → value. Raises `ModelFailed`, which keeps a reply that was of no use."""
        # Whatever it came from, a key is never sent, and no text opens a field of the request. What
        # came from a command line may hold lone surrogates, which no provider takes.
        safe = {key: material.plain(masked(encodable(text))) for key, text in inputs.items()}
        engine, text = self._engines[name], ""
        # A model that misses the asked form mostly keeps to JSON: it is asked once more.
        for form in dict.fromkeys((self._form, "json")):
            try:
                return self._in_time(name, safe, form)
            except self._dspy.DSPyError as error:
                problem = _cause(error)
            except (RecursionError, TimeoutError, ValueError):
                # A reply that is nested too deep, or takes too long to read.
                problem = None
            if problem:
                raise _with(problem, text)
            text = engine.said
        engine.spoil()
        why = "its reply had not the form that was asked for; try another model"
        raise engine.provider.failed("reply", why, text)

    def ask_all(self, questions: Mapping[str, Inputs]) -> dict[str, Answer]:
        """Ask several at once; give the answer of each.

        All are waited for, since all are paid for. Raises what the first of them raised.
        """
        answers: dict[str, Answer | Exception] = {}

        def ask(name: str, inputs: Inputs) -> None:
            try:
                answers[name] = self.ask(name, inputs)
            except Exception as error:  # noqa: BLE001 - raised by who waits for it
                answers[name] = error

        # Daemons: who breaks off does not wait for replies that nobody will read.
        threads = [
            # What an optimizer has DSPy trace is traced there, too.
            Thread(target=copy_context().run, args=(ask, *question), daemon=True)
            for question in questions.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = {}
        for name in questions:
            answer = answers[name]
            if isinstance(answer, Exception):
                raise answer
            found[name] = answer
        return found

    def _in_time(self, name: str, inputs: Inputs, form: str) -> Answer:
        """The answer; TimeoutError where it is not read in time.

        DSPy mends what is nearly JSON, and with some replies that takes longer than anybody waits.
        """
        outcome: list[Answer | Exception] = []

        def answer() -> None:
            try:
                outcome.append(self._answer(name, inputs, form))
            except Exception as error:  # noqa: BLE001 - raised by who waits for it
                outcome.append(error)

        # What an optimizer has DSPy trace is traced there, too.
        thread = Thread(target=copy_context().run, args=(answer,), daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(_LOOKS_EVERY)
            if self._engines[name].seconds_since > _READ_WITHIN and not outcome:
                raise TimeoutError
        (found,) = outcome
        if isinstance(found, Exception):
            raise found
        return found

    def _answer(self, name: str, inputs: Inputs, form: str) -> Answer:
        predictor = dict(self._module.named_predictors())[name]
        told = predictor.signature
        if MATERIAL not in told.instructions:
            told = told.with_instructions(f"{told.instructions}\n\n{MATERIAL}")
        with quiet(), self._dspy.context(lm=self._models[name], adapter=self._adapter(form)):
            prediction = predictor(**inputs, signature=told)
        return {field: encodable(getattr(prediction, field)) for field in PREDICTORS[name].outputs}

    def _adapter(self, form: str) -> Any:
        if form == "json":
            return self._dspy.JSONAdapter()
        kind = self._dspy.XMLAdapter if form == "xml" else self._dspy.ChatAdapter
        return kind(use_json_adapter_fallback=False)


def module(dspy: Any, names: Iterable[str]) -> Any:
    """The predictors as one module of DSPy, under their names: what is optimised and saved."""
    whole = dspy.Module()
    for name in names:
        phase, _, own = name.partition(".")
        if not hasattr(whole, phase):
            setattr(whole, phase, dspy.Module())
        setattr(getattr(whole, phase), own, dspy.Predict(_dspy_signature(dspy, name)))
    return whole


@cache
def _dspy_signature(dspy: Any, name: str) -> Any:
    """A class that nobody changes; to make all of them for each draft anew takes 50 ms."""
    signature = PREDICTORS[name]
    fields: dict[str, Any] = {
        field: (str, dspy.InputField(desc=meaning)) for field, meaning in signature.inputs.items()
    }
    for field, (kind, meaning) in signature.outputs.items():
        fields[field] = (kind, dspy.OutputField(desc=meaning))
    return dspy.Signature(fields, signature.instructions)


def _cause(error: BaseException) -> SkillRepoError | None:
    """What the engine raised, in the error that DSPy made of it."""
    return next((each for each in failure.causes(error) if isinstance(each, SkillRepoError)), None)


def _with(problem: SkillRepoError, text: str) -> SkillRepoError:
    """The problem, with the reply before it that was paid for, too."""
    if text and isinstance(problem, ModelFailed) and not problem.kept:
        kept = {"reply.txt": text.encode(errors="replace")}
        return ModelFailed(str(problem), kept, problem.kind)
    return problem
