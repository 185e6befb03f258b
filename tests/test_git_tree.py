import subprocess
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo

from skillrepo.errors import SkillRepoError
from skillrepo.git import Entry, Repository
from skillrepo.git_tree import Change, commit_changes

FILES = {"a/one": "1", "a/b/two": "2", "c": "3"}


def tree(root: Path, git: Git, oid: str) -> list[str]:
    return git(root, "ls-tree", "-r", "--name-only", oid).splitlines()


@pytest.mark.parametrize("options", FORMATS)
def test_changes(options: str, make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES, options=(options,))
    (root / "c").chmod(0o755)
    git(root, "commit", "--quiet", "--all", "-m", "x")
    head = git(root, "rev-parse", "HEAD")
    moved = Entry("40000", git(root, "rev-parse", "HEAD:a/b"))
    changes: dict[str, Change] = {
        "a/b": None,
        "d/e/b": moved,
        "d/e/b/three": b"3",
        "c": b"4",
        "a/one": None,
    }
    oid = commit_changes(Repository.open(root), head, changes, "moved")
    assert oid is not None
    assert git(root, "rev-parse", f"{oid}^") == head
    assert tree(root, git, oid) == ["c", "d/e/b/three", "d/e/b/two"]
    assert git(root, "ls-tree", oid, "c").startswith("100755 ")
    assert git(root, "rev-parse", f"{oid}:d/e/b/two") == git(root, "rev-parse", "HEAD:a/b/two")
    git(root, "fsck", "--strict")


def test_the_same_tree_is_no_commit(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    head = git(root, "rev-parse", "HEAD")
    repository = Repository.open(root)
    assert commit_changes(repository, head, {"c": b"3", "nowhere/at/all": None}, "x") is None
    anew: dict[str, Change] = {
        "c": b"3",
        "a": Entry("40000", git(root, "rev-parse", "HEAD:a")),
    }
    assert commit_changes(repository, head, anew, "x", anew=True) is None


def test_nothing_is_left(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    head = git(root, "rev-parse", "HEAD")
    oid = commit_changes(Repository.open(root), head, {}, "x", anew=True)
    assert oid is not None
    assert tree(root, git, oid) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"../x": b""}, "has a part that is"),
        ({"A/x": b""}, "'a' and 'A' at the top are the same where case does not count"),
        ({"a/x": b"", "a/X": b""}, "'x' and 'X' in `a` are the same"),
        ({"c/x": b""}, "cannot commit into `c`: in the base commit it is no folder"),
        ({"a": b""}, "`a` cannot be written: in the base commit it is no file"),
    ],
)
def test_what_cannot_be(
    changes: dict[str, Change], why: str, make_repo: MakeRepo, git: Git
) -> None:
    root = make_repo(FILES)
    with pytest.raises(SkillRepoError) as caught:
        commit_changes(Repository.open(root), git(root, "rev-parse", "HEAD"), changes, "x")
    assert why in str(caught.value)


def test_a_commit_that_is_not_there(make_repo: MakeRepo) -> None:
    with pytest.raises(SkillRepoError, match="is not in this repository"):
        commit_changes(Repository.open(make_repo(FILES)), "1" * 40, {"x": b""}, "x")


def test_a_damaged_folder(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    oid = git(root, "rev-parse", "HEAD:a")
    (root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    with pytest.raises(SkillRepoError, match="the folder `a` of the base commit is not in"):
        commit_changes(Repository.open(root), git(root, "rev-parse", "HEAD"), {"a/x": b""}, "x")


def test_without_identity_there_is_no_commit(make_repo: MakeRepo, git: Git, git_env: Path) -> None:
    root = make_repo(FILES)
    (git_env / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    with pytest.raises(SkillRepoError, match="git does not know whose commit this is"):
        commit_changes(Repository.open(root), git(root, "rev-parse", "HEAD"), {"x": b""}, "x")
    assert subprocess.run(["git", "fsck", "--strict"], cwd=root, check=False).returncode == 0
