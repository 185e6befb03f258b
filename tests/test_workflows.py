"""The workflows, this project's own and the one that `init` writes, as their linters see them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from checkout import CHECKOUT

from skillrepo.cli import main

SEARCH = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))


def linter(name: str) -> str:
    program = shutil.which(name, path=SEARCH)
    if program is None:
        pytest.skip(f"{name} is not installed")
    return program


@pytest.fixture
def workflows(tmp_path: Path) -> list[Path]:
    """Every workflow and action, the project's own and those that `init` writes."""
    assert main(["init", str(tmp_path / "new"), "--ci", "github-comment"]) == 0
    folders = [CHECKOUT / ".github", tmp_path / "new/.github"]
    return sorted(file for folder in folders for file in folder.rglob("*.yml"))


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_zizmor_finds_nothing(workflows: list[Path]) -> None:
    said = run(linter("zizmor"), "--offline", "--persona=auditor", "--no-progress", *workflows)
    assert "No findings to report" in said


def test_one_finding_is_ignored_and_says_why(workflows: list[Path]) -> None:
    lines = [line for file in workflows for line in file.read_text().splitlines()]
    (ignored,) = (line.partition("# ")[2] for line in lines if "zizmor:" in line)
    assert ignored.startswith("zizmor: ignore[dangerous-triggers] ")
    assert len(ignored.split()) > 5


def test_the_stages_fit_each_other(workflows: list[Path]) -> None:
    """Name of the workflow, name and folder of the report, and the calls."""
    texts = {file.name: file.read_text() for file in workflows if file.parts[-4] == "new"}
    first, second = texts["grade.yml"], texts["grade-comment.yml"]
    assert "\nname: grade\n" in first
    assert 'workflows: ["grade"]' in second
    own = (CHECKOUT / ".github/workflows/grade.yml").read_text()
    for text in (first, second, own):
        assert "          name: skillrepo-grade\n" in text
    assert "path: ${{ runner.temp }}/skillrepo-grade\n" in second
    program = 'run: \'"$RUNNER_TEMP/skillrepo/bin/skillrepo" ci '
    assert f"{program}grade'\n" in first
    assert f'{program}comment --report "$RUNNER_TEMP/skillrepo-grade"\'\n' in second


def test_their_schemas_are_met(workflows: list[Path]) -> None:
    actions = [file for file in workflows if file.name == "action.yml"]
    assert [file.parent.name for file in actions] == ["grade"]
    others = [file for file in workflows if file not in actions]
    for kind, files in (("actions", actions), ("workflows", others)):
        run(linter("check-jsonschema"), "--builtin-schema", f"vendor.github-{kind}", *files)


def test_the_same_actions_are_used_everywhere(workflows: list[Path]) -> None:
    """One commit of each, with its version."""
    lines = {line.strip(" -") for f in workflows for line in f.read_text().splitlines()}
    uses = {line.removeprefix("uses: ") for line in lines if line.startswith("uses:")}
    uses.remove("$/.github/actions/grade")
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", e) for e in uses)
    assert len(uses) == len({each.partition("@")[0] for each in uses})


def test_the_manifest_of_hooks_and_the_written_configuration_are_what_pre_commit_takes(
    tmp_path: Path,
) -> None:
    assert main(["init", str(tmp_path / "new")]) == 0
    pre_commit = (sys.executable, "-m", "pre_commit")
    run(*pre_commit, "validate-manifest", CHECKOUT / ".pre-commit-hooks.yaml")
    run(*pre_commit, "validate-config", tmp_path / "new/.pre-commit-config.yaml")
