"""`skillrepo drop`, on real repositories: the branch goes, and its commit stays for a while."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo
from content_repo import FILES, Run, everything, runner, skill, snapshot
from test_drafts import draft
from user_states import STATES

from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_branches import drop_branch

BRANCH = "skill/new/csv"
DRAFT: dict[str, str | None] = {"skills/data/csv/SKILL.md": skill("csv")}
KEEP = "refs/skillrepo/dropped"


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


def refs(root: Path, git: Git, *below: str) -> dict[str, str]:
    output = git(root, "for-each-ref", "--format=%(refname) %(objectname)", *below)
    found = (line.rpartition(" ") for line in output.splitlines())
    return {name: oid for name, _, oid in found}


@pytest.mark.parametrize("options", FORMATS)
def test_a_draft_goes_and_comes_back(options: str, make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo(FILES, options=(options,))
    oid = draft(root, git, BRANCH, DRAFT)
    others = refs(root, git, "refs/heads/main")
    done = run(root, "drop", BRANCH)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        f"dropped {BRANCH} ({oid[:12]}), kept for 30 days\n"
        f"to bring it back: git branch {BRANCH} {oid}\n"
    )
    found = refs(root, git)
    (keep,) = found.keys() - others.keys()
    assert found[keep] == oid
    assert keep.startswith(f"{KEEP}/{BRANCH}/")
    git(root, "reflog", "expire", "--expire=now", "--all")
    git(root, "gc", "--quiet", "--prune=now")
    listed = run(root, "drafts", "--json").json("drafts")
    (each,) = listed["dropped"]
    assert (each["branch"], each["commit"], each["ref"]) == (BRANCH, oid, keep)
    then = datetime.fromisoformat(each["dropped"])
    assert abs(datetime.now(UTC) - then) < timedelta(minutes=5)
    assert datetime.fromisoformat(each["kept_until"]) == then + timedelta(days=30)
    text = run(root, "drafts").out
    assert f"  git branch {BRANCH} {oid}  (dropped less than a minute ago)\n" in text
    command = done.out.splitlines()[1].partition(": ")[2]
    git(root, *shlex.split(command)[1:])
    assert refs(root, git, "refs/heads/skill") == {f"refs/heads/{BRANCH}": oid}
    git(root, "fsck", "--strict", "--no-dangling")
    assert run(root, "drop", BRANCH).code == 0


@pytest.mark.parametrize("make", STATES)
def test_nothing_else_changes(
    make: Callable[[Path, Git], Path], make_repo: MakeRepo, run: Run, git: Git
) -> None:
    root = make_repo(FILES)
    draft(root, git, BRANCH, DRAFT)
    git(root, "config", f"branch.{BRANCH}.description", "mine")
    cwd = make(root, git)
    before = snapshot(root.parent)
    assert run(cwd, "drop", BRANCH).code == 0
    after = snapshot(root.parent)
    changed = {path for path in before.keys() | after if before.get(path) != after.get(path)}
    assert [path for path in changed if f"/{KEEP}/" not in path] == []
    assert refs(root, git, "refs/heads/skill") == {}


def test_a_bare_repository_and_packed_refs(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    oid = draft(root, git, BRANCH, DRAFT)
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "bare.git")
    bare = tmp_path / "bare.git"
    git(bare, "pack-refs", "--all")
    assert run(bare, "drop", BRANCH).code == 0
    assert refs(bare, git, "refs/heads/skill") == {}
    assert list(refs(bare, git, KEEP).values()) == [oid]


@pytest.mark.parametrize("held", ["here", "linked", "rebased", "bisected"])
def test_a_branch_that_is_checked_out_stays(
    held: str, root: Path, run: Run, git: Git, tmp_path: Path
) -> None:
    draft(root, git, BRANCH, DRAFT)
    other = tmp_path / "linked ü"
    if held == "linked":
        git(root, "worktree", "add", "--quiet", str(other), BRANCH)
    else:
        git(root, "switch", "--quiet", BRANCH)
    if held == "rebased":
        (root / "README.md").write_text("one")
        git(root, "commit", "--quiet", "-am", "one")
        git(root, "switch", "--quiet", "main")
        (root / "README.md").write_text("two")
        git(root, "commit", "--quiet", "-am", "two")
        subprocess.run(
            ["git", "rebase", "main", BRANCH], cwd=root, capture_output=True, check=False
        )
    if held == "bisected":
        git(root, "commit", "--quiet", "--allow-empty", "-m", "more")
        git(root, "bisect", "start", "HEAD", "main")
    before = everything(root)
    done = run(root, "drop", BRANCH)
    assert done.code == 2
    where = other if held == "linked" else root
    assert f"`{BRANCH}` is checked out in `{where}`: switch to another" in done.err
    assert everything(root) == before


@pytest.mark.parametrize(
    "branch",
    ["main", "HEAD", "skill/new/none", "skill", "--all", "refs/heads/skill/new/csv", "skill/*", "",
     "skill/new/link", "a\nb"],
)  # fmt: skip
def test_what_is_no_draft_here_is_refused(branch: str, root: Path, run: Run, git: Git) -> None:
    draft(root, git, BRANCH, DRAFT)
    git(root, "symbolic-ref", "refs/heads/skill/new/link", "refs/heads/main")
    before = everything(root)
    done = run(root, "drop", "--", branch)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "there is no draft" in done.err
    assert everything(root) == before


def test_a_branch_of_a_remote(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    draft(root, git, BRANCH, DRAFT)
    git(tmp_path, "clone", "--quiet", str(root), "clone")
    done = run(tmp_path / "clone", "drop", f"origin/{BRANCH}")
    assert done.code == 2
    assert f"git push origin --delete {BRANCH}" in done.err


def test_what_a_remote_has_still_is_told(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    draft(root, git, BRANCH, DRAFT)
    draft(root, git, f"{BRANCH}-other", DRAFT)
    git(tmp_path, "clone", "--quiet", str(root), "clone")
    clone = tmp_path / "clone"
    git(clone, "branch", BRANCH, f"origin/{BRANCH}")
    done = run(clone, "drop", BRANCH)
    assert done.code == 0
    (told,) = [line for line in done.out.splitlines() if "origin" in line]
    assert told.startswith("it is still at origin, as last fetched; ")
    git(clone, *shlex.split(told.rpartition(": ")[2])[1:])
    left = refs(root, git, "refs/heads/skill")
    assert left.keys() == {f"refs/heads/{BRANCH}-other"}


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("csv", BRANCH),
        ("data/csv", BRANCH),
        ("skill/new/cvs", BRANCH),
        ("skill/revise/csv", BRANCH),
        ("skill/revise/pdf", "skill/revise/pdf/a, skill/revise/pdf/b"),
    ],
)
def test_words_that_may_stand_for_drafts(
    words: str, meant: str, *, root: Path, run: Run, git: Git
) -> None:
    for branch in (BRANCH, "skill/revise/pdf/a", "skill/revise/pdf/b"):
        draft(root, git, branch, DRAFT)
    done = run(root, "drop", words)
    assert (done.code, done.err) == (
        2,
        f"error: there is no draft '{words}' here: did you mean {meant}?\n",
    )


@pytest.mark.parametrize("branch", ["skill/new/-x", "skill/new/--force", "skill/new/a'b;c"])
def test_hostile_names_are_data(branch: str, root: Path, run: Run, git: Git) -> None:
    oid = draft(root, git, branch, DRAFT)
    done = run(root, "drop", branch)
    assert (done.code, done.err) == (0, "")
    command = done.out.splitlines()[1].partition(": ")[2]
    subprocess.run(command, shell=True, cwd=root, check=True)  # noqa: S602 - as a user would
    assert refs(root, git, "refs/heads/skill") == {f"refs/heads/{branch}": oid}


def test_a_name_that_lies_is_not_printed(root: Path, run: Run, git: Git) -> None:
    branch = "skill/new/a\u202eb"
    oid = draft(root, git, branch, DRAFT)
    done = run(root, "drop", branch)
    assert done.out.splitlines()[1] == f"to bring it back: git branch NAME {oid}"
    assert "\u202e" not in done.out + run(root, "drafts").out


@pytest.mark.parametrize("lock", [f"refs/heads/{BRANCH}.lock", "packed-refs.lock"])
def test_a_lock_is_named_and_left(lock: str, root: Path, run: Run, git: Git) -> None:
    oid = draft(root, git, BRANCH, DRAFT)
    git(root, "pack-refs", "--all")
    (root / ".git" / lock).parent.mkdir(parents=True, exist_ok=True)
    (root / ".git" / lock).touch()
    done = run(root, "drop", BRANCH)
    assert done.code == 2
    assert f"{lock}` (" in done.err
    assert f"keeps git from writing the branch `{BRANCH}`" in done.err
    assert (root / ".git" / lock).is_file()
    assert refs(root, git, "refs/heads/skill", KEEP) == {f"refs/heads/{BRANCH}": oid}


@pytest.mark.parametrize("words", range(7))
def test_what_git_read_before_a_kill_is_not_half_of_it(
    words: int, root: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A process is killed while it writes to git, which then reads so many words, and the end.
    oid = draft(root, git, BRANCH, DRAFT)
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin/git"
    real = f'PATH="{os.environ["PATH"]}" exec git "$@"'
    script.write_text(
        f'#!/bin/sh\ncase "$*" in *update-ref*) head -z -n {words} | {real} ;; *) {real} ;; esac\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent), prepend=os.pathsep)
    with suppress(SkillRepoError):
        drop_branch(Repository.open(root), BRANCH, oid, datetime.now(UTC))
    assert refs(root, git, "refs/heads/skill", KEEP) == {f"refs/heads/{BRANCH}": oid}


def test_a_hook_may_refuse(root: Path, run: Run, git: Git) -> None:
    oid = draft(root, git, BRANCH, DRAFT)
    hook = root / ".git/hooks/reference-transaction"
    hook.write_text("#!/bin/sh\necho no-drops >&2\nexit 1\n")
    hook.chmod(0o755)
    done = run(root, "drop", BRANCH)
    assert done.code == 2
    assert "no-drops" in done.err
    assert refs(root, git, "refs/heads/skill", KEEP) == {f"refs/heads/{BRANCH}": oid}


def test_what_is_too_old_is_let_go_by_the_next_drop(root: Path, run: Run, git: Git) -> None:
    oid = draft(root, git, BRANCH, DRAFT)
    now = datetime.now(UTC)
    ages = {"old": 31, "young": 29}
    names = {
        name: f"{KEEP}/skill/new/{name}/{now - timedelta(days=age):%Y%m%dT%H%M%SZ}-{oid[:12]}"
        for name, age in ages.items()
    }
    foreign = [f"{KEEP}/mine", f"{KEEP}/skill/new/x/99999999T999999Z-{oid[:12]}"]
    for ref in (*names.values(), *foreign):
        git(root, "update-ref", ref, oid)
    assert run(root, "drafts").out.count("git branch") == 2
    assert len(refs(root, git, KEEP)) == 4
    done = run(root, "drop", BRANCH)
    assert done.out.endswith("let go 1 dropped more than 30 days ago\n")
    assert names["old"] not in refs(root, git, KEEP)
    assert {names["young"], *foreign} < refs(root, git, KEEP).keys()


def test_of_many_that_drop_one_branch_one_does(root: Path, git: Git) -> None:
    oid = draft(root, git, BRANCH, DRAFT)
    command = [sys.executable, "-m", "skillrepo", "drop", BRANCH]
    started = [
        subprocess.Popen(
            command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
        )
        for _ in range(4)
    ]
    done = [(each.communicate(), each.returncode) for each in started]
    assert sorted(code for _, code in done) == [0, 2, 2, 2]
    assert all(b"Traceback" not in err for (_, err), _ in done)
    assert set(refs(root, git, KEEP).values()) == {oid}
