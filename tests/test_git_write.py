"""Writing to a repository: the user's state is untouched, and a draft is there or it is not."""

import contextlib
import ctypes
import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo, files_of

from skillrepo import git_history
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_write import (
    BranchExistsError,
    commit_files,
    commit_paths,
    create_branch,
    init_repository,
    move_branch,
    refuse_unfit_branch,
)

FILES = {
    "README.md": "hello\n",
    "skills/data/pdf-merge/SKILL.md": "pdf\n",
    "skills/data/pdf-merge/scripts/run": "run\n",
    "skills/data-x/other/SKILL.md": "other\n",
    "skills/data.md": "a file beside\n",
}
DRAFT = {"SKILL.md": b"---\nname: new\n---\n", "references/a ü.md": b"a\n", "references/b": b""}
SEEDED = random.Random(7)  # noqa: S311
MESSAGE = "feat(new): add skill\n\nBody ü\n\nSkill: data/new\nSkill-Writer: offline\n"
CREATE = """\
import sys
from pathlib import Path
from skillrepo.git import Repository
from skillrepo.git_write import BranchExistsError, commit_files, create_branch
repository = Repository.discover(Path(sys.argv[1]))
name = sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
files = {f"references/{n}.md": b"x" * 5000 for n in range(20)} | {"SKILL.md": name.encode()}
oid = commit_files(
    repository, repository.base_commit(), folder=f"skills/{name}", files=files, message=name
)
try:
    create_branch(repository, f"skill/new/{name}", oid)
    print("created", oid)
except BranchExistsError:
    print("exists", oid)
"""


def draft(start: Path, name: str = "new", **options: str) -> str:
    """Commit a draft on the default branch and create its branch; give the commit."""
    repository = Repository.open(start)
    folder = options.get("folder", f"skills/data/{name}")
    oid = commit_files(
        repository, repository.base_commit(), folder=folder, files=DRAFT, message=MESSAGE
    )
    create_branch(repository, f"skill/new/{name}", oid)
    return oid


# The user's state

State = Callable[[Path, Git], Path]


def clean(root: Path, _: Git) -> Path:
    return root


def dirty(root: Path, git: Git) -> Path:
    (root / "README.md").write_text("staged\n")
    (root / "intended").write_text("x")
    git(root, "add", "README.md")
    git(root, "add", "--intent-to-add", "intended")
    git(root, "rm", "--quiet", "--cached", "skills/data.md")
    (root / "README.md").write_text("staged, then changed\n")
    (root / "skills/data/new").mkdir()
    (root / "skills/data/new/SKILL.md").write_text("untracked, where the draft goes\n")
    return root


def stashed(root: Path, git: Git) -> Path:
    (root / "README.md").write_text("stashed\n")
    git(root, "stash", "--quiet")
    return root


def detached(root: Path, git: Git) -> Path:
    git(root, "switch", "--quiet", "--detach")
    return root


def linked(root: Path, git: Git) -> Path:
    git(root, "worktree", "add", "--quiet", "../linked ü", "-b", "other")
    return root.parent / "linked ü"


def bare(root: Path, git: Git) -> Path:
    git(root.parent, "clone", "--quiet", "--bare", str(root), "bare.git")
    return root.parent / "bare.git"


def shallow(root: Path, git: Git) -> Path:
    git(root, "commit", "--quiet", "--allow-empty", "-m", "second")
    git(root.parent, "clone", "--quiet", "--depth=1", f"file://{root}", "shallow")
    return root.parent / "shallow"


def partial(root: Path, git: Git) -> Path:
    git(root, "config", "uploadpack.allowFilter", "true")
    git(root.parent, "clone", "--quiet", "--filter=blob:none", f"file://{root}", "partial")
    return root.parent / "partial"


def sparse(root: Path, git: Git) -> Path:
    git(root, "sparse-checkout", "init", "--cone", "--sparse-index")
    git(root, "sparse-checkout", "set", "skills/data-x")
    return root


def submodule(root: Path, git: Git) -> Path:
    git(root.parent, "clone", "--quiet", str(root), "inner")
    git(root, "submodule", "--quiet", "add", str(root.parent / "inner"), "skills/inner")
    return root


def merging(root: Path, git: Git) -> Path:
    diverge(root, git)
    with pytest.raises(AssertionError, match="CONFLICT"):
        git(root, "merge", "side")
    return root


def rebasing(root: Path, git: Git) -> Path:
    diverge(root, git)
    with pytest.raises(AssertionError, match="CONFLICT"):
        git(root, "rebase", "side")
    return root


def diverge(root: Path, git: Git) -> None:
    git(root, "switch", "--quiet", "-c", "side")
    (root / "README.md").write_text("side\n")
    git(root, "commit", "--quiet", "-am", "side")
    git(root, "switch", "--quiet", "main")
    (root / "README.md").write_text("main\n")
    git(root, "commit", "--quiet", "-am", "main")


def locked(root: Path, _: Git) -> Path:
    for name in ("index.lock", "HEAD.lock", "packed-refs.lock", "config.lock"):
        (root / ".git" / name).touch()
    return root


def alternates(root: Path, git: Git) -> Path:
    git(root.parent, "clone", "--quiet", "--shared", str(root), "alternates")
    return root.parent / "alternates"


def packed(root: Path, git: Git) -> Path:
    git(root, "gc", "--quiet")
    return root


def replaced(root: Path, git: Git) -> Path:
    git(root, "replace", "HEAD", git(root, "commit-tree", "HEAD^{tree}:skills", "-m", "x"))
    return root


STATES: tuple[State, ...] = (
    *(clean, dirty, stashed, detached, linked, bare, shallow, partial, sparse, submodule),
    *(merging, rebasing, locked, alternates, packed, replaced),
)


def snapshot(start: Path, git: Git) -> dict[str, object]:
    """All that a command may not touch; the index comes first, since `git status` writes it."""
    repository = Repository.open(start)
    seen: dict[str, object] = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for folder in (repository.git_dir, repository.common_dir)
        for name in ("index", "HEAD", "config", "logs/refs/stash")
        if (folder / name).is_file()
    }
    if repository.root:
        for path in sorted(repository.root.rglob("*")):
            if path.is_file() and ".git" not in path.relative_to(repository.root).parts:
                status = path.stat()
                seen[str(path)] = (path.read_bytes(), status.st_mtime_ns, status.st_mode)
        seen["status"] = git(
            start, "--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z"
        )
    seen["refs"] = [
        line
        for line in git(start, "for-each-ref").splitlines()
        if "\trefs/heads/skill/" not in line
    ]
    return seen


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_the_users_state_is_untouched(state: State, make_repo: MakeRepo, git: Git) -> None:
    place = state(make_repo(FILES, name="with space"), git)
    before = snapshot(place, git)
    oid = draft(place)
    assert snapshot(place, git) == before
    if state is not partial:
        git(place, "fsck", "--strict", "--no-dangling", "--no-progress")
    repository = Repository.open(place)
    assert repository.branch_oid("skill/new/new") == oid
    assert files_of(repository, oid) == sorted(f"skills/data/new/{name}" for name in DRAFT)
    assert repository.merge_base(oid, oid) == oid
    assert git(place, "rev-parse", f"{oid}^") == repository.base_commit()


def test_a_bare_repository_where_git_wants_it_named(
    make_repo: MakeRepo, git: Git, tmp_path: Path
) -> None:
    place = bare(make_repo(FILES), git)
    git(tmp_path, "config", "--global", "safe.bareRepository", "explicit")
    oid = draft(place)
    assert Repository.open(place).branch_oid("skill/new/new") == oid


@pytest.fixture(params=FORMATS)
def repo(request: pytest.FixtureRequest, make_repo: MakeRepo) -> Path:
    return make_repo(FILES, options=(request.param,))


@pytest.fixture
def plain(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


def test_the_commit_holds_what_was_given(repo: Path, git: Git) -> None:
    oid = draft(repo)
    repository = Repository.open(repo)
    entries = repository.tree_entries(oid)
    base = repository.tree_entries(repository.resolve("main"))
    below = {f"skills/data/new/{name}": content for name, content in DRAFT.items()}
    assert sorted(entries) == sorted([*base, *below])
    assert {path: entries[path] for path in base} == base
    contents = repository.read([entries[path].oid for path in below], limit=99)
    assert list(contents) == list(below.values())
    assert git_history.message(repository, oid) == MESSAGE.rstrip("\n")
    assert git_history.trailers(repository, oid) == [
        ("Skill", "data/new"),
        ("Skill-Writer", "offline"),
    ]
    who = git(repo, "log", "-1", "--format=%an <%ae> %cn %e", oid)
    assert who == "Ada Test <ada@example.org> Ada Test "
    git(repo, "fsck", "--strict", "--no-dangling", "--no-progress")
    git(repo, "switch", "--quiet", "skill/new/new")
    assert (repo / "skills/data/new/references/a ü.md").read_bytes() == b"a\n"
    assert git(repo, "status", "--porcelain") == ""


def test_a_folder_is_replaced_as_a_whole(repo: Path) -> None:
    repository = Repository.open(repo)
    base = repository.resolve("HEAD")
    folder = "skills/data/pdf-merge"
    oid = commit_files(repository, base, folder=folder, files={"SKILL.md": b"x"}, message="x")
    assert files_of(repository, oid) == [f"{folder}/SKILL.md", f"{folder}/scripts/run"]
    assert f"{folder}/scripts/run" not in repository.tree_entries(oid)


def test_the_first_commit(make_repo: MakeRepo, git: Git) -> None:
    for option in ("--object-format=sha1", "--object-format=sha256"):
        root = make_repo({}, name=option, options=(option,))
        repository = Repository.open(root)
        oid = commit_files(repository, None, folder="skills/a", files=DRAFT, message="x")
        create_branch(repository, "skill/new/a", oid)
        assert files_of(repository, oid) == sorted(f"skills/a/{name}" for name in DRAFT)
        assert repository.head() is None
        assert git(root, "rev-list", "--count", oid) == "1"
        git(root, "fsck", "--strict", "--no-dangling")


def test_large_and_odd_content(repo: Path) -> None:
    repository = Repository.open(repo)
    sizes = (0, 1, 15, 16, 17, 2047, 2048, 2049, 300_000, 5_000_000)
    files = {f"f{size}": SEEDED.randbytes(size) for size in sizes}
    files["same-a"] = files["same-b"] = b"same\r\n\0"
    base = repository.resolve("HEAD")
    oid = commit_files(repository, base, folder="x/y/z", files=files, message="x")
    entries = repository.tree_entries(oid, "x/y/z")
    contents = repository.read([entry.oid for entry in entries.values()], limit=1 << 30)
    assert dict(zip(entries, contents, strict=True)) == {
        f"x/y/z/{name}": files[name] for name in sorted(files)
    }


@pytest.mark.parametrize(
    ("folder", "files", "why"),
    [
        ("skills/x", {}, "nothing to commit"),
        ("", DRAFT, "empty"),
        ("/skills", DRAFT, "absolute"),
        ("skills/../../x", DRAFT, "`..`"),
        ("skills/.git", DRAFT, "`.git`"),
        ("skills/x", {"../SKILL.md": b""}, "`..`"),
        ("skills/x", {"/etc/passwd": b""}, "empty part"),
        ("skills/x", {"": b""}, "empty part"),
        ("skills/x", {"git~1/config": b""}, "`.git`"),
        ("skills/x", {".g\u200cit/config": b""}, "invisible"),
        ("skills/x", {"a\nM 100644 inline b": b""}, "invisible"),
        ("skills/x", {"a": b"", "A": b""}, "case"),
        ("skills/x", {"a": b"", "a/b": b""}, "file and a folder"),
        ("README.md", DRAFT, "`README.md`: in the base commit it is not a folder"),
        ("skills/data.md/x", DRAFT, "`skills/data.md`: in the base commit it is not a folder"),
        ("skills/link/x", DRAFT, "`skills/link`: in the base commit it is not a folder"),
        ("skills/inner/x", DRAFT, "`skills/inner`: in the base commit it is not a folder"),
        ("Skills/x", DRAFT, "has 'skills' there"),
        ("skills/data/PDF-Merge", DRAFT, "has 'pdf-merge' there"),
        ("skills/STRASSE", DRAFT, "has 'straße' there"),
    ],
)
def test_hostile_paths_and_collisions_are_refused(
    make_repo: MakeRepo, git: Git, folder: str, files: dict[str, bytes], why: str
) -> None:
    root = make_repo({**FILES, "skills/straße/SKILL.md": "x"})
    (root / "skills/link").symlink_to("..")
    git(root, "add", "skills/link")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},skills/inner")
    git(root, "commit", "--quiet", "-m", "second")
    repository = Repository.open(root)
    before = git(root, "count-objects")
    with pytest.raises(SkillRepoError) as caught:
        commit_files(repository, repository.head(), folder=folder, files=files, message="x")
    assert why in str(caught.value)
    assert git(root, "count-objects") == before


def test_a_base_that_is_not_there(repo: Path) -> None:
    repository = Repository.open(repo)
    absent = "1" * len(repository.resolve("HEAD"))
    with pytest.raises(SkillRepoError, match="not in this"):
        commit_files(repository, absent, folder="a", files=DRAFT, message="x")
    for base in ("HEAD", "-x", "--output=x", "a\nb"):
        with pytest.raises(ValueError, match="whole object name"):
            commit_files(repository, base, folder="a", files=DRAFT, message="x")


def test_a_tree_that_a_partial_clone_lacks_is_not_taken_for_empty(
    make_repo: MakeRepo, git: Git, tmp_path: Path
) -> None:
    root = make_repo(FILES)
    git(root, "config", "uploadpack.allowFilter", "true")
    options = ("--quiet", "--bare", "--filter=tree:0")
    git(tmp_path, "clone", *options, f"file://{root}", "treeless.git")
    repository = Repository.open(tmp_path / "treeless.git")
    with pytest.raises(SkillRepoError):
        draft(tmp_path / "treeless.git")
    # Without a promise of the remote it is a plain hole.
    git(tmp_path / "treeless.git", "config", "--unset", "remote.origin.promisor")
    git(tmp_path / "treeless.git", "config", "extensions.partialClone", "")
    tree = git(root, "rev-parse", "HEAD:")
    content = subprocess.run(
        ["git", "cat-file", "tree", tree],
        cwd=root,
        capture_output=True,
        check=True,
    ).stdout
    subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin"],
        cwd=repository.git_dir,
        input=content,
        check=True,
        capture_output=True,
    )
    with pytest.raises(SkillRepoError, match="missing in this partial clone"):
        draft(tmp_path / "treeless.git")


def test_nothing_of_a_damaged_tree_gets_lost(repo: Path, git: Git) -> None:
    blob = git(repo, "rev-parse", "HEAD:README.md")
    tree = git(repo, "mktree", stdin=f"100644 blob {blob}\ta\n100755 blob {blob}\ta\n")
    base = git(repo, "commit-tree", tree, "-m", "x")
    with pytest.raises(SkillRepoError, match="damaged"):
        commit_files(Repository.open(repo), base, folder="b", files=DRAFT, message="x")


@pytest.mark.parametrize("message", ["", " \n", "a\0b", "\ud800"])
def test_a_message_that_no_commit_can_have(plain: Path, message: str) -> None:
    with pytest.raises(SkillRepoError, match="message must"):
        commit_files(Repository.open(plain), None, folder="a", files=DRAFT, message=message)


def test_the_message_is_utf8_whatever_is_configured(plain: Path, git: Git) -> None:
    git(plain, "config", "i18n.commitEncoding", "ISO-8859-1")
    git(plain, "config", "i18n.logOutputEncoding", "ISO-8859-1")
    oid = draft(plain)
    assert git_history.message(Repository.open(plain), oid) == MESSAGE.rstrip("\n")
    assert "\nencoding " not in git(plain, "cat-file", "commit", oid)


# Branches


def test_an_existing_branch_is_not_touched(repo: Path) -> None:
    oid = draft(repo)
    repository = Repository.open(repo)
    base = repository.resolve("main")
    for _ in range(2):
        with pytest.raises(BranchExistsError, match="`skill/new/new` exists"):
            create_branch(repository, "skill/new/new", base)
    assert repository.branch_oid("skill/new/new") == oid


@pytest.mark.parametrize("other", ["skill", "skill/new", "skill/new/new/more"])
def test_a_branch_in_the_way_is_named(repo: Path, git: Git, other: str) -> None:
    git(repo, "branch", other)
    with pytest.raises(SkillRepoError, match=f"the branch `{other}` is in the way of"):
        draft(repo)


def test_a_branch_that_is_checked_out_is_left_alone(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    repository = Repository.open(root)
    base = repository.resolve("main")
    git(root, "symbolic-ref", "HEAD", "refs/heads/skill/new/unborn")
    with pytest.raises(SkillRepoError, match="`skill/new/unborn` is checked out"):
        create_branch(repository, "skill/new/unborn", base)


def test_a_foreign_lock_is_named_and_left(repo: Path) -> None:
    oid = draft(repo)
    repository = Repository.open(repo)
    reftable = repo / ".git/reftable"
    lock = reftable / "tables.list.lock"
    if not reftable.exists():
        lock = repo / ".git/refs/heads/skill/new/other.lock"
    lock.touch()
    with pytest.raises(SkillRepoError) as caught:
        create_branch(repository, "skill/new/other", oid)
    assert str(lock) in str(caught.value)
    assert " seconds old" in str(caught.value)
    assert lock.exists()
    assert repository.branch_oid("skill/new/other") is None
    lock.unlink()
    create_branch(repository, "skill/new/other", oid)


@pytest.mark.parametrize(
    ("age", "text"), [(600, "10 minutes"), (9000, "2 hours"), (260_000, "3 d")]
)
def test_the_age_of_a_lock_is_told(plain: Path, age: int, text: str) -> None:
    lock = plain / ".git/refs/heads/skill/new/new.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    moment = time.time() - age
    os.utime(lock, (moment, moment))
    with pytest.raises(SkillRepoError, match=text):
        draft(plain)


@pytest.mark.parametrize("other", ["skill/new/New", "skill/NEW/x", "Skill/x"])
def test_where_case_does_not_count_a_variant_is_in_the_way(
    make_repo: MakeRepo, git: Git, other: str
) -> None:
    root = make_repo(FILES)
    git(root, "branch", other)
    git(root, "branch", "skill/new/nothing")
    draft(root, "elsewhere")
    # What a file system that ignores case would answer.
    (root / ".git/hEAD").touch()
    with pytest.raises(BranchExistsError, match=f"`{other}` is in the way"):
        draft(root)
    assert Repository.open(root).branch_oid("skill/new/new") is None


def test_where_case_does_not_count_other_branches_are_not_in_the_way(
    make_repo: MakeRepo, git: Git
) -> None:
    root = make_repo(FILES)
    git(root, "branch", "skill/new/nothing")
    (root / ".git/hEAD").touch()
    draft(root)


def test_a_hook_may_refuse_and_says_why(repo: Path) -> None:
    hook = repo / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho branches are frozen >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(SkillRepoError, match=r"branches are frozen[\s\S]*aborted by hook"):
        draft(repo)
    repository = Repository.open(repo)
    assert repository.branch_oid("skill/new/new") is None
    hook.unlink()
    draft(repo)
    assert repository.branch_oid("skill/new/new")


def start_creator(root: Path, name: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", CREATE, str(root), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_of_racing_creators_exactly_one_wins(repo: Path) -> None:
    racers = [start_creator(repo, "same") for _ in range(4)]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    answers = [racer.communicate()[0].split() for racer in racers]
    assert sorted(answer[0] for answer in answers) == ["created", "exists", "exists", "exists"]
    winner = next(oid for word, oid in answers if word == "created")
    assert Repository.open(repo).branch_oid("skill/new/same") == winner


@pytest.fixture
def orphans() -> Iterator[None]:
    """Become the parent of the processes that a killed child leaves, to wait for their end."""
    if sys.platform != "linux":
        pytest.skip("prctl(2) is Linux's")
    pr_set_child_subreaper = 36
    prctl = ctypes.CDLL(None).prctl
    assert prctl(pr_set_child_subreaper, 1, 0, 0, 0) == 0
    yield
    prctl(pr_set_child_subreaper, 0, 0, 0, 0)


@pytest.mark.usefixtures("orphans")
def test_a_kill_leaves_the_old_state_or_the_new(repo: Path, git: Git) -> None:
    before = snapshot(repo, git)
    rounds = int(os.environ.get("SKILLREPO_SOAK", "6"))
    for number in range(rounds):
        process = start_creator(repo, f"n{number}")
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        try:
            process.wait(timeout=SEEDED.uniform(0, 0.06))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-process.pid, 0)
    repository = Repository.open(repo)
    assert not list((repo / ".git").rglob("*.lock"))
    assert snapshot(repo, git) == before
    git(repo, "fsck", "--strict", "--no-dangling", "--no-progress")
    created = repository.branches("skill/new")
    for name, oid in created.items():
        assert len(files_of(repository, oid)) == len(range(20)) + 1, name
    for number in range(rounds):
        process = start_creator(repo, f"n{number}")
        word = process.communicate("\n")[0].split()[0]
        assert word == ("exists" if f"skill/new/n{number}" in created else "created")
        assert process.returncode == 0


# Identity and signatures


def test_a_missing_identity_is_explained(plain: Path, git: Git) -> None:
    git(plain, "config", "--global", "--unset", "user.email")
    git(plain, "config", "--global", "user.useConfigOnly", "true")
    with pytest.raises(SkillRepoError, match=r"no email was given.*git config --global user\.name"):
        draft(plain)
    assert Repository.open(plain).branches("skill") == {}


def test_an_empty_identity_is_explained(plain: Path, git: Git) -> None:
    git(plain, "config", "--global", "user.name", "<>")
    with pytest.raises(SkillRepoError, match=r"whose commit.*git config --global user\.name"):
        draft(plain)


def test_a_commit_is_signed_with_an_ssh_key(repo: Path, git: Git, git_env: Path) -> None:
    key = git_env / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)],
        check=True,
    )
    public = key.with_suffix(".pub").read_text()
    (git_env / "allowed").write_text(f"ada@example.org {public}")
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingKey", str(key)),
        ("commit.gpgSign", "true"),
        ("gpg.ssh.allowedSignersFile", str(git_env / "allowed")),
    ):
        git(repo, "config", "--global", name, value)
    oid = draft(repo)
    git(repo, "verify-commit", oid)
    git(repo, "config", "commit.gpgSign", "false")
    unsigned = draft(repo, "unsigned")
    assert "gpgsig" not in git(repo, "cat-file", "commit", unsigned)
    git(repo, "config", "--unset", "commit.gpgSign")
    key.unlink()
    key.with_suffix(".pub").unlink()
    with pytest.raises(SkillRepoError, match=r"could not be signed[\s\S]*user\.signingKey"):
        draft(repo, "lost-key")
    assert Repository.open(repo).branch_oid("skill/new/lost-key") is None


@pytest.mark.parametrize("status", [0, 1])
def test_a_signer_of_the_user_is_run(repo: Path, git: Git, git_env: Path, status: int) -> None:
    signer = git_env / "signer"
    signer.write_text(
        "#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED D' >&2\necho MARK\n"
        f"echo no key today >&2\nexit {status}\n"
    )
    signer.chmod(0o755)
    git(repo, "config", "--global", "gpg.program", str(signer))
    git(repo, "config", "commit.gpgSign", "true")
    if status:
        with pytest.raises(SkillRepoError, match=r"gpg failed to sign"):
            draft(repo)
        with pytest.raises(SkillRepoError, match="nothing to commit"):
            commit_paths(Repository.open(repo), ["README.md"], "x")
        (repo / "README.md").write_text("changed\n")
        with pytest.raises(SkillRepoError, match="could not be signed"):
            commit_paths(Repository.open(repo), ["README.md"], "x")
        assert Repository.open(repo).branches("skill") == {}
    else:
        oid = draft(repo)
        assert " MARK" in git(repo, "cat-file", "commit", oid)


# Commits of the working tree


def test_init_makes_a_repository_and_its_first_commit(tmp_path: Path, git: Git) -> None:
    repository = init_repository(tmp_path / "new/with space")
    root = repository.root
    assert root == tmp_path / "new/with space"
    assert git(root, "symbolic-ref", "HEAD") == "refs/heads/main"
    for name in ("taxonomy.yaml", "a[b].md", "secret", ".gitignore"):
        (root / name).write_text("*.yaml\n")
    git(root, "add", "secret")
    oid = commit_paths(repository, ["taxonomy.yaml", "a[b].md"], "chore: start\n\n# kept")
    assert repository.head() == oid
    assert files_of(repository, oid) == ["a[b].md", "taxonomy.yaml"]
    assert git_history.message(repository, oid) == "chore: start\n\n# kept"
    assert list(repository.index_changes(repository.head())) == ["secret"]
    assert init_repository(root) == repository


def test_init_without_a_wish_calls_the_branch_main(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "config", "--global", "--unset", "init.defaultBranch")
    init_repository(tmp_path / "a")
    assert git(tmp_path / "a", "symbolic-ref", "HEAD") == "refs/heads/main"
    git(tmp_path, "config", "--global", "init.defaultBranch", "trunk")
    init_repository(tmp_path / "b")
    assert git(tmp_path / "b", "symbolic-ref", "HEAD") == "refs/heads/trunk"


def test_init_is_led_nowhere_else(
    make_repo: MakeRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(make_repo(FILES) / ".git"))
    assert init_repository(tmp_path / "new").git_dir == tmp_path / "new/.git"


def test_commit_paths_leaves_the_rest(plain: Path, git: Git) -> None:
    (plain / "README.md").write_text("staged\n")
    git(plain, "add", "README.md")
    (plain / "new").write_text("x")
    (plain / "other").write_text("x")
    repository = Repository.open(plain)
    oid = commit_paths(repository, ["new"], "add new")
    assert files_of(repository, oid) == ["new"]
    assert git(plain, "status", "--porcelain") == "M  README.md\n?? other"


def test_commit_paths_runs_hooks_in_the_users_git(plain: Path) -> None:
    hook = plain / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nenv | grep ^GIT_ >&2; git ls-files '*.md' >&2; exit 1\n")
    hook.chmod(0o755)
    (plain / "new.md").write_text("x")
    with pytest.raises(SkillRepoError) as caught:
        commit_paths(Repository.open(plain), ["new.md"], "add new")
    assert " / new.md" in str(caught.value)
    assert "GIT_ALLOW_PROTOCOL" not in str(caught.value)


def test_commit_paths_refuses(plain: Path) -> None:
    repository = Repository.open(plain)
    for paths, why in (
        ([], "no path"),
        (["../x"], "`..`"),
        ([":(top)*"], "has one of"),
        (["gone"], "did not match"),
    ):
        with pytest.raises(SkillRepoError, match=why):
            commit_paths(repository, paths, "x")
    assert list(repository.index_changes(repository.head())) == []


# What stays in a folder, and branches that move.


def test_kept_entries_stay_as_they_are(repo: Path, git: Git) -> None:
    (repo / "skills/data/pdf-merge/link").symlink_to("SKILL.md")
    git(repo, "add", "--all")
    submodule = "1" * len(git(repo, "rev-parse", "HEAD"))
    entry = f"160000,{submodule},skills/data/pdf-merge/sub"
    git(repo, "update-index", "--add", "--cacheinfo", entry)
    git(repo, "commit", "--quiet", "-m", "more")
    repository = Repository.open(repo)
    base, folder = repository.resolve("HEAD"), "skills/data/pdf-merge"
    before = repository.tree_entries(base, folder)
    kept = {path[len(folder) + 1 :]: each for path, each in before.items()}
    del kept["SKILL.md"]
    files = {"SKILL.md": b"x", "scripts/new": b"#!/bin/sh\n"}
    oid = commit_files(
        repository,
        base,
        folder=folder,
        files=files,
        message="x",
        executable={"scripts/new"},
        kept=kept,
    )
    after = repository.tree_entries(oid, folder)
    for path, old in before.items():
        assert path.endswith("SKILL.md") or after[path] == old
    assert {each.mode for each in after.values()} >= {"100644", "100755", "120000", "160000"}
    assert after[f"{folder}/scripts/new"].mode == "100755"
    assert files_of(repository, oid) == [f"{folder}/SKILL.md", f"{folder}/scripts/new"]
    less = commit_files(repository, base, folder=folder, files={}, message="x", kept=kept)
    assert files_of(repository, less) == [f"{folder}/SKILL.md"]


@pytest.mark.parametrize("name", ["link/x", "Link", "scripts", "LINK/x"])
def test_new_files_may_not_be_in_the_way_of_what_is_kept(name: str, repo: Path) -> None:
    repository = Repository.open(repo)
    base, folder = repository.resolve("HEAD"), "skills/data/pdf-merge"
    entry = repository.tree_entries(base)[f"{folder}/SKILL.md"]
    kept = {"link": entry, "scripts/run": entry}
    with pytest.raises(SkillRepoError, match=r"in each other's way|file and a folder"):
        commit_files(repository, base, folder=folder, files={name: b""}, message="x", kept=kept)


def test_a_branch_moves_from_where_it_was_alone(repo: Path, git: Git) -> None:
    repository = Repository.open(repo)
    first = draft(repo)
    second = commit_files(repository, first, folder="skills/x", files=DRAFT, message="x")
    move_branch(repository, "skill/new/new", first, second)
    assert repository.branch_oid("skill/new/new") == second
    with pytest.raises(SkillRepoError, match="has changed meanwhile: run it again"):
        move_branch(repository, "skill/new/new", first, second)
    with pytest.raises(SkillRepoError, match="has changed meanwhile"):
        move_branch(repository, "skill/new/other", first, second)
    refuse_unfit_branch(repository, "skill/new/new")
    git(repo, "switch", "--quiet", "skill/new/new")
    for act in (
        lambda: move_branch(repository, "skill/new/new", second, first),
        lambda: refuse_unfit_branch(repository, "skill/new/new"),
    ):
        with pytest.raises(SkillRepoError, match="is checked out in"):
            act()
    with pytest.raises(SkillRepoError, match="is in the way of"):
        refuse_unfit_branch(repository, "skill/new")


def test_a_lock_keeps_a_branch_from_moving(repo: Path) -> None:
    repository = Repository.open(repo)
    first = draft(repo)
    lock = repository.common_dir / "refs/heads/skill/new/new.lock"
    lock.touch()
    with pytest.raises(SkillRepoError, match="keeps git from writing"):
        move_branch(repository, "skill/new/new", first, repository.resolve("HEAD"))
    assert lock.exists()
