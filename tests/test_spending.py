"""The options that limit, replay and show the calls of models, through the commands."""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner, skill
from openai_server import Server, failure, fields, serving
from planned import plan, review, text

from skillrepo import schema

BRIEF = "Merge PDF files"
ABOUT = "Merges PDF files. Use when PDF files are to become one."
SCRIPT = (
    *plan(path="data", name="pdf-merge", description=ABOUT),
    text(body="# Merging\n\nRun `pdfunite`."),
    review(),
)
Configure = Callable[[Server], None]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo({**FILES, "skills/data/pdf-split/SKILL.md": skill("pdf-split")})


@pytest.fixture
def configure(git_env: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    monkeypatch.setenv("TEST_KEY", "sk-test-0123456789")

    def _configure(server: Server) -> None:
        config = git_env / ".config/skillrepo/config.yaml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(
            "models: {default: local, registry: {local: {model: openai/gpt-4o-mini, env: TEST_KEY, "
            f"num_retries: 0, api_base: '{server.url}', parameters: {{max_tokens: 1000}}}}}}}}\n"
        )

    return _configure


def test_what_was_spent_is_told_by_step(root: Path, run: Run, configure: Configure) -> None:
    with serving(*SCRIPT) as server:
        configure(server)
        done = run(root, "new", BRIEF, "--writer", "model")
    assert done.code == 0, done.err
    assert "  phase1.gather_requirements: 1 call, 12 tokens, $0.0000\n" in done.out
    assert done.out.rstrip().splitlines()[-1] == "models: 7 calls, 84 tokens, $0.0000"
    assert done.err == ""
    # The model is shown what there is.
    assert f"data/pdf-split: {ABOUT}" in server.asked("new_directories").prompt


def test_json_has_what_was_spent(root: Path, run: Run, configure: Configure) -> None:
    with serving(*SCRIPT) as server:
        configure(server)
        value = run(root, "new", BRIEF, "--writer", "model", "--json").json("new")
    total = value["spent"]["total"]
    assert (total["calls"], total["input_tokens"], total["output_tokens"]) == (7, 35, 49)
    assert total["cost"] == pytest.approx(35 * 0.15e-6 + 49 * 0.6e-6)
    steps = [each["step"] for each in value["spent"]["steps"]]
    assert steps[0] == "phase1.gather_requirements"
    assert steps[-1] == "phase3.review"
    assert run(root, "new", BRIEF, "--name", "a", "--json").json("new")["spent"] is None


def test_progress_as_json_lines(root: Path, run: Run, configure: Configure) -> None:
    with serving(*SCRIPT) as server:
        configure(server)
        done = run(root, "new", BRIEF, "--writer", "model", "--progress", "json", "--json")
    assert done.json("new")["spent"]["total"]["calls"] == 7
    events = [json.loads(line) for line in done.err.splitlines()]
    assert [schema.violations("progress", event) for event in events] == [[]] * 14
    assert (events[0]["event"], events[0]["id"]) == ("asked", None)
    assert events[0]["step"] == "phase1.gather_requirements"
    assert events[-1]["event"] == "answered"
    assert events[-1]["total"]["calls"] == 7


def test_progress_as_text(root: Path, run: Run, configure: Configure) -> None:
    with serving(*SCRIPT) as server:
        configure(server)
        done = run(root, "new", BRIEF, "--writer", "model", "--progress", "text")
    assert "phase1.synthesize: asking openai/gpt-4o-mini\n" in done.err
    assert "\x1b" not in done.err
    assert "phase3.review: answered, 12 tokens, $0.0000 (so far 7 calls, 84 " in done.err


def test_a_budget_is_kept_before_a_call(root: Path, run: Run, configure: Configure) -> None:
    with serving(*SCRIPT) as server:
        configure(server)
        done = run(root, "new", BRIEF, "--writer", "model", "--max-tokens", "1500")
        assert done.code == 2
        assert "of --max-tokens 1500 there are 0 spent: raise it" in done.err
        done = run(root, "new", BRIEF, "--writer", "model", "--max-cost", "0.0001")
        assert done.code == 2
        assert "of --max-cost 0.0001 there are $0.0000 spent: raise it" in done.err
        assert server.received == []


@pytest.mark.parametrize("amount", ["nan", "inf"])
def test_a_budget_is_a_number(root: Path, run: Run, amount: str) -> None:
    done = run(root, "new", BRIEF, "--writer", "model", "--max-cost", amount)
    assert done.code == 2
    assert f"Invalid value for '--max-cost': {amount} is no amount of money" in done.err


def test_where_nothing_was_spent_only_the_reason_is_told(
    root: Path, run: Run, configure: Configure
) -> None:
    with serving(failure(401, "no")) as server:
        configure(server)
        done = run(root, "new", BRIEF, "--writer", "model")
    assert done.code == 2
    assert done.err.startswith("error: model local: the provider refused the key in TEST_KEY;")
    assert done.err.count("\n") == 1
    done = run(root, "new", BRIEF, "--model", " ")
    assert "--model is empty; give the id of a model" in done.err


def test_what_was_paid_for_is_told_and_not_paid_again(
    root: Path, run: Run, configure: Configure
) -> None:
    with serving(*SCRIPT[:5], failure(503, "down"), *SCRIPT[5:]) as server:
        configure(server)
        done = run(root, "new", BRIEF, "--writer", "model")
        assert done.code == 2
        assert "models: 5 calls, 60 tokens, $0.0000" in done.err
        assert "each reply is recorded: with --resume none is paid for again" in done.err
        done = run(root, "new", BRIEF, "--writer", "model", "--replay", "--progress", "json")
        events = [json.loads(line) for line in done.err.splitlines() if line.startswith("{")]
        assert [schema.violations("progress", event) for event in events] == [[]] * 6
        assert events[-1]["event"] == "lost"
        assert events[-1]["spent"]["total"]["replayed"] == 5
        value = run(root, "new", BRIEF, "--writer", "model", "--resume", "--json").json("new")
    total = value["spent"]["total"]
    assert (total["calls"], total["replayed"]) == (2, 5)


def test_a_run_that_broke_off_goes_on_without_its_brief(
    root: Path, run: Run, configure: Configure, git_env: Path
) -> None:
    (root / "notes.md").write_text("Run `pdfunite` to merge PDF files.\n")
    options = ("--writer", "model", "--from", "notes.md", "--at", "data", "--dry-run")
    with serving(*SCRIPT[:5], failure(503, "down"), *SCRIPT[4:]) as server:
        configure(server)
        assert run(root, "new", BRIEF, *options).code == 2
        elsewhere = run(root / "skills", "new", "--resume")
        assert f"was started in {root}: go on from there" in elsewhere.err
        done = run(root, "new", "--resume", "--json", "--name", "pdf-unite")
    assert f"goes on with: {BRIEF}\n" in done.err
    value = done.json("new")
    # What is given anew goes before; the plan is another then.
    assert (value["name"], value["commit"]) == ("pdf-unite", None)
    assert value["spent"]["total"]["replayed"] == 4
    ended = run(root, "new", "--resume")
    assert (ended.code, ended.out) == (2, "")
    assert "no `skillrepo new` with a model was broken off here" in ended.err
    (folder,) = (git_env / ".local/state/skillrepo/unfinished").parent.iterdir()
    assert not list(folder.iterdir())


@pytest.mark.parametrize("data", [b"[]", b"{", b'{"version": 2}', b"\xff", b'{"version": 1}'])
def test_what_is_no_run_is_refused(root: Path, run: Run, git_env: Path, data: bytes) -> None:
    name = hashlib.sha256(bytes(root.resolve() / ".git")).hexdigest()
    file = git_env / f".local/state/skillrepo/unfinished/{name}.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(data)
    done = run(root, "new", "--resume")
    assert (done.code, done.out) == (2, "")
    assert f"{file} is not the run that was broken off" in done.err


def test_nobody_resumes_and_replays_at_once(root: Path, run: Run) -> None:
    done = run(root, "new", BRIEF, "--writer", "model", "--resume", "--replay")
    assert (done.code, done.out) == (2, "")
    assert "--replay asks for nothing: give one" in done.err


def test_a_replay_gives_the_same_skill_without_a_call(
    root: Path, run: Run, configure: Configure, git: Git
) -> None:
    with serving(*SCRIPT) as server:
        configure(server)
        first = run(root, "new", BRIEF, "--writer", "model", "--json").json("new")
    trailers = git(root, "log", "-1", "--format=%(trailers:only)", "skill/new/pdf-merge")
    assert run(root, "drop", "skill/new/pdf-merge").code == 0
    done = run(root, "new", BRIEF, "--writer", "model", "--replay", "--json")
    again = done.json("new")
    assert again["files"] == first["files"]
    assert again["spent"]["total"]["calls"] == 0
    assert again["spent"]["total"]["replayed"] == 7
    # What the draft cost is part of its history, whoever pays when.
    assert git(root, "log", "-1", "--format=%(trailers:only)", "skill/new/pdf-merge") == trailers
    assert "Skill-Tokens: 84" in trailers
    other = run(root, "new", "Something else", "--writer", "model", "--replay")
    assert other.code == 2
    assert "--replay: there is no recording of this request" in other.err


def test_a_call_that_failed_is_named(root: Path, run: Run, configure: Configure) -> None:
    with serving(SCRIPT[0], failure(401, "no"), failure(401, "no"), failure(401, "no")) as server:
        configure(server)
        done = run(root, "new", BRIEF, "--writer", "model", "--progress", "json")
    assert done.code == 2
    events = [json.loads(line) for line in done.err.splitlines() if line.startswith("{")]
    assert [event["event"] for event in events].count("failed") == 3
    spent = events[-1]["spent"]["total"]
    assert (spent["calls"], spent["input_tokens"] + spent["output_tokens"]) == (1, 12)
    # All that is no event is why it failed.
    assert sum(not line.startswith("{") for line in done.err.splitlines()) == 1


def test_a_revision_is_accounted_for(root: Path, run: Run, configure: Configure) -> None:
    body = "# Merging\n\nRun `pdfunite a.pdf b.pdf out.pdf`, and check the pages."
    with serving(fields(description=ABOUT, body=body, files="[]")) as server:
        configure(server)
        asked = ("revise", "pdf-split", "Check the pages", "--writer", "model", "--json")
        value = run(root, *asked).json("revise")
    assert value["spent"]["total"]["calls"] == 1
    assert value["spent"]["steps"][0]["step"] == "phase2.incorporate_feedback"
    assert {"key": "Skill-Tokens", "value": "12"} in value["trailers"]


@pytest.mark.parametrize("limit", ["nan", "inf", "-1"])
def test_a_limit_that_limits_nothing(root: Path, run: Run, limit: str) -> None:
    done = run(root, "new", BRIEF, "--writer", "model", "--max-cost", limit)
    assert done.code == 2
    assert "--max-cost" in done.err


def test_who_watches_may_go(
    root: Path, run: Run, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in `2> >(head -1)`; what was paid for is not lost for that."""

    class Gone(StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

        def reconfigure(self, **_: str) -> None:
            """As the real one has it."""

    with serving(*SCRIPT) as server:
        configure(server)
        monkeypatch.setattr(sys, "stderr", Gone())
        done = run(root, "new", BRIEF, "--writer", "model", "--progress", "json")
    assert len(server.received) == 7
    assert "committed" in done.out


@pytest.mark.parametrize(
    "option", [("--max-cost", "1"), ("--max-tokens", "9"), ("--resume",), ("--replay",)]
)
def test_options_are_for_models(root: Path, run: Run, option: tuple[str, ...]) -> None:
    done = run(root, "new", BRIEF, *option)
    assert done.code == 2
    assert f"{option[0]} is for --writer model, not --writer offline" in done.err


def test_options_of_this_machine_are_not_for_a_cluster(
    root: Path, run: Run, configure: Configure
) -> None:
    (root / "b.jsonl").write_text('{"brief": "Merge PDF files"}\n')
    with serving() as server:
        configure(server)
        batch = ("new", "--batch", "b.jsonl", "--dask", "tcp://127.0.0.1:1", "--writer", "model")
        done = run(root, *batch, "--max-cost", "1")
    assert done.code == 2
    assert "--max-cost is for this machine, not for a cluster" in done.err


def test_a_batch_has_one_budget(root: Path, run: Run, configure: Configure) -> None:
    lines = [{"brief": f"Merge {n}", "name": f"merge-{n}", "at": "data"} for n in range(2)]
    (root / "b.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with serving(*SCRIPT, *SCRIPT) as server:
        configure(server)
        batch = ("new", "--batch", "b.jsonl", "--jobs", "1", "--writer", "model", "--json")
        done = run(root, *batch, "--max-tokens", "12000", "--progress", "json")
    value = done.json("batch")
    assert (value["done"], value["error"]) == (2, 0)
    assert value["spent"]["total"]["calls"] == 14
    events = [json.loads(line) for line in done.err.splitlines()]
    assert not any(schema.violations("progress", event) for event in events)
    asked = Counter(each["id"] for each in events if each["event"] == "asked")
    assert asked == {each["id"]: 7 for each in value["briefs"]}
    prompts = [each.prompt for each in server.received if "## new_directories" in each.prompt]
    assert all(f"data/pdf-split: {ABOUT}" in prompt for prompt in prompts)
