"""The model of one task: asks a signature of it through DSPy and LiteLLM, or says why it cannot."""

import logging
import os
import random
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from skillrepo.config import ResolvedModel
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.program import failure
from skillrepo.program.signatures import Signature

# LiteLLM reads them when it is imported. By default it loads a `.env` of the current folder,
# which may be a stranger's repository, and fetches its price list from the network.
_ENVIRONMENT = {
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOG": "ERROR",
}
_SETTINGS = {"telemetry": False, "suppress_debug_info": True, "turn_off_message_logging": True}
# They log whole requests, some with headers, when a host program turns logging up.
_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "dspy", "openai", "httpx")
# A server need not ask for the key of a model at an address of one's own, but the client does.
_NO_KEY = "none"
_DECLINED = frozenset({"content_filter", "refusal"})


@dataclass(frozen=True, slots=True)
class _Reply:
    """`outputs` is None where the text has not the asked form; `finish` says why it ended."""

    text: str
    finish: str
    outputs: Mapping[str, Any] | None


class Model:
    """A model that answers signatures.

    `id` is LiteLLM's name of it; `notes` says what was left out of its requests.
    """

    def __init__(self, resolved: ResolvedModel, form: str) -> None:
        """Connect to nothing yet; `form` of requests and replies is chat, json or xml.

        Raises `SkillRepoError` where dspy, litellm or the key is missing.
        """
        self.id = resolved.model
        self.notes: list[str] = []
        self._resolved = resolved
        self._form = form
        self._parameters: dict[str, Any] = dict(resolved.parameters)
        self._dspy, litellm = _load()
        # DSPy's own errors, and what it and LiteLLM raise over replies that they did not expect.
        self._errors = (
            self._dspy.DSPyError,
            AttributeError,
            ImportError,
            LookupError,
            RuntimeError,
            TypeError,
            ValueError,
        )
        self._lm = self._connection(_key(resolved, litellm))

    def _connection(self, key: str | None) -> Any:
        given = {"api_key": key, "api_base": self._resolved.api_base}
        try:
            return self._dspy.LM(
                self._resolved.model,
                model_type=self._resolved.model_type,
                engine="litellm",
                cache=False,
                # `_request` tries again: a refused parameter and the wait are decided there too.
                num_retries=0,
                timeout=self._resolved.timeout,
                **{name: value for name, value in given.items() if value},
            )
        except self._errors as error:
            why = failure.detail(error, self._resolved)
        message = f"model {self._resolved.name}: {why}"
        raise SkillRepoError(message)

    def ask(self, signature: Signature, inputs: Mapping[str, str]) -> Mapping[str, Any]:
        """Output field → value. Raises `WriterFailed`, which keeps a reply that was of no use."""
        # What came from a command line may hold lone surrogates, which no provider takes.
        encodable = {key: text.encode(errors="replace").decode() for key, text in inputs.items()}
        kept: dict[str, bytes] = {}
        # A model that misses the asked form mostly keeps to JSON: it is asked once more.
        for form in dict.fromkeys((self._form, "json")):
            reply = self._request(signature, encodable, form, kept)
            kept = {"reply.txt": reply.text.encode(errors="replace")}
            if problem := self._problem(reply):
                raise self._failure(problem, kept)
            if reply.outputs is not None:
                return reply.outputs
        problem = "its reply had not the form that was asked for; try another model"
        raise self._failure(problem, kept)

    def _request(
        self, signature: Signature, inputs: Mapping[str, str], form: str, kept: Mapping[str, bytes]
    ) -> _Reply:
        attempt = 1
        while True:
            reply, error = self._once(signature, inputs, form)
            if reply:
                return reply
            name = failure.refused_parameter(error, self._parameters)
            if name:
                del self._parameters[name]
                self.notes.append(f"{self.id} does not take {name}; it was left out.")
                continue
            wait = failure.wait(error, attempt, self._resolved.retries)
            if wait is None:
                raise self._failure(failure.explain(error, self._resolved, attempt), kept)
            # Many clients that wait for as long as each other come back together.
            time.sleep(wait * random.uniform(1, 1.25))  # noqa: S311
            attempt += 1

    def _once(
        self, signature: Signature, inputs: Mapping[str, str], form: str
    ) -> tuple[_Reply | None, Exception]:
        """A reply, or else why there is none."""
        seen = len(self._lm.history)
        outputs = None
        error: Exception = RuntimeError("nothing came back")
        try:
            with _quiet(), self._dspy.context(lm=self._lm, adapter=self._adapter(form)):
                predict = self._dspy.Predict(self._dspy_signature(signature))
                prediction = predict(**inputs, config=self._parameters)
                outputs = {name: getattr(prediction, name) for name in signature.outputs}
        except self._errors as caught:
            error = caught
        if len(self._lm.history) == seen:
            return None, error
        return _reply(self._lm.history[-1], outputs), error

    def _problem(self, reply: _Reply) -> str | None:
        if reply.finish == "length":
            limit = self._parameters.get("max_tokens")
            place = f"{limit:,} tokens" if limit else "the provider's own limit"
            return f"its reply was cut off at {place}; raise `max_tokens`"
        if reply.finish in _DECLINED:
            return f"it declined to answer; it said: {failure.detail(reply.text, self._resolved)}"
        return None if reply.text.strip() else "its reply was empty; try again or another model"

    def _failure(self, why: str, kept: Mapping[str, bytes]) -> WriterFailed:
        message = f"model {self._resolved.name}: {why}"
        return WriterFailed(message, kept)

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


def _load() -> tuple[Any, Any]:
    """Import dspy and litellm, silent and without their caches."""
    os.environ.update(_ENVIRONMENT)
    try:
        with _quiet():
            # 4 seconds of CPU, for this writer alone.
            import dspy  # type: ignore[import-untyped]  # noqa: PLC0415
            import litellm  # noqa: PLC0415
    except ImportError as error:
        message = (
            f"the model writer needs dspy and litellm ({error}); install them: "
            "pip install 'skillrepo[llm]'"
        )
        raise SkillRepoError(message) from None
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name, value in _SETTINGS.items():
        setattr(litellm, name, value)
    # A reply of yesterday would be given out as today's, and the cache on disk is pickled.
    dspy.configure_cache(enable_disk_cache=False, enable_memory_cache=False)
    return dspy, litellm


def _key(resolved: ResolvedModel, litellm: Any) -> str | None:
    """The key to send; None leaves it to LiteLLM, which knows each provider's usual variable."""
    for variable in resolved.key_env:
        if value := os.environ.get(variable, "").strip():
            return value
    missing = list(resolved.key_env)
    if not missing:
        if resolved.api_base:
            # Else the key of the usual provider would go to this address.
            return _NO_KEY
        missing = litellm.validate_environment(resolved.model)["missing_keys"]
        if not all(name.endswith("_API_KEY") for name in missing):
            # Providers with other ways to log in, which LiteLLM finds itself.
            return None
    if missing:
        message = f"model {resolved.name}: there is no key; set {' or '.join(missing)}"
        raise SkillRepoError(message)
    return None


def _reply(entry: Mapping[str, Any], outputs: Mapping[str, Any] | None) -> _Reply:
    """The reply in an entry of DSPy's history."""
    response = entry["response"]
    first = next(iter(entry["outputs"] or ()), "")
    text = (first.get("text") if isinstance(first, dict) else first) or ""
    choice = next(iter(getattr(response, "choices", None) or ()), None)
    finish = getattr(choice, "finish_reason", None) or ""
    # LiteLLM keeps what its own classes do not have beside them; since 1.110 they have this.
    message = getattr(choice, "message", None)
    beside = getattr(message, "provider_specific_fields", None) or {}
    if refusal := getattr(message, "refusal", None) or beside.get("refusal"):
        text, finish = refusal, "refusal"
    return _Reply(str(text), str(finish), outputs)


@contextmanager
def _quiet() -> Iterator[None]:
    """Their warnings are about their own code: pydantic models, event loops, deprecations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
