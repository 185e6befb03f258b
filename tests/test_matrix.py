"""Commands by states of a repository: each works, or says in one line what is to be done."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import click
import pytest
from actions_job import job_starter
from conftest import Git, MakeRepo
from content_repo import FILES, Result, Run, Snapshot, runner, skill, snapshot
from test_drafts import draft
from test_git import arm

from skillrepo.app import app

FOLDER = "skills/data/pdf-merge"
STABLE = "license: MIT\nmetadata:\n  version: 1.2.0\n  status: stable\n"
TEXT = skill(body="# Merging\n\nRun `pdfunite a b out`.\n\n## Limits\n\nNone.\n", extra=STABLE)
DRAFT = "skill/new/csv"
MESSAGE = "feat(csv): add skill\n\nSkill: data/csv\n"
WRITER = ("--writer", "command", "--", "sed", "-i", "s/^## Limits/## Checks\\n\\nCount.\\n\\n&/")
COMMANDS = {
    "drafts": ("drafts",),
    "show": ("show", "pdf-merge"),
    "diff": ("diff", DRAFT),
    "new": ("new", "Merge PDF files", "--name", "merge-files", "--at", "data"),
    "batch": ("new", "--batch", "{batch}"),
    "revise": ("revise", "pdf-merge", "Say how to check", "--slug=x", *WRITER, "skill/SKILL.md"),
    "publish": ("publish",),
    "promote": ("promote", DRAFT),
    "drop": ("drop", DRAFT),
}
WRITE = ("new", "batch", "revise", "publish")
CHANGE = (*WRITE, "promote", "drop")
REFS = {
    "new": {"heads/skill/new/merge-files"},
    "batch": {"heads/skill/new/split-1", "heads/skill/new/split-2"},
    "revise": {"heads/skill/revise/pdf-merge/x"},
    "publish": {"heads/published"},
    "promote": {"heads/main"},
    "drop": {f"heads/{DRAFT}", "skillrepo/dropped"},
}
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
MODES_BIND = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-all")
"""Starts a program of root's that file modes bind as they bind everybody."""

TRUST = ("-c", "safe.directory=*")
OURS = re.compile(
    r"git/skillrepo/|/refs/(heads/published|skillrepo/)|/(packed-refs|ORIG_HEAD|index)$"
)

LOCKED = r"\.lock` \(\d+ seconds old\) keeps git from writing .*: .*remove the file and try again"
FROZEN = r"branches are frozen / .*the hook reference-transaction of this repository refused"
NOBODY = r"whose commit this is .*: git config --global user\.name"
FOREIGN = r"dubious ownership .* git config --global --add safe\.directory "
SHALLOW = r"no common ancestor in this shallow clone: `git fetch --unshallow`"
PARTIAL = r"this partial clone lacks a file of its skills: `git diff main\.\.\.\S+` fetches it"
LACKING = (
    r"from promisor remote; it is not in this partial clone: `git fetch --refetch --no-filter`"
)
GONE = r"object directory \S+ does not exist; .*bring that folder back"
UNSIGNED = r"could not be signed, so none was made .* turn signing off: git config"
IN_THE_WAY = r"the branch `skill` is in the way of .*: rename "
NO_DRAFT = r"there is no (draft|skill) 'skill/new/csv' .*; `skillrepo \w+` (lists|has)"
SAME = r"in the way of `skill/\S+`, since names that differ in case are one here: rename"
CLASH = r"has 'MERGE-FILES' there, .* where case does not count: choose another name"
CLOSED = r"insufficient permission for adding an object .*; let yourself write there"
DENIED = r"(Permission denied|unable to create directory).*; let yourself write there"
FULL = r"(No space left on device|couldn't write '[^']+').*; .*free space"
NO_ROOM = r"no room for the folder that the command works in .*: free space, or name another"
LIMIT = r"it was ended by SIGXFSZ; raise the limit that `ulimit -f` shows"


@dataclass(frozen=True)
class Ground:
    """The folder to be in, and what its owner did not change: `before` and after each command."""

    root: Path
    git: Git
    top: Path
    run: Run
    damaged: bool = False

    def refs(self) -> dict[str, str]:
        listing = self.git(self.root, *TRUST, "for-each-ref", "--format=%(refname) %(objectname)")
        pairs = (line.removeprefix("refs/").split(" ") for line in listing.splitlines())
        found = dict(pairs)
        return {re.sub("(?<=dropped)/.*", "", name): oid for name, oid in found.items()}

    def state(self) -> Snapshot:
        """Every file but those that commands write, and what git notes when it merges in vain."""
        found = snapshot(self.top, written="skill/")
        return {path: each for path, each in found.items() if not OURS.search(path)}

    @cached_property
    def has_index(self) -> bool:
        return self.git(self.root, *TRUST, "rev-parse", "--is-bare-repository") == "false"

    def index(self) -> str:
        if self.damaged or not self.has_index:
            return ""
        return self.git(self.root, *TRUST, "--no-optional-locks", "status", "--porcelain=2")

    def locks(self) -> set[Path]:
        found = self.top.rglob("*.lock")
        return {path for path in found if path.parent.name != "batches"}


State = Callable[[Path, Git], Path]


def plain(root: Path, _: Git) -> Path:
    return root


def index_locked(root: Path, _: Git) -> Path:
    (root / ".git/index.lock").touch()
    return root


def head_locked(root: Path, _: Git) -> Path:
    for name in ("HEAD", "packed-refs"):
        (root / f".git/{name}.lock").touch()
    return root


def refs_locked(root: Path, _: Git) -> Path:
    for name in set().union(*REFS.values()) - {"skillrepo/dropped"}:
        lock = root / f".git/refs/{name}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
    return root


def hook(root: Path, name: str, text: str) -> None:
    path = root / ".git/hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def frozen(root: Path, _: Git) -> Path:
    hook(root, "reference-transaction", "echo branches are frozen >&2; exit 1")
    return root


def main_frozen(root: Path, _: Git) -> Path:
    # It lets ORIG_HEAD be written, so that git has changed the files when it is refused.
    hook(
        root,
        "reference-transaction",
        "if grep -q refs/heads/main; then echo branches are frozen >&2; exit 1; fi",
    )
    return root


def hooked(root: Path, _: Git) -> Path:
    for name in ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "pre-push"):
        hook(root, name, 'echo rewritten >"$1"; exit 1')
    for name in ("pre-merge-commit", "pre-rebase", "applypatch-msg", "pre-auto-gc"):
        hook(root, name, "exit 1")
    hook(root, "post-merge", "exit 1")
    return root


def nobody(root: Path, git: Git) -> Path:
    git(root, "config", "--global", "--unset", "user.email")
    git(root, "config", "--global", "user.useConfigOnly", "true")
    return root


def autocrlf(root: Path, git: Git) -> Path:
    git(root, "config", "core.autocrlf", "true")
    git(root, "rm", "-r", "--quiet", "--cached", ".")
    git(root, "reset", "--quiet", "--hard")
    assert b"\r\n" in (root / FOLDER / "SKILL.md").read_bytes()
    return root


def attributes(root: Path, git: Git) -> Path:
    (root / ".gitattributes").write_text("*.md text eol=crlf\n*.sh -text\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "line ends")
    (root / FOLDER / "SKILL.md").unlink()
    git(root, "checkout", "--quiet", ".")
    assert b"\r\n" in (root / FOLDER / "SKILL.md").read_bytes()
    return root


def foreign(root: Path, _: Git) -> Path:
    for path in (root, root / ".git"):
        os.chown(path, 12345, 12345)
    return root


def bare(root: Path, git: Git) -> Path:
    git(root.parent, "clone", "--quiet", "--bare", str(root), "bare.git")
    return root.parent / "bare.git"


def clone(root: Path, git: Git, *options: str) -> Path:
    git(root.parent, "clone", "--quiet", *options, f"file://{root}", "clone")
    git(root.parent / "clone", "branch", "--quiet", DRAFT, f"origin/{DRAFT}")
    return root.parent / "clone"


def later(root: Path, git: Git, path: str = "later") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("later\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "later")


def shallow(root: Path, git: Git) -> Path:
    later(root, git)
    return clone(root, git, "--depth=1", "--no-single-branch")


def partial(root: Path, git: Git) -> Path:
    git(root, "config", "uploadpack.allowFilter", "true")
    return clone(root, git, "--filter=blob:none")


def treeless(root: Path, git: Git) -> Path:
    git(root, "config", "uploadpack.allowFilter", "true")
    return clone(root, git, "--filter=tree:0")


def bare_of_blobs(root: Path, git: Git) -> Path:
    git(root, "config", "uploadpack.allowFilter", "true")
    return clone(root, git, "--filter=blob:none", "--no-checkout")


def promisor_gone(root: Path, git: Git) -> Path:
    found = partial(root, git)
    git(found, "config", "remote.origin.url", "file:///nowhere")
    return found


def sparse(root: Path, git: Git) -> Path:
    git(root, "sparse-checkout", "init", "--cone", "--sparse-index")
    git(root, "sparse-checkout", "set", "skills/coding")
    assert not (root / FOLDER).exists()
    return root


def submodule(root: Path, git: Git) -> Path:
    git(root.parent, "clone", "--quiet", str(root), "inner")
    git(root, "submodule", "--quiet", "add", str(root.parent / "inner"), "skills/inner")
    git(root, "commit", "--quiet", "-m", "inner")
    return root


def linked(root: Path, git: Git) -> Path:
    git(root, "worktree", "add", "--quiet", "-b", "topic", "../linked")
    return root.parent / "linked"


def alternates(root: Path, git: Git) -> Path:
    return clone(root, git, "--shared")


def alternate_gone(root: Path, git: Git) -> Path:
    git(root.parent, "clone", "--quiet", "--shared", str(root), "shared")
    found = root.parent / "shared"
    git(found, "branch", "--quiet", DRAFT, f"origin/{DRAFT}")
    (root / ".git/objects").rename(root / ".git/gone")
    return found


def replaced(root: Path, git: Git) -> Path:
    blob = git(root, "rev-parse", f"main:{FOLDER}/SKILL.md")
    git(root, "replace", blob, git(root, "hash-object", "-w", "--stdin", stdin="another text\n"))
    return root


def grafted(root: Path, git: Git) -> Path:
    later(root, git)
    git(root, "replace", "--graft", "main")
    return root


def in_the_way(root: Path, git: Git) -> Path:
    git(root, "branch", "-m", DRAFT, "csv")
    git(root, "branch", "skill")
    return root


def case_is_one(root: Path, git: Git) -> Path:
    for name in ("new/Merge-files", "new/SPLIT-1", "revise/PDF-merge/x"):
        git(root, "branch", f"skill/{name}")
    # What a file system that ignores case would answer.
    (root / ".git/hEAD").touch()
    return root


def case_clashes(root: Path, git: Git) -> Path:
    later(root, git, "skills/data/MERGE-FILES/x")
    return root


def signed(root: Path, git: Git) -> Path:
    key = root.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    public = key.with_suffix(".pub").read_text()
    (root.parent / "allowed").write_text(f"ada@example.org {public}")
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingKey", str(key)),
        ("commit.gpgSign", "true"),
        ("gpg.ssh.allowedSignersFile", str(root.parent / "allowed")),
    ):
        git(root, "config", "--global", name, value)
    return root


def key_lost(root: Path, git: Git) -> Path:
    signed(root, git)
    for name in ("key", "key.pub"):
        (root.parent / name).unlink()
    return root


def closed(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o555)


def objects_closed(root: Path, _: Git) -> Path:
    closed(root / ".git/objects")
    return root


def refs_closed(root: Path, _: Git) -> Path:
    closed(root / ".git/refs")
    return root


def all_closed(root: Path, _: Git) -> Path:
    closed(root / ".git")
    return root


@dataclass(frozen=True)
class Row:
    """A state, the commands that it keeps from working, and how to start them there."""

    make: State
    refused: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    commands: tuple[str, ...] = tuple(COMMANDS)
    damaged: bool = False
    needs_root: bool = False
    name: str = ""


def each(commands: tuple[str, ...], why: str, **others: str) -> dict[str, str]:
    return {**dict.fromkeys(commands, why), **others}


NO_MODES = MODES_BIND if ROOT else ()
LIMITED = ("sh", "-c", 'ulimit -f 0; exec "$@"', "sh")
MATRIX = (
    Row(plain),
    Row(plain, options=("--object-format=sha256",), name="sha256"),
    Row(index_locked, {"promote": LOCKED}),
    Row(head_locked, {"promote": LOCKED, "drop": LOCKED}),
    Row(refs_locked, each(CHANGE, LOCKED)),
    Row(frozen, each(CHANGE, FROZEN)),
    Row(main_frozen, {"promote": FROZEN}),
    Row(hooked),
    Row(nobody, each(WRITE, NOBODY)),
    Row(autocrlf),
    Row(attributes),
    Row(foreign, each(CHANGE, FOREIGN), needs_root=True),
    Row(bare),
    Row(shallow, {"diff": SHALLOW, "promote": SHALLOW}),
    Row(partial, {"promote": PARTIAL}),
    Row(treeless, each(("drafts", "diff", "promote"), LACKING)),
    Row(promisor_gone, {"promote": PARTIAL}),
    Row(sparse, {"show": "there is no skill 'pdf-merge' in the worktree: give"}),
    Row(submodule),
    Row(linked),
    Row(alternates),
    Row(
        alternate_gone,
        each(tuple(name for name in COMMANDS if name != "show"), GONE),
        damaged=True,
    ),
    Row(replaced),
    Row(grafted),
    Row(
        in_the_way,
        {
            **each(("new", "batch", "revise"), IN_THE_WAY),
            **each(("diff", "promote", "drop"), NO_DRAFT),
        },
    ),
    Row(case_is_one, each(("new", "batch", "revise"), SAME)),
    Row(case_clashes, {"new": CLASH}),
    Row(signed),
    Row(key_lost, each(WRITE, UNSIGNED)),
    Row(objects_closed, each(WRITE, CLOSED), prefix=NO_MODES, commands=CHANGE),
    Row(refs_closed, each(CHANGE, DENIED), prefix=NO_MODES, commands=CHANGE),
    Row(
        all_closed,
        {
            **each(("promote", "drop"), DENIED),
            **each(WRITE, CLOSED),
            "batch": "cannot be written: Permission denied",
        },
        prefix=NO_MODES,
    ),
    Row(
        plain,
        each(WRITE, LIMIT, batch="cannot be written: File too large", revise=NO_ROOM),
        prefix=LIMITED,
        commands=WRITE,
        name="limited",
    ),
)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


def content(make_repo: MakeRepo, git: Git, *options: str, **files: str) -> Path:
    """A repository with a stable skill and the draft of another."""
    skills = {f"{FOLDER}/SKILL.md": TEXT, f"{FOLDER}/scripts/run.sh": "pdfunite\n"}
    root = make_repo({**FILES, **skills, **files}, options=options)
    draft(root, git, DRAFT, {"skills/data/csv/SKILL.md": skill("csv")}, message=MESSAGE)
    return root


def _unmeasured() -> dict[str, str]:
    """Without what has a process measured, which would write what it measured to a full disk."""
    return {name: value for name, value in os.environ.items() if "COVERAGE" not in name}


@contextmanager
def started(prefix: tuple[str, ...]) -> Iterator[Run]:
    """The command line in a process of its own, started by a program."""
    command = [*prefix, sys.executable, Path(__file__).with_name("commands_server.py")]
    with subprocess.Popen(
        command, env=_unmeasured(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        asked, answered = process.stdin, process.stdout
        assert asked
        assert answered

        def run(cwd: Path, *arguments: str) -> Result:
            print(json.dumps([str(cwd), *arguments]), file=asked, flush=True)
            return Result(*json.loads(answered.readline()))

        yield run


@pytest.mark.no_cover
@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row.name or row.make.__name__)
def test_each_command_works_or_says_why_not(
    row: Row, make_repo: MakeRepo, git: Git, run: Run, tmp_path: Path
) -> None:
    if row.needs_root and not ROOT:
        pytest.skip("only root can give a folder away")
    if row.prefix and not shutil.which(row.prefix[0]):
        pytest.skip(f"there is no {row.prefix[0]}")
    top = tmp_path / "top"
    (tmp_path / "batch.jsonl").write_text(
        "".join(
            json.dumps({"brief": f"Split file {n}", "name": f"split-{n}", "at": "data"}) + "\n"
            for n in (1, 2)
        )
    )
    root = content(lambda f, **o: make_repo(f, name="top/repo", **o), git, *row.options)  # type: ignore[arg-type]
    place = row.make(root, git)
    with started(row.prefix) if row.prefix else nullcontext(run) as start:
        check_each(row, Ground(place, git, top, start, damaged=row.damaged))
    if not row.damaged:
        git(place, *TRUST, "fsck", "--strict", "--no-dangling")


def check_each(row: Row, ground: Ground) -> None:
    """Run each command of the row; what it leaves is what the next one finds."""
    before, index, refs, locks = ground.state(), ground.index(), ground.refs(), ground.locks()
    for name in row.commands:
        words = [word.format(batch=ground.top.parent / "batch.jsonl") for word in COMMANDS[name]]
        done = ground.run(ground.root, *words)
        now = ground.refs()
        changed = {ref for ref in refs.keys() | now if refs.get(ref) != now.get(ref)}
        assert ground.locks() == locks, name
        if why := row.refused.get(name):
            assert done.code == 2, (name, done)
            assert_told(name, done, why)
            assert changed <= (REFS["batch"] if name == "batch" else set()), name
        else:
            assert done.code == 0, (name, done)
            assert "otherwise than" not in done.err, name
            assert changed == REFS.get(name, set()), name
            assert_done(name, ground)
        after, then = ground.state(), ground.index()
        if name != "promote" or why:
            assert {p for p in before.keys() | after if before.get(p) != after.get(p)} == set(), (
                name
            )
            assert then == index, name
        before, index, refs = after, then, now


def assert_told(name: str, done: Result, why: str) -> None:
    """One line that names the cause and what to do; what was written is there still."""
    lines = done.err.splitlines()
    if name == "batch" and not lines[0].startswith("error:"):
        bad = [line for line in lines if re.match(r"\[\d/2\] error ", line)]
        assert bad
        for line in bad:
            assert re.search(why, line), line
            if found := re.search(r"kept in (/\S+)\)$", line):
                assert (Path(found[1]) / "SKILL.md").is_file()
            elif "the draft is remembered, and the same command commits it" not in line:
                assert f"\nname: {line.split()[3].rstrip(':')}\n" in done.err
        return
    assert re.match(f"error: .*(?:{why})", lines[0]), done.err
    if len(lines) == 1:
        return
    if found := re.fullmatch("what was written is kept in (.*)", lines[1]):
        assert len(lines) == 2
        text = (Path(found[1]) / "SKILL.md").read_text()
    else:
        assert re.match(r"what was written can be kept nowhere \(.*\), so it follows:$", lines[1])
        text = done.err
    assert {"new": "name: merge-files\n", "revise": "\n## Checks\n"}[name] in text


def assert_done(name: str, ground: Ground) -> None:
    root, git = ground.root, ground.git
    if name == "new":
        branch = "skill/new/merge-files"
        assert "\r" not in git(
            root, "cat-file", "blob", f"{branch}:skills/data/merge-files/SKILL.md"
        )
        assert git(root, "log", "-1", "--format=%s%n%(trailers:key=Skill)", branch) == (
            "feat(merge-files): add skill\nSkill: data/merge-files\n"
        )
    elif name == "revise":
        branch = "skill/revise/pdf-merge/x"
        text = git(root, "cat-file", "blob", f"{branch}:{FOLDER}/SKILL.md")
        assert text + "\n" == TEXT.replace("## Limits", "## Checks\n\nCount.\n\n## Limits").replace(
            "1.2.0", "1.3.0"
        )
    elif name == "publish":
        branch = "published"
        assert git(root, "ls-tree", "--name-only", "published:skills") == "pdf-merge"
    elif name == "promote":
        branch = "main"
        csv = (f"{rev}:skills/data/csv" for rev in ("main", DRAFT))
        assert len(set(git(root, "rev-parse", *csv).split())) == 1
    else:
        return
    if (
        git(root, "config", "--default=false", "--get", "commit.gpgSign") == "true"
        and name != "promote"
    ):
        git(root, "verify-commit", branch)


MEND = ("revise", DRAFT, "Say how to check", *WRITER[:-1], "s/^Run/Check it. &/", "skill/SKILL.md")
FETCH = ("fetch", "--refetch", "--no-filter")


@pytest.mark.parametrize(
    ("make", "words", "advice"),
    [
        (shallow, COMMANDS["promote"], ("fetch", "--unshallow")),
        (partial, COMMANDS["promote"], ("diff", f"main...{DRAFT}")),
        (partial, MEND, FETCH),
        (treeless, COMMANDS["promote"], FETCH),
        (bare_of_blobs, COMMANDS["new"], FETCH),
    ],
)
def test_what_is_to_be_done_helps(  # noqa: PLR0913, PLR0917 - fixtures
    make: State,
    words: tuple[str, ...],
    advice: tuple[str, ...],
    make_repo: MakeRepo,
    git: Git,
    run: Run,
) -> None:
    root = make(content(make_repo, git), git)
    refused = run(root, *words)
    assert refused.code == 2
    assert f"`git {' '.join(advice)}`" in refused.err
    git(root, *advice)
    done = run(root, *words)
    assert done.code == 0, done


def test_files_of_the_worktree_keep_the_line_ends_that_git_gave_them(
    make_repo: MakeRepo, git: Git, run: Run
) -> None:
    root = autocrlf(content(make_repo, git), git)
    done = run(root, *COMMANDS["revise"][:3], "--write-only", *COMMANDS["revise"][4:])
    assert (done.code, done.err) == (0, "")
    text = (root / FOLDER / "SKILL.md").read_bytes()
    assert b"\r\n## Checks\r\n" in text
    assert text.count(b"\n") == text.count(b"\r\n")
    git(root, "add", "--all")
    assert "\r" not in git(root, "cat-file", "blob", f":{FOLDER}/SKILL.md")


def test_what_is_not_checked_out_is_not_written(make_repo: MakeRepo, git: Git, run: Run) -> None:
    root = sparse(content(make_repo, git), git)
    done = run(root, *COMMANDS["revise"][:3], "--write-only", *COMMANDS["revise"][4:])
    assert done.code == 2
    assert f"bring it with `git sparse-checkout add {FOLDER}`" in done.err
    assert not (root / FOLDER).exists()
    git(root, "sparse-checkout", "add", FOLDER)
    assert run(root, *COMMANDS["revise"][:3], "--write-only", *COMMANDS["revise"][4:]).code == 0


# A full disk. What fits in before depends on how much is left.


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    place = tmp_path / "small"
    place.mkdir()
    # Nobody's own machine is asked for its password, or has things mounted behind his back.
    sudo = () if ROOT else ("sudo", "-n") if "CI" in os.environ and shutil.which("sudo") else None
    owner = f"size=1m,mode=700,uid={os.getuid()},gid={os.getgid()}"
    mount = ("mount", "-t", "tmpfs", "-o", owner, "tmpfs", str(place))
    if sudo is None or subprocess.run([*sudo, *mount], capture_output=True, check=False).returncode:
        pytest.skip("a file system cannot be mounted here; the state `limited` stands for it")
    yield place
    subprocess.run([*sudo, "umount", "--lazy", str(place)], check=True)


def fill(small: Path, pages: int) -> None:
    """Leave that many pages of 4 kB free."""
    with (small / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            file.truncate(max(0, file.tell() // 4096 - pages) * 4096)


@pytest.mark.parametrize("temporary", ["there", "elsewhere"])
def test_on_a_full_disk_nothing_is_lost(  # noqa: PLR0913, PLR0917 - fixtures
    temporary: str,
    small: Path,
    make_repo: MakeRepo,
    git: Git,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = (small if temporary == "there" else tmp_path) / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    top = small / "top"
    shutil.copytree(content(make_repo, git), top / "repo", symlinks=True)
    ground = Ground(top / "repo", git, top, run)
    done_at: set[str] = set()
    for pages in (0, 3, 6, 9, 12, 15):
        names = {"merge-files": f"merge-{pages}", "--slug=x": f"--slug=x{pages}"}
        (tmp_path / "batch").write_text(
            json.dumps({"brief": f"Split {pages}", "name": f"split-{pages}", "at": "data"}) + "\n"
        )
        for name in CHANGE:
            if name in done_at and name in {"publish", "promote", "drop"}:
                continue
            fill(small, pages)
            words = [names.get(word, word) for word in COMMANDS[name]]
            words = [word.format(batch=tmp_path / "batch") for word in words]
            refs, state = ground.refs(), ground.state()
            done = run(ground.root, *words)
            (small / "filler").unlink()
            assert done.code in (0, 2), (pages, name, done)
            if done.code == 0:
                done_at.add(name)
            else:
                assert re.search(f"{FULL}|{NO_ROOM}|cannot be written: No space", done.err), done
                assert ground.refs() == refs, (pages, name)
                assert ground.state() == state, (pages, name, done)
                if name == "new":
                    assert_kept(done, f"name: merge-{pages}\n")
                if name == "batch" and "the draft is remembered" not in done.err:
                    assert_kept(done, f"name: split-{pages}\n")
            assert ground.locks() == set(), (pages, name, done)
            assert ground.index() == "", (pages, name, done)
            git(ground.root, "fsck", "--strict", "--no-dangling")
    assert done_at == set(CHANGE)


def assert_kept(done: Result, text: str) -> None:
    found = re.search(r"kept in (/\S+?)\)?$", done.err, re.MULTILINE)
    assert text in ((Path(found[1]) / "SKILL.md").read_text() if found else done.err)


# No ref is set without a look at what it stood on.

SPY = """\
#!/bin/sh
{ for word; do printf '%s\\0' "$word"; done; printf '\\n'; } >>"$SPY_LOG/argv"
case " $* " in
*" update-ref "*" --stdin "*) cat >"$SPY_LOG/$$"; exec REAL "$@" <"$SPY_LOG/$$" ;;
esac
exec REAL "$@"
"""
SETS_REFS = {"branch", "checkout", "commit", "fast-import", "fetch", "pull", "rebase", "reset"}
SETS_REFS |= {"switch", "symbolic-ref", "tag", "notes", "replace", "stash", "worktree add"}


def test_every_ref_is_compared_before_it_is_set(
    make_repo: MakeRepo, git: Git, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = content(make_repo, git)
    git(root, "branch", "other")
    real = shutil.which("git")
    assert real
    spy = tmp_path / "bin/git"
    log = tmp_path / "log"
    for folder in (spy.parent, log):
        folder.mkdir()
    spy.write_text(SPY.replace("REAL", real))
    spy.chmod(0o755)
    (tmp_path / "batch").write_text(
        json.dumps({"brief": "Split", "name": "split", "at": "data"}) + "\n"
    )
    monkeypatch.setenv("SPY_LOG", str(log))
    monkeypatch.setenv("PATH", f"{spy.parent}{os.pathsep}{os.environ['PATH']}")
    other = "s/^None./None at all./"
    for words in (
        *(COMMANDS[name] for name in ("new", "batch", "revise", "publish")),
        (*COMMANDS["revise"][:-2], other, "skill/SKILL.md"),
        ("promote", DRAFT, "--into", "other", "--squash"),
        ("promote", DRAFT, "--drop"),
        ("publish",),
        ("drop", "skill/new/merge-files"),
    ):
        done = run(root, *(word.format(batch=tmp_path / "batch") for word in words))
        assert done.code == 0, (words, done)
    calls = [line.split("\0")[:-1] for line in (log / "argv").read_text().split("\n")[:-1]]
    assert [call for call in calls if SETS_REFS & set(call)] == []
    updates = [call[call.index("update-ref") + 1 :] for call in calls if "update-ref" in call]
    alone = [call for call in updates if "--stdin" not in call]
    assert len(alone) >= 4
    for call in alone:
        reason, *rest = call[1:]
        assert call[0] == "-m"
        assert reason.startswith("skillrepo: ")
        _, new, old = rest
        assert re.fullmatch("[0-9a-f]{40}", new)
        assert re.fullmatch("[0-9a-f]{40}", old)
    told = [path.read_bytes() for path in log.iterdir() if path.name != "argv"]
    assert len(told) == len(updates) - len(alone) >= 3
    for text in told:
        assert_compared(text.decode())


def assert_compared(text: str) -> None:
    fields = iter(re.split("\0" if "\0" in text else "\n", text)[:-1])
    for each_field in fields:
        verb, _, rest = each_field.partition(" ")
        if "\0" in text:
            values = [
                next(fields) for _ in range({"create": 1, "update": 2, "delete": 1}.get(verb, 0))
            ]
        else:
            values = rest.split(" ")[1:]
        assert verb in {"start", "prepare", "commit", "option", "create", "update", "delete"}, text
        if verb in {"create", "update", "delete"}:
            assert all(re.fullmatch("[0-9a-f]{40}", value) for value in values), text
            assert len(values) == (2 if verb == "update" else 1), text


# Nothing that a repository's configuration names is started, whatever is asked for.

CALLS: dict[str, tuple[str, ...]] = {
    **{name: words for name, words in COMMANDS.items() if name != "batch"},
    "new": ("new", "Merge PDF files", "--at", "data"),
    "promote": ("promote", DRAFT, "--into", "other"),
    "pr": ("pr", DRAFT),
    "init": ("init",),
    "validate": ("validate",),
    "grade": ("grade", "--head", DRAFT, "--record"),
    "eval": ("eval", "pdf-merge", "--against", "none", "--trials", "1", "--head", "HEAD"),
    "ci grade": ("ci", "grade", "--head", "HEAD", "--record"),
    "ci comment": ("ci", "comment", "--report", "x"),
    "ci judge": ("ci", "judge", "--report", "x"),
    "judge labels": ("judge", "labels", "pdf-merge"),
    "judge calibrate": ("judge", "calibrate", "README.md"),
    "explain": ("explain", "M101"),
    "list": ("list",),
    "taxonomy add": ("taxonomy", "add", "data/tables", "--purpose", "CSV files and tables."),
    "taxonomy check": ("taxonomy", "check"),
    "taxonomy mv": ("taxonomy", "mv", "data/pdf-merge", "coding/pdf-merge"),
    "taxonomy tree": ("taxonomy", "tree"),
    "config show": ("config", "show"),
    "doctor": ("doctor",),
    "optimize collect": ("optimize", "collect"),
    "schema": ("schema", "--check"),
    "hooks install": ("hooks", "install"),
}
MORE: tuple[tuple[str, ...], ...] = (
    ("new", "Split PDF files", "--at", "data", "--dry-run"),
    ("new", "Join PDF files", "--at", "data", "--write-only"),
    ("new", "Count PDF files", "--at", "data", "--push"),
    ("validate", "--staged"),
    ("validate", "--base", "HEAD"),
    ("diff", "pdf-merge"),
    ("publish", "--push"),
)


def leaves(command: click.Command, *above: str) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield " ".join(above)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner
        yield from leaves(inner, *above, name)


def test_nothing_that_a_hostile_repository_names_is_run(
    make_repo: MakeRepo, git: Git, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attributes = "* filter=evil diff=evil merge=evil\n"
    evals = '{"evals": [{"prompt": "Merge", "assertions": ["The exit code is 0"]}]}'
    files = {".gitattributes": attributes, f"{FOLDER}/evals/evals.json": evals}
    root = content(make_repo, git, **files)
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "skillrepo/config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("runners: {none: {command: ['true']}}\n")
    git(root, "branch", "other")
    start = job_starter(tmp_path / "job", monkeypatch)
    traps = tmp_path / "traps"
    arm(root, git, traps)
    # The one hook that runs, as the README says.
    for folder in ("hooks", "evil-hooks"):
        (root / ".git" / folder / "reference-transaction").unlink()
    for words in (*CALLS.values(), *MORE):
        # One stage is for a push, the other for a run that has ended.
        start("workflow_run" if {"comment", "judge"} & {*words[1:]} else "push", "1" * 40, "1" * 40)
        # What has to look at a file that may have changed would start a filter.
        os.utime(root / "README.md", (1, 1))
        done = run(root, *words)
        assert done.code in (0, 1, 2), (words, done)
        assert sorted(path.name for path in traps.iterdir()) == [], words
        if words[0] in (*REFS, "eval") and words in CALLS.values():
            assert done.code == 0, (words, done)
        if words[0] == "pr" or words[-1] == "--push":
            assert "names a program to run at a push" in done.err, (words, done)


def test_each_command_is_in_the_table() -> None:
    assert set(leaves(app)) == set(CALLS)
