"""Kills drafts at random moments, and looks at what they leave.

Usage: python tests/bench/kill.py [--kills 100] [--store files] [--seed 1]

By turns `skillrepo new` and `commit_drafts` of five drafts run in a process that is killed
(kill -9) at a moment between its start and a little after its usual end; the git that it started
runs on, as it does in life. Then no lock file may be left, each branch must be missing or whole,
and the same again must succeed, or say that the branch is there. In the end `git fsck --strict`
must find nothing, and HEAD, index, configuration and files must be what they were. `--store
reftable` needs git 2.45.
"""

import argparse
import contextlib
import ctypes
import io
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from skillrepo.cli import main as skillrepo
from skillrepo.git import Repository
from skillrepo.git_drafts import DraftBranch, commit_drafts

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/demo/postgresql-backups.md"
FOLDER = "skills/operations"
TOGETHER = 5
WARM_UP = 3
PR_SET_CHILD_SUBREAPER = 36
SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Kill"), ("EMAIL", "kill@example.org"))
    },
}


def git(root: Path, *arguments: str) -> str:
    """Run git and give what it printed."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def new(_: Path, names: list[str]) -> int:
    """Draft one skill by the command."""
    brief = "Restore a PostgreSQL database"
    options = ("--from", str(DOCUMENT), "--name", names[0], "--at", "operations")
    return skillrepo(["new", brief, *options])


def many(root: Path, names: list[str]) -> int:
    """Commit some drafts at once; 2 where one was refused, as the command does."""
    repository = Repository.open(root)
    base = repository.base_commit()
    drafts = [
        DraftBranch(
            f"skill/new/{name}",
            base,
            f"{FOLDER}/{name}",
            {"SKILL.md": f"---\nname: {name}\n---\n".encode(), "a/b.md": b"x" * 9999},
            f"feat({name}): add skill\n",
        )
        for name in names
    ]
    results = commit_drafts(repository, drafts)
    print(*(result for result in results if not isinstance(result, str)))
    return 0 if all(isinstance(result, str) for result in results) else 2


Act = Callable[[Path, list[str]], int]


def start(act: Act, root: Path, names: list[str], said: Path) -> int:
    """Do it in a process of its own; give the number of that."""
    process = os.fork()
    if process:
        return process
    code = 3
    with contextlib.suppress(BaseException):
        os.chdir(root)
        with said.open("wb") as file:
            for stream in (1, 2):
                os.dup2(file.fileno(), stream)
        code = act(root, names)
        sys.stdout.flush()
    os._exit(code)


def finish(process: int) -> int:
    """Wait for the process and for all that it left behind; give its exit code."""
    _, status = os.waitpid(process, 0)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    return os.waitstatus_to_exitcode(status)


def whole(root: Path, name: str) -> bool:
    """Whether the branch is there; it must be whole then."""
    branch = f"skill/new/{name}"
    if not git(root, "for-each-ref", f"refs/heads/{branch}"):
        return False
    changed = git(root, "diff-tree", "-r", "--name-status", "main", branch).splitlines()
    files = sorted(line.partition(f"{FOLDER}/{name}/")[2] for line in changed)
    text = git(root, "cat-file", "blob", f"{branch}:{FOLDER}/{name}/SKILL.md")
    parent = git(root, "rev-parse", f"{branch}^") == git(root, "rev-parse", "main")
    other = "references/postgresql-backups.md" if name.startswith("new") else "a/b.md"
    if files != ["SKILL.md", other] or f"\nname: {name}\n" not in text or not parent:
        raise SystemExit(f"the branch {branch} is not whole: {changed}")
    return True


def state(root: Path) -> tuple[object, ...]:
    """What no draft may change."""
    status = git(root, "--no-optional-locks", "status", "--porcelain")
    kept = [(root / ".git" / name).read_bytes() for name in ("HEAD", "index", "config")]
    log = git(root, "reflog", "show", "HEAD")
    return status, log, *kept


def once(act: Act, root: Path, number: str, wait: float | None) -> tuple[float, int]:
    """Do it, kill it after so many seconds, look, and do it again.

    Gives the seconds that passed, and how many branches there were before it was done again.
    """
    said = root.with_name("said")
    names = [f"{act.__name__}-{number}-{each}" for each in range(TOGETHER if act is many else 1)]
    begin = time.monotonic()
    process = start(act, root, names, said)
    if wait is not None:
        time.sleep(wait)
        os.kill(process, signal.SIGKILL)
    code = finish(process)
    passed = time.monotonic() - begin
    if code not in (0, -signal.SIGKILL):
        raise SystemExit(f"{names[0]}: exit code {code}\n{said.read_text()}")
    if left := list((root / ".git").rglob("*.lock")):
        raise SystemExit(f"{names[0]} left {left}")
    there = [whole(root, name) for name in names]
    if wait is None:
        return passed, sum(there)
    again = finish(start(act, root, names, said))
    text = said.read_text()
    told = "holds a draft" in text or "exists" in text
    if again != (2 if any(there) else 0) or (any(there) and not told):
        raise SystemExit(f"{names[0]} again: exit code {again}\n{text}")
    if not all(whole(root, name) for name in names):
        raise SystemExit(f"{names[0]} again: not every branch is there")
    return passed, sum(there)


def campaign(root: Path, kills: int, seed: int) -> str:
    """Kill so many times; say what was seen."""
    moments = random.Random(seed)  # noqa: S311 - moments
    before = state(root)
    usual = {
        act: statistics.median(once(act, root, f"usual-{n}", None)[0] for n in range(WARM_UP))
        for act in (new, many)
    }
    seen: dict[str, int] = {"none": 0, "some": 0, "all": 0}
    for number in range(kills):
        act = (new, many)[number % 2]
        _, there = once(act, root, str(number), moments.uniform(0, usual[act] * 1.1))
        total = TOGETHER if act is many else 1
        seen["none" if not there else "all" if there == total else "some"] += 1
    git(root, "fsck", "--strict", "--no-dangling")
    if state(root) != before:
        raise SystemExit("HEAD, the index, the configuration or the files have changed")
    left = sum(1 for _ in (root / ".git/objects").rglob("tmp_*"))
    return (
        f"{kills} kills: none of the branches there {seen['none']} times, some {seen['some']}, all "
        f"{seen['all']}; nothing damaged, no lock left, {left} temporary objects left"
    )


def make(root: Path, store: str) -> None:
    """Make the repository; in this process, which has then loaded all that a draft needs."""
    options = () if store == "files" else (f"--ref-format={store}",)
    git(root.parent, "init", "--quiet", "--initial-branch=main", *options, str(root))
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        skillrepo(["init", str(root), "--commit"])
        os.chdir(root)
        new(root, ["warm"])


def main() -> None:
    """Make a repository and kill in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--store", choices=("files", "reftable"), default="files")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("prctl(2), which lets us wait for git, is Linux's")
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        sys.exit("prctl failed")
    os.environ |= SETTINGS
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "skills"
        make(root, options.store)
        print(f"{options.store}: {campaign(root, options.kills, options.seed)}")


if __name__ == "__main__":
    main()
