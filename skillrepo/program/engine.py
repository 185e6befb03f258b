"""The engine that DSPy calls: each request is replayed, or sent, and what comes is recorded."""

import time
from collections.abc import Mapping
from typing import Any, cast, get_args

from skillrepo.config import ResolvedModel
from skillrepo.errors import SkillRepoError
from skillrepo.program import failure
from skillrepo.program.account import Spent
from skillrepo.program.failure import Kind, ModelFailed
from skillrepo.program.provider import Provider, Shared
from skillrepo.program.recording import Failure, Reply
from skillrepo.secret_text import masked

_DECLINED = frozenset({"content_filter", "refusal"})


class Engine:
    """One model of one step, as DSPy's LM calls it.

    https://dspy.ai/community/normalized-lm-api-migration/ has the protocol. `provider` is asked
    what is not recorded; `spent` is what the requests cost, those that were replayed, too. What
    goes wrong, replies that are of no use among it, is raised as `SkillRepoError`, which DSPy wraps
    in an error of its own.
    """

    def __init__(self, step: str, resolved: ResolvedModel, shared: Shared) -> None:
        """Connect to nothing yet. Raises what `Provider` raises."""
        self.provider = Provider(step, resolved, shared)
        self.spent = Spent()
        self._came: float | None = None
        self._last: tuple[str, Reply] | None = None
        self._step = step
        self._resolved = resolved
        self._shared = shared
        # DSPy's adapters ask for them before they decide on the form of a request.
        self.supported_params = self.provider.facts.parameters
        self.supports_response_schema = self.provider.facts.takes_schema

    def complete(self, request: Any) -> Any:
        """Give the reply to a request of `dspy.lm15`. Raises `SkillRepoError`."""
        self._came = None
        reply = self.ask(_asked(request))
        self._came = time.monotonic()
        if problem := self.problem(reply):
            self.spoil()
            raise self.provider.failed("reply", problem, reply.text)
        return self._response(reply)

    def ask(self, asked: Mapping[str, Any]) -> Reply:
        """Give the reply as it came, of use or not; `asked` is in OpenAI's form.

        Raises `SkillRepoError`.
        """
        recordings = self._shared.recordings
        key = recordings.key(self.provider.model, self._resolved.parameters, asked)
        found = recordings.find(key)
        if isinstance(found, Failure):
            raise _again(found)
        if found:
            for name in found.dropped:
                self.provider.drop(name)
            self._shared.account.replayed(self._step, self.provider.model)
        reply = found or self._recorded(key, asked)
        self._last = key, reply
        self.spent += self.provider.spent(reply, asked)
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
            reply = self.provider.ask(asked)
        except SkillRepoError as error:
            kind = error.kind if isinstance(error, ModelFailed) else None
            recordings.store_failure(key, Failure(str(error), kind))
            raise
        recordings.store(key, reply)
        return reply

    def problem(self, reply: Reply) -> str | None:
        """Why a reply is of no use, if it is of none."""
        if reply.finish == "length":
            limit = self.provider.limit
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

    def _response(self, reply: Reply) -> Any:
        lm15 = self._shared.dspy.lm15
        return lm15.Response(
            id=None,
            model=self.provider.model,
            message=lm15.Message.assistant(reply.text),
            finish_reason="stop",
            usage=lm15.Usage(input_tokens=reply.input_tokens, output_tokens=reply.output_tokens),
        )


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
