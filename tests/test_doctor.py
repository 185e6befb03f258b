"""`skillrepo doctor`: what is installed and configured, and why a model does not answer."""

import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from certificates import self_signed
from conftest import MakeRepo
from content_repo import FILES, Run, runner
from openai_server import CUT, HELD, PAGE, Reply, chat, failure, raw, serving

KEY = "sk-test-0123456789abcdef"
_CLEARED = (
    *("GOOGLE_API_KEY", "GEMINI_API_KEY", "LITELLM_API_KEY", "OPENAI_API_KEY"),
    *("ANTHROPIC_API_KEY", "MISTRAL_API_KEY", "DEEPSEEK_API_KEY", "SKILLREPO_MODEL"),
    *("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE"),
)
Configure = Callable[..., None]


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _CLEARED:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("TEST_KEY", KEY)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def file(git_env: Path) -> Path:
    """The user's own configuration, which is not there yet."""
    path = git_env / ".config/skillrepo/config.yaml"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def configure(file: Path) -> Configure:
    """Make a model at an address the default one; more settings of its entry as YAML."""

    def _configure(address: str, *settings: str) -> None:
        usual = ("model: openai/x", "env: TEST_KEY", "timeout: 20", f"api_base: '{address}'")
        given = {each.partition(":")[0] for each in settings}
        kept = (each for each in usual if each.partition(":")[0] not in given)
        entry = ", ".join((*kept, *settings))
        file.write_text(f"models: {{default: mine, registry: {{mine: {{{entry}}}}}}}\n")

    return _configure


def states(checks: list[dict[str, str]]) -> dict[str, str]:
    return {check["name"]: check["state"] for check in checks}


def said(checks: list[dict[str, str]], name: str) -> str:
    (check,) = (check for check in checks if check["name"] == name)
    return check["found"] or check["advice"]


# Without options


def test_what_is_there(make_repo: MakeRepo, run: Run, file: Path) -> None:
    root = make_repo({**FILES, "skillrepo.yaml": "exclude: [old]\n"})
    file.write_text("writer: {max_rounds: 2}\n")
    value = run(root, "doctor", "--json").json("doctor")
    assert (value["status"], value["call"]) == ("fine", None), value
    checks = value["checks"]
    names = ["skillrepo", "python", "git", "identity", "repository", "settings", "taxonomy"]
    assert [check["name"] for check in checks][:8] == [*names, "config.yaml"]
    assert set(states(checks).values()) <= {"ok", "absent"}
    assert said(checks, "identity") == "Ada Test <ada@example.org>"
    assert said(checks, "repository") == str(root)
    assert said(checks, "config.yaml") == str(file)
    assert said(checks, "extra llm").startswith("dspy 3.")
    assert said(checks, "writer").startswith("offline (")
    (model,) = value["models"]
    assert (model["model"], model["key"]) == ("gemini/gemini-3-flash-preview", None)
    assert len(model["tasks"]) == 10
    done = run(root, "doctor")
    assert done.code == 0
    assert "ok      identity: Ada Test <ada@example.org>\n" in done.out
    assert ", no key in GOOGLE_API_KEY or GEMINI_API_KEY or LITELLM_API_KEY: every task" in done.out


def test_nothing_is_there(tmp_path: Path, run: Run) -> None:
    value = run(tmp_path, "doctor", "--json").json("doctor")
    found = states(value["checks"])
    assert value["status"] == "fine"
    assert {name for name, state in found.items() if state == "absent"} >= {
        "repository",
        "settings",
        "taxonomy",
        "config.yaml",
    }


def test_the_models_of_tasks_are_told_apart(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("SKILLREPO_MODEL_TASK_SKILL_PLAN", "ollama/llama3")
    done = run(tmp_path, "doctor")
    assert "(environment OPENAI_API_KEY is set), key in OPENAI_API_KEY: skill_under" in done.out
    assert "ollama/llama3 (environment SKILLREPO_MODEL_TASK_SKILL_PLAN), its usual key" in done.out
    assert KEY not in done.out + done.err


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("identity", "", "git does not know whose commit this is"),
        ("settings", "nonsense: 1\n", "skillrepo.yaml:1"),
        ("taxonomy", "categories: 7\n", "skillrepo taxonomy check says why"),
        ("config.yaml", "model: {}\n", "config.yaml:1: `model` is not a known key"),
        ("writer", "writer: {default: model}\n", "but no key is in GOOGLE_API_KEY or"),
        ("writer", "writer: {default: command}\n", "name it in `writer.command`"),
        ("writer", "writer: {default: command, command: [no-such]}\n", "no-such is not there"),
    ],
)
def test_what_is_wrong(  # noqa: PLR0913, PLR0917
    make_repo: MakeRepo, run: Run, file: Path, git_env: Path, name: str, text: str, message: str
) -> None:
    root = make_repo(FILES)
    place = {"settings": root / "skillrepo.yaml", "taxonomy": root / "taxonomy.yaml"}
    place |= {"identity": git_env / ".gitconfig", "config.yaml": file, "writer": file}
    place[name].write_text("[user]\n\tuseConfigOnly = true\n" if name == "identity" else text)
    done = run(root, "doctor", "--json")
    value = done.json("doctor")
    assert (done.code, value["status"]) == (2, "wrong")
    assert [each for each, state in states(value["checks"]).items() if state == "wrong"] == [name]
    assert message in said(value["checks"], name)


@pytest.mark.parametrize(
    ("words", "message"),
    [("git version 2.30.1", "install git 2.36 or later"), (None, "git is not installed")],
)
def test_git_that_will_not_do(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, words: str | None, message: str
) -> None:
    if words:
        program = tmp_path / "git"
        program.write_text(f"#!/bin/sh\necho '{words}'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run(tmp_path, "doctor")
    assert done.code == 2
    assert message in next(line for line in done.out.splitlines() if line.startswith("wrong   git"))


def test_a_bare_repository_has_no_settings(make_repo: MakeRepo, run: Run, tmp_path: Path) -> None:
    root = make_repo(FILES)
    subprocess.run(["git", "clone", "-q", "--bare", root, tmp_path / "bare.git"], check=True)
    done = run(tmp_path / "bare.git", "doctor")
    assert done.code == 0
    assert "absent  taxonomy" in done.out


def test_without_a_model_none_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from skillrepo.cli import main; assert main(['doctor']) == 0; "
        "assert not {'dspy', 'litellm', 'httpx2', 'xllamacpp'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)


# With --model


def test_a_model_that_answers(tmp_path: Path, run: Run, configure: Configure) -> None:
    with serving(chat("ok"), chat("ok")) as server:
        configure(server.url, "parameters: {temperature: 0.5, max_tokens: 9000}")
        done = run(tmp_path, "doctor", "--model", "--json")
        value = done.json("doctor")
        text = run(tmp_path, "doctor", "--model", "mine").out
    assert (done.code, value["status"]) == (0, "fine")
    call = value["call"]
    assert (call["model"], call["address"], call["key"]) == ("openai/x", server.url, "TEST_KEY")
    assert (call["input_tokens"], call["output_tokens"], call["dollars"]) == (5, 7, None)
    assert 0 <= call["seconds"] < 20
    assert len(server.received) == 2
    body = server.received[0].body
    assert (body["max_tokens"], body["temperature"]) == (32, 0.5)
    assert "reasoning_effort" not in body
    assert f"ok      call: openai/x at {server.url}, with the key in TEST_KEY, answered in" in text
    assert " s; tokens 5 + 7; price not known\n" in text
    assert KEY not in done.out + done.err + text


def test_the_model_of_another_task_lacks_its_key(
    tmp_path: Path, run: Run, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKILLREPO_MODEL_TASK_SKILL_PLAN", "anthropic/claude-sonnet-5")
    with serving(chat("ok")) as server:
        configure(server.url)
        done = run(tmp_path, "doctor", "--model")
    assert done.code == 2
    assert "wrong   model anthropic/claude-sonnet-5 (env" in done.out
    assert "no key in ANTHROPIC_API_KEY: skill_plan\n" in done.out
    assert "ok      call: openai/x" in done.out


def test_a_price_that_is_known(tmp_path: Path, run: Run, configure: Configure) -> None:
    refusal = failure(400, "temperature is not supported")
    with serving(refusal, chat("hm", "length")) as server:
        configure(server.url, "model: openai/gpt-4o-mini", "parameters: {temperature: 0.5}")
        call = run(tmp_path, "doctor", "--model", "--json").json("doctor")["call"]
    # A reply that is cut off is one.
    assert call["problem"] is None
    assert call["dollars"] == pytest.approx(5 * 0.15e-6 + 7 * 0.6e-6)
    assert call["notes"] == ["openai/gpt-4o-mini does not take temperature; it was left out."]


@dataclass(frozen=True)
class Case:
    """A reply, what is to be looked at, and what is said."""

    reply: Reply
    kind: str
    message: str


CASES = {
    "key": Case(failure(401, f"bad key {KEY}"), "key", "the provider refused the key in TEST_KEY"),
    "quota": Case(failure(429, "no", "insufficient_quota"), "quota", "credit and quota"),
    "rate": Case(failure(429, "slower"), "rate-limit", "wait, then try again"),
    "model": Case(failure(404, "model x not found"), "model", "no such model as openai/x"),
    "address": Case(Reply(404, b"nothing"), "address", "check `model` and `api_base`"),
    "page": Case(PAGE, "address", "check `api_base`, which often ends in /v1"),
    "time-out": Case(HELD, "time-out", "no reply came within 0.3 seconds; raise"),
    "cut": Case(CUT, "network", "the provider cannot be reached (http://127.0.0.1"),
    "provider": Case(failure(500, "boom"), "provider", "the provider failed"),
    "refused": Case(failure(400, "strange"), "refused", "the provider refused the request"),
    "empty": Case(raw({"choices": []}), "reply", "its reply was empty"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_model_that_does_not_answer(
    tmp_path: Path, run: Run, configure: Configure, name: str
) -> None:
    case = CASES[name]
    with serving(case.reply) as server:
        configure(server.url, *(["timeout: 0.3"] if name == "time-out" else []))
        done = run(tmp_path, "doctor", "--model", "--json")
        assert len(server.received) == 1
    value = done.json("doctor")
    assert (done.code, value["status"]) == (2, "wrong")
    assert value["call"]["kind"] == case.kind
    assert case.message in value["call"]["problem"]
    assert KEY not in done.out + done.err


OLLAMA = {"role": "assistant", "content": "ok"}
SERVERS = {
    "litellm_proxy/x": ("", "/chat/completions", chat("ok")),
    "hosted_vllm/x": ("/v1", "/v1/chat/completions", chat("ok")),
    "lm_studio/x": ("/v1", "/v1/chat/completions", chat("ok")),
    "ollama_chat/x": (
        "",
        "/api/chat",
        raw(
            {"model": "x", "message": OLLAMA, "done": True, "prompt_eval_count": 5, "eval_count": 7}
        ),
    ),
}


@pytest.mark.parametrize("model", SERVERS)
def test_servers_on_ones_own_machine(
    tmp_path: Path, run: Run, configure: Configure, model: str
) -> None:
    base, path, reply = SERVERS[model]
    with serving(reply) as server:
        configure(server.url.removesuffix("/v1") + base, f"model: {model}", "env: null")
        done = run(tmp_path, "doctor", "--model", "--json")
    assert done.code == 0, done.out
    call = done.json("doctor")["call"]
    assert (call["input_tokens"], call["output_tokens"], call["key"]) == (5, 7, None)
    # Of Ollama LiteLLM asks afterwards what the model is.
    assert server.received[0].path == path
    assert KEY not in repr(server.received)


def test_the_certificate_of_a_server(
    tmp_path: Path, run: Run, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    with serving(chat("ok"), certificate=certificate) as server:
        configure(server.url)
        done = run(tmp_path, "doctor", "--model")
        assert done.code == 2
        assert "wrong   call (tls): model mine: the certificate of the provider (https" in done.out
        assert "in SSL_CERT_FILE; it said: [SSL: CERTIFICATE_VERIFY_FAILED] cert" in done.out
    # LiteLLM keeps a client for each address.
    with serving(chat("ok"), certificate=certificate) as server:
        configure(server.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert run(tmp_path, "doctor", "--model").code == 0


def test_a_server_without_tls(tmp_path: Path, run: Run, configure: Configure) -> None:
    with serving(chat("ok")) as server:
        configure(server.url.replace("http:", "https:"))
        done = run(tmp_path, "doctor", "--model")
    assert "(tls): model mine: the provider (https://127.0.0.1:" in done.out
    assert "does not speak TLS as it should; is it https:// that it speaks?" in done.out


def test_a_proxy_that_is_not_there(
    tmp_path: Path, run: Run, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Bound, so that nobody else gets the ports, and not listening.
    with socket.socket() as proxy, socket.socket() as server:
        for taken in (proxy, server):
            taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        address = f"https://127.0.0.1:{server.getsockname()[1]}"
        configure(f"{address}/v1")
        said = run(tmp_path, "doctor", "--model").out
        assert (
            "(proxy): model mine: the provider cannot be reached through your proxy; is H" in said
        )
        assert "is HTTPS_PROXY right? NO_PROXY names the hosts that need none; it said: " in said
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        # LiteLLM keeps a client for each address.
        configure(f"{address}/v2")
        said = run(tmp_path, "doctor", "--model").out
        assert "(network): model mine: the provider cannot be reached (https://127.0.0.1:" in said


def test_nobody_listens(tmp_path: Path, run: Run, configure: Configure) -> None:
    with serving() as server:
        configure(server.url)
    assert "(network): model mine: the provider cannot be reached" in (
        run(tmp_path, "doctor", "--model").out
    )


def test_no_key(tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, "doctor", "--model", "anthropic/claude-sonnet-5")
    assert done.code == 2
    assert (
        "(key): model anthropic/claude-sonnet-5: there is no key; set ANTHROPIC_API_KEY" in done.out
    )


def test_a_package_that_is_missing(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "google", None)
    done = run(tmp_path, "doctor", "--model", "vertex_ai/gemini-pro")
    assert "(package): model vertex_ai/gemini-pro: LiteLLM lacks a Python package" in done.out
    monkeypatch.setitem(sys.modules, "dspy", None)
    done = run(tmp_path, "doctor", "--model")
    assert done.code == 2
    assert "(package): the model writer needs dspy and litellm (" in done.out


def test_a_model_that_there_is_none_of(tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, "doctor", "--model", "nosuch")
    assert (
        "call (model): model nosuch: LiteLLM knows no provider of nosuch; put the provider in front"
        in done.out
    )
