"""What went wrong with a model, in words that a user can act on; never a key, never a prompt."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from skillrepo.config import ResolvedModel
from skillrepo.visible import visible

_MAX_DETAIL = 300
_LONGEST_WAIT = 60.0
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)
# Shorter values are words; to black them out would garble the message.
_SHORTEST_SECRET = 6
# "litellm.RateLimitError: RateLimitError: OpenAIException - " and the like.
_CLASS_NAMES = re.compile(
    r"^(?:(?:litellm\.)?[A-Za-z]{1,40}(?:Error|Exception|Timeout)\s*[:-]\s*)+"
)

# By the name of DSPy's class (dspy.utils.exceptions), the narrower first.
_SENTENCES = (
    (
        "ContextWindowExceededError",
        "the request is too long for this model; give fewer sources, or lower `max_tokens`",
    ),
    ("LMAuthError", "the provider refused the key{keys}; check that it is valid for this model"),
    ("LMBillingError", "the provider wants payment; check the credit and quota of the account"),
    ("LMRateLimitError", "the provider's rate limit is reached; wait, then try again"),
    (
        "LMUnsupportedModelError",
        "there is no such model, or nothing at this address{address}; check `model` and `api_base`",
    ),
    ("LMTimeoutError", "no reply came within {timeout:g} seconds; raise the model's `timeout`"),
    ("LMTransportError", "the provider cannot be reached{address}; check address and network"),
    ("LMUnsupportedFeatureError", "the model cannot do what is asked"),
    ("LMServerError", "the provider failed or sent something else than a reply; try again later"),
    ("LMInvalidRequestError", "the provider refused the request"),
)
_BY_STATUS = {
    401: "LMAuthError",
    402: "LMBillingError",
    403: "LMAuthError",
    404: "LMUnsupportedModelError",
    429: "LMRateLimitError",
}
_SERVER_ERROR = 500
_REFUSALS = frozenset({"LMInvalidRequestError", "LMUnsupportedFeatureError"})
_PRECISE = frozenset({"ContextWindowExceededError", "LMBillingError", "LMTimeoutError"})
_RETRYABLE = frozenset({"LMRateLimitError", "LMTimeoutError", "LMServerError", "LMTransportError"})


def explain(error: Exception, model: ResolvedModel, attempts: int) -> str:
    """Why a request failed for good, after `attempts`, and what to do."""
    missing = [cause for cause in _chain(error) if isinstance(cause, ImportError)]
    if missing:
        return f"LiteLLM lacks a Python package that it needs; it said: {detail(missing[0], model)}"
    kinds = _kinds(error)
    sentence = next((text for name, text in _SENTENCES if name in kinds), "the request failed")
    said = sentence.format(
        keys=f" in {' or '.join(model.key_env)}" if model.key_env else "",
        address=f" ({model.api_base})" if model.api_base else "",
        timeout=model.timeout,
    )
    times = f", after {attempts} attempts" if attempts > 1 else ""
    return f"{said}{times}; it said: {detail(error, model)}"


def wait(error: Exception, attempt: int, retries: int) -> float | None:
    """The seconds after which the same request may succeed; None where it is not to be tried."""
    asked = _retry_after(error)
    if attempt > retries or asked > _LONGEST_WAIT or _RETRYABLE.isdisjoint(_kinds(error)):
        return None
    return asked if asked >= 0 else min(2.0 ** (attempt - 1), _LONGEST_WAIT)


def refused_parameter(error: Exception, parameters: Iterable[str]) -> str | None:
    """The first of `parameters` that the refusal of a request names."""
    kinds = _kinds(error)
    if "ContextWindowExceededError" in kinds or kinds.isdisjoint(_REFUSALS):
        return None
    match = re.search(rf"\b(?:{'|'.join(parameters)})\b", str(error))
    return match[0] or None if match else None


def detail(error: Exception | str, model: ResolvedModel) -> str:
    """The first line of what a provider or a library said, without secrets."""
    text = str(getattr(error, "message", "") or error).strip()
    line = _CLASS_NAMES.sub("", text.partition("\n")[0])
    return visible(_without_secrets(line, model))[:_MAX_DETAIL] or type(error).__name__


def _retry_after(error: Exception) -> float:
    """The seconds that the provider asks to wait, -1 where it does not say."""
    for cause in _chain(error):
        headers = getattr(getattr(cause, "response", None), "headers", None) or {}
        with suppress(ValueError):
            seconds = float(headers.get("retry-after", ""))
            if seconds >= 0:
                return seconds
    return -1.0


def _without_secrets(text: str, model: ResolvedModel) -> str:
    secrets = (
        value.strip()
        for name, value in os.environ.items()
        if name in model.key_env or _SECRET_NAME.search(name)
    )
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text


def _kinds(error: Exception) -> set[str]:
    """The names of an error's classes, or of the one that its HTTP status or connection means.

    LiteLLM goes by words in the text first: a 500 that says "invalid request" is one to it.
    """
    kinds = {kind.__name__ for kind in type(error).__mro__}
    statuses = [getattr(getattr(c, "response", None), "status_code", 0) for c in _chain(error)]
    # The innermost is the real response; the outer ones are made up after the classes.
    status = next((status for status in reversed(statuses) if status), 0)
    if any(type(cause).__name__ == "APIConnectionError" for cause in _chain(error)):
        kinds.add("LMTransportError")
    elif kinds.isdisjoint(_PRECISE) and status >= _SERVER_ERROR:
        kinds = {"LMServerError"}
    elif kinds.isdisjoint(_PRECISE) and status in _BY_STATUS:
        kinds = {_BY_STATUS[status]}
    return kinds


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
