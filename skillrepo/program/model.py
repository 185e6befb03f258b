"""The model of one task: asks a signature of it through DSPy, or says why there is no answer."""

from collections.abc import Mapping
from typing import Any

from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.program import failure
from skillrepo.program.engine import Engine
from skillrepo.program.libraries import load, quiet
from skillrepo.program.signatures import Signature


class Model:
    """A model that answers signatures, as DSPy's adapters write and read them."""

    def __init__(self, engine: Engine, form: str) -> None:
        """Connect to nothing yet; `form` of requests and replies is chat, json or xml.

        Raises `SkillRepoError` for a name that no model can have.
        """
        self.engine = engine
        self._form = form
        self._dspy, _ = load()
        try:
            self._lm = self._dspy.LM(engine.model, engine=engine, cache=False, num_retries=0)
        except ValueError as error:
            raise engine.failed(str(error)) from None

    def ask(self, signature: Signature, inputs: Mapping[str, str]) -> Mapping[str, Any]:
        """Output field → value. Raises `WriterFailed`, which keeps a reply that was of no use."""
        # What came from a command line may hold lone surrogates, which no provider takes.
        encodable = {key: text.encode(errors="replace").decode() for key, text in inputs.items()}
        text = ""
        # A model that misses the asked form mostly keeps to JSON: it is asked once more.
        for form in dict.fromkeys((self._form, "json")):
            try:
                return self._answer(signature, encodable, form)
            except self._dspy.DSPyError as error:
                problem, formless = _cause(error), getattr(error, "lm_response", None)
            if problem:
                raise _with(problem, text)
            text = str(formless or "")
        why = "its reply had not the form that was asked for; try another model"
        raise self.engine.failed(why, text)

    def _answer(
        self, signature: Signature, inputs: Mapping[str, str], form: str
    ) -> Mapping[str, Any]:
        with quiet(), self._dspy.context(lm=self._lm, adapter=self._adapter(form)):
            prediction = self._dspy.Predict(self._dspy_signature(signature))(**inputs)
        return {name: getattr(prediction, name) for name in signature.outputs}

    def _adapter(self, form: str) -> Any:
        if form == "json":
            return self._dspy.JSONAdapter()
        kind = self._dspy.XMLAdapter if form == "xml" else self._dspy.ChatAdapter
        return kind(use_json_adapter_fallback=False)

    def _dspy_signature(self, signature: Signature) -> Any:
        fields: dict[str, Any] = {
            name: (str, self._dspy.InputField(desc=meaning))
            for name, meaning in signature.inputs.items()
        }
        for name, (kind, meaning) in signature.outputs.items():
            fields[name] = (kind, self._dspy.OutputField(desc=meaning))
        return self._dspy.Signature(fields, signature.instructions)


def _cause(error: BaseException) -> SkillRepoError | None:
    """What the engine raised, in the error that DSPy made of it."""
    return next((each for each in failure.causes(error) if isinstance(each, SkillRepoError)), None)


def _with(problem: SkillRepoError, text: str) -> SkillRepoError:
    """The problem, with the reply before it that was paid for, too."""
    if text and isinstance(problem, WriterFailed) and not problem.kept:
        return WriterFailed(str(problem), {"reply.txt": text.encode(errors="replace")})
    return problem
