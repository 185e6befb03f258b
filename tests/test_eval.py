"""`skillrepo eval`: real git, a real program, and what it makes of a skill."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner, skill
from openai_server import chat, clients_let_go, serving

from skillrepo import schema

PROGRAM = Path(__file__).with_name("task_runner.py")
NAME = "skills/data/pdf-merge"
REF = "refs/notes/skillrepo/grades"
RIGHT = "The output contains `42`"
Configure = Callable[..., None]


def evals(*prompts: str, key: str = "assertions", checks: tuple[object, ...] = (RIGHT,)) -> str:
    items = [{"id": n, "prompt": each, key: checks} for n, each in enumerate(prompts, start=1)]
    return json.dumps({"skill_name": "pdf-merge", "evals": items})


ANSWERS = tuple(f"answer {number}" for number in range(6))


def files(answer: str = "42", asked: str | None = None) -> dict[str, str]:
    body = f"# Merging\n\nANSWER: {answer}\n"
    return {
        f"{NAME}/SKILL.md": skill(body=body),
        f"{NAME}/evals/evals.json": evals(*ANSWERS) if asked is None else asked,
    }


def commit(root: Path, git: Git, contents: dict[str, str], branch: str = "work") -> None:
    if git(root, "branch", "--show-current") != branch:
        git(root, "checkout", "-q", "-b", branch)
    for path, text in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "-q", "--message", "change")


@pytest.fixture(autouse=True)
def configure(git_env: Path) -> Configure:
    """Make the program of the tests the only runner; more of the file as JSON."""

    def _configure(**more: object) -> None:
        command = [sys.executable, str(PROGRAM), "{task}", "{timing}"]
        path = git_env / ".config/skillrepo/config.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"runners": {"fake": {"command": command}}, **more}))

    _configure()
    return _configure


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


def layer(root: Path, run: Run, *arguments: str) -> tuple[str | None, str]:
    (found,) = run(root, "grade", "--json", *arguments).json("grade")["skills"]
    (said,) = (each for each in found["gate"]["layers"] if each["layer"] == "behaviour")
    return said["verdict"], "; ".join(said["reasons"])


def note_of(root: Path, git: Git, rev: str) -> tuple[str, list[dict[str, Any]]]:
    tree = git(root, "rev-parse", f"{rev}:{NAME}")
    lines = git(root, "notes", "--ref", REF, "show", tree).splitlines()
    return tree, [json.loads(line) for line in lines if '"behaviour"' in line]


def test_a_change_that_makes_a_skill_worse(
    make_repo: MakeRepo, git: Git, run: Run, tmp_path: Path
) -> None:
    checks = (RIGHT, {"type": "file_exists", "path": "answer.txt"}, "It is nice\x1b[2J")
    asked = evals(*ANSWERS, "exit 3", key="expectations", checks=checks)
    root = make_repo({**FILES, **files(asked=asked)})
    commit(root, git, files("41", asked))
    assert layer(root, run, "--head", "work") == (None, "")
    words = ("eval", "pdf-merge", "--head", "work", "--trials", "1", "--jobs", "4")
    done = run(root, *words, "--json", "--record", "--output", str(tmp_path / "out"))
    assert (done.code, done.err) == (1, f"recorded in {REF}: 1 new\n")
    value = done.json("eval")
    found = value["evaluated"]
    assert (found["verdict"], found["side"], found["runner"]) == ("fail", "base", "fake")
    base, none = found["compared"]
    assert (base["against"], base["mean"], base["p"], base["tasks"]) == ("base", -0.5, 0.0156, 6)
    assert (none["against"], none["mean"], none["verdict"]) == ("none", 0, "pass")
    assert base["left_out"] == 1
    rates = {each["configuration"]: each["pass_rate"] for each in found["configurations"]}
    assert rates == {"head": 0.5, "base": 1, "none": 0.5}
    tokens = {each["configuration"]: each["tokens"] for each in found["configurations"]}
    assert tokens["head"] == tokens["base"] > tokens["none"] == 100
    first, last = found["tasks"][0], found["tasks"][-1]
    right, there, nice = first["assertions"]
    assert (right["by"], right["discrimination"], right["constant"]) == ("code", 0, None)
    assert (there["discrimination"], there["constant"]) == (0, "always")
    assert (nice["by"], nice["discrimination"], nice["constant"]) == ("model", None, None)
    assert [t["not_measured"] for t in nice["tallies"]] == [1, 1, 1]
    # A program that failed is no answer that is wrong.
    assert [(each["ended"], each["failed"]) for each in last["runs"]] == [(0, 1)] * 3
    assert all(t["failed"] == t["passed"] == 0 for t in last["assertions"][0]["tallies"])
    said = run(root, *words[:4], "--replay", "--json")
    assert (said.code, said.out) == (1, done.out)
    told = run(root, *words[:4], "--replay").out
    assert "\n    The output contains `42`: 0 of 1 with the skill, 1 of 1 with the skill" in told
    assert "holds always, with the skill and without: it says nothing of the skill" in told
    # Six tasks that came to the same are told as one.
    assert told.count("It is nice<U+001B>[2J: not measured\n") == 2
    assert "\n  5: “answer 4”\n  6: “answer 5”\n    of each of them:\n    The output" in told
    assert told.count("no model was asked") == 1
    assert "\n  not measured: 6 assertions that code cannot decide, for no model was asked:" in told
    assert "\x1b" not in told
    assert "This skill fails: the mean over 6 tasks changes by -0.50" in told
    # The note names trees, and nothing of this machine.
    tree, (note,) = note_of(root, git, "work")
    assert [schema.explain(v) for v in schema.violations("behaviour-note", note)] == []
    assert (value["head"], note["base"]) == (tree, git(root, "rev-parse", f"main:{NAME}"))
    assert str(tmp_path) not in json.dumps(note)
    verdict, why = layer(root, run, "--head", "work")
    assert verdict == "fail"
    assert why.startswith("by the runner fake, against the skill before: the mean over 6 tasks")
    assert "behaviour: fail" in run(root, "grade", "--head", "work").out
    # Of other files it says nothing.
    commit(root, git, {f"{NAME}/references/a.md": "# A\n"})
    assert layer(root, run, "--head", "work") == (None, "")
    _written(tmp_path / "out")


def _written(folder: Path) -> None:
    benchmark = json.loads((folder / "benchmark.json").read_text())
    assert list(benchmark) == ["metadata", "runs", "run_summary", "notes"]
    summary = benchmark["run_summary"]
    assert list(summary) == ["with_skill", "old_skill", "without_skill", "delta"]
    assert summary["with_skill"]["pass_rate"] == {"mean": 0.5, "stddev": 0, "min": 0.5, "max": 0.5}
    assert (summary["delta"]["pass_rate"], summary["old_skill"]["pass_rate"]["mean"]) == (0, 1)
    assert len(benchmark["runs"]) == 21
    assert benchmark["runs"][-1]["result"]["errors"] == 1
    grading = json.loads((folder / "eval-1/with_skill/run-1/grading.json").read_text())
    assert grading["assertion_results"] == [
        {"text": RIGHT, "passed": False, "evidence": "it is not in the text"},
        {
            "text": "the file `answer.txt` exists",
            "passed": True,
            "evidence": "`answer.txt` is there",
        },
    ]
    assert grading["summary"] == {"passed": 1, "failed": 1, "total": 2, "pass_rate": 0.5}
    assert [each["text"] for each in grading["not_measured"]] == ["It is nice<U+001B>[2J"]
    timing = json.loads((folder / "eval-1/old_skill/run-1/timing.json").read_text())
    assert timing["total_tokens"] > 100
    lost = json.loads((folder / "eval-7/old_skill/run-1/grading.json").read_text())
    assert (lost["assertion_results"], lost["summary"]["pass_rate"]) == ([], None)
    assert lost["not_measured"][0] == {"text": RIGHT, "why": "it failed with exit code 3"}


def test_a_new_skill_and_its_own_exam(make_repo: MakeRepo, git: Git, run: Run) -> None:
    root = make_repo(FILES)
    (root / NAME / "scripts").mkdir(parents=True)
    (root / NAME / "scripts/link").symlink_to("/etc/passwd")
    commit(root, git, files())
    words = ("eval", NAME, "--head", "work", "--trials", "1", "--jobs", "4")
    assert run(root, *words, "--against", "base").err == (
        "error: there is no data/pdf-merge of before that could be read: compare it by "
        "--against none\n"
    )
    found = run(root, *words, "--record", "--json").json("eval")
    assert (found["base"], found["evaluated"]["side"]) == (None, "head")
    assert found["evaluated"]["notes"] == ["not put down: scripts/link"]
    (only,) = found["evaluated"]["compared"]
    assert (only["against"], only["mean"], only["low"], only["verdict"]) == ("none", 1, 1, "pass")
    assert layer(root, run, "--head", "work")[0] == "pass"
    # With the tasks of the base, a change does not make its own exam easier.
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "work")
    easy = evals(*ANSWERS, checks=("The output contains `answer`",))
    commit(root, git, files("41", easy), "easy")
    words = ("eval", "pdf-merge", "--against", "base", "--trials", "1", "--jobs", "4")
    done = run(root, *words)
    assert (done.code, "This skill fails" in done.out) == (1, True)
    assert "6 tasks of the base" in done.out
    assert "the change has other evals, which are not run here" in done.out
    own = run(root, *words, "--evals", "head", "--json")
    assert (own.code, own.json("eval")["evaluated"]["side"]) == (0, "head")
    # It holds with both versions: what it says of the skill is not known without runs with none.
    assert own.json("eval")["evaluated"]["tasks"][0]["assertions"][0]["constant"] is None
    # The answer stood in the prompt.
    (leak,) = own.json("eval")["evaluated"]["tasks"][0]["leaks"]
    assert leak == "the prompt gives away the answer to: The output contains `answer`"


def test_too_few_tasks_or_runs_are_no_verdict(make_repo: MakeRepo, git: Git, run: Run) -> None:
    root = make_repo({**FILES, **files(asked=evals(*ANSWERS[:4]))})
    words = ("eval", "pdf-merge", "--against", "none", "--trials", "1", "--jobs", "4")
    done = run(root, *words)
    assert done.code == 0
    assert "no verdict on this skill: 4 tasks: fewer than 5 cannot show" in done.out
    # A pass without the tasks that it failed to end is none.
    lost = {
        "exit 3": "14% of the runs came to no end that could be assessed",
        "escape /etc/passwd": "14% of the assertions that were to be decided got no answer",
    }
    for order, why in lost.items():
        asked = evals(*ANSWERS, order, checks=("`answer.txt` contains `42`",))
        commit(root, git, {f"{NAME}/evals/evals.json": asked}, "main")
        done = run(root, *words)
        assert "against no skill: better: the mean over 6 tasks changes by +1.00" in done.out
        assert "(+1.00 by the skill)" in done.out
        assert "There is no verdict on this skill" in done.out
        assert f"with the skill: {why}; without a skill: {why}." in done.out


def test_what_cannot_be_kept_is_shown(make_repo: MakeRepo, run: Run) -> None:
    root = make_repo({**FILES, **files(asked=evals(ANSWERS[0]))})
    lock = root / f".git/{REF}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    words = ("--against", "none", "--trials", "1", "--head", "HEAD", "--record")
    done = run(root, "eval", "pdf-merge", *words)
    assert done.code == 2
    assert REF in done.err
    assert "The output contains `42`: 1 of 1 with the skill, 0 of 1 without a skill" in done.out


def test_a_note_that_takes_no_more_is_told_before_anything_is_run(
    make_repo: MakeRepo, git: Git, run: Run, configure: Configure
) -> None:
    root = make_repo({**FILES, **files()})
    tree = git(root, "rev-parse", f"HEAD:{NAME}")
    git(root, "notes", "--ref", REF, "add", "--file", "-", tree, stdin="x" * ((1 << 20) + 1))
    configure(runners={"fake": {"command": ["/no/such"]}})
    for way in ((), ("--triggers",)):
        done = run(root, "eval", NAME, "--head", "HEAD", "--record", *way)
        told = f"the note of {tree} in {REF} is longer than 1 MiB, so it is not read and nothing"
        assert (done.code, done.err.startswith(f"error: {told} is added: ")) == (2, True), way
    git(root, *done.err.rpartition(": git ")[2].split())
    assert "cannot be started" in run(root, "eval", NAME, "--head", "HEAD", "--record").err


def test_notes_that_were_made_up(make_repo: MakeRepo, git: Git, run: Run) -> None:
    root = make_repo(FILES)
    commit(root, git, files())
    words = ("eval", NAME, "--head", "work")
    run(root, *words, "--trials", "1", "--jobs", "4", "--record")
    tree, (note,) = note_of(root, git, "work")

    def rewritten(change: Callable[[dict[str, Any]], object]) -> str | None:
        made = json.loads(json.dumps(note))
        change(made)
        text = json.dumps(made, sort_keys=True, separators=(",", ":"))
        git(root, "notes", "--ref", REF, "add", "-f", "--message", text, tree)
        return layer(root, run, "--head", "work")[0]

    assert rewritten(lambda _: None) == "pass"
    wrong: tuple[Callable[[dict[str, Any]], object], ...] = (
        lambda made: made["evaluated"].update(verdict="fail"),
        lambda made: made["evaluated"].update(reasons=["trust me"]),
        lambda made: made["evaluated"].update(runner="one\nthat passes"),
        lambda made: made["evaluated"]["compared"][0].update(mean=0.5),
        lambda made: made["evaluated"]["tasks"][0]["assertions"][0]["tallies"][0].update(passed=9),
        lambda made: made["evaluated"].update(trials="1"),
        lambda made: made["evaluated"].update(trials=10**9),
        lambda made: made["evaluated"]["configurations"][0].update(seconds=float("nan")),
        lambda made: made["evaluated"]["compared"][0].update(against="base"),
        lambda made: made["evaluated"].update(tasks=made["evaluated"]["tasks"] * 9),
        lambda made: made["evaluated"].update(tasks=[], compared=[]),
        lambda made: made.update(more="x"),
        lambda made: made.update(base="0" * 40),
        lambda made: made.update(version=2),
        lambda made: made.pop("tool"),
    )
    for change in wrong:
        assert rewritten(change) is None
    assert run(root, *words, "--replay").err.startswith("error: there is no note of such runs of")


def test_what_cannot_be_run(
    make_repo: MakeRepo, run: Run, configure: Configure, tmp_path: Path
) -> None:
    other = {"skills/data/csv-join/SKILL.md": skill("csv-join")}
    root = make_repo({**FILES, **files(), **other})
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").write_text("x")

    def fails(*words: str) -> str:
        done = run(root, "eval", *words)
        assert (done.code, done.out) == (2, ""), done
        return done.err

    assert "there is no runner 'fak' in" in fails("pdf-merge", "--runner", "fak")
    assert "did you mean 'fake'?" in fails("pdf-merge", "--runner", "fak")
    assert fails("csv-join").startswith("error: data/csv-join has no evals with assertions to run")
    broken = root / "skills/data/csv-join/evals/evals.json"
    broken.parent.mkdir()
    broken.write_text('{"evals": [')
    assert "evals.json:1: " in fails("csv-join")
    assert "pdf-merg" in fails("pdf-merg")
    assert fails("skills").startswith("error: skills holds 2 skills; name one: skills/data/csv")
    assert "name a commit by --head" in fails("pdf-merge", "--record")
    assert "name a commit by --head" in fails("pdf-merge", "--replay")
    replay = fails("pdf-merge", "--head", "main", "--replay")
    assert replay.endswith(f"git fetch origin {REF}:{REF}\n")
    full = fails("pdf-merge", "--output", str(tmp_path / "full"))
    assert full.endswith("is not an empty folder: name a new one\n")
    assert "of --judge and --triggers: give one, too" in fails("pdf-merge", "--model", "x")
    assert "is no amount of money" in fails("pdf-merge", "--judge", "--max-cost", "inf")
    assert "--replay runs nothing" in fails("pdf-merge", "--replay", "--record")
    assert "no --record" in fails("pdf-merge", "--record", "--evals", "head")
    configure(runners={"b": {"command": ["/no/such"]}, "a": {"command": ["x"]}})
    assert fails("pdf-merge").endswith("name one by --runner: a, b\n")
    assert fails("pdf-merge", "--runner", "b") == (
        "error: the runner b: the command `/no/such` cannot be started: No such file or directory\n"
    )
    # What could not be kept is said before anything is run.
    under = str(tmp_path / "full/x/out")
    assert "x/out cannot be written: " in fails("pdf-merge", "--runner", "b", "--output", under)
    configure(runners={})
    assert fails("pdf-merge").startswith("error: no runner is configured: name a program under")
    (root / NAME / "SKILL.md").write_text("x")
    configure()
    assert fails("pdf-merge").startswith(f"error: {NAME}/SKILL.md:1: ")
    assert "is not in a git repository: go to one" in run(tmp_path / "full", "eval", "x").err


def test_whose_note_it_is_has_to_be_known_before_anything_is_run(
    make_repo: MakeRepo, run: Run, configure: Configure, git_env: Path
) -> None:
    root = make_repo({**FILES, **files()})
    # Were it begun, it would be told that this cannot be started.
    configure(runners={"b": {"command": ["/no/such"]}})
    (git_env / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    done = run(root, "eval", "pdf-merge", "--head", "main", "--record")
    assert (done.code, done.out) == (2, "")
    assert "git does not know whose commit this is" in done.err


def test_what_ends_it_ends_its_programs(make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo({**FILES, **files(asked=evals(f"forever {tmp_path}/pid"))})
    rooms = tmp_path / "rooms"
    rooms.mkdir()
    words = [sys.executable, "-m", "skillrepo", "eval", "pdf-merge"]
    environ = {**os.environ, "TMPDIR": str(rooms)}
    os.mkfifo(tmp_path / "pid")
    begun = os.open(tmp_path / "pid", os.O_RDONLY | os.O_NONBLOCK)
    with subprocess.Popen(words, cwd=root, env=environ, stderr=subprocess.PIPE) as process:
        assert select.select([begun], [], [], 60)[0]
        process.terminate()
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told.strip()) == (130, b"interrupted")
    assert list(rooms.iterdir()) == []
    state = Path(f"/proc/{os.read(begun, 20).decode()}/stat")
    os.close(begun)
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_a_model_decides_what_code_cannot(
    make_repo: MakeRepo,
    run: Run,
    configure: Configure,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_KEY", "sk-test-0123456789abcdef")
    root = make_repo({**FILES, **files(asked=evals(ANSWERS[0], checks=("It gives a number",)))})
    replies = (
        chat('```json\n{"passed": true, "quote": "the answer is 42"}\n```'),
        chat('{"passed": true, "quote": "the answer is 42"}'),
    )
    with clients_let_go(), serving(*replies) as server:
        # Its longest reply would cost $0.26, and what is asked for is a line.
        model = {"model": "openai/gpt-5-mini", "env": "TEST_KEY"}
        entry = {**model, "api_base": server.url, "num_retries": 0}
        configure(models={"default": "mine", "registry": {"mine": entry}})
        words = ("eval", "pdf-merge", "--against", "none", "--trials", "1", "--judge", "--json")
        done = run(root, *words, "--max-cost", "0.05")
        asked = [each.prompt for each in server.received]
        spent = run(root, *words, "--max-tokens", "1")
    monkeypatch.delenv("TEST_KEY")
    assert run(root, *words).err.startswith("error: ")
    found = done.json("eval")["evaluated"]
    with_skill, without = found["tasks"][0]["assertions"][0]["tallies"]
    assert (with_skill["passed"], with_skill["evidence"]) == (1, "“the answer is 42”")
    # Without the skill the program said another thing, and the quote is made up.
    assert (without["passed"], without["not_measured"]) == (0, 1)
    assert found["model"] == "openai/gpt-5-mini"
    assert done.err.splitlines() == [
        "judge: up to 2 calls of openai/gpt-5-mini (cap $0.05)",
        "judge: 2 calls, 24 tokens, $0.0000 (cap $0.05)",
    ]
    assert len(asked) == 2
    assert "the answer is 42" in asked[0]
    assert "the answer is unknown" in asked[1]
    # What it is to judge does not say whose work it is.
    assert not any("SKILL.md" in each or "pdf-merge" in each for each in asked)
    tallies = spent.json("eval")["evaluated"]["tasks"][0]["assertions"][0]["tallies"]
    assert [each["not_measured"] for each in tallies] == [1, 1]
