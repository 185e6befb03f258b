"""Times `skillrepo validate` against `agentskills validate`, whole processes, alternating.

Usage: python tests/bench/validate.py [SKILLS-300.tar.gz] [--runs 15]

Prints medians of wall and CPU time in milliseconds and the two ratios that the project promises:
one skill at most 1.5 times agentskills; 300 skills at most 1/20 of 300 single calls. Install the
peer with `pip install -e '.[bench]'`.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

SKILL = """\
---
name: pdf-merge
description: Merges PDF files with qpdf. Use when several PDFs are to become one document.
---

# Merging PDF files

## When to use

When several PDF files are to become one, in a given order.

## Steps

1. List the files in the order that they are to have.
2. Merge them:

   ```sh
   qpdf --empty --pages a.pdf b.pdf -- merged.pdf
   ```

3. Count the pages of the result: `qpdf --show-npages merged.pdf`.
"""


def run(command: Sequence[str]) -> tuple[float, float]:
    """Wall and CPU time of one run, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    # Without cached byte code every import would be compiled anew, which no installation does.
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall * 1000, cpu * 1000


def alternate(commands: dict[str, Sequence[str]], runs: int) -> dict[str, tuple[float, float]]:
    """Median wall and CPU time of each command; the commands take turns."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for command in commands.values():
        run(command)  # warm: byte code and page cache
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(run(command))
    return {
        name: (
            statistics.median(wall for wall, _ in pairs),
            statistics.median(cpu for _, cpu in pairs),
        )
        for name, pairs in times.items()
    }


def corpus(archive: Path, folder: Path) -> Path:
    """The skills of the archive, unpacked."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return next(folder.iterdir())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", default=os.environ.get("SKILLREPO_CORPUS"))
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    programs = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as name:
        one = Path(name) / "pdf-merge"
        one.mkdir()
        (one / "SKILL.md").write_text(SKILL, encoding="utf-8")
        ours = [str(programs / "skillrepo"), "validate"]
        commands = {
            "skillrepo validate ONE": [*ours, str(one)],
            "agentskills validate ONE": [str(programs / "agentskills"), "validate", str(one)],
        }
        if options.archive:
            folder = Path(name) / "corpus"
            commands["skillrepo validate 300"] = [*ours, str(corpus(Path(options.archive), folder))]
        found = alternate(commands, options.runs)
        for label, (wall, cpu) in found.items():
            print(f"{label:26} median of {options.runs}: wall {wall:8.1f} ms, CPU {cpu:8.1f} ms")
        mine, peer = found["skillrepo validate ONE"], found["agentskills validate ONE"]
        wall, cpu = mine[0] / peer[0], mine[1] / peer[1]
        print(f"one skill against agentskills: wall {wall:.2f}, CPU {cpu:.2f}")
        if options.archive:
            many = found["skillrepo validate 300"]
            print(
                "300 skills against 300 single calls: "
                f"wall 1/{300 * mine[0] / many[0]:.0f}, CPU 1/{300 * mine[1] / many[1]:.0f}"
            )


if __name__ == "__main__":
    main()
