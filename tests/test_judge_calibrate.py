"""`skillrepo judge`: lines for people to answer, and a model over HTTP against what they said."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner
from judged_skills import ITEMS, SAMPLES, Asked, fair
from openai_server import Received, Reply, chat, clients_let_go, serving
from scripted_judge import true
from test_grade_judge_http import CONFIG, KEY

from skillrepo.judge import calibration
from skillrepo.judge.ask import Request

ITEM = "routing.states_boundary"
OTHER = "knowledge.failure_mode"
PROOFS = {each.name: each.proofs for each in SAMPLES}
SAID = {f"data/{each.name}": {n: n in each.proofs for n in (ITEM, OTHER)} for each in SAMPLES}


def answered(received: Received) -> Reply:
    """What is true of the skill that a request shows."""
    asked = Asked.of(Request(tuple(received.body["messages"]), {}, 0))
    tool = next((name for name in PROOFS if f"name: {name}\n" in asked.inside), "")
    say = (lambda item: fair(PROOFS[tool], item, asked.inside)) if tool else None
    pairs = {
        number: say(item) if say else true(item, asked.inside)
        for number, item in asked.questions.items()
    }
    return chat(json.dumps({n: {"answer": a, "quote": quote} for n, (a, quote) in pairs.items()}))


def blind(received: Received) -> Reply:
    """Yes to all, proven by nothing."""
    asked = Asked.of(Request(tuple(received.body["messages"]), {}, 0))
    return chat(json.dumps({n: {"answer": "yes", "quote": ""} for n in asked.questions}))


def labelled(lines: str) -> Iterator[str]:
    """What people answer: the truth of one item, and the opposite of the other in half of all."""
    for number, line in enumerate(lines.splitlines()):
        value = json.loads(line)
        truth = SAID[value["skill"]].get(value["item"])
        if truth is not None:
            turned = value["item"] == OTHER and number % 48 < 24
            value["label"] = "yes" if truth != turned else "no"
        yield json.dumps(value)


@pytest.fixture
def root(make_repo: MakeRepo, git_env: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEST_KEY", KEY)
    (git_env / ".config/skillrepo").mkdir(parents=True)
    return make_repo(
        {**FILES, **{f"skills/data/{each.name}/SKILL.md": each.text for each in SAMPLES}}
    )


@pytest.fixture(name="run")
def _run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


def at(git_env: Path, url: str) -> None:
    (git_env / ".config/skillrepo/config.yaml").write_text(CONFIG.format(url=url))


def test_from_lines_for_people_to_a_file_that_decides(
    root: Path, run: Run, git: Git, git_env: Path
) -> None:
    lines = run(root, "judge", "labels", *SAID)
    assert lines.code == 0
    first = json.loads(lines.out.splitlines()[0])
    tree = git(root, "rev-parse", f"HEAD:skills/{first['skill']}").strip()
    assert (first["tree"], first["item"], first["label"]) == (tree, next(iter(ITEMS)), None)
    # A label stays with the text that was read.
    skill = root / "skills" / first["skill"] / "SKILL.md"
    skill.write_text(skill.read_text() + "\nMore.\n")
    git(root, "commit", "--quiet", "--all", "-m", "more")
    file = root / "labels.jsonl"
    file.write_text("\n".join(labelled(lines.out)))
    with clients_let_go(), serving(*[answered] * 100) as server:
        at(git_env, server.url)
        made = run(root, "judge", "calibrate", "labels.jsonl", "--json")
        calls = len(server.received)
        # Two votes that agree, one again, one reversed; and two of each control skill.
        assert calls == 10 * 4 + 4
        assert git(root, "status", "--porcelain") == "?? labels.jsonl"
        again = run(root, "judge", "calibrate", "labels.jsonl", "--replay", "--write")
        assert len(server.received) == calls
    likely, spent = made.err.splitlines()
    assert likely.startswith("judge: 10 to ask about, likely 44 calls, ≈")
    assert spent.startswith("judge: 44 calls, ")
    assert [line[:16] for line in again.err.splitlines()] == ["judge: 0 calls, "]
    found = made.json("judge-calibrate")
    items = {each["item"]: each for each in found["items"]}
    assert items.keys() == {ITEM, OTHER}
    assert (items[ITEM]["kappa"], items[ITEM]["binds"]) == (1, True)
    assert (items[OTHER]["agreed"], items[OTHER]["binds"]) == (0.5, False)
    assert (found["skills"], found["retest"], found["swap"], found["waiting"]) == (10, 1, 1, 220)
    assert found["spent"]["total"]["calls"] == calls
    assert again.code == 0
    assert "openai/gpt-4o-mini: 1 of 24 items may decide, by 20 labels of 10 skills" in again.out
    assert f"wrote {calibration.FILE_NAME}" in again.out
    assert "without an interval" not in again.out
    file.write_text(file.read_text().replace('"no"', '"yes"'))
    alike = run(root, "judge", "calibrate", "labels.jsonl", "--replay").out
    assert "without an interval: nearly all labels or answers of the item are alike" in alike
    (known,) = calibration.load((root / calibration.FILE_NAME).read_text())
    assert calibration.binding([known], *known[:3]) == {ITEM}


def test_who_cannot_tell_the_control_skills_apart_is_no_judge(
    root: Path, run: Run, git_env: Path
) -> None:
    file = root / "labels.jsonl"
    file.write_text(json.dumps({"skill": "qturn", "item": ITEM, "label": "yes"}))
    with clients_let_go(), serving(*[blind] * 20) as server:
        at(git_env, server.url)
        done = run(root, "judge", "calibrate", "labels.jsonl", "--write")
        assert len(server.received) == 8
        spent = run(root, "judge", "calibrate", "labels.jsonl", "--max-tokens", "1")
    # Who was not asked may well be one.
    assert "error: the control skills could not be judged: the next call (judge" in spent.err
    assert done.code == 2
    assert "error: openai/gpt-4o-mini is no judge: of the good control skill" in done.err
    assert not (root / calibration.FILE_NAME).exists()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"label": None}, "has no label yet"),
        ({"skill": "nothing"}, "nothing: HEAD has no skill of this name or address"),
        ({"tree": "f" * 40}, "is no tree of this repository"),
        ({"tree": "HEAD"}, "HEAD is no tree of this repository"),
    ],
)
def test_labels_of_nothing_are_refused_before_anything_is_paid(
    root: Path, run: Run, line: dict[str, object], why: str
) -> None:
    value = {"skill": "qturn", "item": ITEM, "label": "yes", **line}
    (root / "labels.jsonl").write_text(json.dumps(value))
    done = run(root, "judge", "calibrate", "labels.jsonl")
    assert (done.code, done.out) == (2, "")
    assert why in done.err


def test_without_a_commit_there_is_nothing_to_label(run: Run, git: Git, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "empty")
    told = run(tmp_path / "empty", "judge", "labels", "qturn")
    why = "error: there is no commit yet, so there is no skill to label\n"
    assert (told.code, told.err) == (2, why)


def test_a_file_that_cannot_be_added_to_is_told_before_anything_is_paid(
    root: Path, run: Run, tmp_path: Path
) -> None:
    value = {"skill": "qturn", "item": ITEM, "label": "yes"}
    (root / "labels.jsonl").write_text(json.dumps(value))
    kept = root / calibration.FILE_NAME
    kept.parent.mkdir()
    kept.write_bytes(b"\xff\xfe{}")
    words = ("judge", "calibrate", "labels.jsonl", "--write")
    damaged = run(root, *words)
    assert (damaged.code, damaged.out) == (2, "")
    assert f"{calibration.FILE_NAME} is no JSON" in damaged.err
    kept.unlink()
    kept.parent.rmdir()
    kept.parent.symlink_to(tmp_path)
    elsewhere = run(root, *words)
    assert (elsewhere.code, elsewhere.out) == (2, "")
    assert "is a symbolic link; nothing is written through it" in elsewhere.err
