"""Notes are those of `git notes`: git reads ours, we read git's, and no writer's lines are lost."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo

from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_notes import add_to_notes, read_notes, unite_notes
from skillrepo.git_notes_remote import fetch_notes, share_notes

REF = "refs/notes/skillrepo/grades"
SKILLS = {f"skills/s{number}/SKILL.md": f"{number}\n" for number in range(8)}


def trees(root: Path, git: Git) -> list[str]:
    return [git(root, "rev-parse", f"HEAD:skills/s{number}") for number in range(8)]


@pytest.mark.parametrize("options", FORMATS)
def test_git_reads_what_is_written(options: str, make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS, options=(options,))
    repository = Repository.open(root)
    one, two, *_ = trees(root, git)
    status = git(root, "status", "--porcelain=v2", "--branch")
    assert add_to_notes(repository, REF, {one: ["b", "a"], two: ["c"]}, "grades") == 2
    assert git(root, "notes", "--ref", REF, "show", one) == "a\nb"
    assert len(git(root, "notes", "--ref", REF, "list").splitlines()) == 2
    assert git(root, "log", "-1", "--format=%s", REF) == "grades"
    git(root, "fsck", "--strict")
    assert git(root, "status", "--porcelain=v2", "--branch") == status
    assert read_notes(repository, REF) == {one: b"a\nb\n", two: b"c\n"}
    assert read_notes(repository, REF, [two, "0" * len(two)]) == {two: b"c\n"}


def test_nothing_new_is_no_commit(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS)
    repository = Repository.open(root)
    one, *_ = trees(root, git)
    assert read_notes(repository, REF) == {}
    assert add_to_notes(repository, REF, {}, "grades") == 0
    assert repository.ref_oid(REF) is None
    add_to_notes(repository, REF, {one: ["a", "b"]}, "grades")
    before = git(root, "rev-parse", REF)
    assert add_to_notes(repository, REF, {one: ["b"]}, "grades") == 0
    assert git(root, "rev-parse", REF) == before


def test_notes_that_git_wrote_are_added_to(make_repo: MakeRepo, git: Git) -> None:
    """However git lays them out: it has no folders for a few notes, and two levels for many."""
    root = make_repo(SKILLS)
    repository = Repository.open(root)
    one, two, three, *_ = trees(root, git)
    git(root, "notes", "--ref", REF, "add", "-m", "by git", one)
    blob = git(root, "hash-object", "-w", "--stdin", stdin="deep\n")
    index = f"100644 {blob}\t{two[:2]}/{two[2:4]}/{two[4:]}\n"
    index += git(root, "ls-tree", "-r", REF) + "\n"
    environment = ("-c", "core.bare=false")
    git(root, *environment, "read-tree", "--empty")
    git(root, "update-index", "--index-info", stdin=index)
    commit = git(root, "commit-tree", git(root, "write-tree"), "-m", "x")
    git(root, "update-ref", REF, commit)
    git(root, "read-tree", "HEAD")
    assert add_to_notes(repository, REF, {one: ["ours"], two: ["ours"], three: ["new"]}, "g") == 3
    for oid, text in ((one, "by git\nours"), (two, "deep\nours"), (three, "new")):
        assert git(root, "notes", "--ref", REF, "show", oid) == text
    assert len(git(root, "ls-tree", "-r", REF).splitlines()) == 3


def test_what_is_no_note_stays(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS)
    repository = Repository.open(root)
    one, two, *_ = trees(root, git)
    huge = git(root, "hash-object", "-w", "--stdin", stdin="x" * ((1 << 20) + 1))
    text = git(root, "hash-object", "-w", "--stdin", stdin="hello")
    tree = git(root, "mktree", stdin=f"100644 blob {text}\tREADME\n100644 blob {huge}\t{one}\n")
    git(root, "update-ref", REF, git(root, "commit-tree", tree, "-m", "x"))
    assert read_notes(repository, REF) == {}
    assert add_to_notes(repository, REF, {one: ["a"], two: ["b"]}, "grades") == 1
    assert git(root, "rev-parse", f"{REF}:README") == text
    assert git(root, "rev-parse", f"{REF}:{one}") == huge


def _write(job: tuple[Path, str, int]) -> int:
    root, tree, number = job
    return add_to_notes(Repository.open(root), REF, {tree: [f"line {number}"]}, "grades")


def test_no_writer_loses_a_line(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS)
    one, two, *_ = trees(root, git)
    jobs = [(root, (one, two)[number % 2], number) for number in range(16)]
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(_write, jobs)) == [1] * 16
    found = read_notes(Repository.open(root), REF)
    assert sorted(b"".join(found.values()).splitlines()) == sorted(
        f"line {number}".encode() for number in range(16)
    )
    assert git(root, "rev-list", "--count", REF) == "16"


def test_two_clones_are_united(make_repo: MakeRepo, git: Git) -> None:
    """What comes of it follows what the other has, so that it can be pushed there as it is."""
    root = make_repo(SKILLS)
    one, two, three, *_ = trees(root, git)
    add_to_notes(Repository.open(root), REF, {one: ["both"]}, "grades")
    clone = root.parent / "clone"
    git(root.parent, "clone", "--quiet", str(root), str(clone))
    git(clone, "fetch", "--quiet", "origin", f"{REF}:{REF}")
    add_to_notes(Repository.open(clone), REF, {one: ["theirs"], two: ["theirs"]}, "grades")
    add_to_notes(Repository.open(root), REF, {one: ["ours"], three: ["ours"]}, "grades")
    git(root, "fetch", "--quiet", str(clone), f"{REF}:refs/theirs")
    other = git(root, "rev-parse", "refs/theirs")
    assert unite_notes(Repository.open(root), REF, other, "grades") == 2
    assert git(root, "rev-parse", f"{REF}^") == other
    assert read_notes(Repository.open(root), REF) == {
        one: b"both\nours\ntheirs\n",
        two: b"theirs\n",
        three: b"ours\n",
    }
    git(root, "push", "--quiet", str(clone), f"{REF}:{REF}")
    assert unite_notes(Repository.open(clone), REF, git(clone, "rev-parse", REF), "grades") == 0


def test_with_none_of_ones_own_theirs_are_taken(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS)
    one, *_ = trees(root, git)
    repository = Repository.open(root)
    add_to_notes(repository, "refs/notes/other", {one: ["a"]}, "grades")
    other = git(root, "rev-parse", "refs/notes/other")
    assert unite_notes(repository, REF, other, "grades") == 0
    assert git(root, "rev-parse", REF) == other


def test_a_lock_is_named(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS)
    one, *_ = trees(root, git)
    lock = root / ".git" / f"{REF}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    with pytest.raises(SkillRepoError, match=r"grades\.lock"):
        add_to_notes(Repository.open(root), REF, {one: ["a"]}, "grades")
    assert lock.exists()


def _share(job: tuple[Path, str, int]) -> None:
    root, tree, number = job
    repository = Repository.open(root)
    add_to_notes(repository, REF, {tree: [f"line {number}"]}, "grades")
    share_notes(repository, "origin", REF, "grades")


def cloned(root: Path, git: Git, *names: str) -> list[Path]:
    bare = root.parent / "bare.git"
    git(root.parent, "clone", "--quiet", "--bare", str(root), str(bare))
    for name in names:
        git(root.parent, "clone", "--quiet", str(bare), name)
    return [bare, *(root.parent / name for name in names)]


def test_many_jobs_push_and_none_loses_a_line(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS)
    one, two, *_ = trees(root, git)
    bare, *clones = cloned(root, git, *(f"job{number}" for number in range(6)))
    jobs = [(clone, (one, two)[number % 2], number) for number, clone in enumerate(clones)]
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        list(pool.map(_share, jobs))
    found = read_notes(Repository.open(bare), REF)
    assert found[one] == b"line 0\nline 2\nline 4\n"
    assert found[two] == b"line 1\nline 3\nline 5\n"


def test_fetching_changes_nothing_else(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS)
    one, *_ = trees(root, git)
    bare, clone = cloned(root, git, "clone")
    git(bare, "branch", "other")
    repository = Repository.open(clone)
    assert fetch_notes(repository, "origin", REF, "grades") == 0
    assert repository.ref_oid(REF) is None
    add_to_notes(Repository.open(bare), REF, {one: ["theirs"]}, "grades")
    refs = git(clone, "for-each-ref")
    assert fetch_notes(repository, "origin", REF, "grades") == 0
    assert read_notes(repository, REF) == {one: b"theirs\n"}
    git(clone, "update-ref", "-d", REF)
    assert git(clone, "for-each-ref") == refs
    assert not (clone / ".git" / "FETCH_HEAD").exists()


def test_in_a_partial_clone_the_texts_come_along(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS)
    one, *_ = trees(root, git)
    (bare,) = cloned(root, git)
    git(bare, "config", "uploadpack.allowFilter", "true")
    add_to_notes(Repository.open(bare), REF, {one: ["theirs"]}, "grades")
    git(root.parent, "clone", "--quiet", "--filter=blob:none", f"file://{bare}", "partial")
    repository = Repository.open(root.parent / "partial")
    fetch_notes(repository, "origin", REF, "grades")
    assert read_notes(repository, REF) == {one: b"theirs\n"}


def test_a_remote_that_refuses(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS)
    one, *_ = trees(root, git)
    bare, clone = cloned(root, git, "clone")
    hook = bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'notes are not for you' >&2; exit 1\n")
    hook.chmod(0o755)
    repository = Repository.open(clone)
    add_to_notes(repository, REF, {one: ["ours"]}, "grades")
    with pytest.raises(SkillRepoError, match=r"kept here: .*notes are not for you"):
        share_notes(repository, "origin", REF, "grades")
    assert read_notes(repository, REF) == {one: b"ours\n"}
    git(clone, "remote", "set-url", "origin", str(root.parent / "nowhere"))
    with pytest.raises(SkillRepoError, match=r"could not be fetched: .*nowhere"):
        fetch_notes(repository, "origin", REF, "grades")
