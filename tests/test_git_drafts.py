"""Many drafts at once: the same commits, one process for many, and no draft hinders another."""

import os
import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo, files_of
from content_repo import everything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_drafts import DraftBranch, commit_drafts
from skillrepo.git_write import BranchExistsError, commit_files, create_branch

FILES = {"README.md": "hello\n", "skills/data/pdf-merge/SKILL.md": "pdf\n"}
DATE = "1767225600 +0100"


@pytest.fixture(params=FORMATS)
def repo(request: pytest.FixtureRequest, make_repo: MakeRepo) -> Path:
    return make_repo(FILES, options=(request.param,))


def draft(repository: Repository, name: str, folder: str = "skills/data") -> DraftBranch:
    return DraftBranch(
        f"skill/new/{name}",
        repository.base_commit(),
        f"{folder}/{name}",
        {"SKILL.md": f"---\nname: {name}\n---\n".encode(), "references/a ü.md": b"a\n"},
        f"feat({name}): add skill\n\nBody ü\n\nSkill: data/{name}\n\n",
    )


def drafts(repository: Repository, count: int, first: int = 0) -> list[DraftBranch]:
    return [draft(repository, f"n{first + number}") for number in range(count)]


def whys(results: Sequence[str | SkillRepoError]) -> list[str]:
    """The first words of each refusal; nothing for a draft that was committed."""
    return ["" if isinstance(result, str) else str(result) for result in results]


@pytest.mark.parametrize("count", [0, 1, 3, 30])
def test_the_commits_are_those_of_one_by_one(
    count: int, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_DATE", DATE)
    repository = Repository.open(repo)
    wanted = drafts(repository, count)
    results = commit_drafts(repository, wanted)
    assert results == [
        commit_files(repository, d.base, folder=d.folder, files=d.files, message=d.message)
        for d in wanted
    ]
    assert repository.branches("skill") == {
        each.name: oid for each, oid in zip(wanted, results, strict=True)
    }
    git(repo, "fsck", "--strict", "--no-dangling", "--no-progress")


def test_the_first_commit_of_a_repository(make_repo: MakeRepo, git: Git) -> None:
    repository = Repository.open(make_repo({}))
    (oid,) = commit_drafts(repository, [draft(repository, "a")])
    assert isinstance(oid, str)
    assert files_of(repository, oid) == [
        "skills/data/a/SKILL.md",
        "skills/data/a/references/a ü.md",
    ]
    assert git(repository.cwd, "rev-list", "--count", oid) == "1"


def test_many_cost_as_many_processes_as_few(
    make_repo: MakeRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Repository.open(make_repo(FILES))
    log = tmp_path / "log"
    real = shutil.which("git")
    script = tmp_path / "bin/git"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\necho "$@" >>\'{log}\'\nexec {real} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent), prepend=os.pathsep)

    def processes(count: int, first: int) -> int:
        wanted = drafts(repository, count, first)
        log.write_text("")
        assert whys(commit_drafts(repository, wanted)) == [""] * count
        return len(log.read_text().splitlines())

    # Who, who, whether to sign, the base, the objects, the working trees, the branches.
    assert processes(1, 0) == 7
    # Of each further 250 the last three.
    assert processes(251, 1) == 10
    log.write_text("")
    one = draft(repository, "one")
    log.write_text("")
    oid = commit_files(repository, one.base, folder=one.folder, files=one.files, message="x")
    create_branch(repository, one.name, oid)
    assert len(log.read_text().splitlines()) == 6


def test_a_draft_that_is_refused_hinders_no_other(repo: Path, git: Git) -> None:
    repository = Repository.open(repo)
    git(repo, "branch", "skill/new/there")
    git(repo, "worktree", "add", "--quiet", "--detach", "../linked")
    git(repo.parent / "linked", "symbolic-ref", "HEAD", "refs/heads/skill/new/unborn")
    good = drafts(repository, 4)
    base = good[0].base
    files = {"SKILL.md": b"x"}
    wanted = [
        draft(repository, "there"),
        good[0],
        DraftBranch("skill/new/a", base, "skills/../a", files, "x"),
        DraftBranch("skill/new/b", base, "skills/b", {}, "x"),
        DraftBranch("skill/new/c", base, "README.md", files, "x"),
        DraftBranch("skill/new/d", base, "skills/d", files, " "),
        DraftBranch("skill/new/--e", base, "skills/e", files, "x"),
        DraftBranch("skill/new/f", "1" * len(base or ""), "skills/f", files, "x"),
        DraftBranch("skill/new/g", base, "skills/Data/g", files, "x"),
        good[1],
        draft(repository, "unborn"),
        good[1],
        DraftBranch("skill/new", base, "skills/h", files, "x"),
        good[2],
        good[3],
    ]
    results = commit_drafts(repository, wanted)
    expected = [
        "`skill/new/there` exists",
        "",
        "has a part that is `.` or `..`",
        "nothing to commit",
        "in the base commit it is not a folder",
        "must not be empty",
        "is no name for a branch",
        "is not in this repository",
        "the same where case does not count",
        "",
        "`skill/new/unborn` is checked out",
        "`skill/new/n1` exists",
        "is in the way of `skill/new`",
        "",
        "",
    ]
    for said, words in zip(whys(results), expected, strict=True):
        assert words in said if words else not said
    assert isinstance(results[0], BranchExistsError)
    assert sorted(repository.branches("skill")) == [
        *(each.name for each in good),
        "skill/new/there",
    ]
    git(repo, "fsck", "--strict", "--no-dangling", "--no-progress")


def test_a_base_that_is_no_object_name_is_a_bug(repo: Path) -> None:
    repository = Repository.open(repo)
    with pytest.raises(ValueError, match="whole object name"):
        commit_drafts(repository, [DraftBranch("a", "HEAD", "b", {"c": b""}, "x")])


def test_a_hook_may_refuse_one(repo: Path) -> None:
    hook = repo / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ngrep -q /n1 && test "$1" = prepared && echo not n1 >&2 && exit 1\n')
    hook.write_text(hook.read_text() + "exit 0\n")
    hook.chmod(0o755)
    repository = Repository.open(repo)
    first, second, third = whys(commit_drafts(repository, drafts(repository, 3)))
    assert (first, third) == ("", "")
    assert "not n1" in second
    assert sorted(repository.branches("skill")) == ["skill/new/n0", "skill/new/n2"]


def test_a_lock_is_named_and_the_rest_goes_on(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    lock = root / ".git/refs/heads/skill/new/n1.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    repository = Repository.open(root)
    first, second, third = whys(commit_drafts(repository, drafts(repository, 3)))
    assert (first, third) == ("", "")
    assert f"`{lock}` (" in second
    assert lock.exists()


def test_what_concerns_all_is_an_error(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    repository = Repository.open(root)
    wanted = drafts(repository, 3)
    git(root, "config", "--global", "--unset", "user.email")
    git(root, "config", "--global", "user.useConfigOnly", "true")
    before = everything(root)
    with pytest.raises(SkillRepoError, match=r"no email was given.*git config --global user\.name"):
        commit_drafts(repository, wanted)
    assert everything(root) == before


def test_objects_that_cannot_be_written(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    repository = Repository.open(root)
    wanted = [draft(repository, "a"), DraftBranch("skill/b", None, "", {"c": b""}, "x")]
    objects = root / ".git/objects"
    objects.rename(objects.with_name("moved"))
    objects.mkdir()
    (objects / "info").mkdir()
    (objects / "info/alternates").write_text("../moved\n")
    for byte in range(256):
        (objects / f"{byte:02x}").touch()
    assert [bool(why) for why in whys(commit_drafts(repository, wanted))] == [True, True]
    assert repository.branches("skill") == {}


def test_signed_commits_are_signed(make_repo: MakeRepo, git: Git, git_env: Path) -> None:
    root = make_repo(FILES)
    signer = git_env / "signer"
    signer.write_text("#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED D' >&2\necho MARK\n")
    signer.chmod(0o755)
    git(root, "config", "--global", "gpg.program", str(signer))
    git(root, "config", "commit.gpgSign", "true")
    repository = Repository.open(root)
    git(root, "branch", "skill/new/n1")
    results = commit_drafts(repository, drafts(repository, 3))
    assert [bool(why) for why in whys(results)] == [False, True, False]
    assert " MARK" in git(root, "cat-file", "commit", str(results[2]))


def test_where_case_does_not_count_a_variant_is_in_the_way(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    git(root, "branch", "skill/new/N1")
    # What a file system that ignores case would answer.
    (root / ".git/hEAD").touch()
    repository = Repository.open(root)
    first, second = whys(commit_drafts(repository, drafts(repository, 2)))
    assert not first
    assert "`skill/new/N1` is in the way" in second


def test_large_drafts_go_in_groups(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    repository = Repository.open(root)
    half = bytes(17 << 20)
    wanted = [
        DraftBranch(f"skill/new/n{n}", repository.head(), f"skills/n{n}", {"a": half}, "x")
        for n in range(3)
    ]
    assert whys(commit_drafts(repository, wanted)) == [""] * 3
    assert len(repository.branches("skill")) == 3
    git(root, "fsck", "--strict", "--no-dangling", "--no-progress")


FIFTY = 50


@pytest.fixture(scope="module")
def fifty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the repository that the examples below share."""
    return tmp_path_factory.mktemp("fifty")


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
@given(order=st.permutations(range(FIFTY)), octopus=st.booleans())
def test_fifty_branches_merge_in_any_order(
    order: list[int], *, octopus: bool, make_repo: MakeRepo, fifty: Path, git: Git
) -> None:
    """No shared file is touched, so nothing can conflict."""
    root = fifty / "repo"
    if not root.exists():
        made = make_repo(FILES)
        made.rename(root)
        repository = Repository.open(root)
        wanted = [draft(repository, f"n{n}", f"skills/{'abc'[n % 3]}") for n in range(FIFTY)]
        assert whys(commit_drafts(repository, wanted)) == [""] * FIFTY
        git(root, "tag", "start")
    git(root, "reset", "--quiet", "--hard", "start")
    names = [f"skill/new/n{number}" for number in order]
    if octopus:
        middle = FIFTY // 2
        for one, two in pairwise((0, middle, FIFTY)):
            git(root, "merge", "--quiet", "--no-edit", *names[one:two])
    else:
        for name in names:
            git(root, "merge", "--quiet", "--no-edit", name)
    repository = Repository.open(root)
    changed = git(root, "diff", "--name-status", "start", "HEAD").splitlines()
    assert len(changed) == 2 * FIFTY
    assert {line[0] for line in changed} == {"A"}
    assert git(root, "status", "--porcelain") == ""
