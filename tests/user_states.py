"""What a user may be in the midst of: each makes a repository so, and gives the folder to be in."""

import os
import subprocess
from pathlib import Path

from conftest import Git


def _dirty(root: Path, _git: Git) -> Path:
    (root / "README.md").write_text("changed")
    (root / "new.txt").write_text("untracked")
    return root


def _staged(root: Path, git: Git) -> Path:
    _dirty(root, git)
    git(root, "add", "--all")
    (root / "README.md").write_text("changed again")
    (root / "skills/data").mkdir(parents=True, exist_ok=True)
    return root


def _intent_to_add(root: Path, git: Git) -> Path:
    _dirty(root, git)
    git(root, "add", "--intent-to-add", "new.txt")
    return root


def _deleted(root: Path, git: Git) -> Path:
    git(root, "rm", "--quiet", "--cached", "README.md")
    (root / "taxonomy.yaml").unlink()
    return root


def _stashed(root: Path, git: Git) -> Path:
    _dirty(root, git)
    git(root, "stash")
    return root


def _detached(root: Path, git: Git) -> Path:
    git(root, "checkout", "--quiet", "--detach")
    return root


def _linked_worktree(root: Path, git: Git) -> Path:
    linked = root.parent / "linked"
    git(root, "worktree", "add", "--quiet", "-b", "topic", str(linked))
    (linked / "README.md").write_text("changed")
    return linked


def _subfolder(root: Path, _git: Git) -> Path:
    (root / "skills/data").mkdir(parents=True, exist_ok=True)
    return root / "skills/data"


def _merging(root: Path, git: Git) -> Path:
    git(root, "switch", "--quiet", "-c", "other")
    for branch, text in (("other", "one"), ("main", "two")):
        git(root, "switch", "--quiet", branch)
        (root / "README.md").write_text(text)
        git(root, "commit", "--quiet", "--all", "-m", text)
    subprocess.run(["git", "merge", "other"], cwd=root, capture_output=True, check=False)
    assert (root / ".git/MERGE_HEAD").is_file()
    return root


def _locked(root: Path, git: Git) -> Path:
    _staged(root, git)
    (root / ".git/index.lock").touch()
    (root / ".git/HEAD.lock").touch()
    return root


def _sparse(root: Path, git: Git) -> Path:
    git(root, "sparse-checkout", "set", "skills")
    return root


def _stale_index(root: Path, _git: Git) -> Path:
    # Anything that refreshes the index would write it.
    os.utime(root / "README.md", (1, 1))
    return root


STATES = (
    _dirty,
    _staged,
    _intent_to_add,
    _deleted,
    _stashed,
    _detached,
    _linked_worktree,
    _subfolder,
    _merging,
    _locked,
    _sparse,
    _stale_index,
)
