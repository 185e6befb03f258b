"""Reading a repository: every state it may be in, and nothing that it says is ever run."""

import contextlib
import os
import stat
import sys
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo, files_of

from skillrepo import git_history, git_worktree
from skillrepo.errors import SkillRepoError
from skillrepo.git import Entry, Repository, branch_ref, whole_oid
from skillrepo.git_process import GitError
from skillrepo.git_write import commit_files

LIMIT = 1 << 20
FILES = {
    "README.md": "hello\n",
    "skills/data/pdf-merge/SKILL.md": "pdf\n",
    "skills/data/pdf-merge/empty": "",
    "skills2/x": "x\n",
}
HOOK = """\
import json, os, sys
from pathlib import Path
from skillrepo.git import Repository
repository = Repository.discover(Path(sys.argv[1]))
entries = repository.index_entries()
contents = repository.read([entry.oid for entry in entries.values()], limit=99)
seen = {path: text.decode() for path, text in zip(entries, contents)}
staged = list(repository.index_changes(repository.head()))
Path(sys.argv[2]).write_text(json.dumps([seen, staged]))
"""


@pytest.fixture(params=FORMATS)
def repo(request: pytest.FixtureRequest, make_repo: MakeRepo) -> Path:
    return make_repo(FILES, options=(request.param,))


# Discovery


def test_outside_of_a_repository(tmp_path: Path) -> None:
    assert Repository.discover(tmp_path) is None
    (tmp_path / ".git").mkdir()
    assert Repository.discover(tmp_path) is None
    with pytest.raises(SkillRepoError, match="is not in a git repository"):
        Repository.open(tmp_path)


def test_discovers_from_below_and_through_a_symlink(make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo(FILES, name="with space ü")
    link = tmp_path / "link"
    link.symlink_to(root / "skills")
    expected = Repository(root=root, git_dir=root / ".git", common_dir=root / ".git")
    assert Repository.open(root) == expected
    assert Repository.open(link / "data") == expected
    assert Repository.open(root / "skills/not/there") == expected
    assert Repository.open(root / ".git/hooks") == expected
    assert sorted(FILES) == expected.files()


def test_discovers_a_linked_worktree(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    root = make_repo(FILES)
    git(root, "worktree", "add", "--quiet", "../tree", "-b", "other")
    repository = Repository.open(tmp_path / "tree/skills")
    assert repository.root == tmp_path / "tree"
    assert repository.git_dir == root / ".git/worktrees/tree"
    assert repository.common_dir == root / ".git"
    assert repository.head() == Repository.open(root).head()


def test_discovers_a_submodule(make_repo: MakeRepo, git: Git) -> None:
    inner = make_repo({"SKILL.md": "x"}, name="inner")
    outer = make_repo({"a": "a"}, name="outer")
    git(outer, "submodule", "--quiet", "add", str(inner), "skills/inner")
    repository = Repository.open(outer / "skills/inner")
    assert repository.root == outer / "skills/inner"
    assert repository.files() == ["SKILL.md"]
    # One that git does not know as a submodule is left out.
    git(outer, "clone", "--quiet", str(inner), "skills/clone")
    assert Repository.open(outer).files() == [".gitmodules", "a", "skills/inner"]
    assert Repository.open(outer).index_entries("skills")["skills/inner"].mode == "160000"


def test_discovers_a_bare_repository(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    root = make_repo(FILES)
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "bare.git")
    repository = Repository.open(tmp_path / "bare.git/refs")
    assert repository == Repository(None, tmp_path / "bare.git", tmp_path / "bare.git")
    assert repository.head() == Repository.open(root).head()
    for ask in (repository.files, repository.index_entries, lambda: repository.index_changes(None)):
        with pytest.raises(SkillRepoError, match="bare repository"):
            ask()


def test_a_bare_repository_in_the_content_is_not_taken(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    git(root, "init", "--quiet", "--bare", "skills/evil")
    (root / "skills/evil/below").mkdir()
    assert Repository.open(root / "skills/evil/below").root == root


@pytest.mark.parametrize("text", ["gitdir: nowhere\n", "x" * 10, "", "gitdir: a\0b", "gitdir: "])
def test_a_broken_link_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / ".git").write_text(text)
    with pytest.raises(SkillRepoError, match="does not lead to a git repository"):
        Repository.discover(tmp_path)


def test_a_fifo_does_not_stop_discovery(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".git")
    assert Repository.discover(tmp_path) is None


def test_inherited_variables_lead_nowhere_else(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo(FILES)
    other = make_repo({"other": "x"}, name="other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git/objects"))
    repository = Repository.open(root)
    assert repository.files() == sorted(FILES)
    assert sorted(repository.index_entries()) == sorted(FILES)
    assert repository.resolve("HEAD") == repository.head()


# Files, index, trees


def test_files_are_tracked_or_not_ignored_and_there(repo: Path, git: Git) -> None:
    (repo / ".gitignore").write_text("*.log\n")
    (repo / "skills/new ü.md").write_text("x")
    (repo / "line\nbreak").write_text("x")
    (repo / "a.log").write_text("x")
    (repo / "README.md").unlink()
    git(repo, "init", "--quiet", "nested")
    (repo / "nested/SKILL.md").write_text("x")
    repository = Repository.open(repo)
    tracked = set(FILES) - {"README.md"}
    assert repository.files() == sorted({*tracked, ".gitignore", "skills/new ü.md", "line\nbreak"})
    assert repository.files("skills") == sorted(p for p in repository.files() if "skills/" in p)
    assert repository.files("skills/data/pdf-merge/SKILL.md") == ["skills/data/pdf-merge/SKILL.md"]
    assert repository.files("*") == []


@pytest.mark.parametrize("under", ["../x", "/etc", "a\0b", "\ud800"])
def test_a_hostile_folder_is_an_error(make_repo: MakeRepo, under: str) -> None:
    with pytest.raises(SkillRepoError):
        Repository.open(make_repo(FILES)).files(under)


def test_names_that_are_not_utf8_survive(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    name = os.fsdecode(b"skills/\xff.md")
    (root / name).write_text("x")
    git(root, "add", "--all")
    repository = Repository.open(root)
    assert name in repository.files()
    assert name in repository.index_entries()
    assert list(repository.index_changes(repository.head())) == [name]


def test_index_and_tree_agree_when_clean(repo: Path, git: Git) -> None:
    repository = Repository.open(repo)
    head = repository.head()
    assert head is not None
    assert repository.index_entries() == repository.tree_entries(head)
    assert sorted(repository.tree_entries(head)) == sorted(FILES)
    below = repository.tree_entries(head, "skills")
    assert below == repository.index_entries("skills")
    assert sorted(below) == [path for path in sorted(FILES) if path.startswith("skills/")]
    oid = git(repo, "rev-parse", "HEAD:README.md")
    assert repository.tree_entries(head)["README.md"] == Entry("100644", oid)


def test_the_index_is_what_would_be_committed(repo: Path, git: Git) -> None:
    (repo / "README.md").write_text("staged\n")
    (repo / "emptied").write_text("")
    git(repo, "add", "--all")
    (repo / "README.md").write_text("not staged\n")
    (repo / "intended").write_text("x")
    git(repo, "add", "--intent-to-add", "intended")
    git(repo, "rm", "--quiet", "skills2/x")
    repository = Repository.open(repo)
    entries = repository.index_entries()
    assert sorted(entries) == sorted({*FILES, "emptied"} - {"skills2/x"})
    (content,) = repository.read([entries["README.md"].oid], limit=LIMIT)
    assert content == b"staged\n"
    assert list(repository.index_changes(repository.head())) == [
        "README.md",
        "emptied",
        "skills2/x",
    ]


def test_the_index_of_an_unborn_branch(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo({})
    repository = Repository.open(root)
    assert repository.head() is None
    assert repository.base_commit() is None
    assert repository.index_entries() == {}
    assert list(repository.index_changes(repository.head())) == []
    (root / "a").write_text("x")
    git(root, "add", "a")
    assert list(repository.index_entries()) == ["a"]
    assert list(repository.index_changes(repository.head())) == ["a"]


def test_a_conflict_is_marked(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    git(root, "switch", "--quiet", "-c", "side")
    (root / "README.md").write_text("side\n")
    git(root, "commit", "--quiet", "-am", "side")
    git(root, "switch", "--quiet", "main")
    (root / "README.md").write_text("main\n")
    git(root, "commit", "--quiet", "-am", "main")
    with pytest.raises(AssertionError, match="CONFLICT"):
        git(root, "merge", "side")
    entries = Repository.open(root).index_entries()
    assert entries["README.md"].conflicted
    assert not any(entry.conflicted for path, entry in entries.items() if path != "README.md")
    assert sorted(entries) == sorted(FILES)


def test_a_sparse_checkout(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    git(root, "sparse-checkout", "init", "--cone", "--sparse-index")
    git(root, "sparse-checkout", "set", "skills2")
    repository = Repository.open(root)
    assert repository.files() == ["README.md", "skills2/x"]
    assert sorted(repository.index_entries()) == sorted(FILES)


@pytest.mark.parametrize("how", [["-a"], ["README.md"]])
def test_a_hook_sees_the_index_of_its_commit(
    repo: Path, git: Git, tmp_path: Path, how: list[str]
) -> None:
    script, seen = tmp_path / "hook.py", tmp_path / "seen.json"
    script.write_text(HOOK)
    hook = repo / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{script}' . '{seen}'\n")
    hook.chmod(0o755)
    (repo / "skills2/x").write_text("staged\n")
    git(repo, "add", "skills2/x")
    (repo / "README.md").write_text("new\n")
    git(repo, "commit", "--quiet", "-m", "second", *how)
    text = seen.read_text()
    assert '"README.md": "new\\n"' in text
    assert ('"skills2/x": "staged\\n"' in text) == (how == ["-a"])
    assert text.endswith('["README.md", "skills2/x"]]' if how == ["-a"] else '["README.md"]]')


def test_an_index_of_the_user_is_honoured(
    make_repo: MakeRepo, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo(FILES)
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    git(root, "read-tree", "HEAD:skills")
    assert min(Repository.open(root).index_entries()) == "data/pdf-merge/SKILL.md"
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "gone"))
    assert sorted(Repository.open(root).index_entries()) == sorted(FILES)


# Objects


def test_read_keeps_the_order_and_judges_the_size(repo: Path) -> None:
    repository = Repository.open(repo)
    head = repository.head()
    assert head is not None
    entries = repository.tree_entries(head)
    readme = entries["README.md"].oid
    pdf = entries["skills/data/pdf-merge/SKILL.md"].oid
    empty = entries["skills/data/pdf-merge/empty"].oid
    missing = "1" * len(head)
    oids = [pdf, readme, missing, head, empty, pdf]
    assert list(repository.read(oids, limit=5)) == [b"pdf\n", 6, None, None, b"", b"pdf\n"]
    assert list(repository.read(oids[:3], limit=3)) == [4, 6, None]
    assert list(repository.read([], limit=5)) == []


def test_read_carries_large_and_many(make_repo: MakeRepo, git: Git) -> None:
    # More than two batches and far more than a pipe holds, in both directions.
    repo = make_repo(FILES)
    large = [bytes([65 + n]) * (12 << 20) + b"\n" for n in range(6)]
    oids = []
    for content in large:
        (repo / "large").write_bytes(content)
        oids.append(git(repo, "hash-object", "-w", "large"))
    repository = Repository.open(repo)
    assert list(repository.read(oids, limit=13 << 20)) == large
    assert list(repository.read(oids, limit=12 << 20)) == [(12 << 20) + 1] * 6
    small = git(repo, "rev-parse", "HEAD:README.md")
    many = list(repository.read([small] * 20_000, limit=LIMIT))
    assert many == [b"hello\n"] * 20_000


def test_names_of_objects_are_whole() -> None:
    assert whole_oid("a" * 40) == "a" * 40
    for text in ("HEAD", "a" * 39, "A" * 40, "a" * 40 + "\n", "-x"):
        with pytest.raises(ValueError, match="whole object name"):
            whole_oid(text)


def test_replaced_objects_are_not_believed(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    oid = git(root, "rev-parse", "HEAD:README.md")
    git(root, "replace", oid, git(root, "rev-parse", "HEAD:skills2/x"))
    assert list(Repository.open(root).read([oid], limit=LIMIT)) == [b"hello\n"]


# Commits and refs


@pytest.mark.parametrize(
    "rev",
    [
        *("", "-x", "--output=marker", "--all", "HEAD\n", "HEAD\0", "\x1b[2J", "^HEAD", "nowhere"),
        *("HEAD..HEAD", "HEAD:README.md", "HEAD^{tree}", ":/", "HEAD --", "\ud800"),
    ],
)
def test_a_hostile_revision_is_refused_in_one_sentence(repo: Path, rev: str) -> None:
    with pytest.raises(SkillRepoError) as caught:
        Repository.open(repo).resolve(rev)
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert not (repo / "marker").exists()


def test_resolves_what_a_user_writes(repo: Path, git: Git) -> None:
    head = git(repo, "rev-parse", "HEAD")
    git(repo, "tag", "-a", "v1", "-m", "v1")
    for rev in ("HEAD", "main", "v1", head, head[:8], "HEAD@{0}", "refs/heads/main"):
        assert Repository.open(repo).resolve(rev) == head


def test_the_default_branch(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo({}, options=("--initial-branch=odd",))
    repository = Repository.open(root)
    tree = git(root, "mktree")
    commits = [git(root, "commit-tree", tree, "-m", str(n)) for n in range(5)]
    git(root, "update-ref", "refs/heads/odd", commits[0])
    assert repository.default_branch() is None
    git(root, "config", "--global", "--unset", "init.defaultBranch")
    assert repository.default_branch() is None
    assert repository.base_commit() == repository.head() == commits[0]
    for branch, oid in (
        ("refs/heads/master", commits[1]),
        ("refs/remotes/origin/main", commits[2]),
        ("refs/heads/trunk", commits[3]),
        ("refs/remotes/origin/dev", commits[4]),
    ):
        git(root, "update-ref", branch, oid)
        if branch == "refs/heads/trunk":
            git(root, "config", "init.defaultBranch", "trunk")
        if branch == "refs/remotes/origin/dev":
            git(root, "symbolic-ref", "refs/remotes/origin/HEAD", branch)
        assert repository.default_branch() == branch
        assert repository.base_commit() == oid
    git(root, "update-ref", "refs/heads/dev", commits[0])
    assert repository.default_branch() == "refs/heads/dev"
    git(root, "switch", "--quiet", "--detach", commits[1])
    assert repository.head() == commits[1]
    assert repository.base_commit() == commits[0]


def test_a_hostile_default_branch_names_nothing(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    for name in ("*", "-x", "--format=x", "../../HEAD"):
        git(root, "config", "init.defaultBranch", name)
        assert Repository.open(root).default_branch() == "refs/heads/main"


def test_history(repo: Path, git: Git) -> None:
    repository = Repository.open(repo)
    first = repository.resolve("HEAD")
    git(repo, "mv", "README.md", "READ.md")
    (repo / "skills2/x").write_text("changed\n")
    git(repo, "commit", "--quiet", "-am", "second")
    second = repository.resolve("HEAD")
    assert files_of(repository, second) == ["READ.md", "README.md", "skills2/x"]
    assert files_of(repository, first) == sorted(FILES)
    assert repository.merge_base(first, second) == first
    alone = git(repo, "commit-tree", f"{first}^{{tree}}", "-m", "alone")
    assert repository.merge_base(alone, second) is None


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_what_the_working_tree_changes(make_repo: MakeRepo, git: Git, form: str) -> None:
    repo = make_repo(
        {"a": "1", "b": "2", "gone": "3", ".gitignore": "*.log\n", "x.log": ""},
        options=(f"--object-format={form}",),
    )
    repository = Repository.open(repo)
    first = repository.resolve("HEAD")
    (repo / "link").symlink_to("a")
    git(repo, "add", "link")
    git(repo, "commit", "--quiet", "-m", "second")
    assert git_worktree.changed_since(repository, first) == ["link"]
    (repo / "a").write_text("other")
    (repo / "b").touch()
    (repo / "gone").unlink()
    (repo / "new ü").write_text("untracked")
    (repo / "y.log").write_text("ignored")
    assert git_worktree.changed_since(repository, first) == ["a", "gone", "link", "new ü"]
    (repo / "link").unlink()
    (repo / "link").symlink_to("b")
    assert "link" in git_worktree.changed_since(repository, repository.resolve("HEAD"))


def test_branches_of_remotes(repo: Path, git: Git) -> None:
    for ref in ("origin/skill/new/a", "up-1/skill/new/b", "origin/main", "origin/x/skill/new/c"):
        git(repo, "update-ref", f"refs/remotes/{ref}", "HEAD")
    head = Repository.open(repo).resolve("HEAD")
    assert Repository.open(repo).remote_branches("skill/new") == {
        "origin/skill/new/a": head,
        "up-1/skill/new/b": head,
    }


def test_message_and_trailers(repo: Path, git: Git) -> None:
    text = (
        "feat(pdf-merge): add skill\n\nBody: not a trailer\nü\n\n"
        "Skill: data/pdf-merge\nSkill-Source: a file  b\n c\nSkill-Source: https://x/y z\nEmpty:\n"
    )
    git(repo, "commit", "--quiet", "--allow-empty", "-F", "-", stdin=text)
    repository = Repository.open(repo)
    oid = repository.resolve("HEAD")
    assert git_history.message(repository, oid) == text.rstrip("\n")
    trailers = git_history.trailers(repository, oid)
    assert trailers == [
        ("Skill", "data/pdf-merge"),
        ("Skill-Source", "a file  b c"),
        ("Skill-Source", "https://x/y z"),
        ("Empty", ""),
    ]
    parsed = git(repo, "interpret-trailers", "--parse", stdin=text)
    assert parsed == "\n".join(f"{key}: {value}" for key, value in trailers)
    assert git_history.trailers(repository, repository.resolve("HEAD^")) == []


def test_branches(repo: Path, git: Git) -> None:
    repository = Repository.open(repo)
    head = repository.resolve("HEAD")
    for name in ("skill/new/a", "skill/new/b", "skill/revise/a/x", "skills", "skill/new-er"):
        git(repo, "branch", name)
    assert repository.branches("skill/new") == {"skill/new/a": head, "skill/new/b": head}
    assert max(repository.branches("skill")) == "skill/revise/a/x"
    assert repository.branch_oid("skill/new/a") == head
    assert repository.branch_oid("skill/new") is None
    assert repository.branch_oid("skill/new/c") is None


@pytest.mark.parametrize(
    "name",
    [
        *("", "-x", "a/-x", "a-", "a--b", "a/", "/a", "a//b", "..", "a/../b", "a.lock", "a b", "A"),
        *("a\nb", "a\n", "a\0", "ü", "@", "a@{1}", "--delete", "a" * 201, "a:b", "a*", "$(x)"),
    ],
)
def test_a_hostile_branch_name_is_refused(name: str) -> None:
    with pytest.raises(SkillRepoError, match="is no name for a branch"):
        branch_ref(name)


def test_remotes_and_identity(
    repo: Path, git: Git, git_env: Path, recwarn: pytest.WarningsRecorder
) -> None:
    repository = Repository.open(repo)
    assert repository.remotes() == []
    git(repo, "remote", "add", "fork", "git@example.org:me/x.git")
    git(repo, "remote", "add", "origin", "https://example.org/x.git")
    assert repository.remotes() == ["origin", "fork"]
    assert repository.identity() == "Ada Test <ada@example.org>"
    (git_env / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    with pytest.raises(SkillRepoError, match=r"git config --global user\.name"):
        repository.identity()
    assert not recwarn.list


def test_what_git_cannot_store_is_a_change(repo: Path) -> None:
    repository = Repository.open(repo)
    (repo / "README.md").unlink()
    os.mkfifo(repo / "README.md")
    assert git_worktree.changed_since(repository, repository.resolve("HEAD")) == ["README.md"]


def test_a_submodule_is_no_change_of_another_folder(
    repo: Path, make_repo: MakeRepo, git: Git
) -> None:
    repository = Repository.open(repo)
    form = f"--object-format={repository.object_format}"
    inner = make_repo({"a": "a"}, name="inner", options=(form,))
    git(repo, "submodule", "--quiet", "add", str(inner), "inner")
    head = repository.resolve("HEAD")
    assert git_worktree.changed_since(repository, head) == [".gitmodules", "inner"]
    assert git_worktree.changed_since(repository, head, "skills") == []


def test_settings_are_what_git_says(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository.open(make_repo(FILES))
    assert repository.setting("user.name") == "Ada Test"
    assert repository.setting("no.such") is None
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "commit.gpgSign")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "yes")
    assert repository.setting("commit.gpgsign", "bool") == "true"
    with pytest.raises(GitError, match="bad boolean"):
        repository.setting("user.name", "bool")


def test_a_shallow_clone(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    root = make_repo(FILES)
    git(root, "commit", "--quiet", "--allow-empty", "-m", "second")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{root}", "shallow")
    repository = Repository.open(tmp_path / "shallow")
    head = repository.resolve("HEAD")
    assert sorted(repository.tree_entries(head)) == sorted(FILES)
    assert files_of(repository, head) == sorted(FILES)


# A hostile repository


def arm(root: Path, git: Git, traps: Path) -> None:
    """Make everything that git might start leave a file in `traps`."""

    def trap(name: str) -> str:
        script = traps.parent / f"trap-{name}"
        script.write_text(f"#!/bin/sh\ntouch '{traps}/{name}'\nexit 1\n")
        script.chmod(0o755)
        return str(script)

    traps.mkdir()
    hooks = root / ".git/evil-hooks"
    hooks.mkdir()
    for name in (
        *("pre-commit", "post-index-change", "reference-transaction", "post-checkout"),
        *("prepare-commit-msg", "commit-msg", "post-commit", "pre-merge-commit", "post-merge"),
        *("pre-push", "push-to-checkout", "post-rewrite", "pre-auto-gc", "fsmonitor-watchman"),
    ):
        for folder in (hooks, root / ".git/hooks"):
            folder.mkdir(exist_ok=True)
            Path(trap(f"hook-{name}")).replace(folder / name)
    for key in (
        *("core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass"),
        *("core.gitProxy", "core.alternateRefsCommand", "sequence.editor", "credential.helper"),
        *("diff.external", "diff.evil.textconv", "diff.evil.command", "merge.evil.driver"),
        *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "gpg.program"),
        *("gpg.ssh.program", "gpg.ssh.defaultKeyCommand", "pager.log", "pager.ls-tree"),
        *("remote.origin.uploadpack", "uploadpack.packObjectsHook", "trailer.skill.command"),
        *("trailer.skill.cmd", "interactive.diffFilter", "web.browser.cmd"),
    ):
        git(root, "config", key, trap(key))
    for alias in ("cat-file", "ls-files", "ls-tree", "rev-parse", "diff-index", "commit-tree"):
        git(root, "config", f"alias.{alias}", f"!{trap(f'alias-{alias}')}")
    git(root, "config", "core.hooksPath", str(hooks))
    git(root, "config", "log.showSignature", "true")
    git(root, "config", "remote.origin.promisor", "true")
    git(root, "config", "remote.origin.url", str(root))
    git(root, "config", "extensions.partialClone", "origin")
    git(root, "config", "protocol.file.allow", "always")


def test_nothing_that_a_hostile_repository_says_is_run(
    make_repo: MakeRepo, git: Git, tmp_path: Path
) -> None:
    root = make_repo({**FILES, ".gitattributes": "* filter=evil diff=evil merge=evil\n"})
    head = git(root, "rev-parse", "HEAD")
    git(root, "update-index", "--refresh")
    traps = tmp_path / "traps"
    arm(root, git, traps)
    os.utime(root / "README.md", (1, 1))
    repository = Repository.open(root)
    entries = repository.index_entries()
    repository.files()
    repository.tree_entries(head)
    list(repository.read([entry.oid for entry in entries.values()], limit=LIMIT))
    with contextlib.suppress(SkillRepoError):
        # Depending on its version git gives up, or calls the object missing.
        assert list(repository.read(["1" * 40], limit=LIMIT)) == [None]
    repository.default_branch()
    repository.base_commit()
    repository.merge_base(head, head)
    list(repository.index_changes(repository.head()))
    repository.branches("skill")
    git_history.message(repository, head)
    git_history.trailers(repository, head)
    git_worktree.changed_since(repository, head)
    repository.remote_branches("skill")
    repository.remotes()
    repository.identity()
    commit_files(repository, head, folder="skills/x", files={"SKILL.md": b"x"}, message="x")
    assert sorted(path.name for path in traps.iterdir()) == []
    git(root, "config", "commit.gpgSign", "true")
    with pytest.raises(SkillRepoError, match=r"names a program to sign with: gpg\."):
        commit_files(repository, head, folder="skills/x", files={"SKILL.md": b"x"}, message="x")
    assert sorted(path.name for path in traps.iterdir()) == []
    # The traps do work.
    with contextlib.suppress(AssertionError):
        git(root, "status")
    assert "core.fsmonitor" in {path.name for path in traps.iterdir()}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs chown")
def test_a_repository_of_somebody_else_is_read_but_not_written(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    for path in (root, root / ".git"):
        os.chown(path, 12345, 12345)
    repository = Repository.open(root)
    head = repository.head()
    assert sorted(repository.index_entries()) == sorted(FILES)
    with pytest.raises(SkillRepoError, match=r"dubious ownership[\s\S]*safe\.directory"):
        commit_files(repository, head, folder="a", files={"b": b""}, message="x")


def test_modes_are_told(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo({"run": "x"})
    (root / "run").chmod(stat.S_IRWXU)
    (root / "link").symlink_to("/etc/passwd")
    git(root, "add", "--all")
    modes = {path: entry.mode for path, entry in Repository.open(root).index_entries().items()}
    assert modes == {"run": "100755", "link": "120000"}
    assert Repository.open(root).files() == ["link", "run"]


def test_object_format_is_read_from_its_own_section(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    with (root / ".git/config").open("a") as config:
        config.write("[user]\n\tobjectformat = sha256\n[extensions]\n\tnoop = 1\n")
    assert Repository.open(root).object_format == "sha1"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_somebody_else_is_refused(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    Repository.open(root).refuse_foreign()
    for path in (root, root / ".git"):
        os.chown(path, 1234, 1234)
    with pytest.raises(SkillRepoError, match="does not trust this repository"):
        Repository.open(root).refuse_foreign()
