"""What went wrong with a model, in words that a user can act on; never a key, never a prompt."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from skillrepo.config import ResolvedModel
from skillrepo.errors import WriterFailed
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

# By the name of LiteLLM's class (https://docs.litellm.ai/docs/exception_mapping), and `Quota` for
# an account without credit, which has none; the narrower first.
_SENTENCES = (
    (
        "ContextWindowExceededError",
        "the request is too long for this model; give fewer sources, or lower `max_tokens`",
    ),
    (
        "AuthenticationError",
        "the provider refused the key{keys}; check that it is valid for this model",
    ),
    ("Quota", "the provider wants payment; check the credit and quota of the account"),
    ("RateLimitError", "the provider's rate limit is reached; wait, then try again"),
    (
        "NotFoundError",
        "there is no such model, or nothing at this address{address}; check `model` and `api_base`",
    ),
    ("Timeout", "no reply came within {timeout:g} seconds; raise the model's `timeout`"),
    ("APIConnectionError", "the provider cannot be reached{address}; check address and network"),
    ("UnsupportedParamsError", "the model cannot do what is asked"),
    (
        "InternalServerError",
        "the provider failed or sent something else than a reply; try again later",
    ),
    ("BadRequestError", "the provider refused the request"),
)
_BY_STATUS = {
    401: "AuthenticationError",
    402: "Quota",
    403: "AuthenticationError",
    404: "NotFoundError",
    429: "RateLimitError",
}
_SERVER_ERROR = 500
# Of OpenAI and those who speak as it does: one travels as a 429, the other as a 400.
_BY_CODE: dict[object, str] = {
    "insufficient_quota": "Quota",
    "context_length_exceeded": "ContextWindowExceededError",
}
_REFUSALS = frozenset({"BadRequestError", "UnsupportedParamsError"})
_PRECISE = frozenset({"ContextWindowExceededError", "Quota", "Timeout"})
_RETRYABLE = frozenset({"RateLimitError", "Timeout", "InternalServerError", "APIConnectionError"})


class TooLong(WriterFailed):
    """A model takes no request as long as this one."""


def is_too_long(error: Exception) -> bool:
    """Whether a request failed for its length."""
    return "ContextWindowExceededError" in _kinds(error)


def explain(error: Exception, model: ResolvedModel, attempts: int) -> str:
    """Why a request failed for good, after `attempts`, and what to do."""
    missing = [cause for cause in causes(error) if isinstance(cause, ImportError)]
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
    return visible(without_secrets(line, model))[:_MAX_DETAIL] or type(error).__name__


def _retry_after(error: Exception) -> float:
    """The seconds that the provider asks to wait, -1 where it does not say."""
    for cause in causes(error):
        headers = getattr(getattr(cause, "response", None), "headers", None) or {}
        with suppress(ValueError):
            seconds = float(headers.get("retry-after", ""))
            if seconds >= 0:
                return seconds
    return -1.0


def without_secrets(text: str, model: ResolvedModel) -> str:
    """Give a text with `***` for the values of variables that hold keys, or may."""
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
    if named := [_BY_CODE[code] for cause in causes(error) if (code := _code(cause)) in _BY_CODE]:
        return {named[0]}
    statuses = [getattr(getattr(c, "response", None), "status_code", 0) for c in causes(error)]
    # The innermost is the real response; the outer ones are made up after the classes.
    status = next((status for status in reversed(statuses) if status), 0)
    if any(type(cause).__name__ == "APIConnectionError" for cause in causes(error)):
        kinds.add("APIConnectionError")
    elif kinds.isdisjoint(_PRECISE) and status >= _SERVER_ERROR:
        kinds = {"InternalServerError"}
    elif kinds.isdisjoint(_PRECISE) and status in _BY_STATUS:
        kinds = {_BY_STATUS[status]}
    return kinds


def _code(error: BaseException) -> object:
    body = getattr(error, "body", None)
    return getattr(error, "code", None) or (body.get("code") if isinstance(body, dict) else None)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and what it came from, one after the other."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
