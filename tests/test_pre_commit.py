"""What `init` writes judges: by the hooks, with the real pre-commit on real commits, and in CI.

Both install skillrepo from this checkout, as another repository would from a release, so these
tests need a package index.
"""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import checkout
import pytest
from conftest import Git

from skillrepo import yaml_text
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
def content(
    source: Path, environments: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A content repository as `init` makes it."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(environments))
    checkout.use_pip(monkeypatch)
    root = tmp_path / "content"
    tool = ("--tool-address", str(source), "--tool-revision", "v0")
    assert main(["init", str(root), *tool]) == 0
    return root


@pytest.fixture
def repo(content: Path, git: Git) -> Path:
    """One with pre-commit installed, as its user would do it."""
    pre_commit(content, "install")
    assert git(content, "status", "--porcelain") == ""
    return content


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


def test_the_written_workflow_judges_a_pull_request_by_what_it_changes(
    content: Path, tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its steps one after the other, as a runner does them."""
    root = content
    text = (root / ".github/workflows/skills.yml").read_text()
    install, changes, everything = (
        step for step in yaml_text.load(text).value["jobs"]["validate"]["steps"] if "run" in step
    )
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    monkeypatch.setenv(
        "PATH", os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    )

    def step(taken: dict[str, str], **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", taken["run"]],
            cwd=root,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    # What it depends on is here already, and takes most of the time.
    monkeypatch.setenv("PYTHONPATH", sysconfig.get_path("purelib"))
    # A module of the pull request's that calls itself like one that the steps use is not run.
    (root / "venv.py").write_text("raise SystemExit('run')")
    installed = step(install, **install["env"])
    assert installed.returncode == 0, installed.stderr
    own = (tmp_path / "skillrepo/lib").glob("python*/site-packages/skillrepo/cli.py")
    assert [file.is_file() for file in own] == [True]

    base = git(root, "rev-parse", "HEAD")
    skill = root / "skills/operations/pdf-merge/SKILL.md"
    skill.parent.mkdir(parents=True)
    skill.write_text("---\nname: pdf-split\ndescription: Use when needed.\n---\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "bad")
    judged = step(changes, BASE=base)
    assert judged.returncode == 1
    assert "name-matches-folder" in judged.stdout
    assert step(everything).returncode == 1
    # What was bad before is not this pull request's.
    base = git(root, "rev-parse", "HEAD")
    (root / "README.md").write_text("Hello")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "other")
    judged = step(changes, BASE=base)
    assert judged.returncode == 0, judged.stdout + judged.stderr
