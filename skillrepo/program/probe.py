"""Makes one tiny call of a model, and says what came of it."""

import time
from dataclasses import dataclass, replace

from skillrepo.config import ResolvedModel
from skillrepo.errors import SkillRepoError
from skillrepo.program.account import Account, Spent
from skillrepo.program.engine import Engine
from skillrepo.program.failure import Kind, ModelFailed
from skillrepo.program.libraries import load
from skillrepo.program.model_facts import NoKeyError
from skillrepo.program.provider import Shared
from skillrepo.program.recording import Recordings

_STEP = "doctor"
_QUESTION = "Reply with the word ok, and nothing else."
# A model that reasons spends them on that, and is cut off: it has answered all the same.
_LONGEST = 32


@dataclass(frozen=True, slots=True)
class Call:
    """What one call came to: `kind` and `problem` say why it failed, and are None if it did not.

    `key` is the variable that held the key, `seconds` until the reply came.
    """

    model: str
    address: str | None
    key: str | None = None
    seconds: float | None = None
    spent: Spent | None = None
    notes: tuple[str, ...] = ()
    kind: Kind | None = None
    problem: str | None = None


def probe(resolved: ResolvedModel) -> Call:
    """Ask a model for a word, once, with its own parameters but those that would make it long."""
    kept = {k: v for k, v in resolved.parameters.items() if k != "reasoning_effort"}
    parameters = {**kept, "max_tokens": _LONGEST}
    tiny = replace(resolved, parameters=parameters, retries=0)
    call = Call(resolved.model, resolved.api_base)
    try:
        dspy, litellm = load()
    except SkillRepoError as error:
        return replace(call, kind="package", problem=str(error))
    try:
        engine = Engine(_STEP, tiny, Shared(dspy, litellm, Account(), Recordings()))
    except NoKeyError as error:
        return replace(call, kind="key", problem=str(error))
    except ModelFailed as error:
        return replace(call, kind=error.kind, problem=str(error))
    call = replace(call, key=engine.provider.key_variable)
    began = time.monotonic()
    try:
        reply = engine.ask({"messages": [{"role": "user", "content": _QUESTION}]})
    except ModelFailed as error:
        return replace(call, kind=error.kind, problem=str(error))
    seconds = time.monotonic() - began
    call = replace(call, seconds=seconds, spent=engine.spent, notes=tuple(engine.provider.notes))
    problem = None if reply.finish == "length" else engine.problem(reply)
    return replace(call, kind="reply", problem=problem) if problem else call
