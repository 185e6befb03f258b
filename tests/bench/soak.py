"""Drafts and validates for a while in one repository, in several processes at once.

Usage: python tests/bench/soak.py [--seconds 60] [--processes 2]

Each process drafts skills from a document and validates them, as `skillrepo` does, until the time
is up. It fails where a command fails, memory or open files keep growing, a draft is lost, the
repository is damaged, or anything but the drafts has changed in it.
"""

import argparse
import contextlib
import io
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from skillrepo.cli import main as skillrepo

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/demo/postgresql-backups.md"
WARM_UP = 5
MOST_GROWTH_MIB = 32
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Soak"), ("EMAIL", "soak@example.org"))
}


def call(*arguments: str | Path) -> str:
    """Run a command of skillrepo's that must succeed."""
    said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = skillrepo([str(argument) for argument in arguments])
    said.seek(0)
    output = said.read()
    if code:
        raise SystemExit(f"skillrepo {' '.join(map(str, arguments))}: {code}\n{output}")
    return output


def size() -> tuple[int, int]:
    """The peak of this process's memory in MiB, and its open files."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return memory, len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names alone


def work(number: int, root: Path, seconds: float) -> None:
    """Draft and validate until the time is up; the result is printed as JSON."""
    os.chdir(root)
    end = time.monotonic() + seconds
    drafts = 0
    start = size()
    while time.monotonic() < end or drafts <= WARM_UP:
        name = f"soak-{number}-{drafts}"
        brief = f"Restore a PostgreSQL database, way {drafts}"
        call("new", brief, "--from", DOCUMENT, "--name", name, "--at", "operations", "--json")
        call("validate", "--rev", f"skill/new/{name}", "--format", "json")
        call("validate", "--staged")
        call("list")
        drafts += 1
        if drafts == WARM_UP:
            start = size()
    (memory, files), (memory_then, files_then) = size(), start
    grown = {"drafts": drafts, "memory": memory - memory_then, "files": files - files_then}
    print(json.dumps(grown))
    if grown["memory"] > MOST_GROWTH_MIB or grown["files"] > 0:
        raise SystemExit(f"grows: {grown}")
    (root / ".git" / f"soak-{number}").write_text(str(drafts))


def git(root: Path, *arguments: str) -> str:
    """Run git and give what it printed."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def main() -> None:
    """Start the processes, wait for them, and look at what they leave."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    os.environ |= IDENTITY | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "skills"
        call("init", root)
        before = git(root, "rev-parse", "HEAD")
        processes = [
            multiprocessing.Process(target=work, args=(number, root, options.seconds))
            for number in range(options.processes)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        if any(process.exitcode for process in processes):
            sys.exit("a process failed")
        drafts = sum(int(file.read_text()) for file in (root / ".git").glob("soak-*"))
        branches = git(root, "for-each-ref", "--format=%(refname)", "refs/heads/skill/new/")
        git(root, "fsck", "--strict", "--no-dangling")
        if len(branches.splitlines()) != drafts:
            sys.exit(f"{drafts} drafts, but {len(branches.splitlines())} branches")
        if git(root, "status", "--porcelain") or git(root, "rev-parse", "HEAD") != before:
            sys.exit("the worktree, the index or HEAD has changed")
        left = [*(root / ".git").rglob("*.lock"), *(root / ".git/objects").rglob("tmp_*")]
        if left:
            sys.exit(f"left behind: {left}")
    print(f"{drafts} drafts by {options.processes} processes; the repository is whole")


if __name__ == "__main__":
    main()
