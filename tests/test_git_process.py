"""What is said when git itself is the trouble."""

import os
from pathlib import Path

import pytest
from conftest import MakeRepo

from skillrepo import git_process
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_process import GitError, run_git


def fake_git(folder: Path, script: str) -> None:
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_gives_the_output(tmp_path: Path) -> None:
    assert run_git(("version",), cwd=tmp_path).startswith(b"git version")
    assert run_git(("stripspace",), cwd=tmp_path, stdin=b"a  \n\n") == b"a\n"


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SkillRepoError, match="git is not installed"):
        run_git(("version",), cwd=tmp_path)


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(SkillRepoError, match="is gone"):
        run_git(("version",), cwd=tmp_path / "gone")


def test_an_old_git_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git(tmp_path, '[ "$1" = version ] && echo git version 2.20.1 || exit 129')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(SkillRepoError, match=r"git 2\.20 is too old: install git 2\.36 or later"):
        run_git(("worktree", "list", "-z"), cwd=tmp_path)


def test_a_git_of_unknown_version_is_taken_at_its_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_git(tmp_path, "exit 3")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(GitError, match="git worktree failed: exit code 3") as caught:
        run_git(("worktree", "list"), cwd=tmp_path)
    assert (caught.value.status, caught.value.words) == (3, "")


def test_words_cannot_play_with_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_git(tmp_path, r"printf 'hint: x\n\033[2Jno\nway\n' >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(GitError) as caught:
        run_git(("update-ref",), cwd=tmp_path)
    assert caught.value.words == "[2Jno\nway"


def test_the_environment_is_cleaned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git(tmp_path, "env")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    for name in ("GIT_DIR", "GIT_CONFIG_PARAMETERS", "GIT_SSH_COMMAND", "GIT_AUTHOR_NAME"):
        monkeypatch.setenv(name, "inherited")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "inherited")
    seen = run_git(("x",), cwd=tmp_path, environment={"GIT_INDEX_FILE": "given"}).decode()
    git_lines = sorted(line for line in seen.splitlines() if line.startswith("GIT_"))
    config = [line for line in git_lines if line.startswith("GIT_CONFIG_GLOBAL=")]
    assert git_lines == [
        "GIT_ALLOW_PROTOCOL=",
        "GIT_AUTHOR_NAME=inherited",
        *config,
        "GIT_CONFIG_KEY_0=inherited",
        "GIT_CONFIG_NOSYSTEM=1",
        "GIT_INDEX_FILE=given",
        "GIT_NO_LAZY_FETCH=1",
        "GIT_TERMINAL_PROMPT=0",
    ]
    assert "LC_ALL=C" in seen.splitlines()
    with_hooks = run_git(("x",), cwd=tmp_path, hooks=True).decode()
    assert "GIT_ALLOW_PROTOCOL" not in with_hooks


def test_git_does_not_wait_for_ever(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo({"a": "1"})
    os.mkfifo(root / ".gitignore")
    monkeypatch.setattr(git_process, "_SECONDS", 0.5)
    with pytest.raises(SkillRepoError, match="did not end within"):
        Repository.open(root).files()


@pytest.mark.parametrize("hooks", [False, True])
def test_hooks_run_where_they_are_wanted_alone(
    make_repo: MakeRepo, tmp_path: Path, *, hooks: bool
) -> None:
    root = make_repo({"a": "a"})
    for name in ("pre-commit", "commit-msg", "post-commit", "reference-transaction"):
        hook = root / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch '{tmp_path}/{name}.ran'\n")
        hook.chmod(0o755)
    run_git(("commit", "--allow-empty", "--quiet", "-m", "x"), cwd=root, hooks=hooks)
    assert len(list(tmp_path.glob("*.ran"))) == 4 * hooks
