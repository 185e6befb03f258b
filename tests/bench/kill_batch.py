"""Kills batches at random moments, and counts what was paid for.

Usage: python tests/bench/kill_batch.py [--kills 50] [--store files] [--seed 1]

A batch of twenty briefs, a few of them without a name, is drafted by a program that notes its
calls. It is killed (kill -9) at a moment between its start and a little after its usual end, and
run again, until nothing is left to do; then there is another batch. Git and the programs that it
started run on, as they do in life. After each kill `git fsck --strict` must find nothing, no lock
file may be left, and each branch must be whole. In the end each brief must have its branch, and
the program was called once for each, or once more for what was at work when we were killed: a
draft that was written down is never paid for again. HEAD, index, configuration and files must be
what they were. `--store reftable` needs git 2.45.
"""

import argparse
import ctypes
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from kill import PR_SET_CHILD_SUBREAPER, SETTINGS, finish, git, make, start, state

from skillrepo.cli import main as skillrepo

BRIEFS = 20
JOBS = 3
WARM_UP = 3
# So many have no name, and land in their order.
UNNAMED = 5
# A draft as short programs make it: /bin/sh starts faster than Python.
WRITER = """\
#!/bin/sh
name=$(sed -n 's/.*Here it is `\\([a-z0-9-]*\\)`.*/\\1/p' FORMAT.md)
test "$name" || name=$(sed -n '1s/ .*//p' BRIEF.md)
echo operations >CATEGORY
printf -- '---\\nname: %s\\ndescription: Does %s. Use when it is to be.\\n---\\n\\nDo it.\\n' \\
    "$name" "$name" >skill/SKILL.md
echo "$name" >>"$1"
"""


@dataclass(frozen=True)
class Batch:
    """A batch in a folder of its own, beside the repository."""

    root: Path
    number: int

    @property
    def names(self) -> list[str]:
        """The names that its skills get."""
        return [f"b{self.number}-{each}" for each in range(BRIEFS)]

    @property
    def calls(self) -> Path:
        """Where the program notes what it wrote."""
        return self.root.with_name(f"calls-{self.number}")

    def run(self, _: Path, names: list[str]) -> int:
        """Run the command."""
        file = self.root.with_name(f"batch-{self.number}.jsonl")
        lines = (
            {"brief": f"{name} is to be done", "at": "operations"}
            | ({"name": name} if each >= UNNAMED else {})
            for each, name in enumerate(names)
        )
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        writer = ("--writer", "command", "--", str(self.root.with_name("writer")), str(self.calls))
        return skillrepo(["new", "--batch", str(file), "--jobs", str(JOBS), *writer])

    def once(self, wait: float | None) -> tuple[float, bool]:
        """Run it, kill it after so many seconds; give how long it took and whether it ended."""
        said = self.root.with_name("said")
        begin = time.monotonic()
        process = start(self.run, self.root, self.names, said)
        if wait is not None:
            time.sleep(wait)
            os.kill(process, signal.SIGKILL)
        code = finish(process)
        if code not in (0, -signal.SIGKILL):
            raise SystemExit(f"batch {self.number}: exit code {code}\n{said.read_text()}")
        return time.monotonic() - begin, code == 0

    def called(self) -> Counter[str]:
        """How often the program wrote each."""
        return Counter(self.calls.read_text().split() if self.calls.exists() else ())

    def written_down(self) -> set[str]:
        """The names of the drafts of this batch that have a record; each must be whole."""
        folder = self.root / ".git/skillrepo/batches"
        names = {json.loads(record.read_bytes())["name"] for record in folder.glob("*.json")}
        return names & set(self.names)

    def landed(self) -> set[str]:
        """The names that have a branch; each must be whole."""
        prefix = f"refs/heads/skill/new/b{self.number}-*"
        refs = git(self.root, "for-each-ref", "--format=%(refname:lstrip=4)", prefix).split()
        for name in refs:
            changed = git(self.root, "diff-tree", "-r", "--name-only", "main", f"skill/new/{name}")
            path = f"skills/operations/{name}/SKILL.md"
            text = git(self.root, "cat-file", "blob", f"skill/new/{name}:{path}")
            if changed != f"{path}\n" or f"\nname: {name}\n" not in text:
                raise SystemExit(f"the branch of {name} is not whole: {changed}")
        return set(refs)

    def look(self) -> None:
        """Raise SystemExit where something is damaged or left."""
        git(self.root, "fsck", "--strict", "--no-dangling")
        # The lock of a batch is a file that stays; it is held by the process alone.
        locks = [
            path for path in (self.root / ".git").rglob("*.lock") if "batches" not in path.parts
        ]
        if locks:
            raise SystemExit(f"batch {self.number} left {locks}")


def campaign(batch: Batch, kills: int, moments: random.Random, usual: float) -> tuple[int, int]:
    """Kill a batch until it is done, or so many times; how many times, and what was paid twice."""
    done, times = False, 0
    while not done:
        paid, known = batch.called(), batch.written_down()
        wait = moments.uniform(0, usual * 1.1) if times < kills else None
        _, done = batch.once(wait)
        times += not done
        again = batch.called() - paid
        batch.look()
        if not batch.landed() <= batch.written_down():
            raise SystemExit(f"batch {batch.number}: a branch without a record")
        if twice := known & set(again):
            raise SystemExit(f"batch {batch.number}: paid again for {twice}")
        if len(lost := set(again) - batch.written_down()) > (0 if done else JOBS):
            raise SystemExit(f"batch {batch.number}: paid for {lost}, and not written down")
    if batch.landed() != set(batch.names):
        raise SystemExit(f"batch {batch.number}: not every brief has its branch")
    return times, batch.called().total() - BRIEFS


def main() -> None:
    """Make a repository and kill in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--store", choices=("files", "reftable"), default="files")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("prctl(2), which lets us wait for git, is Linux's")
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        sys.exit("prctl failed")
    os.environ |= SETTINGS
    moments = random.Random(options.seed)  # noqa: S311 - moments
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "skills"
        make(root, options.store)
        writer = root.with_name("writer")
        writer.write_text(WRITER)
        writer.chmod(0o755)
        # The program is to be called once a draft, whatever the house rules say of it.
        os.environ["XDG_CONFIG_HOME"] = folder
        config = Path(folder) / "skillrepo/config.yaml"
        config.parent.mkdir()
        config.write_text("writer: {max_rounds: 1}\n")
        before = state(root)
        usual = statistics.median(Batch(root, n).once(None)[0] for n in range(WARM_UP))
        number, kills, twice = WARM_UP, 0, 0
        while kills < options.kills:
            times, again = campaign(Batch(root, number), options.kills - kills, moments, usual)
            number, kills, twice = number + 1, kills + times, twice + again
        if state(root) != before:
            sys.exit("HEAD, the index, the configuration or the files have changed")
    print(
        f"{options.store}: {kills} kills in {number - WARM_UP} batches of {BRIEFS} briefs: of the "
        f"drafts that were at work {twice} were paid for again, of those that were written down "
        "none; nothing damaged, no lock left"
    )


if __name__ == "__main__":
    main()
