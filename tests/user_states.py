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


def deleted(root: Path, git: Git) -> Path:
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


def _conflict(root: Path, git: Git, *command: str) -> Path:
    git(root, "switch", "--quiet", "-c", "other")
    for branch, text in (("other", "one"), ("main", "two")):
        git(root, "switch", "--quiet", branch)
        (root / "README.md").write_text(text)
        git(root, "commit", "--quiet", "--all", "-m", text)
    done = subprocess.run(["git", *command], cwd=root, capture_output=True, check=False)
    assert b"CONFLICT" in done.stdout + done.stderr
    return root


def _merging(root: Path, git: Git) -> Path:
    _conflict(root, git, "merge", "other")
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


def _clean(root: Path, _git: Git) -> Path:
    return root


def _untracked(root: Path, _git: Git) -> Path:
    # Where drafts are to lie in their commits.
    for name in ("wax-seal", "quill-0", "pdf-merge"):
        (root / "skills/data" / name).mkdir(parents=True, exist_ok=True)
        (root / "skills/data" / name / "notes").write_text("mine")
    (root / ".gitignore").write_text("notes\n")
    (root / "link").symlink_to("nowhere")
    return root


def _picking(root: Path, git: Git) -> Path:
    _conflict(root, git, "cherry-pick", "other")
    assert (root / ".git/CHERRY_PICK_HEAD").is_file()
    return root


def _rebasing(root: Path, git: Git) -> Path:
    _conflict(root, git, "rebase", "other")
    assert (root / ".git/rebase-merge").is_dir()
    return root


def _unmerged(root: Path, git: Git) -> Path:
    """A conflict without a merge: that of `git stash pop`."""
    (root / "README.md").write_text("mine")
    git(root, "stash", "--quiet")
    (root / "README.md").write_text("two")
    git(root, "commit", "--quiet", "--all", "-m", "two")
    subprocess.run(["git", "stash", "pop"], cwd=root, capture_output=True, check=False)
    assert git(root, "ls-files", "--unmerged")
    return root


def _bisecting(root: Path, git: Git) -> Path:
    for number in range(4):
        git(root, "commit", "--quiet", "--allow-empty", "-m", str(number))
    git(root, "bisect", "start", "HEAD", "HEAD~4")
    assert (root / ".git/BISECT_LOG").is_file()
    return root


def unborn(root: Path, git: Git) -> Path:
    new = root.parent / "unborn"
    git(root.parent, "init", "--quiet", str(new))
    (new / "taxonomy.yaml").write_bytes((root / "taxonomy.yaml").read_bytes())
    git(new, "add", "--all")
    return new


def orphan(root: Path, git: Git) -> Path:
    git(root, "switch", "--quiet", "--orphan", "gh-pages")
    return root


def bare(root: Path, git: Git) -> Path:
    git(root.parent, "clone", "--quiet", "--bare", str(root), "bare.git")
    return root.parent / "bare.git"


def shallow(root: Path, git: Git) -> Path:
    git(root, "commit", "--quiet", "--allow-empty", "-m", "second")
    git(root.parent, "clone", "--quiet", "--depth=1", root.as_uri(), "shallow")
    return root.parent / "shallow"


def _submodule(root: Path, git: Git) -> Path:
    git(root.parent, "clone", "--quiet", str(root), "inner")
    git(root, "submodule", "--quiet", "add", str(root.parent / "inner"), "skills/inner")
    (root / "skills/inner/README.md").write_text("changed")
    return root


def _worktree_config(root: Path, git: Git) -> Path:
    git(root, "config", "extensions.worktreeConfig", "true")
    git(root, "config", "--worktree", "core.abbrev", "7")
    return _linked_worktree(root, git)


def _packed(root: Path, git: Git) -> Path:
    git(root, "tag", "v1")
    git(root, "gc", "--quiet")
    return root


STATES = (
    _dirty,
    _staged,
    _intent_to_add,
    deleted,
    _stashed,
    _detached,
    _linked_worktree,
    _subfolder,
    _merging,
    _locked,
    _sparse,
    _stale_index,
)
# Each is part of another one below: of staged, of rebasing, of that with its own configuration.
_PARTS = {_dirty, _detached, _linked_worktree}
# With those in which not every command has something to do.
EVERY_STATE = (
    *(state for state in STATES if state not in _PARTS),
    *(_clean, _untracked, _picking, _rebasing, _unmerged, _bisecting, unborn, orphan, bare),
    *(shallow, _submodule, _worktree_config, _packed),
)
