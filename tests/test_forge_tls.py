"""TLS, proxies and redirects on the way to a forge, on loopback, with a certificate of our own."""

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread

import pytest
from certificates import self_signed
from forge_server import TOKEN, GitHubStand, Reply, Server, serving
from test_forge import PULLS, WANTED, forge

from skillrepo.errors import SkillRepoError
from skillrepo.forge.pull_request import Opened

URL = "https://github.com/owner/skills"
_SETTINGS = ("HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _SETTINGS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(certificate: Path) -> Iterator[Server]:
    with serving(GitHubStand(), certificate) as found:
        yield found


def put(address: str) -> Opened:
    variables = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_API_URL": address}
    return forge(URL, variables={**variables, "GH_TOKEN": TOKEN}).put(WANTED)


def said_by(address: str) -> str:
    with pytest.raises(SkillRepoError) as caught:
        put(address)
    assert "\n" not in str(caught.value)
    assert "t0ken" not in str(caught.value)
    assert "pa55word" not in str(caught.value)
    return str(caught.value)


def test_certificate_that_nobody_trusts(server: Server) -> None:
    said = said_by(server.url)
    assert said.startswith(
        "github.com has a certificate that is not trusted here (self-signed certificate); nothing "
    )
    assert said.endswith("name the file of its authority in SSL_CERT_FILE")
    assert server.received == []


def test_certificate_that_the_user_trusts(
    server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert put(server.url).state == "created"
    # It is another host's.
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    assert "a certificate that is not trusted here (Hostname mismatch" in said_by(elsewhere)


def test_server_without_tls() -> None:
    with serving(GitHubStand()) as plain_server:
        said = said_by(plain_server.url.replace("http:", "https:"))
    assert said.startswith("github.com does not speak TLS as it should (")
    assert plain_server.received == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_CERT_FILE", "/nonexistent/ca.pem"),
        ("SSL_CERT_FILE", "/dev/null"),
        ("HTTPS_PROXY", "ftp://ada:pa55word@127.0.0.1:1"),
        ("ALL_PROXY", "socks5://ada:pa55word@127.0.0.1:1"),
    ],
)
def test_environment_that_cannot_be_used(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    said = said_by("https://127.0.0.1:9")
    assert said.startswith("what your environment says of proxies and certificates cannot be used")


class Proxy:
    """A proxy that tunnels, and remembers what it could read; it gives up where it is told to."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.asked: list[str] = []
        self.seen = bytearray()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://ada:pa55word@127.0.0.1:{self.socket.getsockname()[1]}"
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Stop; closing alone would leave the other thread waiting for one more."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            self.seen += head
            line = head.decode().splitlines()[0]
            self.asked.append(line)
            if self.refuses:
                client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            host, _, port = line.split()[1].rpartition(":")
            with socket.create_connection((host, int(port))) as server:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = Thread(target=self._copy, args=(server, client), daemon=True)
                back.start()
                self._copy(client, server)
                back.join()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self.seen += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_proxy_is_used_and_sees_no_token(
    name: str, server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    proxy = Proxy()
    with closing(proxy):
        monkeypatch.setenv(name, proxy.url)
        assert put(server.url).state == "created"
        assert set(proxy.asked) == {f"CONNECT 127.0.0.1:{server.server_port} HTTP/1.1"}
        assert b"t0ken" not in proxy.seen
        count = len(proxy.asked)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert put(server.url).state == "unchanged"
        assert len(proxy.asked) == count


def test_proxy_that_is_not_there(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    # Bound, so that nobody else gets the port, and not listening.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://ada:pa55word@127.0.0.1:{taken.getsockname()[1]}")
        assert said_by(server.url).startswith("github.com cannot be reached (")
    assert server.received == []


def test_proxy_that_refuses(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Proxy(refuses=True)
    with closing(proxy):
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        said = said_by(server.url)
    assert said == (
        "github.com cannot be reached through your proxy (403 Forbidden): is HTTPS_PROXY right?"
    )


def test_without_tls_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Proxy()
    with closing(proxy), serving(GitHubStand()) as plain_server:
        for name in _SETTINGS[:3]:
            monkeypatch.setenv(name, proxy.url)
        assert put(plain_server.url).state == "created"
        assert proxy.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_token_follows_no_redirect(method: str, status: int) -> None:
    with serving(GitHubStand()) as there, serving(GitHubStand()) as here:
        here.before(method, PULLS, Reply(status, b"{}", {"location": f"{there.url}{PULLS}"}))
        assert "the project has moved" in said_by(here.url)
        assert there.received == []
