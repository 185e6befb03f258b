"""The workflows, this project's own and the one that `init` writes, as their linters see them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import checkout
import pytest
from checkout import CHECKOUT
from conftest import Git

from skillrepo import yaml_text
from skillrepo.cli import main

SEARCH = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))


def linter(name: str) -> str:
    program = shutil.which(name, path=SEARCH)
    if program is None:
        pytest.skip(f"{name} is not installed")
    return program


@pytest.fixture(params=["own", "written"])
def workflow(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "own":
        return CHECKOUT / ".github/workflows/ci.yml"
    assert main(["init", str(tmp_path / "new")]) == 0
    return tmp_path / "new/.github/workflows/skills.yml"


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_zizmor_finds_nothing(workflow: Path) -> None:
    said = run(linter("zizmor"), "--offline", "--persona=auditor", "--no-progress", workflow)
    assert "No findings to report" in said


def test_the_schema_of_workflows_is_met(workflow: Path) -> None:
    run(linter("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", workflow)


def test_both_use_the_same_actions(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "new")]) == 0
    written = (tmp_path / "new/.github/workflows/skills.yml").read_text()
    own = (CHECKOUT / ".github/workflows/ci.yml").read_text()

    def uses(text: str) -> set[str]:
        return {line.strip(" -") for line in text.splitlines() if "uses:" in line}

    assert uses(written) == uses(own)


def test_the_manifest_of_hooks_and_the_written_configuration_are_what_pre_commit_takes(
    tmp_path: Path,
) -> None:
    assert main(["init", str(tmp_path / "new")]) == 0
    pre_commit = (sys.executable, "-m", "pre_commit")
    run(*pre_commit, "validate-manifest", CHECKOUT / ".pre-commit-hooks.yaml")
    run(*pre_commit, "validate-config", tmp_path / "new/.pre-commit-config.yaml")


def test_the_written_workflow_judges_a_pull_request_by_what_it_changes(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its steps one after the other, as a runner does them; installs from a package index."""
    checkout.use_pip(monkeypatch)
    source = checkout.release(tmp_path / "source")
    root = tmp_path / "content"
    tool = ("--tool-address", str(source), "--tool-revision", "v0")
    assert main(["init", str(root), *tool]) == 0
    text = (root / ".github/workflows/skills.yml").read_text()
    install, changes, everything = (
        step for step in yaml_text.load(text).value["jobs"]["validate"]["steps"] if "run" in step
    )
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    monkeypatch.setenv("PATH", SEARCH)

    def step(taken: dict[str, str], **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", taken["run"]],
            cwd=root,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    # A module of the pull request's that calls itself like one that the steps use is not run.
    (root / "venv.py").write_text("raise SystemExit('run')")
    installed = step(install, **install["env"])
    assert installed.returncode == 0, installed.stderr

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
