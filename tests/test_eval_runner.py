"""Programs that do tasks, run for real: what they get, and what becomes of those that go wrong."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from skillrepo.behaviour.checks import check_of
from skillrepo.behaviour.exam import Assertion, ExamTask
from skillrepo.behaviour.graders import Decision
from skillrepo.behaviour.runner import Run, Runner
from skillrepo.behaviour.skill_files import SkillFile, SkillFiles
from skillrepo.behaviour.trials import Skills, run_trials
from skillrepo.errors import SkillRepoError
from skillrepo.user_config import RunnerSettings

PROGRAM = Path(__file__).with_name("task_runner.py")
SKILL = SkillFiles(
    "pdf-merge",
    {
        "SKILL.md": SkillFile(b"ANSWER: 42\n", executable=False),
        "scripts/a.sh": SkillFile(b"#!/bin/sh\n", executable=True),
    },
    (),
)


@pytest.fixture(autouse=True)
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the folders of programs come to lie, and are to be gone from."""
    folder = tmp_path / "rooms"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def runner(*command: str, most_written: int = 1 << 20, **settings: object) -> Runner:
    given = command or (sys.executable, str(PROGRAM), "{task}", "{timing}")
    values = RunnerSettings.model_validate({"command": list(given), **settings})
    environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "SECRET": "s", "MINE": "m"}
    return Runner("fake", values, environ, most_written)


def task(prompt: str, *assertions: str, files: Mapping[str, bytes] | None = None) -> ExamTask:
    made = tuple(Assertion(text, check_of(text, {})) for text in assertions)
    return ExamTask("1", prompt, "", made, files or {})


def passed(run: Run) -> list[bool | None]:
    return [each.passed for each in run.verdicts]


def test_what_a_program_gets(rooms: Path, tmp_path: Path) -> None:
    given = {"data/a.csv": b"a,b"}
    run = runner(env=["MINE", "NOT_SET"], skills=".agent/skills")(
        task(f"look {tmp_path}/seen", "The exit code is 0", files=given), SKILL
    )
    assert (run.outcome, run.why, passed(run), run.tokens) == ("ended", "", [True], None)
    names, environ, folder, arguments = json.loads((tmp_path / "seen").read_text())
    skill = ".agent/skills/pdf-merge"
    assert names == [f"{skill}/SKILL.md", f"{skill}/scripts/a.sh", "TASK.md", "data/a.csv"]
    root = Path(folder).parent
    assert root.parent == rooms
    assert environ == {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "MINE": "m",
        "HOME": f"{root}/home",
        "TMPDIR": str(root / "tmp"),
        "PWD": folder,
        # Python's own, where LANG names no locale that is there.
        **{name: environ[name] for name in ("LC_CTYPE",) if name in environ},
    }
    assert arguments == [f"{folder}/TASK.md", f"{root}/timing.json"]
    # All is gone.
    assert list(rooms.iterdir()) == []


def test_with_a_skill_and_without() -> None:
    asked = task("answer 1", "The output contains `42`", "A file `answer.txt` exists", "It is nice")
    run = runner()
    with_skill, without = run(asked, SKILL), run(asked, None)
    assert (passed(with_skill), with_skill.tokens) == ([True, True, None], 111)
    assert (passed(without), without.tokens) == ([False, True, None], 100)
    assert with_skill.seconds > 0


def test_what_went_wrong_says_nothing_of_the_skill(rooms: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("root")
    held = "The output contains `x`"

    def ends(prompt: str, *assertions: str, **settings: object) -> tuple[str, str]:
        run = runner(**settings)(task(prompt, *(assertions or (held,))), None)  # type: ignore[arg-type]
        assert (run.outcome == "ended") == bool(run.verdicts), run
        return run.outcome, run.why

    assert ends("exit 3") == ("failed", "it failed with exit code 3")
    assert ends("exit out-of-credit") == ("failed", "it failed with exit code 1: out-of-credit")
    assert ends("kill") == ("failed", "it was ended by signal 9 (Killed)")
    assert ends("flood", max_output=100_000) == ("cut off", "it printed more than 100,000 bytes")
    assert ends("fill") == ("cut off", "it wrote more files than there is room for")
    assert ends("copy /nowhere")[0] == "failed"
    moved = ends(f"move {tmp_path}", "`secret` contains `root`")
    assert moved == ("failed", "it moved the folder that it worked in")
    # Nothing tells of this machine.
    where = "{folder} {folder}/TASK.md {root}/home/x"
    assert ends("where") == ("failed", f"it failed with exit code 1: {where}")
    late = ends(f"forever {tmp_path}/pid", timeout=1.0)
    assert late == ("timeout", "it did not end within 1 second")
    # What it had started has ended with it.
    pid = int((tmp_path / "pid").read_text())
    state = Path(f"/proc/{pid}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"
    # Where a task is about the exit code, another than 0 is what came of it.
    run = runner()(task("exit 3", "The exit code is 3", "The exit code is 0"), None)
    assert (run.outcome, passed(run)) == ("ended", [True, False])
    run = runner()(task("garbage", "The output contains `error`"), None)
    (found,) = run.verdicts
    assert found.passed
    assert "\x1b" not in found.evidence
    run = runner()(task(f"escape {tmp_path}/secret", "`answer.txt` contains `root`"), None)
    assert passed(run) == [None]
    assert runner()(task("lock"), None).outcome == "ended"
    run = runner()(task(f"forever {tmp_path}/pid"), None, is_stopped=lambda: True)
    assert (run.outcome, run.why) == ("failed", "it was stopped")
    assert list(rooms.iterdir()) == []


def test_a_key_that_it_was_given_is_told_nobody() -> None:
    key = "Zq81-opaque-77aa"
    shown = []

    def decide(_task: ExamTask, left: str, _assertion: str) -> Decision:
        shown.append(left)
        return Decision(passed=True, quote="key={KEY}, {KEY}x")

    script = "echo key=$KEY, ${KEY}x; echo $KEY > f; [ $1 = 0 ] || exec cat $KEY"
    asked = task("look", "The output matches `key=.*`", "`f` contains `KEY`", "It is nice")
    for code in ("0", "1"):
        made = runner("/bin/sh", "-c", script, "sh", code, env=["KEY"])
        run = replace(made, environ={**made.environ, "KEY": key})(asked, None, decide)
        assert key not in repr((run, shown))
    assert "{KEY}" in run.why
    (left,) = shown
    assert left == "The program printed:\nkey={KEY}, {KEY}x\n\nIt left a file f:\n{KEY}\n"


def test_a_program_that_cannot_be_started() -> None:
    for command in ("no-such-program", "/no/such/program", "./relative", "nul\0"):
        with pytest.raises(SkillRepoError, match=r"^the runner fake: the command `"):
            runner(command)(task("answer"), None)


def test_a_placeholder_that_stands_for_nothing() -> None:
    with pytest.raises(SkillRepoError) as error:
        runner("agent", "--do={tsk}")
    assert str(error.value) == (
        "the runner fake has {tsk} in its command, which stands for nothing; did you mean {task}?"
    )
    with pytest.raises(SkillRepoError, match=r"\{x\} .*; known: \{folder\}, \{task\}, \{timing\}$"):
        runner("agent", "{task}", "{x}")
    runner("agent", '{"a": {}}', "{ print }", "${HOME}/{task}")


def test_all_trials_by_turns_and_none_after_an_error() -> None:
    tasks = [task("answer 1", "The output contains `42`"), task("x")._replace(problem="none")]
    skills: Skills = {"head": SKILL, "none": None}
    found = list(run_trials(tasks, skills, lambda t, s, _: runner()(t, s), trials=2, jobs=4))
    assert [(each.task, each.configuration, each.number) for each in found] == [
        *((0, "head", 1), (0, "none", 1)),
        *((0, "head", 2), (0, "none", 2)),
    ]
    assert [passed(each.run) for each in found] == [[True], [False]] * 2
    begun = []

    def fails(_: ExamTask, skill: SkillFiles | None, __: object) -> Run:
        begun.append(skill)
        raise SkillRepoError("no")

    with pytest.raises(SkillRepoError, match="no"):
        list(run_trials(tasks[:1] * 50, skills, fails, trials=2))
    assert begun == [SKILL]


@pytest.mark.parametrize("is_there_with_a_skill", [True, False])
def test_a_program_that_a_wrapper_does_not_find_is_tried_once_each(
    *, is_there_with_a_skill: bool
) -> None:
    """It ends all where the first runs of every configuration found none, and else nothing."""
    skills: Skills = {"head": SKILL, "none": None}
    begun = []

    def attempt(of: ExamTask, skill: SkillFiles | None, _: object) -> Run:
        begun.append(skill)
        there = runner("true") if is_there_with_a_skill and skill else None
        return (there or runner("env", "no-such-agent"))(of, skill)

    tasks = [task("answer 1")] * (2 if is_there_with_a_skill else 200)
    trials = run_trials(tasks, skills, attempt, trials=1)
    if is_there_with_a_skill:
        assert len(list(trials)) == 4
        return
    with pytest.raises(
        SkillRepoError, match=r"^the runner fake cannot be started: .* code 127: env"
    ):
        list(trials)
    # One or two may have begun meanwhile.
    assert begun[:2] == [SKILL, None]
    assert len(begun) < 200
