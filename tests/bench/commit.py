"""Times commits of drafts in a small and in a large repository, beside git's own commands.

Usage: python tests/bench/commit.py [--sizes 100,100000] [--runs 31] [--drafts 1000]
       python tests/bench/commit.py --quick

Prints two Markdown tables. The first is of one draft: `commit_files` and `create_branch`, the same
commit made by hand (hash-object, then ls-tree and mktree a level, commit-tree, update-ref: ten
processes), and as a floor the four of these that cannot be left out, for a commit that holds
nothing but the draft. The second is of many drafts in the small repository: `commit_drafts`, and
`git worktree add` with a branch, `git add` and `git commit` for each. All take turns, in another
order each time, and what stands there are medians of the time that passed. The repositories hold
SKILL.md files, 1,000 in a folder at most, in a pack and an index without a working tree, since
none of this looks at one; only `worktree add` writes the files.
"""

import argparse
import os
import platform
import random
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from skillrepo.git import Repository
from skillrepo.git_drafts import DraftBranch, commit_drafts
from skillrepo.git_write import commit_files, create_branch

FOLDER = 1_000
BLOCKS = 10
LEVELS = ("skills/c000", "skills", "")
IDENTITY = b"Bench <bench@example.invalid> 1767225600 +0000"
CONTENT = b"---\nname: %s\ndescription: Does %s. Use when it is to be done.\n---\n\n# %s\n"
SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Bench"), ("EMAIL", "bench@example.invalid"))
    },
}
SHUFFLED = random.Random(4)  # noqa: S311 - an order


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git and give what it printed, without the last line break."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, input=stdin, capture_output=True, check=True
    )
    return done.stdout.decode().removesuffix("\n")


def make(folder: Path, count: int) -> Repository:
    """Make a repository of so many skills."""
    git(folder.parent, "init", "--quiet", "--initial-branch=main", str(folder))
    stream = [b"commit refs/heads/main\ncommitter %b\ndata 6\nskills\n" % IDENTITY]
    for number in range(count):
        text = content(f"skill-{number:06}")
        path = b"skills/c%03d/skill-%06d/SKILL.md" % (number // FOLDER, number)
        stream.append(b"M 100644 inline %b\ndata %d\n%b\n" % (path, len(text), text))
    git(folder, "fast-import", "--quiet", "--done", stdin=b"".join((*stream, b"done\n")))
    git(folder, "read-tree", "HEAD")
    return Repository.open(folder)


def content(name: str) -> bytes:
    """The SKILL.md of a skill."""
    return CONTENT % ((name.encode(),) * 3)


def by_skillrepo(repository: Repository, base: str, name: str) -> None:
    """One draft as `skillrepo new` commits it."""
    oid = commit_files(
        repository,
        base,
        folder=f"{LEVELS[0]}/{name}",
        files={"SKILL.md": content(name)},
        message=f"feat({name}): add skill\n",
    )
    create_branch(repository, f"skill/new/{name}", oid)


def by_hand(repository: Repository, base: str, name: str) -> None:
    """The same commit by ten commands of git."""
    folder = repository.cwd
    blob = git(folder, "hash-object", "-w", "--stdin", stdin=content(name))
    tree = git(folder, "mktree", stdin=f"100644 blob {blob}\tSKILL.md\n".encode())
    child = name
    for level in LEVELS:
        listed = git(folder, "ls-tree", f"{base}:{level}").splitlines()
        others = [line for line in listed if line.partition("\t")[2] != child]
        lines = "\n".join((*others, f"040000 tree {tree}\t{child}", ""))
        tree = git(folder, "mktree", stdin=lines.encode())
        child = level.rpartition("/")[2]
    commit_tree(folder, base, name, tree)


def four_alone(repository: Repository, base: str, name: str) -> None:
    """A commit of the draft alone, without the skills of the base."""
    folder = repository.cwd
    blob = git(folder, "hash-object", "-w", "--stdin", stdin=content(name))
    tree = git(folder, "mktree", stdin=f"100644 blob {blob}\tSKILL.md\n".encode())
    commit_tree(folder, base, name, tree)


def commit_tree(folder: Path, base: str, name: str, tree: str) -> None:
    """Commit a tree and create the branch."""
    oid = git(folder, "commit-tree", "-p", base, "-m", f"feat({name}): add skill", tree)
    git(folder, "update-ref", f"refs/heads/skill/new/{name}", oid, "0" * len(oid))


def by_worktree(repository: Repository, base: str, name: str) -> None:
    """One draft in a working tree of its own, which stays as it would for a review."""
    place = repository.cwd.with_name(name)
    git(repository.cwd, "worktree", "add", "-b", f"skill/new/{name}", str(place), base)
    (place / LEVELS[0] / name).mkdir()
    (place / LEVELS[0] / name / "SKILL.md").write_bytes(content(name))
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "-m", f"feat({name}): add skill")


ONE: dict[str, Callable[[Repository, str, str], None]] = {
    "skillrepo": by_skillrepo,
    "by hand": by_hand,
    "floor": four_alone,
}


def one_draft(repositories: dict[int, Repository], runs: int) -> dict[tuple[str, int], float]:
    """Milliseconds of one draft by method and size."""
    times: dict[tuple[str, int], list[float]] = defaultdict(list)
    cases = [(method, size) for method in ONE for size in repositories]
    bases = {size: each.resolve("main") for size, each in repositories.items()}
    # The first run finds nothing in memory, and does not count.
    for run in range(runs + 1):
        SHUFFLED.shuffle(cases)
        for method, size in cases:
            name = f"{method.replace(' ', '-')}-{run}"
            start = time.perf_counter()
            ONE[method](repositories[size], bases[size], name)
            times[method, size].append(time.perf_counter() - start)
    return {case: statistics.median(each[1:]) * 1000 for case, each in times.items()}


def many_drafts(repository: Repository, drafts: int) -> tuple[float, float]:
    """Milliseconds a draft, by `commit_drafts` and by working trees; in blocks by turns."""
    base = repository.resolve("main")
    block = max(1, drafts // BLOCKS)
    ours, theirs = [], []
    for number in range(0, drafts, block):
        names = [f"many-{number + each}" for each in range(block)]
        wanted = [
            DraftBranch(
                f"skill/new/{name}",
                base,
                f"{LEVELS[0]}/{name}",
                {"SKILL.md": content(name)},
                f"feat({name}): add skill\n",
            )
            for name in names
        ]
        start = time.perf_counter()
        results = commit_drafts(repository, wanted)
        ours.append((time.perf_counter() - start) / block * 1000)
        if not all(isinstance(result, str) for result in results):
            raise SystemExit(f"not every draft was committed: {results}")
        start = time.perf_counter()
        for name in names:
            by_worktree(repository, base, f"tree-{name}")
        theirs.append((time.perf_counter() - start) / block * 1000)
    return statistics.median(ours), statistics.median(theirs)


def print_one(times: dict[tuple[str, int], float], sizes: list[int]) -> None:
    """The first table."""
    small, large = sizes[0], sizes[-1]
    print(f"| one draft, ms | {small:,} skills | {large:,} skills | ratio | demanded |")
    print("|---|---:|---:|---:|---:|")
    for method in ONE:
        a, b = times[method, small], times[method, large]
        most = "1.3" if method == "skillrepo" else ""
        print(f"| {method} | {a:.1f} | {b:.1f} | {b / a:.2f} | {most} |")
    for other in ("by hand", "floor"):
        a, b = (times["skillrepo", size] / times[other, size] for size in (small, large))
        print(f"| skillrepo / {other} | {a:.2f} | {b:.2f} | | 3 |")


def main() -> None:
    """Make the repositories, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100,100000")
    parser.add_argument("--runs", type=int, default=31)
    parser.add_argument("--drafts", type=int, default=1_000)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.runs, options.drafts = "10,1100", 2, 20
    sizes = sorted(int(size) for size in options.sizes.split(","))
    os.environ |= SETTINGS
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        repositories = {size: make(root / str(size), size) for size in sizes}
        version = git(root, "version").removeprefix("git version ")
        print(f"git {version}, Python {platform.python_version()}, {os.cpu_count()} processors\n")
        print_one(one_draft(repositories, options.runs), sizes)
        ours, theirs = many_drafts(repositories[sizes[0]], options.drafts)
        print(
            f"\n| {options.drafts:,} drafts, {sizes[0]:,} skills | ms a draft | drafts a second |"
        )
        print("|---|---:|---:|")
        for method, each in (("skillrepo", ours), ("worktree add, commit", theirs)):
            print(f"| {method} | {each:.2f} | {1000 / each:,.0f} |")
        print(f"| times the rate | {theirs / ours:.1f} | demanded: 10 |")
        for repository in repositories.values():
            git(repository.cwd, "fsck", "--strict", "--no-dangling")


if __name__ == "__main__":
    main()
