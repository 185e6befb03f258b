"""`skillrepo hooks install`: the plain git hook judges what will be committed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Git, MakeRepo

from skillrepo import resource
from skillrepo.cli import main

TAXONOMY = "version: 1\ncategories: {}\n"
BIN = Path(sys.executable).parent


def skill(name: str, more: str = "") -> str:
    description = "Merges things. Use when there is more than one thing."
    return f"---\nname: {name}\ndescription: {description}\n{more}---\n\n# Merge\n\nMerge them.\n"


GOOD = skill("a")
BAD = skill("other")


@pytest.fixture
def repo(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A repository of one good skill with the hook, in which the test stands."""
    root = make_repo({"taxonomy.yaml": TAXONOMY, "skills/a/SKILL.md": GOOD})
    monkeypatch.chdir(root)
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    assert main(["hooks", "install"]) == 0
    assert capsys.readouterr().out == f"installed: {root}/.git/hooks/pre-commit\n"
    return root


def commit(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "commit", "--quiet", "-m", "change", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


def installed() -> str:
    return resource.read("hooks/pre-commit").replace("python=''", f"python={sys.executable}")


def test_a_bad_skill_is_rejected_and_a_good_one_accepted(repo: Path, git: Git) -> None:
    (repo / "skills/b").mkdir()
    (repo / "skills/b/SKILL.md").write_text(BAD)
    git(repo, "add", "--all")
    rejected = commit(repo)
    assert rejected.returncode == 1
    assert "skills/b/SKILL.md:2" in rejected.stdout + rejected.stderr
    assert git(repo, "log", "--format=%s") == "first"
    (repo / "skills/b/SKILL.md").write_text(skill("b"))
    git(repo, "add", "--all")
    assert commit(repo).returncode == 0
    assert git(repo, "status", "--porcelain") == ""


def test_what_is_staged_is_judged_not_what_lies_in_the_worktree(repo: Path, git: Git) -> None:
    file = repo / "skills/a/SKILL.md"
    file.write_text(GOOD + "\nMore.\n")
    git(repo, "add", "--all")
    file.write_text(BAD)
    assert commit(repo).returncode == 0
    assert file.read_text() == BAD
    git(repo, "add", "--all")
    file.write_text(GOOD)
    assert commit(repo).returncode == 1
    assert file.read_text() == GOOD


def test_commit_all_and_commit_path_are_judged_by_what_they_commit(repo: Path, git: Git) -> None:
    # Both give the hook an index that is not the repository's.
    file = repo / "skills/a/SKILL.md"
    file.write_text(BAD)
    assert commit(repo, "--all").returncode == 1
    assert commit(repo, "skills/a/SKILL.md").returncode == 1
    # The bad one is staged, but not in this commit.
    git(repo, "add", "--all")
    (repo / "taxonomy.yaml").write_text(TAXONOMY + "max_depth: 2\n")
    assert commit(repo, "taxonomy.yaml").returncode == 0
    assert git(repo, "diff", "--cached", "--name-only") == "skills/a/SKILL.md"
    # The worktree is good, and what `--all` takes is the worktree.
    file.write_text(GOOD + "\nMore.\n")
    assert commit(repo, "--all").returncode == 0
    assert git(repo, "status", "--porcelain") == ""


def test_a_commit_without_skills_passes(repo: Path, git: Git) -> None:
    (repo / "README.md").write_text("Hello")
    git(repo, "add", "--all")
    done = commit(repo)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_linked_worktree_has_the_hook(repo: Path, git: Git, tmp_path: Path) -> None:
    linked = tmp_path / "linked worktree"
    git(repo, "worktree", "add", "--quiet", "-b", "linked", str(linked))
    (linked / "skills/a/SKILL.md").write_text(BAD)
    assert commit(linked, "--all").returncode == 1
    (linked / "skills/a/SKILL.md").write_text(GOOD + "\nMore.\n")
    assert commit(linked, "--all").returncode == 0


def test_installing_from_a_linked_worktree_reaches_the_shared_folder(
    make_repo: MakeRepo, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo({"a.txt": "a"})
    git(root, "worktree", "add", "--quiet", str(tmp_path / "linked"))
    monkeypatch.chdir(tmp_path / "linked")
    assert main(["hooks", "install"]) == 0
    assert os.access(root / ".git/hooks/pre-commit", os.X_OK)


@pytest.fixture
def alone(repo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The repository, with git and what its hook runner needs on PATH, but no skillrepo."""
    path = tmp_path / "bin"
    path.mkdir()
    for name in ("git", "sh", "env"):
        found = subprocess.run(["which", name], capture_output=True, text=True, check=True)
        (path / name).symlink_to(found.stdout.strip())
    monkeypatch.setenv("PATH", str(path))
    return repo


def test_the_hook_finds_what_installed_it(alone: Path, git: Git) -> None:
    repo = alone
    (repo / "skillrepo").mkdir()
    (repo / "skillrepo/__main__.py").write_text("raise SystemExit('owned')\n")
    (repo / "skills/a/SKILL.md").write_text(BAD)
    git(repo, "add", "--all")
    rejected = commit(repo)
    assert (rejected.returncode, "error M102" in rejected.stderr) == (1, True)
    assert "owned" not in rejected.stderr


def test_without_the_tool_the_hook_says_what_to_do(
    alone: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = alone
    hook = repo / ".git/hooks/pre-commit"
    hook.write_text(hook.read_text().replace(sys.executable, "/gone/python"))
    (repo / "README.md").write_text("Hello")
    git(repo, "add", "--all")
    rejected = commit(repo)
    assert rejected.returncode == 1
    assert "skillrepo is neither at" in rejected.stderr
    assert commit(repo, "--no-verify").returncode == 0
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    assert commit(repo, "--allow-empty").returncode == 0


def test_twice_changes_nothing_and_an_older_one_is_replaced(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hook = repo / ".git/hooks/pre-commit"
    before = hook.stat()
    assert main(["hooks", "install"]) == 0
    assert hook.stat() == before
    assert capsys.readouterr().out == f"already installed: {hook}\n"
    hook.write_text("#!/bin/sh\n# Installed by `skillrepo hooks install`.\nskillrepo check\n")
    assert main(["hooks", "install"]) == 0
    hook.chmod(0o644)
    assert main(["hooks", "install"]) == 0
    assert capsys.readouterr().out == f"replaced: {hook}\n" * 2
    assert hook.read_text() == installed()
    assert os.access(hook, os.X_OK)


@pytest.mark.parametrize("kind", ["file", "link", "dangling link"])
def test_the_hook_of_another_program_is_left_alone(
    make_repo: MakeRepo,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
) -> None:
    root = make_repo({"scripts/hook": "#!/bin/sh\n"})
    monkeypatch.chdir(root)
    hook = root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    if kind == "file":
        hook.write_text("#!/bin/sh\n")
    else:
        hook.symlink_to("../../scripts/hook" if kind == "link" else "../../nowhere")
    assert main(["hooks", "install"]) == 2
    assert "is the hook of another program" in capsys.readouterr().err
    assert main(["hooks", "install", "--force"]) == 0
    assert hook.read_text() == installed()
    assert not hook.is_symlink()
    assert (root / "scripts/hook").read_text() == "#!/bin/sh\n"
    assert not (root / "nowhere").exists()


def test_hooks_path_inside_of_the_repository_is_honoured(
    repo: Path, git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repo, "config", "core.hooksPath", ".githooks")
    (repo / "sub").mkdir()
    os.chdir(repo / "sub")
    assert main(["hooks", "install"]) == 0
    assert capsys.readouterr().out == f"installed: {repo}/.githooks/pre-commit\n"
    (repo / ".git/hooks/pre-commit").unlink()
    # It may be committed, so it is for any machine.
    assert (repo / ".githooks/pre-commit").read_text() == resource.read("hooks/pre-commit")
    (repo / "skills/a/SKILL.md").write_text(BAD)
    assert commit(repo, "--all").returncode == 1


@pytest.mark.parametrize("scope", ["--global", "--local"])
def test_hooks_path_outside_of_the_repository_is_left_alone(
    make_repo: MakeRepo,
    git: Git,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    scope: str,
) -> None:
    root = make_repo({"a.txt": "a"})
    monkeypatch.chdir(root)
    git(root, "config", scope, "core.hooksPath", "~/hooks")
    assert main(["hooks", "install"]) == 2
    err = capsys.readouterr().err
    assert f"from {Path.home()}/hooks, which lies outside" in err
    assert not (Path.home() / "hooks").exists()
    # The way out that it names.
    git(root, *err.strip().rpartition(": git ")[2].split())
    assert main(["hooks", "install"]) == 0
    assert capsys.readouterr().out == f"installed: {root}/.git/hooks/pre-commit\n"


def test_hooks_path_that_leads_out_by_a_link_is_left_alone(
    make_repo: MakeRepo, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo({"a.txt": "a"})
    monkeypatch.chdir(root)
    (tmp_path / "outside").mkdir()
    (root / ".githooks").symlink_to(tmp_path / "outside")
    git(root, "config", "core.hooksPath", ".githooks")
    assert main(["hooks", "install", "--force"]) == 2
    assert list((tmp_path / "outside").iterdir()) == []


def test_outside_of_a_working_tree_there_is_nothing_to_install(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["hooks", "install"]) == 2
    git(tmp_path, "init", "--quiet", "--bare", "x.git")
    monkeypatch.chdir(tmp_path / "x.git")
    assert main(["hooks", "install"]) == 2
    assert capsys.readouterr().err.count("not the working tree of a git repository") == 2


def test_a_hooks_folder_that_cannot_be_one_is_said(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo({"a.txt": "a"})
    monkeypatch.chdir(root)
    hooks = root / ".git/hooks"
    if hooks.exists():
        hooks.rename(root / ".git/hooks.old")
    hooks.write_text("")
    assert main(["hooks", "install"]) == 2
    assert "pre-commit cannot be written: " in capsys.readouterr().err


def test_the_hook_is_short_and_for_any_shell() -> None:
    text = resource.read("hooks/pre-commit")
    assert text.startswith("#!/bin/sh\n")
    assert text.count("\n") <= 15
    assert os.access(resource.path("hooks/pre-commit"), os.X_OK)
