"""Asks the provider of one model until it answers: within the budget, the time and the retries."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from skillrepo.config import ResolvedModel
from skillrepo.program import failure
from skillrepo.program.account import Account, Spent
from skillrepo.program.failure import Kind, ModelFailed
from skillrepo.program.libraries import quiet
from skillrepo.program.model_facts import facts, find_key
from skillrepo.program.recording import Recordings, Reply
from skillrepo.tokens import tokens
from skillrepo.visible import one_line

_LIMIT = "max_tokens"
_UNKNOWN = (
    "LiteLLM knows no provider of {}; put the provider in front, as in openai/gpt-5.4-mini, or "
    "give a name of `models.registry` in your config.yaml"
)
# Seconds beyond the time-out, for LiteLLM to find it out and to say more of it.
_GRACE = 1.0
_LONGEST_FINGERPRINT = 200


@dataclass(frozen=True, slots=True)
class Shared:
    """What the engines of a draft share; `dropped` has what each model was found not to take.

    Calls that are `patient` wait for room in the budget that other calls of theirs may yet leave.
    """

    dspy: Any
    litellm: Any
    account: Account
    recordings: Recordings
    dropped: dict[str, list[str]] = field(default_factory=dict)
    patient: bool = False


class Provider:
    """One model of one step.

    `model` is LiteLLM's name of it, and `key_variable` holds its key, as far as that is known.
    Retries, time-outs and parameters that a provider refuses are dealt with here, so that they are
    for every predictor and every optimizer.
    """

    def __init__(self, step: str, resolved: ResolvedModel, shared: Shared) -> None:
        """Connect to nothing yet.

        Raises `SkillRepoError` where a key that it needs is missing, or nobody knows whose model it
        is.
        """
        self.model = resolved.model
        self._step = step
        self._resolved = resolved
        self._shared = shared
        self._dropped = shared.dropped.setdefault(self.model, [])
        replays, litellm = shared.recordings.replays, shared.litellm
        self.key_variable, self._key = (None, None) if replays else find_key(resolved, litellm)
        self._refuse_unknown()
        self.facts = facts(resolved, litellm)

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

    @property
    def limit(self) -> int | None:
        """How many tokens a reply may have, if that is limited at all."""
        limit: int | None = self._parameters().get(_LIMIT)
        return limit

    def ask(self, asked: Mapping[str, Any]) -> Reply:
        """The reply of the provider, for which it may be asked more than once.

        `asked` is in OpenAI's form. Raises `SkillRepoError`.
        """
        attempt = 1
        while True:
            limited = self.limit is not None
            reply, error = self._booked(asked)
            if reply:
                return reply
            assert error is not None  # noqa: S101 - it is one of the two
            if limited and failure.refused_parameter(error, [_LIMIT]):
                # Its replies may be longer, which the budget has to allow.
                self.drop(_LIMIT)
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
        ticket = account.reserve(self._step, self.model, most, patient=self._shared.patient)
        spent, reply = Spent(), None
        try:
            response, error = self._taken(asked)
            if error is None:
                reply = self._reply(response)
                spent = self.spent(reply, asked)
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
            self.drop(name)

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

    def drop(self, name: str) -> None:
        """Send a parameter no more, for the model does not take it."""
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
            self._fingerprint(response),
        )

    def _fingerprint(self, response: Any) -> str:
        """The model that answered, and the state of its server, as far as the provider tells."""
        told = (getattr(response, name, None) for name in ("model", "system_fingerprint"))
        text = " ".join(each for each in told if isinstance(each, str) and each)
        return one_line(failure.without_secrets(text, self._resolved))[:_LONGEST_FINGERPRINT]

    def failed(self, kind: Kind, why: str, text: str = "") -> ModelFailed:
        """Say why there is no answer; the text of a reply that was of no use is kept."""
        kept = {"reply.txt": text.encode(errors="replace")} if text else {}
        return ModelFailed(f"model {self._resolved.name}: {why}", kept, kind)

    def _most(self, asked: Mapping[str, Any]) -> Spent:
        longest = self.limit or self.facts.longest
        return self.facts.priced(_shown(asked), longest, estimated=True)

    def spent(self, reply: Reply, asked: Mapping[str, Any]) -> Spent:
        """What a reply cost; what nobody counted is estimated."""
        told = (reply.input_tokens, reply.output_tokens)
        return self.facts.priced(
            _shown(asked) if told[0] is None else told[0],
            tokens(reply.text) if told[1] is None else told[1],
            estimated=None in told,
        )


def _shown(asked: Mapping[str, Any]) -> int:
    return sum(tokens(message["content"]) for message in asked["messages"])


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
