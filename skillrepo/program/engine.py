"""Calls one model for DSPy: each request is replayed, or allowed, sent, paid for and recorded."""

import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, cast, get_args

from skillrepo.config import ResolvedModel
from skillrepo.errors import SkillRepoError
from skillrepo.program import failure
from skillrepo.program.account import Account, Spent
from skillrepo.program.failure import Kind, ModelFailed
from skillrepo.program.libraries import quiet
from skillrepo.program.recording import Failure, Recordings, Reply
from skillrepo.secret_text import masked
from skillrepo.tokens import tokens

_DECLINED = frozenset({"content_filter", "refusal"})
# A server need not ask for the key of a model at an address of one's own, but the client does.
_NO_KEY = "none"
_LIMIT = "max_tokens"
# The longest reply of a model that the list does not know and `max_tokens` does not limit.
_LONGEST_REPLY = 8_192
_UNKNOWN = (
    "LiteLLM knows no provider of {}; put the provider in front, as in openai/gpt-5.4-mini, or "
    "give a name of `models.registry` in your config.yaml"
)
# Seconds beyond the time-out, for LiteLLM to find it out and to say more of it.
_GRACE = 1.0


class NoKeyError(SkillRepoError):
    """None of the variables that may hold the key of a model is set."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the engines of a draft share; `dropped` has what each model was found not to take."""

    dspy: Any
    litellm: Any
    account: Account
    recordings: Recordings
    dropped: dict[str, list[str]] = field(default_factory=dict)


class Engine:
    """One model of one step, as DSPy's LM calls it.

    https://dspy.ai/community/normalized-lm-api-migration/ has the protocol. Retries, time-outs,
    parameters that a provider refuses, and replies that are of no use are dealt with here, so that
    they are for every predictor and every optimizer. `model` is LiteLLM's name of it, and `spent`
    what its requests cost, those that were replayed, too. `key_variable` holds its key, as far as
    that is known. What goes wrong is raised as `SkillRepoError`, which DSPy wraps in an error of
    its own.
    """

    def __init__(self, step: str, resolved: ResolvedModel, shared: Shared) -> None:
        """Connect to nothing yet.

        Raises `SkillRepoError` where a key that it needs is missing, or nobody knows whose model it
        is.
        """
        self.model = resolved.model
        self.spent = Spent()
        self._came: float | None = None
        self._last: tuple[str, Reply] | None = None
        self._step = step
        self._resolved = resolved
        self._shared = shared
        self._dropped = shared.dropped.setdefault(self.model, [])
        litellm = shared.litellm
        replays = shared.recordings.replays
        self.key_variable, self._key = (None, None) if replays else _key(resolved, litellm)
        self._refuse_unknown()
        about = _known(self.model, litellm)
        self._prices = _prices(about)
        self._longest = int(about.get("max_output_tokens") or _LONGEST_REPLY)
        with quiet():
            known = litellm.get_supported_openai_params(model=self.model)
            schema = litellm.supports_response_schema(model=self.model)
        # DSPy's adapters ask for them before they decide on the form of a request.
        self.supported_params = frozenset(known or ())
        declared = resolved.response_schema
        self.supports_response_schema = bool(schema) if declared is None else declared

    def _refuse_unknown(self) -> None:
        try:
            with quiet():
                self._shared.litellm.get_llm_provider(self.model, api_base=self._resolved.api_base)
        except self._shared.litellm.BadRequestError:
            raise self.failed("model", _UNKNOWN.format(self.model)) from None

    @property
    def notes(self) -> list[str]:
        """What was left out of its requests."""
        return [f"{self.model} does not take {name}; it was left out." for name in self._dropped]

    def complete(self, request: Any) -> Any:
        """Give the reply to a request of `dspy.lm15`. Raises `SkillRepoError`."""
        self._came = None
        reply = self.ask(_asked(request))
        self._came = time.monotonic()
        if problem := self.problem(reply):
            self.spoil()
            raise self.failed("reply", problem, reply.text)
        return self._response(reply)

    def ask(self, asked: Mapping[str, Any]) -> Reply:
        """Give the reply as it came, of use or not; `asked` is in OpenAI's form.

        Raises `SkillRepoError`.
        """
        recordings = self._shared.recordings
        key = recordings.key(self.model, self._resolved.parameters, asked)
        found = recordings.find(key)
        if isinstance(found, Failure):
            raise _again(found)
        if found:
            for name in found.dropped:
                self._drop(name)
            self._shared.account.replayed(self._step, self.model)
        reply = found or self._recorded(key, asked)
        self._last = key, reply
        self.spent += self._spent(reply, asked)
        return reply

    @property
    def said(self) -> str:
        """The text of the last reply."""
        return self._last[1].text if self._last else ""

    @property
    def seconds_since(self) -> float:
        """How long ago it came; 0 while one is waited for."""
        return time.monotonic() - self._came if self._came else 0.0

    def spoil(self) -> None:
        """Have the last reply recorded as one of no use."""
        if self._last:
            self._shared.recordings.store(*self._last, useless=True)

    def _recorded(self, key: str, asked: Mapping[str, Any]) -> Reply:
        recordings = self._shared.recordings
        try:
            reply = self._paid(asked)
        except SkillRepoError as error:
            kind = error.kind if isinstance(error, ModelFailed) else None
            recordings.store_failure(key, Failure(str(error), kind))
            raise
        recordings.store(key, reply)
        return reply

    def _paid(self, asked: Mapping[str, Any]) -> Reply:
        """The reply of the provider, for which it may be asked more than once."""
        attempt = 1
        while True:
            limited = _LIMIT in self._parameters()
            reply, error = self._booked(asked)
            if reply:
                return reply
            assert error is not None  # noqa: S101 - it is one of the two
            if limited and failure.refused_parameter(error, [_LIMIT]):
                # Its replies may be longer, which the budget has to allow.
                self._drop(_LIMIT)
                continue
            wait = failure.wait(error, attempt, self._resolved.retries)
            if wait is None:
                raise self.failed(*failure.explain(error, self._resolved, attempt))
            # Many clients that wait for as long as each other come back together.
            time.sleep(wait * random.uniform(1, 1.25))  # noqa: S311
            attempt += 1

    def _booked(self, asked: Mapping[str, Any]) -> tuple[Reply | None, Exception | None]:
        """One attempt, which the budget has to allow as if there were no other."""
        most = self._most(asked)
        account = self._shared.account
        ticket = account.reserve(self._step, self.model, most)
        spent, reply = Spent(), None
        try:
            response, error = self._taken(asked)
            if error is None:
                reply = self._reply(response)
                spent = self._spent(reply, asked)
            elif failure.may_be_charged(error):
                spent = most
        finally:
            account.settle(ticket, self._step, self.model, spent, failed=reply is None)
        return reply, error

    def _taken(self, asked: Mapping[str, Any]) -> tuple[Any, Exception | None]:
        """One attempt, without the parameters that the model is found not to take."""
        while True:
            # As they are sent: another thread may find it out meanwhile.
            others = [name for name in self._parameters() if name != _LIMIT]
            response, error = self._once(asked)
            name = error and failure.refused_parameter(error, others)
            if not name:
                return response, error
            self._drop(name)

    def _once(self, asked: Mapping[str, Any]) -> tuple[Any, Exception | None]:
        outcome: list[tuple[Any, Exception | None]] = []
        # HTTP's time-out begins anew with each byte, and some send blanks until they have a reply.
        # Of a call that is given up nothing is heard any more, and it ends with the process.
        call = Thread(target=lambda: outcome.append(self._called(asked)), daemon=True)
        call.start()
        call.join(self._resolved.timeout + _GRACE)
        return outcome[0] if outcome else (None, self._late())

    def _called(self, asked: Mapping[str, Any]) -> tuple[Any, Exception | None]:
        try:
            with quiet():
                return self._shared.litellm.completion(
                    model=self.model,
                    **asked,
                    **self._parameters(),
                    **self._connection(),
                    timeout=self._resolved.timeout,
                    # They are decided here, where a refused parameter is seen too.
                    num_retries=0,
                    max_retries=0,
                ), None
        except Exception as error:  # noqa: BLE001 - the packages of a hundred providers raise anything
            return None, error

    def _late(self) -> Exception:
        error: Exception = self._shared.litellm.Timeout(
            message="the reply had begun, and did not end", model=self.model, llm_provider=""
        )
        return error

    def _connection(self) -> dict[str, str]:
        given = {"api_key": self._key, "api_base": self._resolved.api_base}
        return {name: value for name, value in given.items() if value}

    def _parameters(self) -> dict[str, Any]:
        given = self._resolved.parameters.items()
        return {name: value for name, value in given if name not in self._dropped}

    def _drop(self, name: str) -> None:
        # Others who ask the same model may have found it out meanwhile.
        if name not in self._dropped:
            self._dropped.append(name)

    def _reply(self, response: Any) -> Reply:
        choice = next(iter(getattr(response, "choices", None) or ()), None)
        message = getattr(choice, "message", None)
        # LiteLLM keeps what its own classes do not have beside them; since 1.110 they have this.
        beside = getattr(message, "provider_specific_fields", None) or {}
        refusal = getattr(message, "refusal", None) or beside.get("refusal")
        usage = getattr(response, "usage", None)
        # A provider may say what it was sent.
        text = str(refusal or getattr(message, "content", None) or "")
        return Reply(
            failure.without_secrets(text, self._resolved),
            "refusal" if refusal else str(getattr(choice, "finish_reason", None) or ""),
            _count(getattr(usage, "prompt_tokens", None)),
            _count(getattr(usage, "completion_tokens", None)),
            tuple(self._dropped),
        )

    def problem(self, reply: Reply) -> str | None:
        """Why a reply is of no use, if it is of none."""
        if reply.finish == "length":
            limit = self._parameters().get(_LIMIT)
            place = f"{limit:,} tokens" if limit else "the provider's own limit"
            if not reply.text.strip():
                return (
                    f"its reasoning came to {place}, and nothing was left for the reply; raise "
                    "`max_tokens`, or lower `reasoning_effort`"
                )
            return f"its reply was cut off at {place}; raise `max_tokens`"
        if reply.finish in _DECLINED:
            said = failure.detail(reply.text, self._resolved) if reply.text.strip() else ""
            return f"it declined to answer{said and f'; it said: {said}'}"
        return None if reply.text.strip() else "its reply was empty; try again or another model"

    def failed(self, kind: Kind, why: str, text: str = "") -> ModelFailed:
        """Say why there is no answer; the text of a reply that was of no use is kept."""
        kept = {"reply.txt": text.encode(errors="replace")} if text else {}
        return ModelFailed(f"model {self._resolved.name}: {why}", kept, kind)

    def _response(self, reply: Reply) -> Any:
        lm15 = self._shared.dspy.lm15
        return lm15.Response(
            id=None,
            model=self.model,
            message=lm15.Message.assistant(reply.text),
            finish_reason="stop",
            usage=lm15.Usage(input_tokens=reply.input_tokens, output_tokens=reply.output_tokens),
        )

    def _most(self, asked: Mapping[str, Any]) -> Spent:
        longest = int(self._parameters().get(_LIMIT) or self._longest)
        return self.priced(_shown(asked), longest, estimated=True)

    def _spent(self, reply: Reply, asked: Mapping[str, Any]) -> Spent:
        told = (reply.input_tokens, reply.output_tokens)
        return self.priced(
            _shown(asked) if told[0] is None else told[0],
            tokens(reply.text) if told[1] is None else told[1],
            estimated=None in told,
        )

    def priced(self, shown: int, given: int, *, estimated: bool = True) -> Spent:
        """What one call costs with so many tokens shown and given."""
        cost = None
        if self._prices:
            cost = shown * self._prices["input"] + given * self._prices["output"]
        return Spent(1, shown, given, cost, estimated=estimated)


def _again(failure_: Failure) -> SkillRepoError:
    """The error that was recorded."""
    if failure_.kind in get_args(Kind):
        return ModelFailed(failure_.why, {}, cast("Kind", failure_.kind))
    return SkillRepoError(failure_.why)


def _asked(request: Any) -> dict[str, Any]:
    """What a request shows the model, in OpenAI's form, which is LiteLLM's."""
    messages = [{"role": "system", "content": _text(request.system)}] if request.system else []
    messages += [{"role": each.role, "content": _text(each.parts)} for each in request.messages]
    form = _form(request.config.response_format)
    return {"messages": messages, **({"response_format": form} if form else {})}


def _form(form: Any) -> Any:
    """What a reply is to be like; DSPy has name and schema beside the type, OpenAI below it."""
    if not form or "schema" not in form:
        return form
    below = {name: value for name, value in form.items() if name != "type"}
    return {"type": form["type"], "json_schema": below}


def _text(parts: Any) -> str:
    text = parts if isinstance(parts, str) else "".join(part.text for part in parts)
    # Here, since optimizers write prompts of their own; lone surrogates take no provider.
    return masked(text.encode(errors="replace").decode())


def _shown(asked: Mapping[str, Any]) -> int:
    return sum(tokens(message["content"]) for message in asked["messages"])


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _known(model: str, litellm: Any) -> Mapping[str, Any]:
    """What the list that LiteLLM ships says of a model; nothing of one that it does not know."""
    try:
        with quiet():
            return dict(litellm.get_model_info(model))
    except Exception:  # noqa: BLE001 - it raises a bare Exception
        return {}


def _prices(known: Mapping[str, Any]) -> Mapping[str, float]:
    """US dollars for a token that is shown (`input`) and that is given (`output`), if known."""
    prices = {kind: known.get(f"{kind}_cost_per_token") for kind in ("input", "output")}
    return {} if None in prices.values() else {kind: float(p or 0) for kind, p in prices.items()}


def _key(resolved: ResolvedModel, litellm: Any) -> tuple[str | None, str | None]:
    """The variable of the key and the key to send.

    Without a key it is left to LiteLLM, which knows each provider's usual variables.
    """
    for variable in resolved.key_env:
        if value := os.environ.get(variable, "").strip():
            return variable, value
    missing = list(resolved.key_env)
    if not missing:
        if resolved.api_base:
            # Else the key of the usual provider would go to this address.
            return None, _NO_KEY
        missing = litellm.validate_environment(resolved.model)["missing_keys"]
        if not all(name.endswith("_API_KEY") for name in missing):
            # Providers with other ways to log in, which LiteLLM finds itself.
            return None, None
    if missing:
        variables = " or ".join(missing)
        message = (
            f"model {resolved.name}: there is no key; set {variables}, or choose another model"
        )
        raise NoKeyError(message)
    usual = f"{resolved.model.partition('/')[0].upper()}_API_KEY"
    return (usual if usual in os.environ else None), None
