"""Creates drafts in many processes at once in one repository, and looks whether one got lost.

Usage: python tests/bench/race.py [--processes 32] [--drafts 100]

Each process creates so many drafts under names of its own, every other process by `commit_files`
and `create_branch`, the rest by `commit_drafts`, ten at a time; and all of them race for a tenth
as many names that are the same. Every branch must be there and hold what its process wrote; of
those that race exactly one must win each name, and the others must be told that the branch exists.
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path

from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_drafts import DraftBranch, commit_drafts
from skillrepo.git_write import BranchExistsError, commit_files, create_branch

TEN = 10
SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Race"), ("EMAIL", "race@example.org"))
    },
}


def git(root: Path, *arguments: str, stdin: str = "") -> str:
    """Run git and give what it printed."""
    done = subprocess.run(
        ["git", *arguments], cwd=root, input=stdin, capture_output=True, text=True, check=True
    )
    return done.stdout


def draft(base: str | None, name: str, process: int) -> DraftBranch:
    """A draft that says whose it is."""
    files = {"SKILL.md": f"{name} of {process}\n".encode(), "references/a.md": b"the same\n"}
    return DraftBranch(f"skill/new/{name}", base, f"skills/{name}", files, f"feat({name}): add\n")


def alone(repository: Repository, each: DraftBranch) -> str | SkillRepoError:
    """Commit one draft and create its branch."""
    try:
        oid = commit_files(
            repository, each.base, folder=each.folder, files=each.files, message=each.message
        )
        create_branch(repository, each.name, oid)
    except SkillRepoError as error:
        return error
    return oid


def commit(
    repository: Repository, drafts: Sequence[DraftBranch], process: int
) -> list[str | SkillRepoError]:
    """Commit the drafts in the way of the process."""
    if process % 2:
        return [alone(repository, each) for each in drafts]
    tens = (drafts[n : n + TEN] for n in range(0, len(drafts), TEN))
    return [result for ten in tens for result in commit_drafts(repository, ten)]


def work(process: int, root: Path, drafts: int, together: Barrier) -> None:
    """Create the drafts of a process; the names that it won are left in a file."""
    repository = Repository.open(root)
    base = repository.base_commit()
    own = [draft(base, f"p{process}-{number}", process) for number in range(drafts)]
    same = [draft(base, f"same-{number}", process) for number in range(drafts // TEN)]
    together.wait()
    results = commit(repository, own, process)
    if lost := [result for result in results if not isinstance(result, str)]:
        raise SystemExit(f"process {process}: {lost[0]}")
    results = commit(repository, same, process)
    if odd := [r for r in results if not isinstance(r, str | BranchExistsError)]:
        raise SystemExit(f"process {process}: {odd[0]}")
    won = [each.name for each, r in zip(same, results, strict=True) if isinstance(r, str)]
    root.with_name(f"won-{process}").write_text("\n".join(won))


def look(root: Path, processes: int, drafts: int) -> None:
    """Compare what is there with what was written."""
    winner = {
        name: process
        for process in range(processes)
        for name in root.with_name(f"won-{process}").read_text().split()
    }
    won = [root.with_name(f"won-{n}").read_text().split() for n in range(processes)]
    if sum(map(len, won)) != drafts // TEN or len(winner) != drafts // TEN:
        sys.exit(f"{drafts // TEN} names that were raced for, but they were won {won}")
    owner = {f"skill/new/p{p}-{n}": p for p in range(processes) for n in range(drafts)} | winner
    base = git(root, "rev-parse", "main").strip()
    refs = git(root, "for-each-ref", "--format=%(refname:short) %(parent)", "refs/heads/skill")
    parents = dict(line.split() for line in refs.splitlines())
    if parents != dict.fromkeys(owner, base):
        sys.exit(f"{len(owner)} branches wanted, {len(parents)} found")
    names = [name.removeprefix("skill/new/") for name in owner]
    wanted = "".join(f"skill/new/{name}:skills/{name}/SKILL.md\n" for name in names)
    found = git(root, "cat-file", "--batch=%(objecttype)", stdin=wanted)
    texts = (f"{name} of {owner[f'skill/new/{name}']}\n" for name in names)
    if found != "".join(f"blob\n{text}\n" for text in texts):
        sys.exit("a branch holds what another process wrote")
    oids = git(root, "for-each-ref", "--format=%(objectname)", "refs/heads/skill")
    changed = git(root, "diff-tree", "--stdin", "-r", "--name-only", stdin=oids)
    if sum(line.startswith("skills/") for line in changed.splitlines()) != 2 * len(owner):
        sys.exit("a branch holds more or less than its draft")
    git(root, "fsck", "--strict", "--no-dangling")
    if left := [*(root / ".git").rglob("*.lock"), *(root / ".git/objects").rglob("tmp_*")]:
        sys.exit(f"left behind: {left}")


def main() -> None:
    """Start the processes at once, wait for them, and look at what they leave."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=32)
    parser.add_argument("--drafts", type=int, default=100)
    options = parser.parse_args()
    os.environ |= SETTINGS
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "skills"
        git(root.parent, "init", "--quiet", "--initial-branch=main", str(root))
        git(root, "commit", "--quiet", "--allow-empty", "-m", "first")
        together = multiprocessing.Barrier(options.processes)
        processes = [
            multiprocessing.Process(target=work, args=(n, root, options.drafts, together))
            for n in range(options.processes)
        ]
        begin = time.monotonic()
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        passed = time.monotonic() - begin
        if any(process.exitcode for process in processes):
            sys.exit("a process failed")
        look(root, options.processes, options.drafts)
    count = options.processes * options.drafts
    print(
        f"{count:,} drafts by {options.processes} processes in {passed:.0f} s, none lost, none "
        f"mixed; {options.drafts // TEN} names raced for, each won by one"
    )


if __name__ == "__main__":
    main()
