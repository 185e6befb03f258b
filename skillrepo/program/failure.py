"""What went wrong with a model, in words that a user can act on; never a key, never a prompt."""

import os
import re
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from skillrepo.config import ResolvedModel
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.visible import visible

Kind = Literal[
    "key",
    "quota",
    "rate-limit",
    "model",
    "address",
    "tls",
    "proxy",
    "network",
    "time-out",
    "package",
    "too-long",
    "refused",
    "provider",
    "reply",
]
"""What is to be looked at; `reply` is one that was given and is of no use."""

_MAX_DETAIL = 300
_LONGEST_WAIT = 60.0
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)
# Shorter values are words; to black them out would garble the message.
_SHORTEST_SECRET = 6
# "litellm.RateLimitError: RateLimitError: OpenAIException - " and the like.
_CLASS_NAMES = re.compile(
    r"^(?:(?:litellm\.)?[A-Za-z]{1,40}(?:Error|Exception|Timeout)\s*[:-]\s*)+"
)

# By the name of LiteLLM's class (https://docs.litellm.ai/docs/exception_mapping), or one that it
# has none for; the narrower first.
_SENTENCES: tuple[tuple[str, Kind, str], ...] = (
    (
        "ContextWindowExceededError",
        "too-long",
        "the request is too long for this model; give fewer sources, or lower `max_tokens`",
    ),
    (
        "AuthenticationError",
        "key",
        "the provider refused the key{keys}; check that it is valid for this model",
    ),
    ("Quota", "quota", "the provider wants payment; check the credit and quota of the account"),
    (
        "RateLimitError",
        "rate-limit",
        "the provider's rate limit is reached; wait, then try again",
    ),
    (
        "NoModel",
        "model",
        "the provider has no such model as {model}, or not for this key; check its name",
    ),
    (
        "NotFoundError",
        "address",
        "there is no such model, or nothing at this address{address}; check `model` and `api_base`",
    ),
    (
        "Timeout",
        "time-out",
        "no reply came within {timeout:g} seconds; raise the model's `timeout`",
    ),
    (
        "Certificate",
        "tls",
        (
            "the certificate of the provider{address} is not trusted here; name the file of its "
            "authority in SSL_CERT_FILE"
        ),
    ),
    (
        "Tls",
        "tls",
        "the provider{address} does not speak TLS as it should; is it https:// that it speaks?",
    ),
    (
        "Proxy",
        "proxy",
        (
            "the provider cannot be reached through your proxy; is {proxy} right? NO_PROXY names "
            "the hosts that need none"
        ),
    ),
    (
        "APIConnectionError",
        "network",
        "the provider cannot be reached{address}, or broke off; check address and network",
    ),
    ("UnsupportedParamsError", "refused", "the model cannot do what is asked"),
    (
        "NoReply",
        "address",
        (
            "something else than a reply of a model came{address}; check `api_base`, which often "
            "ends in /v1"
        ),
    ),
    (
        "InternalServerError",
        "provider",
        "the provider failed or sent something else than a reply; try again later",
    ),
    ("BadRequestError", "refused", "the provider refused the request"),
)
_BY_STATUS = {
    401: "AuthenticationError",
    402: "Quota",
    403: "AuthenticationError",
    404: "NotFoundError",
    405: "NotFoundError",
    407: "Proxy",
    408: "Timeout",
    413: "ContextWindowExceededError",
    429: "RateLimitError",
}
_SERVER_ERROR = 500
# Of OpenAI and those who speak as it does: one travels as a 429, the other as a 400.
_BY_CODE: dict[object, str] = {
    "insufficient_quota": "Quota",
    "context_length_exceeded": "ContextWindowExceededError",
    "model_not_found": "NoModel",
}
# Of those who have no code for it.
_NO_CREDIT = re.compile(r"credit balance|insufficient (?:balance|credits?|funds)", re.IGNORECASE)
_UNREACHED = frozenset(
    {"APIConnectionError", "ConnectError", "ReadError", "RemoteProtocolError", "WriteError"}
)
# Of httpx and httpcore: before anything is sent, and after all of it.
_NEVER_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "WriteTimeout"})
_BROKEN_OFF = frozenset({"ReadError", "RemoteProtocolError"})
_PROXIES = ("{}_proxy", "all_proxy")
_REFUSALS = frozenset({"BadRequestError", "UnsupportedParamsError"})
_PRECISE = frozenset({"ContextWindowExceededError", "Quota", "Timeout"})
_RETRYABLE = frozenset(
    {"RateLimitError", "Timeout", "InternalServerError", "APIConnectionError", "NoReply"}
)


# What becomes of a request by what stands in it; all else is no matter of the program.
_ANSWERED = frozenset({"reply", "too-long"})


class ModelFailed(WriterFailed):
    """A model gave no answer that is of use; `kind` is what is to be looked at."""

    def __init__(self, message: str, kept: Mapping[str, bytes], kind: Kind) -> None:
        super().__init__(message, kept)
        self.kind = kind


def explain(error: Exception, model: ResolvedModel, attempts: int) -> tuple[Kind, str]:
    """Why a request failed for good, after `attempts`, and what to do."""
    missing = [cause for cause in causes(error) if isinstance(cause, ImportError)]
    if missing:
        said = detail(missing[0], model)
        return "package", f"LiteLLM lacks a Python package that it needs; it said: {said}"
    kinds = _kinds(error)
    proxy = _proxy(model)
    if proxy and "APIConnectionError" in kinds:
        kinds = {"Proxy"}
    if "NoReply" in kinds and not model.api_base:
        kinds = {"InternalServerError"}
    kind: Kind = "refused"
    sentence = "the request failed"
    for name, kind_of_it, text in _SENTENCES:
        if name in kinds:
            kind, sentence = kind_of_it, text
            break
    said = sentence.format(
        keys=f" in {' or '.join(model.key_env)}" if model.key_env else "",
        model=model.model,
        address=f" ({model.api_base})" if model.api_base else "",
        timeout=model.timeout,
        proxy=proxy or "HTTPS_PROXY",
    )
    times = f" ({attempts} attempts failed)" if attempts > 1 else ""
    # LiteLLM says of all of these "Connection error."
    told = list(causes(error))[-1] if kind in {"tls", "proxy", "network"} else error
    return kind, f"{said}{times}; it said: {detail(told, model)}"


def wait(error: Exception, attempt: int, retries: int) -> float | None:
    """The seconds after which the same request may succeed; None where it is not to be tried."""
    asked = _retry_after(error)
    if attempt > retries or asked > _LONGEST_WAIT or _RETRYABLE.isdisjoint(_kinds(error)):
        return None
    return asked if asked >= 0 else min(2.0 ** (attempt - 1), _LONGEST_WAIT)


def may_be_charged(error: Exception) -> bool:
    """Whether a request that failed had reached a model, which may have answered it at length."""
    names = {type(cause).__name__ for cause in causes(error)}
    if not names.isdisjoint(_NEVER_SENT) or "HTTPStatusError" in names:
        return False
    return "Timeout" in _kinds(error) or not names.isdisjoint(_BROKEN_OFF)


def refused_parameter(error: Exception, parameters: Iterable[str]) -> str | None:
    """The first of `parameters` that the refusal of a request names."""
    kinds = _kinds(error)
    if "ContextWindowExceededError" in kinds or kinds.isdisjoint(_REFUSALS):
        return None
    match = re.search(rf"\b(?:{'|'.join(parameters)})\b", str(error))
    return match[0] or None if match else None


def detail(error: BaseException | str, model: ResolvedModel) -> str:
    """The first line of what a provider or a library said, without secrets."""
    text = str(getattr(error, "message", "") or error).strip()
    line = _CLASS_NAMES.sub("", text.partition("\n")[0])
    return visible(without_secrets(line, model))[:_MAX_DETAIL] or type(error).__name__


def _retry_after(error: Exception) -> float:
    """The seconds that the provider asks to wait, -1 where it does not say."""
    for cause in causes(error):
        headers = getattr(getattr(cause, "response", None), "headers", None) or {}
        if (seconds := _seconds(headers.get("retry-after", ""))) >= 0:
            return seconds
    return -1.0


def _seconds(text: str) -> float:
    """Those of a Retry-After, which may be a date; a negative number where it is neither."""
    with suppress(ValueError):
        return float(text)
    with suppress(ValueError):
        return parsedate_to_datetime(text).timestamp() - time.time()
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
    chain = list(causes(error))
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if named := [_BY_CODE[code] for cause in chain if (code := _code(cause)) in _BY_CODE]:
        return {named[0]}
    # The innermost is the real response; the outer ones are made up after the classes.
    statuses = [getattr(getattr(cause, "response", None), "status_code", 0) for cause in chain]
    status = next((status for status in reversed(statuses) if status), 0)
    answered = any(type(cause).__name__ == "HTTPStatusError" for cause in chain)
    if not answered and (unreached := _unreached(chain)):
        return kinds | {unreached} if unreached == "APIConnectionError" else {unreached}
    if not kinds.isdisjoint(_PRECISE):
        return kinds
    if status in _BY_STATUS:
        kinds = {_BY_STATUS[status]}
    elif status >= _SERVER_ERROR:
        kinds = {"InternalServerError" if answered else "NoReply"}
    return _narrowed(kinds, str(error))


def _unreached(chain: Iterable[BaseException]) -> str | None:
    """Why no answer came over the connection; None where one came, or none in time."""
    names = set()
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "Certificate"
        if isinstance(cause, ssl.SSLError):
            return "Tls"
        names.add(type(cause).__name__)
    if "ProxyError" in names:
        return "Proxy"
    return None if _UNREACHED.isdisjoint(names) else "APIConnectionError"


def _narrowed(kinds: set[str], text: str) -> set[str]:
    """What the words say where neither class nor status does."""
    if not kinds.isdisjoint({"BadRequestError", "RateLimitError"}) and _NO_CREDIT.search(text):
        return {"Quota"}
    if "NotFoundError" in kinds and "model" in text.casefold():
        return {"NoModel"}
    return kinds


def _proxy(model: ResolvedModel) -> str | None:
    """The variable of the proxy on the way to a model, as httpx finds it."""
    address = urlsplit(model.api_base or "https://")
    if address.hostname and proxy_bypass(address.hostname):
        return None
    names = [each.format(address.scheme) for each in _PROXIES]
    found = (form for name in names for form in (name.upper(), name) if os.environ.get(form))
    return next(found, None)


def _code(error: BaseException) -> object:
    body = getattr(error, "body", None)
    return getattr(error, "code", None) or (body.get("code") if isinstance(body, dict) else None)


def was_answered(error: SkillRepoError) -> bool:
    """Whether a draft failed by what a model was told and said, and not for want of an answer."""
    kinds = {cause.kind for cause in causes(error) if isinstance(cause, ModelFailed)}
    return isinstance(error, WriterFailed) and kinds <= _ANSWERED


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and what it came from, one after the other."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
