"""Pushing a branch: to a real bare repository, with real hooks, and nothing that it names run."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo

from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_push import push_branch, remote_name, remote_url

BRANCH = "skill/new/pdf-merge"
REF = f"refs/heads/{BRANCH}"
SECRET = "pa55word-of-the-test"  # noqa: S105 - made up


@pytest.fixture
def bare(tmp_path: Path, git: Git) -> Path:
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    return tmp_path / "bare.git"


@pytest.fixture
def root(make_repo: MakeRepo, bare: Path, git: Git) -> Path:
    root = make_repo({"README.md": "# Skills\n"})
    git(root, "remote", "add", "origin", str(bare))
    git(root, "push", "--quiet", "origin", "main")
    git(root, "branch", BRANCH)
    git(root, "commit", "--quiet", "--allow-empty", "-m", "second")
    git(root, "tag", "-a", "-m", "x", "v1", BRANCH)
    return root


def push(root: Path) -> str:
    return push_branch(Repository.open(root), "origin", BRANCH)


def hook(repository: Path, name: str, text: str) -> None:
    path = repository / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def refs(bare: Path, git: Git) -> list[str]:
    return git(bare, "for-each-ref", "--format=%(refname)").splitlines()


def test_creates_the_branch_and_nothing_else(root: Path, bare: Path, git: Git) -> None:
    git(root, "config", "push.followTags", "true")
    config = (root / ".git/config").read_bytes()
    assert push(root) == "created"
    assert refs(bare, git) == ["refs/heads/main", REF]
    assert git(bare, "rev-parse", REF) == git(root, "rev-parse", BRANCH)
    assert (root / ".git/config").read_bytes() == config
    assert push(root) == "unchanged"


def test_goes_on_with_a_branch_that_it_continues(root: Path, bare: Path, git: Git) -> None:
    push(root)
    git(root, "update-ref", REF, "main")
    assert push(root) == "updated"
    assert git(bare, "rev-parse", REF) == git(root, "rev-parse", "main")


def test_never_rewrites_another_branch(root: Path, bare: Path, git: Git) -> None:
    git(root, "config", "remote.origin.push", "+refs/heads/*:refs/heads/*")
    other = git(root, "commit-tree", "-m", "other", "main^{tree}")
    git(root, "push", "--quiet", "origin", f"{other}:{REF}")
    with pytest.raises(
        SkillRepoError, match=f"origin has a branch {BRANCH} with commits that are not"
    ):
        push(root)
    assert git(bare, "rev-parse", REF) == other


@pytest.mark.parametrize("options", FORMATS)
def test_formats(options: str, make_repo: MakeRepo, tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "--quiet", "--bare", options, "other.git")
    root = make_repo({"a": "b"}, options=(options,))
    git(root, "remote", "add", "origin", "../other.git")
    git(root, "branch", BRANCH)
    assert push(root) == "created"


def test_from_a_bare_repository(root: Path, bare: Path, git: Git, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "mirror.git")
    git(tmp_path / "mirror.git", "remote", "set-url", "origin", str(bare))
    git(tmp_path, "config", "--global", "safe.bareRepository", "explicit")
    assert push(tmp_path / "mirror.git") == "created"


# Hooks


@pytest.mark.parametrize("name", ["pre-receive", "update"])
def test_hook_of_the_remote_refuses(name: str, root: Path, bare: Path, git: Git) -> None:
    hook(bare, name, "echo names must be short >&2; exit 1")
    with pytest.raises(SkillRepoError) as caught:
        push(root)
    assert str(caught.value).startswith(f"{BRANCH} could not be pushed to origin, and is kept")
    assert "[remote rejected]" in str(caught.value)
    assert "names must be short" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert refs(bare, git) == ["refs/heads/main"]
    assert git(root, "rev-parse", BRANCH)


def test_pre_push_hook_runs_and_may_refuse(root: Path, bare: Path, git: Git) -> None:
    hook(root / ".git", "pre-push", "cat; echo not on a Friday >&2; exit 1")
    with pytest.raises(SkillRepoError, match="not on a Friday"):
        push(root)
    assert refs(bare, git) == ["refs/heads/main"]
    hook(root / ".git", "pre-push", f"cat > {root}/seen")
    push(root)
    assert (root / "seen").read_text().startswith(f"{REF} ")


# What a repository's own configuration may not do


def trap(root: Path) -> tuple[Path, str]:
    """A file that a program makes if it runs, and that program."""
    program = root.parent / "trap.sh"
    program.write_text(f"#!/bin/sh\ntouch {root.parent}/ran\nexit 1\n")
    program.chmod(0o755)
    return root.parent / "ran", str(program)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("core.sshCommand", "TRAP"),
        ("core.askPass", "TRAP"),
        ("core.gitProxy", "TRAP"),
        ("core.alternateRefsCommand", "TRAP"),
        ("remote.origin.receivepack", "TRAP"),
        ("remote.origin.uploadpack", "TRAP"),
        ("remote.origin.vcs", "trap"),
        ("credential.helper", "!TRAP"),
        ("credential.helper", "TRAP"),
        ("credential.helper", "store; TRAP"),
        ("credential.https://example.org.helper", "!TRAP"),
        ("gpg.program", "TRAP"),
        ("gpg.ssh.defaultKeyCommand", "TRAP"),
    ],
)
@pytest.mark.parametrize("url", ["bare", "ssh://127.0.0.1:1/x", "http://127.0.0.1:1/x"])
def test_program_that_the_repository_names_is_not_run(
    key: str, value: str, url: str, root: Path, git: Git
) -> None:
    ran, program = trap(root)
    if url != "bare":
        git(root, "remote", "set-url", "origin", url)
    git(root, "config", key, value.replace("TRAP", program))
    with pytest.raises(SkillRepoError) as caught:
        push(root)
    assert "names a program to run at a push: " in str(caught.value)
    assert "git config --unset-all " in str(caught.value)
    assert not ran.exists()


def test_program_that_the_user_names_is_run(root: Path, git: Git) -> None:
    ran, program = trap(root)
    git(root, "config", "--global", "core.sshCommand", program)
    git(root, "remote", "set-url", "origin", "git@127.0.0.1:owner/skills")
    with pytest.raises(SkillRepoError, match="could not be pushed to origin, and is kept here"):
        push(root)
    assert ran.exists()


@pytest.mark.parametrize("helper", ["store", "cache", "osxkeychain", ""])
def test_helper_of_git_itself_may_be_named(helper: str, root: Path, git: Git) -> None:
    git(root, "config", "credential.helper", helper)
    assert push(root) == "created"


@pytest.mark.parametrize("way", ["url", "insteadOf", "pushInsteadOf", "pushurl"])
def test_transport_that_is_a_program_is_not_run(way: str, root: Path, bare: Path, git: Git) -> None:
    ran, program = trap(root)
    evil = f"ext::{program}"
    git(root, "config", "protocol.ext.allow", "always")
    if way == "url":
        git(root, "remote", "set-url", "origin", evil)
    elif way == "pushurl":
        git(root, "config", "remote.origin.pushurl", evil)
    else:
        git(root, "config", f"url.{evil}.{way}", str(bare))
    with pytest.raises(SkillRepoError, match="transport 'ext' not allowed"):
        push(root)
    assert not ran.exists()


def test_fsmonitor_is_not_run(root: Path, git: Git) -> None:
    ran, program = trap(root)
    git(root, "config", "core.fsmonitor", program)
    assert push(root) == "created"
    assert not ran.exists()


# Passwords and prompts


def test_password_in_the_url_is_not_shown(root: Path, git: Git) -> None:
    git(root, "remote", "set-url", "origin", f"http://ada:{SECRET}@127.0.0.1:1/owner/skills")
    with pytest.raises(SkillRepoError) as caught:
        push(root)
    assert SECRET not in str(caught.value)
    assert "127.0.0.1:1" in str(caught.value)


def test_password_that_a_hook_prints_is_not_shown(root: Path) -> None:
    hook(root / ".git", "pre-push", f"echo fatal: https://ada:{SECRET}@x.example/y >&2; exit 1")
    with pytest.raises(SkillRepoError) as caught:
        push(root)
    assert "https://***@x.example/y" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_secret_of_the_environment_that_a_hook_prints_is_not_shown(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"ghp_{'a1B2c3D4e5F6' * 3}"
    monkeypatch.setenv("GH_TOKEN", SECRET)
    hook(root / ".git", "pre-push", f"env >&2; echo {key} >&2; exit 1")
    with pytest.raises(SkillRepoError) as caught:
        push(root)
    assert "GH_TOKEN=***" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert key not in str(caught.value)


def test_askpass_of_the_user_is_kept_and_nobody_is_asked_on_a_terminal(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = root.parent / "seen"
    hook(root / ".git", "pre-push", f"env > {seen}")
    for name, value in (("GIT_ASKPASS", "x"), ("GIT_SSH_COMMAND", "y"), ("GIT_DIR", "/nowhere")):
        monkeypatch.setenv(name, value)
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        push(root)
    said = seen.read_text().splitlines()
    assert {"GIT_ASKPASS=x", "GIT_SSH_COMMAND=y", "GIT_TERMINAL_PROMPT=0"} <= set(said)
    assert "GIT_DIR=/nowhere" not in said


@pytest.mark.parametrize("command", ["my-ssh", ""])
def test_ssh_asks_nobody_without_a_terminal(
    command: str, root: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    if command:
        git(root, "config", "--global", "core.sshCommand", command)
    seen = root.parent / "seen"
    hook(root / ".git", "pre-push", f"env > {seen}")
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        push(root)
    assert ("GIT_SSH_COMMAND=ssh -o BatchMode=yes" in seen.read_text().splitlines()) is not bool(
        command
    )


def test_no_such_branch(root: Path) -> None:
    with pytest.raises(SkillRepoError, match="there is no branch skill/new/x"):
        push_branch(Repository.open(root), "origin", "skill/new/x")


# The remote


def add(*names: str) -> Callable[[Path, Git], None]:
    def prepare(root: Path, git: Git) -> None:
        git(root, "remote", "remove", "origin")
        for name in names:
            git(root, "remote", "add", name, "https://example.org/x")

    return prepare


@pytest.mark.parametrize(
    ("names", "wanted", "found"),
    [
        (("a", "origin"), None, "origin"),
        (("a",), None, "a"),
        (("a", "b"), "b", "b"),
        (("a", "b"), None, "there are several remotes; give one with --remote: a, b"),
        (("a", "b"), "c", "there is no remote 'c'; there are: a, b"),
        (("a",), "--upload-pack=x", "there is no remote '--upload-pack=x'; there are: a"),
        (("a",), "https://example.org/x", "there is no remote 'https://example.org/x'"),
        ((), None, "there is no remote to push to: add one with `git remote add`"),
    ],
)
def test_remote_name(
    names: tuple[str, ...], wanted: str | None, found: str, root: Path, git: Git
) -> None:
    add(*names)(root, git)
    repository = Repository.open(root)
    if "there" in found:
        with pytest.raises(SkillRepoError) as caught:
            remote_name(repository, wanted)
        assert found in str(caught.value)
    else:
        assert remote_name(repository, wanted) == found


def test_remote_url_is_what_git_makes_of_it(root: Path, git: Git) -> None:
    git(root, "config", "--global", "url.git@github.com:.insteadOf", "gh:")
    git(root, "remote", "set-url", "origin", "gh:owner/skills")
    assert remote_url(Repository.open(root), "origin") == "git@github.com:owner/skills"
