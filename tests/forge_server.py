"""Stand-ins for GitHub and GitLab on 127.0.0.1, with the shapes of their REST replies.

What they hold is in memory; a test may put replies before theirs, by method and path.
"""

import json
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Protocol, cast
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

TOKEN = "t0ken-of-the-test-/+=%&~"  # noqa: S105 - made up
"""With characters that are written otherwise in URLs, JSON and base64."""


@dataclass(frozen=True)
class Reply:
    """`length` is what Content-Length says; `held` replies nothing until the server closes.

    With `drips` the body is sent byte by byte, one in 20 ms.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    held: bool = False
    drips: bool = False


def reply(value: object, status: int = 200, **headers: str) -> Reply:
    """Any JSON; `retry_after="0"` becomes the header Retry-After."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value).encode(), named)


def refusal(status: int, message: str, *errors: object, **headers: str) -> Reply:
    """An error of GitHub's."""
    value = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    return reply({**value, **({"errors": errors} if errors else {})}, status, **headers)


@dataclass(frozen=True)
class Received:
    """A request: method, path without the query, query, headers in lower case, JSON body."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


class Stand(Protocol):
    """What answers where a test has put no reply."""

    def answer(self, request: Received, url: str) -> Reply: ...


def _label(name: str, color: str = "ededed") -> dict[str, object]:
    return {"id": 208045946, "name": name, "color": color, "default": False, "description": ""}


@dataclass
class GitHubStand:
    """One project, `owner/skills`; `per_page` is the most that a page holds."""

    author: str = "ada"
    per_page: int = 100
    pulls: list[dict[str, Any]] = field(default_factory=list)
    labels: dict[str, dict[str, object]] = field(default_factory=dict)
    dispatched: list[tuple[str, str]] = field(default_factory=list)
    said: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    permissions: dict[str, str] = field(default_factory=dict)
    environments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def labelled(self, pull: dict[str, Any], label: str, by: str, kind: str = "User") -> None:
        """Somebody gives a pull request a label, which is among its events then."""
        pull["labels"] = [*(e for e in pull["labels"] if e["name"] != label), _label(label)]
        actor = {"login": by, "type": kind}
        named = {"name": label, "color": "ededed"}
        event = {"id": 7000 + len(self.events), "event": "labeled", "actor": actor, "label": named}
        self.events += [event, {"id": 6000 + len(self.events), "event": "mentioned"}]

    def comment(self, number: int, body: str, author: str = "github-actions[bot]") -> None:
        """Add a comment on a pull request."""
        kind = "Bot" if author.endswith("[bot]") else "User"
        there = self.said.setdefault(number, [])
        comment = {"id": 1000 * number + len(there), "user": {"login": author, "type": kind}}
        there.append({**comment, "body": body.replace("\n", "\r\n")})

    def pull(self, head: str, *, owner: str = "owner", **values: Any) -> dict[str, Any]:
        """Add an open pull request."""
        number = len(self.pulls) + 1
        repository = {"id": 1, "full_name": f"{owner}/skills", "fork": owner != "owner"}
        pull = {
            "number": number,
            "html_url": f"https://github.com/owner/skills/pull/{number}",
            "state": "open",
            "title": "a title",
            "body": None,
            "draft": False,
            "user": {"login": self.author, "type": "User"},
            "labels": [],
            "head": {"label": f"{owner}:{head}", "ref": head, "sha": "0" * 40, "repo": repository},
            "base": {"label": "owner:main", "ref": "main", "repo": repository},
            **values,
        }
        self.pulls.append(pull)
        return pull

    def answer(self, request: Received, url: str) -> Reply:
        """As GitHub does."""
        at = request.path.removeprefix("/repos/owner/skills")
        if at == request.path:
            return refusal(404, "Not Found")
        for pattern, method, handler in (
            (r"/pulls", "GET", self._list),
            (r"/pulls", "POST", self._create),
            (r"/pulls/(\d+)", "PATCH", self._change),
            (r"/pulls/(\d+)", "GET", self._one),
            (r"/pulls/(\d+)/comments", "GET", self._remarks),
            (r"/pulls/(\d+)/reviews", "POST", self._review),
            (r"/issues/(\d+)/comments", "GET", self._comments),
            (r"/issues/(\d+)/comments", "POST", self._comment),
            (r"/issues/comments/(\d+)", "PATCH", self._edit),
            (r"/labels/(.+)", "GET", self._label),
            (r"/labels", "POST", self._make),
            (r"/issues/(\d+)/events", "GET", self._events),
            (r"/environments/(.+)", "GET", self._environment),
            (r"/collaborators/(.+)/permission", "GET", self._permission),
            (r"/issues/(\d+)/labels", "POST", self._set),
            (r"/issues/(\d+)/labels/(.+)", "DELETE", self._unset),
            (r"/actions/workflows/(.+)/dispatches", "POST", self._dispatch),
        ):
            found = re.fullmatch(pattern, at)
            if found and request.method == method:
                call = cast("Callable[..., Reply]", handler)
                return call(request, url, *found.groups())
        return refusal(404, "Not Found")

    def _list(self, request: Received, url: str) -> Reply:
        head = request.query.get("head")
        found = [each for each in self.pulls if head in (None, each["head"]["label"])]
        return self._page(request, url, found)

    def _page(self, request: Received, url: str, found: list[dict[str, Any]]) -> Reply:
        page, size = int(request.query.get("page", "1")), self.per_page
        headers = {}
        if len(found) > page * size:
            query = urlencode({**request.query, "per_page": size, "page": page + 1})
            following = f"{url}{request.path}?{query}"
            headers["link"] = f'<{following}>; rel="next", <{following}>; rel="last"'
        return reply(found[(page - 1) * size : page * size], **headers)

    def _one(self, _request: Received, _url: str, number: str) -> Reply:
        return reply(self.pulls[int(number) - 1])

    def _comments(self, request: Received, url: str, number: str) -> Reply:
        return self._page(request, url, self.said.get(int(number), []))

    def _comment(self, request: Received, _url: str, number: str) -> Reply:
        self.comment(int(number), request.body["body"])
        return reply(self.said[int(number)][-1], 201)

    def _edit(self, request: Received, _url: str, identifier: str) -> Reply:
        (found,) = (c for each in self.said.values() for c in each if c["id"] == int(identifier))
        found["body"] = request.body["body"]
        return reply(found)

    def _remarks(self, request: Received, url: str, _number: str) -> Reply:
        return self._page(request, url, self.remarks)

    def _review(self, request: Received, _url: str, _number: str) -> Reply:
        self.reviews.append(request.body)
        user = {"login": "github-actions[bot]", "type": "Bot"}
        self.remarks += [{**each, "user": user} for each in request.body["comments"]]
        return reply({"id": len(self.reviews)}, 200)

    def _events(self, request: Received, url: str, _number: str) -> Reply:
        return self._page(request, url, self.events)

    def _environment(self, _request: Received, _url: str, name: str) -> Reply:
        rules = self.environments.get(name)
        if rules is None:
            return refusal(404, "Not Found")
        return reply({"id": 1, "name": name, "protection_rules": rules})

    def _permission(self, _request: Received, _url: str, login: str) -> Reply:
        found = self.permissions.get(login)
        if found is None:
            return refusal(404, f"{login} is not a user")
        return reply({"permission": found, "role_name": found, "user": {"login": login}})

    def _create(self, request: Received, _url: str) -> Reply:
        wanted = request.body
        owner, _, head = f"owner:{wanted['head']}".rpartition(":")
        owner = owner.rpartition(":")[2]
        if any(each["head"]["label"] == f"{owner}:{head}" for each in self.pulls):
            return exists(head)
        values = {key: wanted[key] for key in ("title", "body", "draft")}
        pull = self.pull(head, owner=owner, **values)
        pull["base"]["ref"] = wanted["base"]
        return reply(pull, 201)

    def _change(self, request: Received, _url: str, number: str) -> Reply:
        pull = self.pulls[int(number) - 1]
        changes = dict(request.body)
        pull["base"]["ref"] = changes.pop("base", pull["base"]["ref"])
        # It takes `draft`, and does nothing about it.
        changes.pop("draft", None)
        pull.update(changes)
        return reply(pull)

    def _label(self, _request: Received, _url: str, name: str) -> Reply:
        found = self.labels.get(name)
        return reply(found) if found else refusal(404, "Not Found")

    def _make(self, request: Received, _url: str) -> Reply:
        name = request.body["name"]
        if name in self.labels:
            error = {"resource": "Label", "code": "already_exists", "field": "name"}
            return refusal(422, "Validation Failed", error)
        self.labels[name] = _label(name, request.body["color"])
        return reply(self.labels[name], 201)

    def _set(self, request: Received, _url: str, number: str) -> Reply:
        pull = self.pulls[int(number) - 1]
        pull["labels"] += [_label(name) for name in request.body["labels"]]
        return reply(pull["labels"])

    def _unset(self, _request: Received, _url: str, number: str, name: str) -> Reply:
        pull = self.pulls[int(number) - 1]
        left = [each for each in pull["labels"] if each["name"] != name]
        if len(left) == len(pull["labels"]):
            return refusal(404, "Label does not exist")
        pull["labels"] = left
        return reply(left)

    def _dispatch(self, request: Received, _url: str, workflow: str) -> Reply:
        self.dispatched.append((workflow, request.body["ref"]))
        return Reply(204)


def exists(head: str) -> Reply:
    """What GitHub says where a pull request is open for a branch."""
    message = f"A pull request already exists for owner:{head}."
    error = {"resource": "PullRequest", "code": "custom", "message": message}
    return refusal(422, "Validation Failed", error)


@dataclass
class GitLabStand:
    """One project, `group/sub/skills`, with a fork, `ada/skills`; `per_page` is as at GitHub's."""

    per_page: int = 100

    requests: list[dict[str, Any]] = field(default_factory=list)
    labels: dict[str, dict[str, object]] = field(default_factory=dict)

    def request(self, head: str, **values: Any) -> dict[str, Any]:
        """Add an open merge request."""
        iid = len(self.requests) + 1
        found = {
            "id": 1000 + iid,
            "iid": iid,
            "project_id": 7,
            "title": "a title",
            "description": None,
            "state": "opened",
            "source_branch": head,
            "target_branch": "main",
            "source_project_id": 7,
            "target_project_id": 7,
            "labels": [],
            "draft": False,
            "author": {"id": 1, "username": "ada"},
            "web_url": f"https://gitlab.com/group/sub/skills/-/merge_requests/{iid}",
            **values,
        }
        self.requests.append(found)
        return found

    def _list(self, request: Received, url: str) -> Reply:
        """A page: https://docs.gitlab.com/api/rest/#offset-based-pagination."""
        head = request.query.get("source_branch")
        found = [each for each in self.requests if head in (None, each["source_branch"])]
        page, size = int(request.query.get("page", "1")), self.per_page
        address = f"{url}/projects/group%2Fsub%2Fskills/merge_requests?state=opened&per_page={size}"
        link = f'<{address}&page=1>; rel="first"'
        if len(found) > page * size:
            link = f'<{address}&page={page + 1}>; rel="next", {link}'
        return reply(found[(page - 1) * size : page * size], link=link)

    def answer(self, request: Received, url: str) -> Reply:  # noqa: PLR0911
        """As GitLab does."""
        at = request.path.removeprefix("/projects/group/sub/skills")
        body, source = request.body, 7
        if at == request.path:
            at, source = at.removeprefix("/projects/ada/skills"), 8
        if not at:
            return reply({"id": source})
        if at == "/merge_requests" and request.method == "GET":
            return self._list(request, url)
        if at == "/merge_requests":
            head = body["source_branch"]
            known = {(each["source_branch"], each["source_project_id"]) for each in self.requests}
            if (head, source) in known:
                message = "Another open merge request already exists for this source branch: !1"
                return reply({"message": [message]}, 409)
            made = self.request(head, title=body["title"], description=body["description"])
            made["target_branch"] = body["target_branch"]
            made["source_project_id"] = source
            made["target_project_id"] = body.get("target_project_id", source)
            return reply(made, 201)
        if number := re.fullmatch(r"/merge_requests/(\d+)", at):
            found = self.requests[int(number[1]) - 1]
            added = body.pop("add_labels", "").split(",")
            removed = body.pop("remove_labels", "").split(",")
            found["labels"] = [x for x in found["labels"] + added if x and x not in removed]
            found.update(body)
            found["draft"] = found["title"].startswith("Draft: ")
            return reply(found)
        if at == "/labels":
            if body["name"] in self.labels:
                return reply({"message": "Label already exists"}, 409)
            self.labels[body["name"]] = body
            return reply({"id": 1, **body}, 201)
        if at.removeprefix("/labels/") in self.labels:
            return reply({"id": 1, **self.labels[at.removeprefix("/labels/")]})
        return reply({"message": "404 Not found"}, 404)


class Server(ThreadingHTTPServer):
    """`received` holds what arrived so far; `first` replies that go before the stand's."""

    daemon_threads = True

    def __init__(self, stand: Stand, tls: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "https" if tls else "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.stand = stand
        self.received: list[Received] = []
        self.first: list[tuple[str, str, Reply]] = []
        self.closing = Event()
        self.lock = Lock()

    @property
    def url(self) -> str:
        """The address of the interface."""
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def before(self, method: str, path: str, *replies: Reply) -> None:
        """Reply so to the next requests whose path matches."""
        self.first += [(method, path, each) for each in replies]

    def asked(self) -> list[str]:
        """Method and path of each request."""
        return [f"{each.method} {each.path}" for each in self.received]

    def answer(self, request: Received) -> Reply:
        """The reply to a request."""
        with self.lock:
            self.received.append(request)
            for index, (method, path, found) in enumerate(self.first):
                if method == request.method and re.fullmatch(path, request.path):
                    del self.first[index]
                    return found
            return self.stand.answer(request, self.url)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast("Server", self.server)
        data = self.rfile.read(int(self.headers.get("content-length", "0")))
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.loads(data) if data else None
        found = server.answer(Received(self.command, unquote(parts.path), query, headers, body))
        if found.held:
            server.closing.wait(timeout=60)
            self.close_connection = True
            return
        self.send_response(found.status)
        length = len(found.body) if found.length is None else found.length
        sent = {"content-type": "application/json; charset=utf-8", **found.headers}
        for name, value in {**sent, "content-length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()
        size = 1 if found.drips else len(found.body) or 1
        with suppress(ConnectionError):  # the client has had enough
            for start in range(0, len(found.body), size):
                self.wfile.write(found.body[start : start + size])
                if found.drips:
                    server.closing.wait(0.02)
        self.close_connection = length != len(found.body)

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """Say nothing."""


@contextmanager
def serving(stand: Stand, tls: Path | None = None) -> Iterator[Server]:
    """A server with this stand; it refuses connections afterwards.

    `tls` is a file with its certificate and the key of it.
    """
    with Server(stand, tls) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
