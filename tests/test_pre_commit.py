"""The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit program on real commits.

pre-commit installs skillrepo from this checkout, as another repository would from a release, so
these tests need a package index.
"""

import subprocess
import sys
from pathlib import Path

import checkout
import pytest
from conftest import Git

from skillrepo.cli import main


def skill(name: str) -> str:
    description = "Merges things. Use when there is more than one thing."
    return (
        f"---\nname: {name}\ndescription: {description}\n---\n\n# Merge\n\n"
        "## When to use\n\nOften.\n\n## Steps\n\n1. Merge.\n"
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with this checkout as it is, committed and tagged."""
    return checkout.release(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps what it installs: once for all tests."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def repo(
    source: Path, environments: Path, tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A content repository with pre-commit installed, as its user would do it."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(environments))
    checkout.use_pip(monkeypatch)
    root = tmp_path / "content"
    tool = ("--tool-address", str(source), "--tool-revision", "v0")
    assert main(["init", str(root), *tool]) == 0
    pre_commit(root, "install")
    assert git(root, "status", "--porcelain") == ""
    return root


def pre_commit(root: Path, *arguments: str, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def commit(root: Path, *arguments: str, status: int) -> str:
    done = subprocess.run(
        ["git", "commit", "--quiet", "-m", "change", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == status, said
    return said


def write(root: Path, name: str, text: str) -> Path:
    file = root / "skills/operations" / name / "SKILL.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_a_bad_skill_is_rejected_and_a_good_one_accepted(repo: Path, git: Git) -> None:
    file = write(repo, "pdf-merge", skill("pdf-split"))
    git(repo, "add", "--all")
    said = commit(repo, status=1)
    assert "validate staged skills" in said
    assert "skills/operations/pdf-merge/SKILL.md:2:" in said
    file.write_text(skill("pdf-merge"))
    git(repo, "add", "--all")
    commit(repo, status=0)
    assert git(repo, "status", "--porcelain") == ""


def test_what_is_staged_is_judged_not_what_lies_in_the_worktree(repo: Path, git: Git) -> None:
    file = write(repo, "pdf-merge", skill("pdf-merge"))
    git(repo, "add", "--all")
    file.write_text(skill("pdf-split"))
    commit(repo, status=0)
    assert file.read_text() == skill("pdf-split")
    git(repo, "add", "--all")
    file.write_text(skill("pdf-merge"))
    commit(repo, status=1)
    assert file.read_text() == skill("pdf-merge")


def test_commit_all_and_commit_path_are_judged_by_what_they_commit(repo: Path, git: Git) -> None:
    file = write(repo, "pdf-merge", skill("pdf-merge"))
    git(repo, "add", "--all")
    commit(repo, status=0)
    file.write_text(skill("pdf-split"))
    commit(repo, "--all", status=1)
    commit(repo, str(file), status=1)
    file.write_text(skill("pdf-merge") + "\nMore.\n")
    commit(repo, "--all", status=0)


def test_a_taxonomy_that_no_longer_fits_is_rejected(repo: Path, git: Git) -> None:
    write(repo, "pdf-merge", skill("pdf-merge"))
    git(repo, "add", "--all")
    commit(repo, status=0)
    taxonomy = repo / "taxonomy.yaml"
    taxonomy.write_text(taxonomy.read_text().replace("operations:", "ops:"))
    git(repo, "add", "--all")
    assert "`operations` is no category" in commit(repo, status=1)


def test_a_commit_of_other_files_is_let_through(repo: Path, git: Git) -> None:
    write(repo, "pdf-merge", skill("pdf-split"))
    (repo / "README.md").write_text("Hello\n")
    git(repo, "add", "README.md")
    assert "Passed" in commit(repo, status=0)


def test_any_file_of_a_skill_concerns_it(repo: Path, git: Git) -> None:
    file = write(repo, "pdf-merge", skill("pdf-merge") + "\n[more](references/more.md)\n")
    more = file.parent / "references/more.md"
    more.parent.mkdir()
    more.write_text("# More\n")
    git(repo, "add", "--all")
    commit(repo, status=0)
    more.write_text("# More\n\n[lost](lost.md)\n")
    git(repo, "add", "--all")
    assert "references/more.md:3:" in commit(repo, status=1)
    more.unlink()
    (repo / "README.md").write_text("Hello\n")
    git(repo, "add", "--all")
    assert "`references/more.md` leads to no file" in commit(repo, status=1)
    git(repo, "reset", "--quiet", "README.md")
    assert "`references/more.md` leads to no file" in commit(repo, status=1)


def test_what_is_staged_is_mended(repo: Path, git: Git) -> None:
    config = repo / ".pre-commit-config.yaml"
    config.write_text(config.read_text().replace("skillrepo-validate", "skillrepo-fix"))
    git(repo, "commit", "--quiet", "--all", "--no-verify", "-m", "mend")
    faulty = skill("pdf-merge").replace("description: ", "description: Note: ")
    file = write(repo, "pdf-merge", faulty)
    git(repo, "add", "--all")
    file.write_text(faulty + "\nNot staged.\n")
    commit(repo, status=0)
    mended = faulty.replace("Note: ", '"Note: ').replace("thing.\n---", 'thing."\n---')
    assert git(repo, "show", f"HEAD:{file.relative_to(repo)}") == mended.strip()
    assert "Not staged." in file.read_text()


def test_a_link_in_the_place_of_a_skill_is_judged(repo: Path, git: Git) -> None:
    file = write(repo, "pdf-merge", "")
    file.unlink()
    file.symlink_to("/etc/passwd")
    git(repo, "add", "--all")
    assert "symbolic link that leaves the repository" in commit(repo, status=1)


def test_all_files_judges_each_and_the_other_hook_the_working_tree(repo: Path, git: Git) -> None:
    write(repo, "pdf-merge", skill("pdf-split"))
    git(repo, "add", "--all")
    commit(repo, "--no-verify", status=0)
    assert "SKILL.md:2:" in pre_commit(repo, "run", "--all-files", status=1)
    config = repo / ".pre-commit-config.yaml"
    config.write_text(f"{config.read_text()}      - id: skillrepo-validate-all\n")
    write(repo, "pdf-merge", skill("pdf-merge"))
    git(repo, "add", "--all")
    said = pre_commit(repo, "run", "skillrepo-validate-all")
    assert "validate all skills" in said
    assert "Passed" in said
