"""`skillrepo show`, and the history that git gives for it."""

from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo
from content_repo import FILES, Run, everything, runner, skill

FOLDER = "skills/data/pdf-merge"
ZERO = "0" * 64


def text(version: str = "0.1.0", more: str = "", name: str = "pdf-merge") -> str:
    extra = f"metadata:\n  version: {version}\n  status: draft\n{more}"
    return skill(name, extra=extra, body="# Merging\n\n" + "Words of this skill.\n" * 20)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


def commit(root: Path, git: Git, message: str) -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(root, "rev-parse", "HEAD")


@pytest.mark.parametrize("options", FORMATS)
def test_all_that_is_known(options: str, make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo(FILES, options=(options,))
    path = root / FOLDER / "SKILL.md"
    old = root / "skills/coding/pdf-merge/SKILL.md"
    old.parent.mkdir(parents=True)
    old.write_text(text())
    trailers = f"Skill: data/pdf-merge\nSkill-Writer: model\nSkill-Source: a.md {ZERO}\nOther: x"
    first = commit(root, git, f"feat(pdf-merge): add skill\n\nWhy.\n\n{trailers}")
    old.write_text(text() + "More.\n")
    commit(root, git, "docs: more")
    path.parent.mkdir(parents=True)
    git(root, "mv", "skills/coding/pdf-merge/SKILL.md", f"{FOLDER}/SKILL.md")
    commit(root, git, "refactor: move")
    path.write_text(text("0.2.0", "  requires: csv-join lost\n  recommends: csv-join\n"))
    second = commit(root, git, "feat(pdf-merge): more\n\nSkill-Writer: offline")
    (root / FOLDER / "run.sh").write_text("#!/bin/sh\n")
    (root / FOLDER / "run.sh").chmod(0o755)
    (root / FOLDER / "x.png").write_bytes(b"\0\1")
    for name, more in (("csv-join", "  requires: pdf-merge\n"), ("csv-sort", "")):
        (root / f"skills/data/{name}").mkdir()
        (root / f"skills/data/{name}/SKILL.md").write_text(text("1.0.0", more, name))
    last = commit(root, git, "feat: others")
    git(root, "branch", "skill/revise/pdf-merge/more")
    git(root, "branch", "skill/revise/pdf-merge-other/more")
    before = everything(root)
    told = run(root, "show", "pdf-merge", "--json").json("show")
    assert (told["address"], told["path"], told["why"]) == ("data/pdf-merge", FOLDER, None)
    assert (told["skill_version"], told["status"]) == ("0.2.0", "draft")
    assert told["requires"] == [
        {"name": "csv-join", "address": "data/csv-join"},
        {"name": "lost", "address": None},
    ]
    assert told["required_by"] == [{"name": "csv-join", "address": "data/csv-join"}]
    assert [(v["skill_version"], v["commit"]) for v in told["versions"]] == [
        ("0.2.0", second),
        ("0.1.0", first),
    ]
    assert all(v["date"].startswith("20") for v in told["versions"])
    subjects = [each["subject"] for each in told["history"]]
    assert subjects == [
        *("feat: others", "feat(pdf-merge): more", "refactor: move", "docs: more"),
        "feat(pdf-merge): add skill",
    ]
    assert told["history"][0]["commit"] == last
    assert told["history"][-1]["trailers"] == [
        {"key": "Skill", "value": "data/pdf-merge"},
        {"key": "Skill-Writer", "value": "model"},
        {"key": "Skill-Source", "value": f"a.md {ZERO}"},
    ]
    assert told["complete"]
    assert [(f["name"], f["executable"], f["tokens"]) for f in told["files"][1:]] == [
        ("run.sh", True, 3),
        ("x.png", False, None),
    ]
    assert told["drafts"] == [{"name": "skill/revise/pdf-merge/more", "commit": last}]

    said = run(root, "show", FOLDER).out
    assert said.startswith("data/pdf-merge  0.2.0 draft\n  Merges PDF files.")
    assert "\nrequires: data/csv-join, lost (which is not here)\n" in said
    assert "\nrequired by: data/csv-join\n" in said
    assert f"\n  0.1.0  {told['versions'][1]['date'][:10]}  {first[:12]}\n" in said
    assert f"  {first[:12]}  Skill-Writer: model\n" in said
    assert "  run.sh  ≈ 3 tokens, may be run\n  x.png  no text\n" in said
    assert everything(root) == before


def test_a_copy_has_no_history_of_another_skill(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": text("9.9.9")})
    (root / "skills/data/pdf-join").mkdir()
    (root / "skills/data/pdf-join/SKILL.md").write_text(text("0.1.0", name="pdf-join"))
    commit(root, git, "copy")
    told = run(root, "show", "pdf-join", "--json").json("show")
    assert [v["skill_version"] for v in told["versions"]] == ["0.1.0"]
    assert [each["subject"] for each in told["history"]] == ["copy"]


def test_a_draft(make_repo: MakeRepo, run: Run, git: Git, tmp_path: Path) -> None:
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": text()})
    git(root, "switch", "--quiet", "-c", "skill/revise/pdf-merge/x")
    (root / FOLDER / "SKILL.md").write_text(text("0.3.0"))
    oid = commit(root, git, "x")
    git(root, "switch", "--quiet", "main")
    told = run(root, "show", "skill/revise/pdf-merge/x", "--json").json("show")
    assert (told["skill_version"], told["commit"]) == ("0.3.0", oid)
    assert run(root, "show", "pdf-merge", "--json").json("show")["skill_version"] == "0.1.0"
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "bare.git")
    said = run(tmp_path / "bare.git", "show", "pdf-merge").out
    assert f"path: {FOLDER} (HEAD)" in said
    for remote in ("origin", "skill", "my-skill"):
        git(tmp_path, "clone", "--quiet", "--origin", remote, str(root), f"clone-{remote}")
        clone, branch = tmp_path / f"clone-{remote}", f"{remote}/skill/revise/pdf-merge/x"
        assert f"drafts:\n  {branch}  {oid[:12]}\n" in run(clone, "show", "pdf-merge").out
        assert run(clone, "show", branch, "--json").json("show")["commit"] == oid


def test_without_git_or_commit(tmp_path: Path, make_repo: MakeRepo, run: Run) -> None:
    empty = make_repo({})
    for folder in (tmp_path / "plain", empty):
        folder.mkdir(exist_ok=True)
        (folder / "SKILL.md").write_text(text(name="plain"))
        told = run(folder, "show", ".", "--json").json("show")
        assert (told["name"], told["versions"], told["history"]) == ("plain", [], [])


@pytest.mark.parametrize("data", [b"a\0b", b"---\nname: [\n---\n", b""])
def test_a_skill_that_cannot_be_read(data: bytes, make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": text()})
    (root / FOLDER / "SKILL.md").write_bytes(data)
    commit(root, git, "broken")
    done = run(root, "show", "pdf-merge")
    assert (done.code, done.err) == (0, "")
    assert "SKILL.md cannot be read: " in done.out
    assert run(root, "show", "pdf-merge", "--json").json("show")["versions"][0]["skill_version"]


def test_what_stands_in_a_commit_cannot_act(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": text()})
    for number in range(15):
        (root / FOLDER / f"a{number}.md").write_text("x")
        message = "\x1b[2Jx\u202e\n\nSkill-Writer: \x1b[31mred\nskill-source: x\n"
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "-m", message)
    said = run(root, "show", "pdf-merge").out
    assert "\x1b" not in said
    assert "<U+001B>[2Jx<U+202E>" in said
    assert "  and 4 more; --json has all\n" in said
    assert "skill-source" not in said


def test_long_history_is_cut(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": text()})
    head = git(root, "rev-parse", "HEAD")
    stream = [
        f"commit refs/heads/main\ncommitter A <a@example.org> {number} +0000\ndata 1\nx\n"
        + (f"from {head}\n" if number == 0 else "")
        + f"M 100644 inline {FOLDER}/a.md\ndata {len(str(number))}\n{number}\n"
        for number in range(205)
    ]
    git(root, "fast-import", "--quiet", "--force", stdin="".join(stream))
    told = run(root, "show", "pdf-merge", "--json").json("show")
    assert (len(told["history"]), told["complete"]) == (200, False)
    assert "history (the last 200):" in run(root, "show", "pdf-merge").out


def test_a_partial_clone(make_repo: MakeRepo, run: Run, git: Git, tmp_path: Path) -> None:
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": text()})
    (root / FOLDER / "SKILL.md").write_text(text("0.2.0"))
    commit(root, git, "x")
    git(root, "config", "uploadpack.allowFilter", "true")
    url = f"file://{root}"
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", url, "partial")
    done = run(tmp_path / "partial", "show", "pdf-merge", "--json")
    told = done.json("show")
    assert len(told["history"]) == 2
    assert (told["skill_version"], told["versions"]) == ("0.2.0", [])


def test_no_skill(make_repo: MakeRepo, run: Run) -> None:
    done = run(make_repo(FILES), "show", "pdf-merge")
    assert (done.code, done.out) == (2, "")
    assert "there is no skill 'pdf-merge' in the worktree" in done.err


def test_a_skill_that_only_a_draft_has(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": text()})
    git(root, "branch", "skill/new/csv-join")
    done = run(root, "show", "csv-join")
    assert done.code == 2
    assert done.err.endswith("in the worktree: did you mean skill/new/csv-join?\n")
    # That branch has none, so it is not proposed again.
    assert "did you mean" not in run(root, "show", "skill/new/csv-join").err
    assert run(root, "show", "pdf-mrege").err.endswith(": did you mean pdf-merge?\n")
