"""`skillrepo grade --judge` asks a model over HTTP, keeps to the budget, and pays once."""

from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner
from openai_server import clients_let_go, serving
from scripted_judge import TOOL, completion, skill

from skillrepo.git import Repository
from skillrepo.git_notes import read_notes
from skillrepo.grade.record import REF

PATH = f"skills/data/{TOOL}/SKILL.md"
KEY = "sk-test-0123456789"
CONFIG = """\
models:
  default: local
  registry:
    local:
      model: openai/gpt-4o-mini
      env: TEST_KEY
      api_base: {url}
      num_retries: 0
      parameters: {{max_tokens: 2000}}
"""


def test_it_is_asked_for_once_and_said_again(
    make_repo: MakeRepo,
    git: Git,
    git_env: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run: Run = runner(capfd, monkeypatch)
    monkeypatch.setenv("TEST_KEY", KEY)
    root = make_repo({**FILES, PATH: skill()})
    git(root, "switch", "--quiet", "-c", "draft")
    (root / PATH).write_text(skill("routing.states_boundary"))
    git(root, "commit", "--quiet", "--all", "-m", "x")
    arguments = ("grade", "--head", "draft", "--judge", "--format", "markdown")
    with clients_let_go(), serving(*[completion] * 20) as server:
        file = git_env / ".config/skillrepo/config.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(CONFIG.format(url=server.url))
        poor = run(root, *arguments, "--max-cost", "0", "--gate", "enforce")
        assert server.received == []
        first = run(root, *arguments, "--max-cost", "1")
        calls = len(server.received)
        # No note has it yet, but each reply was kept as it came.
        noted = run(root, *arguments, "--max-cost", "1", "--record")
        again = run(root, *arguments, "--max-cost", "0")
        replayed = run(root, *arguments, "--replay")
        assert len(server.received) == calls == 8
    assert (poor.code, poor.out.splitlines()[0][:1]) == (0, "⚪")
    assert "of --max-cost 0 there are" in poor.out
    likely, spent = first.err.splitlines()
    assert likely.startswith("judge: 1 to ask about, likely 8 calls, ≈")
    assert likely.endswith(" (cap $1)")
    assert spent == "judge: 8 calls, 96 tokens, $0.0000 (cap $1)"
    _, replayed_all, recorded = noted.err.splitlines()
    assert replayed_all == "judge: 0 calls, 8 replayed, 0 tokens, $0.0000 (cap $1)"
    assert recorded.startswith(f"recorded in {REF}: ")
    assert first.code == 0
    assert "local" not in first.out
    assert "openai" in first.out
    assert first.out == noted.out == again.out == replayed.out
    assert (again.err, replayed.err) == ("judge: 1 taken from notes, at no cost\n", "")
    notes = b"".join(read_notes(Repository.open(root), REF).values()).decode()
    assert notes.count('"kind":"judge"') == 2
    assert not any(KEY in text for text in (notes, first.out, first.err))
