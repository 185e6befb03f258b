"""Branches that each add a skill touch no file in common, so they merge in any order."""

import json
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner, skill
from hypothesis import given, settings
from hypothesis import strategies as st

CATEGORIES = ("coding", "coding/testing", "data")
COUNT = 50


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


def drafted(root: Path, run: Run, numbers: range) -> None:
    """Have a batch draft skills in all categories, next to each other in each."""
    briefs = [
        {"brief": f"Cut quill {n}", "name": f"quill-{n}", "at": CATEGORIES[n % len(CATEGORIES)]}
        for n in numbers
    ]
    path = root.parent / "batch.jsonl"
    path.write_text("".join(json.dumps(brief) + "\n" for brief in briefs))
    assert run(root, "new", "--batch", str(path)).code == 0


def test_fifty_new_skills_merge_in_any_order(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({**FILES, "skills/data/csv/SKILL.md": skill("csv")})
    drafted(root, run, range(COUNT // 2))
    # The others start where the first of these is merged already.
    git(root, "merge", "--quiet", "--no-ff", "--no-edit", "skill/new/quill-0")
    drafted(root, run, range(COUNT // 2, COUNT))
    branches = [f"skill/new/quill-{n}" for n in range(COUNT)]
    start = git(root, "rev-parse", "main")
    added = {
        line
        for branch in branches
        for line in git(root, "diff-tree", "-r", "--no-commit-id", branch).splitlines()
    }
    assert {line.split("\t")[0].split(" ")[-1] for line in added} == {"A"}
    paths = {line.partition("\t")[2] for line in added}
    assert len(paths) == len(added) == COUNT
    before = set(git(root, "ls-tree", "-r", "--name-only", "main").splitlines())
    trees = set()

    @settings(max_examples=2, deadline=None, database=None)
    @given(st.permutations(branches))
    def merged(order: list[str]) -> None:
        git(root, "reset", "--quiet", "--hard", start)
        for branch in order:
            git(root, "merge", "--quiet", "--no-ff", "--no-edit", branch)
        trees.add(git(root, "rev-parse", "main^{tree}"))

    merged()
    assert len(trees) == 1
    assert set(git(root, "ls-tree", "-r", "--name-only", "main").splitlines()) == before | paths
    assert git(root, "status", "--porcelain") == ""
    assert run(root, "validate", "--profile", "spec").code == 0
