"""Runs commands that write to one branch in many processes at once, and looks what became of it.

Usage: python tests/bench/race_commands.py [RACE ...] [--processes 8] [--rounds 5] [--store files]

`promote` merges different drafts into one branch, `here` into the branch that is checked out;
`revise` adds to one branch; `publish` publishes each new skill; `drop` drops the same draft. A
command that is refused (exit code 2) must say why in the words that are expected, and is run
again. What claimed success must be there in the end, once and whole, and nothing else.
"""

import argparse
import contextlib
import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from race import SETTINGS

from skillrepo.cli import main as skillrepo

FORK = multiprocessing.get_context("fork")
MOST_TRIES = 300
CATEGORIES = "version: 1\ncategories:\n  data:\n    title: Data\n    description: Data.\n"
FOLDER = "skills/data"
MOVED = "has changed meanwhile: run it again"
BUSY = "another `skillrepo promote` is at work"
EXISTS = "exists by now: run it again"


def git(root: Path, *arguments: str) -> list[str]:
    """Run git and give the lines that it printed."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def fail(*why: object) -> None:
    """End the race."""
    raise SystemExit(" ".join(map(str, why)))


def run(*arguments: str) -> tuple[int, str]:
    """Run a command of ours; give its exit code and what it said."""
    said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = skillrepo(arguments)
    said.seek(0)
    return code, said.read()


def until(arguments: tuple[str, ...], *again: str) -> int:
    """Run it until it is done; give how often it was refused, in one of these words."""
    for tries in range(MOST_TRIES):
        code, said = run(*arguments)
        if code == 0:
            return tries
        if code != 2 or not any(words in said for words in again):
            fail(f"{' '.join(arguments)}: exit code {code}\n{said}")
    raise SystemExit(f"{' '.join(arguments)}: refused {MOST_TRIES} times")


def together(processes: int, work: Callable[[int], int]) -> list[int]:
    """Begin it in so many processes at once; give what each returned."""
    begin, results = FORK.Barrier(processes), FORK.SimpleQueue()

    def started(number: int) -> None:
        begin.wait()
        results.put(work(number))

    running = [FORK.Process(target=started, args=(number,)) for number in range(processes)]
    for process in running:
        process.start()
    for process in running:
        process.join()
    if any(process.exitcode for process in running):
        raise SystemExit("a process failed")
    return [results.get() for _ in running]


def skill(name: str) -> str:
    """A SKILL.md that passes the gate."""
    described = f"Reads {name} files. Use when there are {name} files."
    front = f"name: {name}\ndescription: {described}\nmetadata:\n  version: 1.0.0\n"
    return f"---\n{front}---\n\n# Reading\n\nRun the script.\n"


def commit(root: Path, files: dict[str, str]) -> str:
    """Commit files where HEAD is; give the commit."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "feat: add files")
    return git(root, "rev-parse", "HEAD")[0]


def drafts(root: Path, names: list[str]) -> None:
    """Drafts that each add a skill of two files to what main has."""
    for name in names:
        git(root, "switch", "--quiet", "-c", f"skill/new/{name}", "main")
        commit(root, {f"{FOLDER}/{name}/SKILL.md": skill(name), f"{FOLDER}/{name}/a.md": name})
    git(root, "switch", "--quiet", "main")


def tree(root: Path, revision: str) -> set[str]:
    """The entries of a tree below the folder of the skills."""
    return set(git(root, "ls-tree", f"{revision}:{FOLDER}"))


def promoted(root: Path, into: str, processes: int, rounds: int) -> int:
    """Promote different drafts into one branch; give how often one was refused."""
    names = [[f"p{n}r{each}" for each in range(rounds)] for n in range(processes)]
    every = [name for each in names for name in each]
    drafts(root, every)
    start = git(root, "rev-parse", into)[0]

    def work(number: int) -> int:
        calls = [("promote", f"skill/new/{name}", "--into", into) for name in names[number]]
        return sum(until(call, MOVED, BUSY) for call in calls)

    refused = together(processes, work)
    wanted = tree(root, start).union(*(tree(root, f"skill/new/{name}") for name in every))
    if tree(root, into) != wanted or len(wanted) != processes * rounds + 1:
        fail("promoted:", tree(root, into) ^ wanted)
    if len(git(root, "rev-list", f"{start}..{into}")) != processes * rounds:
        fail("there are more or fewer commits than drafts")
    return sum(refused)


def promote(root: Path, processes: int, rounds: int) -> int:
    """Promote into a branch that is checked out nowhere."""
    git(root, "branch", "into", "main")
    return promoted(root, "into", processes, rounds)


def here(root: Path, processes: int, rounds: int) -> int:
    """Promote into the branch that is checked out."""
    refused = promoted(root, "main", processes, rounds)
    if left := git(root, "status", "--porcelain"):
        fail("the worktree is not that of the branch:", left)
    return refused


def revise(root: Path, processes: int, rounds: int) -> int:
    """Add lines to a skill, on one branch."""

    def work(number: int) -> int:
        refused = 0
        for each in range(rounds):
            program = ("sh", "-c", f"echo Line {number}-{each}. >> skill/SKILL.md")
            call = ("revise", "pdf", "Add a line", "--slug", "x", "--writer", "command", "--")
            refused += until((*call, *program), MOVED, EXISTS)
        return refused

    refused = together(processes, work)
    text = git(root, "cat-file", "blob", f"skill/revise/pdf/x:{FOLDER}/pdf/SKILL.md")
    lines = sorted(line for line in text if line.startswith("Line "))
    if lines != sorted(f"Line {n}-{each}." for n in range(processes) for each in range(rounds)):
        fail("lines are lost:", lines)
    if len(git(root, "rev-list", "main..skill/revise/pdf/x")) != processes * rounds:
        fail("there are more or fewer commits than revisions")
    return sum(refused)


def publish(root: Path, processes: int, rounds: int) -> int:
    """Publish each new skill, in many processes at once."""
    refused = 0
    for each in range(rounds):
        commit(root, {f"{FOLDER}/n{each}/SKILL.md": skill(f"n{each}")})
        refused += sum(together(processes, lambda _: until(("publish",), MOVED, EXISTS)))
        if set(git(root, "ls-tree", "published:skills")) != tree(root, "main"):
            fail("not every skill is published")
        if len(git(root, "rev-list", "published")) != each + 1:
            fail("there are more or fewer commits than publications")
    return refused


def drop(root: Path, processes: int, rounds: int) -> int:
    """Drop the same draft in many processes at once; one does."""
    refused = 0
    for each in range(rounds):
        drafts(root, [f"d{each}"])
        oid = git(root, "rev-parse", f"skill/new/d{each}")

        def work(_: int, branch: str = f"skill/new/d{each}") -> int:
            code, said = run("drop", branch)
            if code and MOVED not in said and "there is no draft" not in said:
                fail(code, said)
            return code

        codes = together(processes, work)
        if sorted(codes) != [0] + [2] * (processes - 1):
            fail("exit codes", codes)
        kept = f"refs/skillrepo/dropped/skill/new/d{each}"
        if git(root, "for-each-ref", "--format=%(objectname)", kept) != oid:
            fail("it is not kept, or twice")
        refused += processes - 1
    if git(root, "for-each-ref", "refs/heads/skill"):
        fail("a draft is there still")
    return refused


RACES = {each.__name__: each for each in (promote, here, revise, publish, drop)}


def main() -> None:
    """Make a repository for each race."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("races", nargs="*", metavar="RACE", help=", ".join(RACES))
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--store", choices=("files", "reftable"), default="files")
    options = parser.parse_args()
    if unknown := set(options.races) - RACES.keys():
        sys.exit(f"no such race: {', '.join(unknown)}; there are {', '.join(RACES)}")
    store = () if options.store == "files" else (f"--ref-format={options.store}",)
    os.environ |= SETTINGS
    for name in ("drop", "promote", "publish", "revise"):
        run(name, "--help")  # what is imported here is not imported by each process
    for name in options.races or RACES:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve() / "skills"
            git(root.parent, "init", "--quiet", "--initial-branch=main", *store, str(root))
            commit(root, {"taxonomy.yaml": CATEGORIES, f"{FOLDER}/pdf/SKILL.md": skill("pdf")})
            os.chdir(root)
            begin = time.monotonic()
            refused = RACES[name](root, options.processes, options.rounds)
            passed = time.monotonic() - begin
            git(root, "fsck", "--strict", "--no-dangling")
            if left := [*(root / ".git").rglob("*.lock")]:
                sys.exit(f"left behind: {left}")
            os.chdir("/")
        print(
            f"{name}: {options.processes} processes, {options.rounds} rounds in {passed:.0f} s, "
            f"{refused} times refused; nothing lost",
            flush=True,
        )


if __name__ == "__main__":
    main()
