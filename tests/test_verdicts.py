"""Verdicts that are remembered: what they depend on, and that they are never wrong."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner, skill

from skillrepo import check, verdicts

COUNT = 60
FAULTY = "# Wax\n\n[lost](lost.md)\n"
NAMES = [f"wax-{number}" for number in range(COUNT)]


@pytest.fixture(name="run")
def _run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    files = {f"skills/data/{name}/SKILL.md": skill(name, body=FAULTY) for name in NAMES}
    return make_repo({**FILES, **files})


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each run come a day later than what it looks at.

    What changed a moment ago is read again, and the time of a change cannot be set.
    """
    real = time.time_ns
    monkeypatch.setattr("skillrepo.files.time.time_ns", lambda: real() + 86_400 * 10**9)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the skills that the rules have looked at."""
    seen: list[str] = []
    judge = check.judge

    def watched(skill: object, *arguments: object, **more: object) -> object:
        seen.append(skill.path)  # type: ignore[attr-defined]
        return judge(skill, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(verdicts, "judge", watched)
    return seen


def memory(root: Path) -> list[Path]:
    return sorted((root / ".git/skillrepo").glob("verdicts-*"))


def test_what_is_unchanged_is_remembered(root: Path, run: Run, judged: list[str]) -> None:
    first = run(root, "validate", "--json")
    assert len(judged) == COUNT
    judged.clear()
    again = run(root, "validate", "--json")
    assert (again, judged) == (first, [])
    changed = root / "skills/data/wax-7/SKILL.md"
    changed.write_text(skill("wax-7"))
    done = run(root, "validate", "--json")
    assert judged == ["skills/data/wax-7/SKILL.md"]
    assert len(done.json("report")["findings"]) == COUNT - 1
    # Written back, it is what it was.
    judged.clear()
    changed.write_text(skill("wax-7", body=FAULTY))
    assert run(root, "validate", "--json") == first
    assert len(judged) == 1  # the memory holds what was there last


def test_another_file_of_a_skill_counts(root: Path, run: Run, judged: list[str]) -> None:
    run(root, "validate")
    judged.clear()
    (root / "skills/data/wax-3/lost.md").write_text("Found.\n")
    done = run(root, "validate", "--json").json("report")
    assert judged == ["skills/data/wax-3/SKILL.md"]
    assert "skills/data/wax-3/SKILL.md" not in {f["path"] for f in done["findings"]}
    judged.clear()
    (root / "skills/data/wax-3/lost.md").unlink()
    assert len(run(root, "validate", "--json").json("report")["findings"]) == COUNT
    (root / "skills/data/wax-3/SKILL.md").chmod(0o755)
    run(root, "validate")
    assert judged == ["skills/data/wax-3/SKILL.md"] * 2


def test_the_same_contents_are_known_everywhere(
    root: Path, run: Run, judged: list[str], git: Git
) -> None:
    there = run(root, "validate", "--json")
    judged.clear()
    assert run(root, "validate", "--rev", "HEAD", "--json") == there
    git(root, "checkout", "--quiet", "-b", "other")
    os.utime(root / "skills/data/wax-1/SKILL.md", (1, 1))
    assert run(root, "validate", "--json") == there
    assert judged == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("skillrepo.yaml", "max_body_lines: 1\n"),
        ("skillrepo.yaml", "rules: {L101: warning}\n"),
        ("taxonomy.yaml", FILES["taxonomy.yaml"].replace("    aliases: [documents]\n", "")),
    ],
)
def test_settings_and_taxonomy_count(
    file: str, text: str, root: Path, run: Run, judged: list[str]
) -> None:
    run(root, "validate")
    judged.clear()
    (root / file).write_text(text)
    run(root, "validate")
    assert len(judged) == COUNT
    assert len(memory(root)) == 2


def test_rules_and_profile_count(root: Path, run: Run, judged: list[str]) -> None:
    for arguments in ((), ("--profile", "spec"), ("--select", "L"), ("--client", "claude-code")):
        judged.clear()
        run(root, "validate", *arguments)
        assert len(judged) == COUNT, arguments


def test_old_memories_are_deleted(root: Path, run: Run) -> None:
    for lines in range(500, 510):
        (root / "skillrepo.yaml").write_text(f"max_body_lines: {lines}\n")
        run(root, "validate")
    assert len(memory(root)) == 6


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda _: b"",
        lambda _: b"\0\xff\n\t\t\t\n" * 9,
        lambda data: data.replace(b"\t[", b"\t{"),
        lambda data: data.replace(b'"L101"', b'"L999"'),
        lambda data: data.replace(b"[", b""),
    ],
    ids=["half", "empty", "binary", "no json", "unknown rule", "other shape"],
)
def test_a_damaged_memory_is_not_believed(damage: object, root: Path, run: Run) -> None:
    first = run(root, "validate", "--json")
    (file,) = memory(root)
    file.write_bytes(damage(file.read_bytes()))  # type: ignore[operator]
    assert run(root, "validate", "--json") == first
    assert run(root, "validate", "--json") == first


def test_it_may_be_deleted_and_may_not_be_written(root: Path, run: Run) -> None:
    first = run(root, "validate", "--json")
    shutil.rmtree(root / ".git/skillrepo")
    (root / ".git/skillrepo").write_text("in the way")
    assert run(root, "validate", "--json") == first


def test_a_file_that_changed_a_moment_ago_is_read_again(
    root: Path, run: Run, judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    run(root, "validate")
    changed = root / "skills/data/wax-5/SKILL.md"
    state = changed.stat()
    text = skill("wax-5", body=FAULTY)
    changed.write_text(text.replace("lost.md", "gone.md"))
    os.utime(changed, ns=(state.st_atime_ns, state.st_mtime_ns))
    done = run(root, "validate", "--json").json("report")
    assert any("`gone.md`" in finding["message"] for finding in done["findings"])
    del judged


def test_links_to_other_skills_are_remembered_too(root: Path, run: Run, judged: list[str]) -> None:
    (root / "skills/data/again").mkdir()
    (root / "skills/data/again/SKILL.md").symlink_to("../wax-1/SKILL.md")
    first = run(root, "validate", "--json")
    judged.clear()
    assert run(root, "validate", "--json") == first
    assert judged == []


def test_several_processes_find_the_same(make_repo: MakeRepo, run: Run) -> None:
    names = [f"wax-{number}" for number in range(320)]
    files = {f"skills/data/{name}/SKILL.md": skill(name, body=FAULTY) for name in names}
    root = make_repo({**FILES, **files}, name="many")
    for arguments in ((), ("--rev", "HEAD")):
        shutil.rmtree(root / ".git/skillrepo", ignore_errors=True)
        found = run(root, "validate", "--json", *arguments).json("report")["findings"]
        assert [finding["path"] for finding in found] == sorted(files)


def test_runs_at_the_same_time(root: Path, run: Run) -> None:
    first = run(root, "validate", "--json")
    shutil.rmtree(root / ".git/skillrepo")
    command = [sys.executable, "-m", "skillrepo", "validate", "--json"]
    started = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) for _ in range(4)]
    for process in started:
        out, _ = process.communicate()
        assert out.decode() == first.out
    assert [path.name.startswith("verdicts-") for path in memory(root)] == [True]
    assert sorted(p.name for p in (root / ".git/skillrepo").iterdir()) == [
        path.name for path in memory(root)
    ]


def test_a_kill_leaves_the_old_memory(root: Path, run: Run) -> None:
    first = run(root, "validate", "--json")
    command = [sys.executable, "-m", "skillrepo", "validate", "--json"]
    for number in range(6):
        (root / f"skills/data/wax-{number}/SKILL.md").touch()
        process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL)
        try:
            process.wait(timeout=0.05 * (number + 1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert run(root, "validate", "--json") == first


def test_a_link_is_looked_at_each_time(root: Path, run: Run) -> None:
    (root / "skills/data/again").mkdir()
    (root / "skills/data/again/SKILL.md").symlink_to("../wax-1/SKILL.md")
    run(root, "validate")
    shutil.rmtree(root / "skills/data/wax-1")
    assert "skills/data/again/SKILL.md:1:1: error D101" in run(root, "validate").out


def test_what_git_ignores_is_looked_into_where_it_is_named(root: Path, run: Run) -> None:
    (root / ".gitignore").write_text("build/\n")
    for name in NAMES:
        (root / "build" / name).mkdir(parents=True)
        (root / "build" / name / "SKILL.md").write_text(skill(name, body="[a](a.md)\n"))
        (root / "build" / name / "a.md").write_text("# A\n\n[lost](lost.md)\n")
    done = run(root, "validate", "build", "--select", "L101", "--json").json("report")
    assert len(done["findings"]) == COUNT
    assert done["findings"][0]["path"] == "build/wax-0/a.md"


def test_what_could_not_be_read_is_not_remembered(root: Path, run: Run, git: Git) -> None:
    (root / "skills/data/wax-2/a.md").write_text("# A\n\n[lost](lost.md)\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "more")
    oid = git(root, "rev-parse", "HEAD:skills/data/wax-2/a.md")
    file = root / ".git/objects" / oid[:2] / oid[2:]
    away = root / "away"
    file.rename(away)
    without = run(root, "validate", "--rev", "HEAD", "--json").json("report")
    assert [each["path"] for each in without["not_analysed"]] == ["skills/data/wax-2/a.md"]
    away.rename(file)
    found = run(root, "validate", "--rev", "HEAD", "--json").json("report")
    assert len(found["findings"]) == len(without["findings"]) + 1


def test_a_damaged_object_is_an_error(root: Path, run: Run, git: Git) -> None:
    oid = git(root, "rev-parse", "HEAD:skills/data/wax-9/SKILL.md")
    file = root / ".git/objects" / oid[:2] / oid[2:]
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:30])
    done = run(root, "validate", "--rev", "HEAD")
    assert (done.code, done.err) == (
        2,
        "error: git ended while it read objects: run `git fsck`\n",
    )
