"""`skillrepo promote`, on real repositories: a draft is merged here, after its gate."""

import fcntl
import os
import threading
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo
from content_repo import FILES, Run, everything, runner, skill
from test_drafts import draft

from skillrepo.errors import SkillRepoError
from skillrepo.git_merge import merge_forward

BRANCH = "skill/new/csv"
PATH = "skills/data/csv/SKILL.md"
DRAFT: dict[str, str | None] = {PATH: skill("csv")}
MESSAGE = "feat(csv): add skill\n\nWhy.\n\nSkill: data/csv\nSkill-Version: 0.1.0\n"
AGAIN = "fix(csv): say more\n\nSkill: data/csv\nSkill-Version: 0.1.1\nSkill-Writer: offline\n"


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


def later(root: Path, git: Git, path: str = "README.md", text: str = "later\n") -> str:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    git(root, "add", path)
    git(root, "commit", "--quiet", "-m", "later")
    return git(root, "rev-parse", "main")


@pytest.mark.parametrize("options", FORMATS)
def test_fast_forward_where_it_is_checked_out(
    options: str, make_repo: MakeRepo, run: Run, git: Git
) -> None:
    root = make_repo(FILES, options=(options,))
    before = git(root, "rev-parse", "main")
    tip = draft(root, git, BRANCH, DRAFT)
    hook = root / ".git/hooks/post-merge"
    hook.write_text("#!/bin/sh\ntouch merged\n")
    hook.chmod(0o755)
    (root / "untracked").touch()
    done = run(root, "promote", BRANCH)
    assert (done.code, done.err) == (0, "")
    said = f"merged {BRANCH} into main (fast-forward): {before[:12]} → {tip[:12]}\n"
    assert f"{said}updated the worktree {root}\nnext: skillrepo drop {BRANCH}\n" in done.out
    assert git(root, "rev-parse", "main", BRANCH).split() == [tip, tip]
    assert (root / PATH).read_text() == skill("csv")
    assert (root / "merged").is_file()
    assert git(root, "status", "--porcelain") == "?? merged\n?? untracked"


def test_linked_worktree_is_updated_from_elsewhere(
    root: Path, run: Run, git: Git, tmp_path: Path
) -> None:
    draft(root, git, BRANCH, DRAFT)
    git(root, "worktree", "add", "--quiet", "-b", "release/1.0", str(tmp_path / "linked"))
    done = run(root, "promote", BRANCH, "--into", "release/1.0", "--json")
    shape = done.json("promote")
    assert (shape["how"], shape["into"]) == ("fast-forward", "release/1.0")
    assert shape["worktree"] == str(tmp_path / "linked")
    assert (tmp_path / "linked" / PATH).is_file()
    assert not (root / PATH).exists()


def test_a_key_in_a_name_is_not_shown(root: Path, run: Run, git: Git) -> None:
    key = "ghp_" + "aB3dE5fG7hJ9" * 3
    inside = PATH.replace("SKILL.md", f"{key}/SKILL.md")
    draft(root, git, BRANCH, {**DRAFT, inside: skill("csv")})
    done = run(root, "promote", BRANCH, "--json")
    gate = done.json("promote")["gate"]
    assert any("/ghp_****" in found["path"] for found in gate["findings"])
    assert key not in done.out + done.err


def test_branch_that_is_checked_out_nowhere(root: Path, run: Run, git: Git) -> None:
    draft(root, git, BRANCH, DRAFT)
    git(root, "switch", "--quiet", "--detach")
    (root / "README.md").write_text("dirty")
    before = everything(root)
    assert run(root, "promote", BRANCH).code == 0
    after = everything(root)
    changed = {path for path in after if before.get(path) != after[path]}
    assert [p for p in changed if "/.git/refs" not in p and "/.git/logs/refs" not in p] == []
    assert git(root, "rev-parse", "main") == git(root, "rev-parse", BRANCH)


def test_squash_of_one_commit_keeps_its_message(root: Path, run: Run, git: Git) -> None:
    tip = draft(root, git, BRANCH, DRAFT, message=MESSAGE)
    start = git(root, "rev-parse", "main")
    assert run(root, "promote", BRANCH, "--squash").code == 0
    assert git(root, "rev-parse", "main^", "main^{tree}").split() == [
        start,
        git(root, "rev-parse", f"{tip}^{{tree}}"),
    ]
    assert git(root, "log", "-1", "--format=%B", "main") == MESSAGE


@pytest.mark.parametrize("kind", ["plain", "bare"])
def test_onto_a_branch_that_has_gone_on(
    kind: str, root: Path, run: Run, git: Git, tmp_path: Path
) -> None:
    draft(root, git, BRANCH, DRAFT, message=MESSAGE)
    more = {PATH: skill("csv", body="# CSV\n\nMore.\n"), "skills/data/csv/references/a.md": "# A\n"}
    draft(root, git, BRANCH, dict(more), base=BRANCH, message=AGAIN)
    moved = later(root, git)
    place = root
    if kind == "bare":
        git(tmp_path, "clone", "--quiet", "--bare", str(root), "bare.git")
        place = tmp_path / "bare.git"
    refused = run(place, "promote", BRANCH, "--ff")
    assert refused.code == 2
    assert "cannot be fast-forwarded" in refused.err
    done = run(place, "promote", BRANCH, "--drop")
    assert (done.code, done.err) == (0, "")
    assert "into main (squash)" in done.out
    assert "to bring it back: git branch" in done.out
    assert git(place, "rev-parse", "main^") == moved
    assert git(place, "diff", "--name-status", "main^", "main").splitlines() == [
        "A\tskills/data/csv/SKILL.md",
        "A\tskills/data/csv/references/a.md",
    ]
    assert git(place, "log", "-1", "--format=%B", "main") == (
        "feat(csv): add skill\n\nWhy.\n\n- fix(csv): say more\n\n"
        "Skill: data/csv\nSkill-Version: 0.1.1\nSkill-Writer: offline\n"
    )
    assert git(place, "for-each-ref", "refs/heads/skill") == ""
    git(place, "fsck", "--strict", "--no-dangling")
    assert git(place, "for-each-ref", "--format=%(refname)", "refs/skillrepo").startswith(
        f"refs/skillrepo/dropped/{BRANCH}/"
    )


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (PATH, f"{PATH} has changed since {BRANCH} began, which changes skills/data/csv"),
        ("skills/data/CSV/x", "which is the same where case does not count"),
    ],
)
def test_conflicts_are_refused(theirs: str, said: str, root: Path, run: Run, git: Git) -> None:
    draft(root, git, BRANCH, DRAFT)
    main = later(root, git, theirs, skill("csv", body="# Other\n"))
    done = run(root, "promote", BRANCH)
    assert done.code == 2
    assert said in done.err
    assert git(root, "rev-parse", "main") == main


def test_what_was_squashed_is_not_merged_again(root: Path, run: Run, git: Git) -> None:
    draft(root, git, BRANCH, DRAFT)
    later(root, git)
    assert run(root, "promote", BRANCH).code == 0
    main = git(root, "rev-parse", "main")
    done = run(root, "promote", BRANCH)
    assert done.code == 2
    said = f"{BRANCH} changes nothing that is not so in main already: `skillrepo drop {BRANCH}`"
    assert said in done.err
    assert git(root, "rev-parse", "main") == main


def test_what_changes_more_than_a_skill_is_not_grafted(root: Path, run: Run, git: Git) -> None:
    draft(root, git, BRANCH, {**DRAFT, "other.txt": "x"})
    later(root, git)
    done = run(root, "promote", BRANCH)
    assert done.code == 2
    assert f"{BRANCH} changes other.txt, too" in done.err
    assert "git merge --squash" in done.err


def test_gate_is_that_of_the_target(root: Path, run: Run, git: Git) -> None:
    settings = "version: 1\nrules:\n  name-matches-folder: off\n"
    draft(root, git, BRANCH, {PATH: skill("wrong"), "skillrepo.yaml": settings})
    before = git(root, "rev-parse", "main")
    done = run(root, "promote", BRANCH, "--drop")
    assert done.code == 1
    assert "M102" in done.out
    assert f"{BRANCH} does not pass the gate" in done.out
    assert done.out.endswith("next: mend it on its branch; to merge it as it is, use git merge\n")
    shape = run(root, "promote", BRANCH, "--json").json("promote")
    assert (shape["passes"], shape["how"], shape["commit"], shape["worktree"]) == (
        *(False, None, None),
        None,
    )
    assert git(root, "rev-parse", "main") == before
    assert "skill/new/csv" in git(root, "branch", "--list", BRANCH)


@pytest.mark.parametrize("state", ["changed", "staged", "merging", "rebasing"])
def test_worktree_that_is_not_clean_is_left_alone(
    state: str, root: Path, run: Run, git: Git
) -> None:
    draft(root, git, BRANCH, DRAFT)
    if state in {"changed", "staged"}:
        (root / "README.md").write_text("changed")
    if state == "staged":
        git(root, "add", "--all")
    if state in {"merging", "rebasing"}:
        git(root, "switch", "--quiet", "-c", "side")
        later(root, git, text="side\n")
        git(root, "switch", "--quiet", "main")
        later(root, git, text="main\n")
        with pytest.raises(AssertionError, match="CONFLICT"):
            git(root, "merge" if state == "merging" else "rebase", "side")
    before = everything(root)
    done = run(root, "promote", BRANCH)
    assert done.code == 2
    assert "finish that first" in done.err if state == "rebasing" else "commit or stash" in done.err
    assert everything(root) == before


@pytest.mark.parametrize("ignored", ["", PATH, "skills/"])
def test_untracked_file_that_is_in_the_way(ignored: str, root: Path, run: Run, git: Git) -> None:
    draft(root, git, BRANCH, DRAFT)
    (root / ".git/info/exclude").write_text(f"{ignored}\n")
    before = git(root, "rev-parse", "main")
    (root / PATH).parent.mkdir(parents=True)
    (root / PATH).write_text("mine")
    done = run(root, "promote", BRANCH)
    assert done.code == 2
    assert "nothing was merged in" in done.err
    assert (root / PATH).read_text() == "mine"
    assert git(root, "rev-parse", "main") == before


@pytest.mark.parametrize("lock", ["index.lock", "refs/heads/main.lock"])
def test_locks_are_left(lock: str, root: Path, run: Run, git: Git) -> None:
    draft(root, git, BRANCH, DRAFT)
    if lock != "index.lock":
        git(root, "switch", "--quiet", "--detach")
    before = git(root, "rev-parse", "main")
    (root / ".git" / lock).touch()
    done = run(root, "promote", BRANCH)
    assert done.code == 2
    assert f"`{root / '.git' / lock}` (0 seconds old) keeps git from writing" in done.err.replace(
        "(1 seconds", "(0 seconds"
    )
    assert (root / ".git" / lock).is_file()
    assert git(root, "rev-parse", "main") == before


@pytest.mark.parametrize("lock", ["HEAD.lock", "refs/heads/main.lock", ""])
def test_files_are_put_back_where_git_may_not_set_the_branch(
    lock: str, root: Path, run: Run, git: Git
) -> None:
    draft(root, git, BRANCH, {**DRAFT, "README.md": "# Other\n"})
    before = git(root, "rev-parse", "main")
    if lock:
        (root / ".git" / lock).touch()
    else:
        hook = root / ".git/hooks/reference-transaction"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(
            "#!/bin/sh\ngrep -q refs/heads/main && [ $1 = prepared ] && exit 1\nexit 0\n"
        )
        hook.chmod(0o755)
    done = run(root, "promote", BRANCH)
    assert done.code == 2
    assert (f"`{root}/.git/{lock}` (" if lock else "ref updates aborted by hook") in done.err
    assert git(root, "rev-parse", "main") == before
    assert git(root, "status", "--porcelain") == ""
    assert not (root / PATH).exists()


def test_another_that_merges_there_is_waited_for(
    root: Path, run: Run, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = draft(root, git, BRANCH, DRAFT)
    monkeypatch.setattr("skillrepo.git_merge._PATIENCE", 0.1)
    lock = os.open(root / ".git", os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    done = run(root, "promote", BRANCH)
    assert done.code == 2
    assert "another `skillrepo promote` is at work in" in done.err
    monkeypatch.setattr("skillrepo.git_merge._PATIENCE", 60)
    timer = threading.Timer(0.1, os.close, (lock,))
    timer.start()
    assert run(root, "promote", BRANCH).code == 0
    timer.join()
    assert git(root, "rev-parse", "main") == tip


def test_what_cannot_be_put_back_is_told(root: Path, run: Run, git: Git) -> None:
    draft(root, git, BRANCH, DRAFT)
    hook = root / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\ngrep -q refs/heads/main && [ $1 = prepared ] || exit 0\n"
        f"echo mine >{PATH}; exit 1\n"
    )
    hook.chmod(0o755)
    done = run(root, "promote", BRANCH)
    assert done.code == 2
    assert "could not be put back" in done.err
    assert "`git reset --hard` puts them back" in done.err
    assert (root / PATH).read_text() == "mine\n"


def test_branch_that_moved_after_the_gate(root: Path, git: Git) -> None:
    tip = draft(root, git, BRANCH, DRAFT)
    before = git(root, "rev-parse", "main")
    after = later(root, git)
    with pytest.raises(SkillRepoError, match="`main` has changed meanwhile: run it again"):
        merge_forward(root, "refs/heads/main", before, tip)
    assert git(root, "rev-parse", "main") == after
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((BRANCH, "--ff", "--squash"), "exclude each other"),
        (("main",), "there is no draft 'main' here"),
        (("csv",), f"did you mean {BRANCH}?"),
        ((BRANCH, "--into", "none"), "there is no branch 'none' here"),
        ((BRANCH, "--into", "-x"), "there is no branch '-x' here"),
        ((BRANCH, "--into", ""), "to merge into"),
        ((BRANCH, "--into", BRANCH), "adds no commit"),
        (("skill/new/alone",), "no common ancestor"),
        (("skill/new/nothing",), "changes no skill"),
        (("skill/new/held", "--drop"), "so leave out --drop"),
    ],
)
def test_what_cannot_be(
    arguments: tuple[str, ...], said: str, *, root: Path, run: Run, git: Git
) -> None:
    draft(root, git, BRANCH, DRAFT)
    alone = git(root, "commit-tree", "main^{tree}", "-m", "alone")
    git(root, "update-ref", "refs/heads/skill/new/alone", alone)
    draft(root, git, "skill/new/nothing", {"README.md": "other"})
    draft(root, git, "skill/new/held", DRAFT)
    git(root, "worktree", "add", "--quiet", "../held", "skill/new/held")
    before = git(root, "for-each-ref")
    done = run(root, "promote", *arguments)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
    assert git(root, "for-each-ref") == before


def test_hostile_names_and_subjects(root: Path, run: Run, git: Git) -> None:
    branch = "skill/new/-x\u202e"
    draft(root, git, branch, DRAFT, message="\x1b[2J::error::x")
    draft(root, git, branch, {"skills/data/csv/a.md": "# A\n"}, base=branch, message="\x07b\u202e")
    later(root, git)
    done = run(root, "promote", branch)
    assert (done.code, done.err) == (0, "")
    assert not set("\x1b\x07\u202e") & set(done.out)
    assert not set("\x1b\x07\u202e") & set(git(root, "log", "-1", "--format=%B", "main"))
    assert os.path.lexists(root / PATH)
