"""Speaks HTTP and JSON to one forge: limits, waiting, errors in words; the token stays inside.

The only module that uses httpx2, which goes on where httpx 0.28 stopped:
https://github.com/pydantic/httpx2
"""

import json
import math
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx2

from skillrepo import __version__
from skillrepo.errors import SkillRepoError
from skillrepo.forge.access import Access
from skillrepo.secret_text import masked
from skillrepo.visible import one_line

_MOST_BYTES = 16 << 20
_MOST_PAGES = 50
_MOST_ATTEMPTS = 3
_MOST_WAITING = 60
"""Seconds that a request is held back in all because the forge asks for it."""
_MOST_SAID = 300
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,<]*\brel="?next"?')
# A forge that limits without saying for how long. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
_UNSAID_WAIT = 60


class Reply(NamedTuple):
    """A reply that was no refusal: its JSON (None if it is empty) and the next page's address."""

    value: Any
    next: str | None = None


class Refused(SkillRepoError):  # noqa: N818 - the forge did, and it may be what was expected
    """The forge refused a request; `status` is HTTP's, `said` its own words, on one line."""

    def __init__(self, message: str, status: int, said: str) -> None:
        super().__init__(message)
        self.status = status
        self.said = said


class TooManyPages(SkillRepoError):  # noqa: N818 - what was read by then may do
    """A list has more pages than are read."""


class _Limited(Exception):  # noqa: N818 - of this module
    """The forge asks to wait for so many seconds; `why` is how it says so."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__()
        self.seconds = seconds
        self.why = why


class Client:
    """A connection to the interface of one forge, to be used as a context.

    No redirect is followed, so the token goes to the host of `access.api` alone. `timeout` is in
    seconds; `say` is told of a delay, in a line. Errors are `SkillRepoError`, `Refused` where the
    forge answered with one.
    """

    def __init__(
        self,
        access: Access,
        headers: Mapping[str, str],
        timeout: float,
        *,
        say: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._access = access
        self._timeout = timeout
        self._say = say
        self._sleep = sleep
        self._waited = 0.0
        common = {"User-Agent": f"skillrepo/{__version__}", "Accept-Encoding": "identity"}
        # On loopback there is no TLS, so no proxy may see it.
        trusts = access.api.startswith("https:")
        try:
            self._http = httpx2.Client(
                headers={**common, **headers},
                timeout=timeout,
                follow_redirects=False,
                trust_env=trusts,
            )
        except (ImportError, OSError, ValueError, httpx2.InvalidURL) as error:
            why = f"what your environment says of proxies and certificates cannot be used ({error})"
        else:
            return
        raise SkillRepoError(
            f"{masked(one_line(why))}: look at HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE, SSL_CERT_DIR"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    def send(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Reply:
        """Send a request to a path below the interface's address, or to a page's address."""
        url = path if path.startswith(("https://", "http://")) else f"{self._access.api}{path}"
        if not url.startswith(f"{self._access.api}/"):
            raise self._error("names another place for the next page; nothing was sent there")
        attempts = 0
        while True:
            try:
                return self._once(method, url, body)
            except _Limited as error:
                limited = error
            seconds = limited.seconds
            attempts += 1
            self._waited += seconds
            if self._waited > _MOST_WAITING or attempts == _MOST_ATTEMPTS:
                wait = f"{max(1, math.ceil(seconds)):,} seconds"
                raise self._error(f"limits how much may be asked of it; try again in {wait}")
            if seconds:
                what = f"limits how much may be asked of it ({limited.why})"
                self._say(f"{self._access.host} {what}: going on in {math.ceil(seconds)} s")
            self._sleep(seconds)

    def pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        """The items of a list, which comes in pages; ends with `TooManyPages` where it must."""
        following: str | None = path
        for _ in range(_MOST_PAGES):
            if following is None:
                return
            reply = self.send("GET", following)
            if not isinstance(reply.value, list):
                raise self.misread()
            for item in reply.value:
                if not isinstance(item, dict):
                    raise self.misread()
                yield item
            following = reply.next
        if following is not None:
            raise TooManyPages(f"{self._access.host} lists more than {_MOST_PAGES} pages")

    def misread(self) -> SkillRepoError:
        """The error for a reply that is not what the interface is documented to say."""
        return self._error(f"did not answer as its interface does: is {self._access.api} right?")

    def _error(self, what: str) -> SkillRepoError:
        return SkillRepoError(f"{self._access.host} {masked(one_line(what))}")

    def _once(self, method: str, url: str, body: Mapping[str, object] | None) -> Reply:
        status, headers, data = self._exchange(method, url, body)
        if status in {403, 429}:
            limited = _limited(status, headers, data)
            if limited:
                raise limited
        if not 200 <= status < 300:  # noqa: PLR2004 - HTTP's
            raise self._refusal(method, status, data)
        link = _NEXT.search(headers.get("link", ""))
        if not data.strip():
            return Reply(None)
        try:
            return Reply(self._parsed(data), link[1] if link else None)
        except (ValueError, RecursionError):
            raise self.misread() from None

    def _parsed(self, data: bytes) -> Any:
        """The JSON of a reply, without the token: a server may repeat what it was sent."""
        text = json.dumps(json.loads(data))
        return json.loads(text.replace(json.dumps(self._access.token)[1:-1], "***"))

    def _exchange(
        self, method: str, url: str, body: Mapping[str, object] | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        data = bytearray()
        end = time.monotonic() + 4 * self._timeout
        try:
            with self._http.stream(method, url, json=body) as response:
                for part in response.iter_bytes():
                    data += part
                    if len(data) > _MOST_BYTES or time.monotonic() > end:
                        raise self._error("sends more, or more slowly, than can be right")
                return response.status_code, response.headers, bytes(data)
        except httpx2.TimeoutException:
            why = f"did not answer within {self._timeout:g} seconds; try again later"
        except httpx2.ConnectError as error:
            why = _unreached(error)
        except httpx2.ProxyError as error:
            why = f"cannot be reached through your proxy ({error}): is HTTPS_PROXY right?"
        except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
            why = f"broke off ({type(error).__name__}); try again"
        # Outside of the handlers: no traceback is to carry the request with its token.
        raise self._error(why)

    def _refusal(self, method: str, status: int, data: bytes) -> Refused:
        try:
            said = masked(one_line(_said(self._parsed(data))))[:_MOST_SAID]
        except (ValueError, RecursionError):
            said = ""
        why = f"{self._access.host} refused to {_VERBS[method]} ({status}{said and f': {said}'})"
        advice = _advice(status, self._access.variable)
        return Refused(f"{why}{advice and f'; {advice}'}", status, said)


def _unreached(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"has a certificate that is not trusted here ({cause.verify_message}); nothing was "
                "sent. If the server is yours, name the file of its authority in SSL_CERT_FILE"
            )
        if isinstance(cause, ssl.SSLError):
            return f"does not speak TLS as it should ({cause.reason}); is its address right?"
        cause = cause.__cause__ or cause.__context__
    return f"cannot be reached ({error}); is the network up?"


_VERBS = {"GET": "read", "POST": "create", "PATCH": "change", "PUT": "change", "DELETE": "remove"}
_ADVICE = {
    401: "{variable} holds no valid token: make a new one, and set it",
    403: "the token in {variable} may not do that: give it the permission, or use another",
    404: "there is no such project, or the token in {variable} may not see it",
}


def _advice(status: int, variable: str) -> str:
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP's
        return "the project has moved: set its new address with `git remote set-url`"
    if status >= 500:  # noqa: PLR2004 - HTTP's
        return "the trouble is there; try again later"
    return _ADVICE.get(status, "").format(variable=variable)


def _said(value: object) -> str:
    """The words of an error: `message` and `errors` of GitHub, `message` or `error` of GitLab."""
    if not isinstance(value, dict):
        return ""
    errors = value.get("errors")
    found = [value.get("message") or value.get("error")]
    found += errors if isinstance(errors, list) else [errors]
    return "; ".join(filter(None, map(_words, found)))


def _words(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(each for each in value if isinstance(each, str))
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("message"), str):
        return str(value["message"])
    return " ".join(str(value[key]) for key in ("field", "code") if key in value) or "; ".join(
        f"{key} {_words(item)}" for key, item in value.items()
    )


def _limited(status: int, headers: Mapping[str, str], data: bytes) -> _Limited | None:
    """How long to wait; None where the refusal is for good."""
    after = headers.get("retry-after")
    if after is not None:
        known = re.fullmatch(r"\d{1,6}", after)
        return _Limited(float(after) if known else _UNSAID_WAIT, "Retry-After")
    if headers.get("x-ratelimit-remaining") == "0":
        reset = headers.get("x-ratelimit-reset", "")
        known = re.fullmatch(r"\d{1,12}", reset)
        seconds = max(0.0, float(reset) - time.time()) if known else _UNSAID_WAIT
        return _Limited(seconds, "no requests are left until then")
    if status == 429 or b"rate limit" in data:  # noqa: PLR2004 - HTTP's
        return _Limited(_UNSAID_WAIT, "a rate limit, without a time")
    return None
