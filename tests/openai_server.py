"""An OpenAI-compatible server on 127.0.0.1 that replies what a test wrote down, in order."""

import gc
import json
import ssl
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Barrier, Event, Lock, Thread
from typing import Any, cast


@dataclass(frozen=True)
class Reply:
    """`body` as it is sent; `headers` beside the usual ones; `held` until the server closes.

    When it has `dripped` blanks until then, it is held, too.

    With `when`, it answers the first request whose prompt holds that text; with a `gate` it waits
    there for the others.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    held: bool = False
    dripped: bool = False
    when: str = ""
    gate: Barrier | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Received:
    """A request: its path, headers with names in lower case, and JSON body."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def prompt(self) -> str:
        """All messages in one text."""
        return "\n".join(message["content"] for message in self.body["messages"])


def chat(text: str | None, finish: str = "stop", **message: str) -> Reply:
    """A completion with this text."""
    usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text, **message},
        "finish_reason": finish,
    }
    return raw(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "scripted",
            "choices": [choice],
            "usage": usage,
        }
    )


def fields(when: str = "", /, **values: str) -> Reply:
    """A completion in DSPy's chat form, field by field."""
    parts = [f"[[ ## {name} ## ]]\n{value}" for name, value in values.items()]
    return replace(chat("\n\n".join([*parts, "[[ ## completed ## ]]"])), when=when)


def failure(status: int, message: str, code: str | None = None, **headers: str) -> Reply:
    """An error in OpenAI's form; `retry_after="0"` becomes the header Retry-After."""
    error = {"message": message, "type": "invalid_request_error", "code": code, "param": None}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps({"error": error}).encode(), named)


def raw(value: object, status: int = 200) -> Reply:
    """Any JSON."""
    return Reply(status, json.dumps(value).encode())


GARBAGE = Reply(200, b"<html>not what was asked for</html>")
PAGE = Reply(200, b"<!doctype html><p>Welcome</p>", {"content-type": "text/html"})
"""What a web server gives to whoever calls a wrong address."""
CUT = Reply(200, b"")
"""The connection is closed before a reply."""
HALF = Reply(200, b'{"id": "chat', {"content-length": "999", "connection": "close"})
"""The connection is closed within a reply."""
HELD = Reply(200, b"{}", held=True)
"""No reply until the server closes."""


DRIPPED = Reply(200, b"{}", dripped=True)
"""The reply begins, and blanks come until the server closes."""


Scripted = Reply | Callable[[Received], Reply]
"""A reply, or what makes one: of requests at once nobody knows which comes first."""


class Server(ThreadingHTTPServer):
    """`received` holds what arrived so far, in order."""

    daemon_threads = True

    def __init__(self, script: Iterable[Scripted], certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.script = list(script)
        self.taking = Lock()
        self.received: list[Received] = []
        self.closing = Event()

    def reply(self, received: Received) -> Reply:
        """The next reply of the script that is for this request."""
        scripted = self._next(received)
        return scripted if isinstance(scripted, Reply) else scripted(received)

    def _next(self, received: Received) -> Scripted:
        with self.taking:
            self.received.append(received)
            for number, scripted in enumerate(self.script):
                if not isinstance(scripted, Reply) or scripted.when in received.prompt:
                    return self.script.pop(number)
        return failure(418, "the script of the test has ended")

    def asked(self, what: str) -> Received:
        """The one request whose prompt holds a text, such as the name of a field."""
        (found,) = (each for each in self.received if f"[[ ## {what} ## ]]" in each.prompt)
        return found

    @property
    def url(self) -> str:
        """What a client is to use as `api_base`."""
        return f"{self.scheme}://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server = cast("Server", self.server)
        data = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = server.reply(Received(self.path, headers, json.loads(data)))
        if reply.gate:
            reply.gate.wait(timeout=60)
        if reply.dripped:
            self._drip(server.closing)
        if reply.held:
            server.closing.wait(timeout=60)
        if reply.held or reply.dripped or reply is CUT:
            self.close_connection = True
            return
        self.send_response(reply.status)
        length = {"content-length": str(len(reply.body))}
        for name, value in {"content-type": "application/json", **length, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def _drip(self, closing: Event) -> None:
        self.send_response(200)
        self.send_header("content-length", "1000")
        self.end_headers()
        with suppress(OSError):
            for _ in range(600):
                self.wfile.write(b" ")
                if closing.wait(timeout=0.1):
                    return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """Say nothing."""


@contextmanager
def serving(*script: Scripted, certificate: Path | None = None) -> Iterator[Server]:
    """A server that gives these replies, one a request; it refuses connections afterwards."""
    with Server(script, certificate) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


@contextmanager
def clients_let_go() -> Iterator[None]:
    """Close what LiteLLM's clients leave open where several threads ask: in no later test."""
    try:
        yield
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
