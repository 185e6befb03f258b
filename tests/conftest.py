"""What every test gets: a user of its own, with no configuration but an identity, and real git."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from skillrepo.git import Repository

# A shell has what it starts with `&` ignore ctrl-C, and so would all that the tests interrupt;
# nohup does the same for the end of a terminal.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

CONFIG = """\
[user]
	name = Ada Test
	email = ada@example.org
[init]
	defaultBranch = main
[protocol "file"]
	allow = always
"""

INIT_HELP = subprocess.run(["git", "init", "-h"], capture_output=True, check=False)

FORMATS = [
    "--object-format=sha1",
    "--object-format=sha256",
    pytest.param(
        "--ref-format=reftable",
        marks=pytest.mark.skipif(
            b"--ref-format" not in INIT_HELP.stdout, reason="this git has no reftable"
        ),
    ),
]
"""Options of `git init` for the kinds of repositories that there are."""


class Git(Protocol):
    """Runs git in a folder and gives what it printed, without the last line break."""

    def __call__(self, cwd: Path, *arguments: str, stdin: str = "") -> str: ...


class MakeRepo(Protocol):
    """Makes a repository `tmp_path/name` with one commit of `files` on `main`; none, no commit."""

    def __call__(
        self, files: Mapping[str, str], *, name: str = "repo", options: tuple[str, ...] = ()
    ) -> Path: ...


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Trace nothing where a test is marked so: in a worker pytest-cov (7.1) stops one of two.

    Nor where Hypothesis draws: what is covered then is another thing at each run, and a tracer
    takes as long as all the rest.
    """
    tracers = sys.gettrace(), threading.gettrace()
    if any(map(item.get_closest_marker, ("no_cover", "hypothesis"))):
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type] # as Python itself does it
    try:
        return (yield)
    finally:
        sys.settrace(tracers[0])
        threading.settrace(tracers[1])  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that nobody has had: pytest would look through all that there are for a number."""
    above = tmp_path_factory.mktemp("homes")
    return (above / str(number) for number in count())


@pytest.fixture(autouse=True)
def git_env(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a home of its own; its `.gitconfig` is the only configuration of git."""
    home = next(homes)
    home.mkdir(mode=0o700)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    # What runs the tests may ask for colors; pipes and files get none all the same.
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    config = home / ".gitconfig"
    config.write_text(CONFIG)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    return home


@pytest.fixture
def git() -> Git:
    """Run git, fail on its failure."""

    def run(cwd: Path, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            input=stdin.encode(),
            capture_output=True,
            check=False,
        )
        said = os.fsdecode(done.stdout + done.stderr)
        assert done.returncode == 0, f"git {' '.join(arguments)}: {said}"
        return os.fsdecode(done.stdout).removesuffix("\n")

    return run


def files_of(repository: Repository, oid: str) -> list[str]:
    """Say, in git's words, which paths a commit changed against its parent."""
    names = ("--root", "--no-commit-id", "--name-only", "--no-renames", "-r", "-z")
    return os.fsdecode(repository.run("diff-tree", *names, oid)).split("\0")[:-1]


@pytest.fixture
def make_repo(tmp_path: Path, git: Git) -> MakeRepo:
    """Make a repository."""

    def make(
        files: Mapping[str, str], *, name: str = "repo", options: tuple[str, ...] = ()
    ) -> Path:
        root = tmp_path / name
        root.mkdir(parents=True)
        git(root, "init", "--quiet", *options)
        for path, text in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        if files:
            git(root, "add", "--all")
            git(root, "commit", "--quiet", "-m", "first")
        return root

    return make
