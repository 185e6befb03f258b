"""`skillrepo drafts`: the branches below skill/, on real repositories."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo
from content_repo import FILES, Run, everything, runner, skill
from user_states import STATES

from skillrepo.git import Repository
from skillrepo.git_tips import Distance, distances

FOLDER = "skills/data/pdf-merge"
TEXT = skill(extra="metadata:\n  version: 1.0.0\n")
KEPT = {**FILES, f"{FOLDER}/SKILL.md": TEXT, f"{FOLDER}/references/a.md": "# A\n"}


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(KEPT)


def draft(  # noqa: PLR0913 - what a commit is made of
    root: Path,
    git: Git,
    branch: str,
    files: dict[str, str | None],
    *,
    base: str = "main",
    message: str = "feat: a draft",
) -> str:
    """Commit on a branch, without the worktree; None removes a file."""
    index = {**os.environ, "GIT_INDEX_FILE": str(root / "index.test")}

    def plumb(*words: str, stdin: str = "") -> str:
        done = subprocess.run(
            ["git", *words], cwd=root, env=index, input=stdin.encode(), capture_output=True,
            check=True,
        )  # fmt: skip
        return done.stdout.decode().strip()

    plumb("read-tree", base)
    for path, text in files.items():
        if text is None:
            plumb("update-index", "--force-remove", path)
            continue
        blob = plumb("hash-object", "-w", "--stdin", stdin=text)
        plumb("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    commit = plumb("commit-tree", plumb("write-tree"), "-p", base, stdin=message)
    (root / "index.test").unlink()
    git(root, "update-ref", f"refs/heads/{branch}", commit)
    return commit


def by_branch(run: Run, root: Path) -> dict[str, dict[str, object]]:
    done = run(root, "drafts", "--json")
    assert (done.code, done.err) == (0, "")
    return {each["branch"]: each for each in done.json("drafts")["drafts"]}


@pytest.mark.parametrize("options", FORMATS)
def test_all_that_is_known(options: str, make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo(KEPT, options=(options,))
    new = draft(root, git, "skill/new/csv", {"skills/data/csv/SKILL.md": skill("csv")})
    more = TEXT.replace("# Merging", "# Merging\n\n## Checks\n\nCount pages.\n\n## More")
    draft(root, git, "skill/revise/pdf-merge/checks", {f"{FOLDER}/SKILL.md": more})
    (root / "README.md").write_text("later\n")
    git(root, "commit", "--quiet", "-am", "later")
    broken = {f"{FOLDER}/SKILL.md": None, "skills/coding/pdf-merge/SKILL.md": skill("wrong")}
    draft(root, git, "skill/move/pdf-merge", broken)
    found = by_branch(run, root)
    assert sorted(found) == [
        "skill/move/pdf-merge",
        "skill/new/csv",
        "skill/revise/pdf-merge/checks",
    ]
    passes = {"errors": 0, "warnings": 0, "infos": 0}
    assert found["skill/new/csv"] == {
        "branch": "skill/new/csv",
        "remote": None,
        "remotes": [],
        "commit": new,
        "date": git(root, "log", "-1", "--format=%cI", new),
        "subject": "feat: a draft",
        "kind": "new",
        "address": "data/csv",
        "files": 1,
        "bump": None,
        "ahead": 1,
        "behind": 1,
        "gate": passes,
        "pull_requests": None,
    }
    revised = found["skill/revise/pdf-merge/checks"]
    assert (revised["kind"], revised["address"], revised["bump"], revised["gate"]) == (
        *("revise", "data/pdf-merge", "minor"),
        passes,
    )
    moved = found["skill/move/pdf-merge"]
    assert (moved["kind"], moved["address"], moved["files"]) == ("move", "coding/pdf-merge", 2)
    assert (moved["ahead"], moved["behind"]) == (1, 0)
    assert moved["gate"] == {"errors": 1, "warnings": 0, "infos": 0}
    done = run(root, "drafts")
    assert (
        "skill/revise/pdf-merge/checks: feat: a draft\n"
        "  revise data/pdf-merge (minor); 1 file; 1 ahead, 1 behind main; gate passes; "
    ) in done.out
    assert "gate fails with 1 error;" in done.out
    assert done.out.endswith("3 drafts. Pull requests: not measured; --forge asks for them.\n")


def test_drafts_of_remotes(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    draft(root, git, "skill/new/csv", {"skills/data/csv/SKILL.md": skill("csv")})
    draft(root, git, "skill/new/other", {"skills/data/other/SKILL.md": skill("other")})
    git(tmp_path, "clone", "--quiet", str(root), "clone")
    clone = tmp_path / "clone"
    git(clone, "branch", "--quiet", "--no-track", "skill/new/csv", "origin/skill/new/csv")
    found = by_branch(run, clone)
    assert {name: (each["remote"], each["remotes"]) for name, each in found.items()} == {
        "skill/new/csv": (None, ["origin"]),
        "origin/skill/new/other": ("origin", []),
    }
    assert found["origin/skill/new/other"]["address"] == "data/other"
    assert "skill/new/csv (also at origin): feat" in run(clone, "drafts").out
    draft(clone, git, "skill/new/csv", {"x": "y"}, base="skill/new/csv")
    assert sorted(by_branch(run, clone)) == [
        "origin/skill/new/csv",
        "origin/skill/new/other",
        "skill/new/csv",
    ]


def test_what_is_merged_is_told(root: Path, run: Run, git: Git) -> None:
    draft(root, git, "skill/new/csv", {"skills/data/csv/SKILL.md": skill("csv")})
    git(root, "merge", "--quiet", "skill/new/csv")
    each = by_branch(run, root)["skill/new/csv"]
    assert (each["ahead"], each["behind"], each["files"], each["gate"]) == (0, 0, None, None)
    assert (
        "  new not measured; merged into main; gate not measured; less" in run(root, "drafts").out
    )


def test_no_drafts_and_no_commit(root: Path, run: Run, make_repo: MakeRepo, git: Git) -> None:
    assert run(root, "drafts").out == "there are no drafts; `skillrepo new` makes one\n"
    unborn = make_repo({}, name="unborn")
    done = run(unborn, "drafts", "--json")
    assert done.json("drafts") == {"version": 1, "base": None, "drafts": [], "dropped": []}
    git(unborn, "fetch", "--quiet", str(root), "main:refs/heads/skill/new/csv")
    git(unborn, "symbolic-ref", "HEAD", "refs/heads/nowhere")
    each = by_branch(run, unborn)["skill/new/csv"]
    assert (each["ahead"], each["behind"], each["gate"]) == (None, None, None)
    assert "ahead and behind not measured; gate not measured" in run(unborn, "drafts").out


def test_outside_of_a_repository(tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, "drafts")
    assert done.code == 2
    assert "is not in a git repository" in done.err


def test_a_draft_does_not_excuse_itself(root: Path, run: Run, git: Git) -> None:
    files = {
        "skills/data/csv/SKILL.md": skill("wrong"),
        "skillrepo.yaml": "version: 1\nrules:\n  name-matches-folder: off\n",
    }
    draft(root, git, "skill/new/csv", files)
    comment = "<!-- skillrepo: ignore M102 -- it is fine -->"
    ignored = skill("wrong", body=f"# Merging\n\n{comment}\n")
    draft(root, git, "skill/new/ink", {"skills/data/ink/SKILL.md": ignored})
    found = by_branch(run, root)
    for branch in ("skill/new/csv", "skill/new/ink"):
        assert found[branch]["gate"] == {"errors": 1, "warnings": 0, "infos": 0}


@pytest.mark.parametrize(
    ("branch", "address"),
    [
        ("skill/new/-x", "data/csv"),
        ("skill/new/--output=x", "data/csv"),
        ("skill/new/蜡\u202e", "data/csv"),
        ("skill/odd", "data/csv"),
        ("skill/new/$(touch${IFS}x)", "data/csv"),
    ],
)
def test_hostile_names_and_texts(branch: str, address: str, root: Path, run: Run, git: Git) -> None:
    message = "\x1b[2J::error::x ##[error]y \u202e\x07\n"
    git(root, "config", "i18n.commitEncoding", "UTF-8")
    commit = draft(
        root, git, "skill/new/safe", {"skills/data/csv/SKILL.md": skill("csv")}, message=message
    )
    git(root, "update-ref", "-d", "refs/heads/skill/new/safe")
    git(root, "update-ref", f"refs/heads/{branch}", commit)
    done = run(root, "drafts")
    assert (done.code, done.err) == (0, "")
    assert not set("\x1b\x07\u202e") & set(done.out)
    assert "##[" not in done.out
    assert address in done.out
    assert by_branch(run, root)[branch]["address"] == address


def test_trees_that_no_checkout_makes(root: Path, run: Run, git: Git) -> None:
    blob = git(root, "hash-object", "-w", "--stdin", stdin=skill("csv"))
    inner = git(root, "mktree", stdin=f"100644 blob {blob}\tSKILL.md\n")
    for number, name in enumerate(("..", "a\nb", "con", "-x", "*")):
        tree = git(root, "mktree", "-z", stdin=f"040000 tree {inner}\t{name}\0")
        commit = git(root, "commit-tree", tree, "-p", "main", "-m", "x")
        git(root, "update-ref", f"refs/heads/skill/new/n{number}", commit)
    done = run(root, "drafts")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("skill/new/n") == 5
    found = by_branch(run, root)
    assert found["skill/new/n0"]["gate"] is None
    assert found["skill/new/n3"]["gate"] is not None


def test_what_is_no_commit_is_left_out(root: Path, run: Run, git: Git) -> None:
    git(root, "symbolic-ref", "refs/heads/skill/new/link", "refs/heads/main")
    git(root, "tag", "-a", "-m", "x", "v1")
    assert by_branch(run, root) == {}


@pytest.mark.parametrize("make", STATES)
def test_nothing_changes(
    make: Callable[[Path, Git], Path], make_repo: MakeRepo, run: Run, git: Git
) -> None:
    root = make_repo(FILES)
    draft(root, git, "skill/new/csv", {"skills/data/csv/SKILL.md": skill("csv")})
    cwd = make(root, git)
    before = everything(root.parent)
    found = by_branch(run, cwd)
    assert found["skill/new/csv"]["gate"] == {"errors": 0, "warnings": 0, "infos": 0}
    assert everything(root.parent) == before


@pytest.mark.parametrize(
    ("kind", "address", "measured"),
    [
        (("--bare",), "data/csv", True),
        # What both have in common is not in it.
        (("--depth=1", "--no-single-branch"), None, False),
        (("--filter=blob:none",), "data/csv", False),
    ],
)
def test_clones_that_lack_something(  # noqa: PLR0913, PLR0917 - fixtures
    kind: tuple[str, ...],
    address: str | None,
    measured: bool,  # noqa: FBT001
    root: Path,
    run: Run,
    git: Git,
    tmp_path: Path,
) -> None:
    draft(root, git, "skill/new/csv", {"skills/data/csv/SKILL.md": skill("csv")})
    draft(root, git, "skill/new/two", {"skills/data/csv/SKILL.md": skill("csv")})
    git(root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", *kind, f"file://{root}", "clone")
    found = by_branch(run, tmp_path / "clone")
    assert len(found) == 2
    for each in found.values():
        assert (each["address"], each["gate"] is not None) == (address, measured)


def test_distances_are_those_of_git(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo({"a": "a"})
    commits = [git(root, "rev-parse", "main")]
    for number in range(40):
        # Merges of what is there, in all shapes.
        parents = {commits[-1 - number % 3 % len(commits)], commits[number * 7 % len(commits)]}
        words = [word for parent in sorted(parents) for word in ("-p", parent)]
        commits.append(git(root, "commit-tree", "main^{tree}", *words, "-m", str(number)))
    alone = git(root, "commit-tree", "main^{tree}", "-m", "alone")
    main = commits[-5]
    found = distances(Repository.open(root), main, [*commits, alone])
    for commit in (*commits, alone):
        count = git(root, "rev-list", "--left-right", "--count", f"{commit}...{main}")
        ahead, behind = map(int, count.split())
        each = found[commit]
        assert (each.ahead, each.behind) == (ahead, behind)
        if commit == alone:
            assert each == Distance(1, behind, None)
        else:
            assert each.base in git(root, "merge-base", "--all", commit, main).splitlines()


@pytest.mark.no_cover
def test_a_thousand_branches_take_few_processes(
    root: Path, git: Git, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = draft(root, git, "skill/new/csv", {"skills/data/csv/SKILL.md": skill("csv")})
    refs = "".join(f"create refs/heads/skill/new/n{number} {tip}\n" for number in range(1000))
    git(root, "update-ref", "--stdin", stdin=refs)
    log = tmp_path / "log"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(log))
    folder = tmp_path / "bin"
    folder.mkdir()
    path = os.environ["PATH"]
    (folder / "git").write_text(f'#!/bin/sh\necho x >>"{log}"\nPATH="{path}" exec git "$@"\n')
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{path}")
    assert len(by_branch(run, root)) == 1001
    assert len(log.read_text().splitlines()) < 15
