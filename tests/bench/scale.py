"""Times `skillrepo validate` on one skill, on many, and in a hook, beside its installed peers.

Usage: python tests/bench/scale.py [SKILLS-300.tar.gz] [--sizes 1000,10000,100000] [--runs 9]
       python tests/bench/scale.py [SKILLS-300.tar.gz] --quick

Prints Markdown tables. Each command is a whole process; the commands of a table take turns, one at
a time, and what stands there are medians. Processor time is that of the process and of all that it
started. Memory is the highest sum of what these processes have for themselves and of what one of
them shares, so what a fork has in common with its parent is counted once; for a process alone this
is its RSS. It is looked at every 1 to 50 ms, in a first run whose times do not count. A command
that takes over 10 s then runs 3 times at most; one that takes over 60 s not again, and its first
run is what counts. With `--quick` small repositories show that it works. Install the peers with
`pip install -e '.[bench]'`; those that are not there are left out.
"""

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import repository
import validate

PROGRAMS = Path(sys.executable).parent
CACHE = ".git/skillrepo/verdicts-*"
"""What skillrepo remembers of a repository; it may be deleted at any time."""
SMALL = 100
LONG, VERY_LONG = 10.0, 60.0
FEW = 3
# 10,000 skills take skillsaw several minutes, and the time grows faster than the number.
MOST_FOR_SKILLSAW = 10_000
NOTE = f"""
agnix counts the files that it knows, and without `--max-files 0` refuses more than 10,000 of them.
skillsaw is not run on more than {MOST_FOR_SKILLSAW:,} skills."""
BUSY = 0.5
PAUSES = ((0.2, 0.001), (1.0, 0.005), (math.inf, 0.05))
"""How long to wait between two looks at the memory, until so many seconds have passed."""


class Command(NamedTuple):
    """What is timed; `prepare` is done before each run, `looked_at` reads the output."""

    label: str
    arguments: Sequence[str]
    folder: Path
    prepare: Callable[[], None] = lambda: None
    looked_at: Callable[[str], str] = lambda _: ""


class Run(NamedTuple):
    """Seconds, and in the first run MiB."""

    wall: float
    cpu: float
    memory: float
    output: str


class Row(NamedTuple):
    """The medians of a command, in seconds and MiB."""

    command: Command
    runs: int
    wall: float
    cpu: float
    memory: float
    looked_at: str


def program(name: str, *arguments: str) -> list[str]:
    """The command line of a program of this environment."""
    return [str(PROGRAMS / name), *arguments]


def run(command: Command, environ: dict[str, str], *, watch: bool = False) -> Run:
    """Run a command once; to `watch` its memory takes time of its own."""
    command.prepare()
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command.arguments,
            cwd=command.folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        memory = _highest(process.pid, start) if watch else 0.0
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode(errors="replace")
    if process.returncode not in (0, 1):
        raise SystemExit(f"{command.label} ended with {process.returncode}")
    return Run(wall, used.ru_utime + used.ru_stime, memory, said)


def _highest(group: int, start: float) -> float:
    """The most memory of a process group until its leader ends, in MiB."""
    highest = 0
    while os.waitid(os.P_PID, group, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        parts = [_memory(process) for process in _members(group)]
        own = sum(private for private, _ in parts)
        highest = max(highest, own + max((shared for _, shared in parts), default=0))
        passed = time.perf_counter() - start
        time.sleep(next(pause for until, pause in PAUSES if passed < until))
    return highest / 1024


def _members(group: int) -> Iterator[str]:
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                stat = Path(entry.path, "stat").read_text()
            except OSError:  # it has ended
                continue
            # After the name, which may hold anything: state, parent, group.
            if int(stat.rpartition(")")[2].split()[2]) == group:
                yield entry.path


def _memory(process: str) -> tuple[int, int]:
    """What a process has for itself, and what it shares, in KiB."""
    try:
        lines = Path(process, "smaps_rollup").read_text().splitlines()[1:]
    except OSError:  # it has ended
        return 0, 0
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    private = sizes.get("Private_Clean", 0) + sizes.get("Private_Dirty", 0)
    return private, sizes.get("Rss", 0) - private


def measure(commands: Sequence[Command], runs: int, environ: dict[str, str]) -> list[Row]:
    """Let the commands take turns."""
    first = [run(command, environ, watch=True) for command in commands]
    left = [_times(each.wall, runs) for each in first]
    timed: list[list[Run]] = [[] if more else [one] for one, more in zip(first, left, strict=True)]
    for turn in range(runs):
        for command, more, found in zip(commands, left, timed, strict=True):
            if turn < more:
                found.append(run(command, environ))
    return [
        Row(
            command,
            len(found),
            statistics.median(each.wall for each in found),
            statistics.median(each.cpu for each in found),
            one.memory,
            command.looked_at(one.output),
        )
        for command, one, found in zip(commands, first, timed, strict=True)
    ]


def _times(seconds: float, runs: int) -> int:
    """How often a command runs that took so long the first time."""
    if seconds > VERY_LONG:
        return 0
    return min(runs, FEW) if seconds > LONG else runs


def table(title: str, rows: Sequence[Row], skills: int | None = None) -> Iterator[str]:
    """The lines of a Markdown table; ratios are to its first row."""
    yield f"\n### {title}\n"
    heads = ["command", "runs", "wall ms", "CPU ms", "peak MiB", "wall, ratio", "CPU, ratio"]
    more = ["wall ms per skill", "looked at"] if skills else []
    yield _line([*heads, *more])
    yield _line(["---", *["---:"] * (len(heads) + len(more) - 1)])
    for row in rows:
        wall, cpu = row.wall * 1000, row.cpu * 1000
        cells = [
            row.command.label,
            str(row.runs),
            f"{wall:,.0f}",
            f"{cpu:,.0f}",
            f"{row.memory:,.0f}",
            f"{row.wall / rows[0].wall:.2f}",
            f"{row.cpu / rows[0].cpu:.2f}",
        ]
        yield _line([*cells, *([f"{wall / skills:,.2f}", row.looked_at] if skills else [])])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def one_skill(root: Path) -> list[Command]:
    """One sound skill, outside any repository."""
    folder = root / "pdf-merge"
    folder.mkdir()
    (folder / "SKILL.md").write_text(validate.SKILL, encoding="utf-8")
    lines = [
        program("skillrepo", "validate", folder.name),
        program("agentskills", "validate", folder.name),
        program("agnix", folder.name),
        program("skillsaw", "lint", "--no-progress", folder.name),
    ]
    return [
        Command(f"`{Path(line[0]).name} {' '.join(line[1:-1])}`".replace(" `", "`"), line, root)
        for line in lines
        if Path(line[0]).exists()
    ]


def many_skills(root: Path, count: int) -> list[Command]:
    """All skills of a repository: nothing remembered, all but one remembered, and the peers."""
    ours = program("skillrepo", "validate", "--json")
    changed = next(root.glob("skills/*/*/SKILL.md"))

    def forget() -> None:
        for file in root.glob(CACHE):
            file.unlink()

    def change() -> None:
        with changed.open("a", encoding="utf-8") as file:
            file.write("\nOne line more.\n")

    commands = [
        Command("skillrepo, nothing remembered", ours, root, forget, _skillrepo),
        Command("skillrepo again, one skill changed", ours, root, change, _skillrepo),
    ]
    if (PROGRAMS / "agnix").exists():
        line = program("agnix", "--max-files", "0", "--format", "json", ".")
        commands.append(Command("agnix `--max-files 0`", line, root, looked_at=_agnix))
    if (PROGRAMS / "skillsaw").exists() and count <= MOST_FOR_SKILLSAW:
        line = program("skillsaw", "lint", "--no-progress", "--format", "json", ".")
        commands.append(Command("skillsaw", line, root, looked_at=_skillsaw))
    return commands


def _skillrepo(output: str) -> str:
    return f"{json.loads(output)['checked']:,} skills"


def _agnix(output: str) -> str:
    return f"{json.loads(output)['files_checked']:,} files"


def _skillsaw(output: str) -> str:
    return f"{json.loads(output)['stats']['skills']:,} skills"


def hook(root: Path, count: int) -> Command:
    """The hook, with one staged file."""
    skill = next(root.glob("skills/*/*/SKILL.md"))
    with skill.open("a", encoding="utf-8") as file:
        file.write("\nA line that is staged.\n")
    subprocess.run(["git", "add", skill], cwd=root, check=True)
    line = program("skillrepo", "validate", "--staged")
    return Command(f"`skillrepo validate --staged` among {count:,} skills", line, root)


def heading() -> Iterator[str]:
    """What was measured where."""
    load = os.getloadavg()[0]
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    yield f"CPython {platform.python_version()}, {_version('git')}, {system}, load {load:.2f}.  "
    peers = [name for name in ("agnix", "skillsaw", "agentskills") if (PROGRAMS / name).exists()]
    yield "; ".join(_version(str(PROGRAMS / name)) for name in ("skillrepo", *peers)) + "."
    if load > BUSY:
        yield "\n**The machine is busy: these figures are worth nothing.**"


def _version(name: str) -> str:
    done = subprocess.run([name, "--version"], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", default=repository.CORPUS, type=Path)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.archive is None:
        parser.error("name the archive of skills, or set SKILLREPO_CORPUS")
    runs = 3 if options.quick else options.runs
    sizes = [50, 300] if options.quick else sorted(map(int, options.sizes.split(",")))
    skills = repository.skills_of(options.archive)
    print(*heading(), sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary).resolve()
        # Without cached byte code every import would be compiled anew, as no installation does.
        environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environ |= {"HOME": str(root / "home"), "GIT_CONFIG_GLOBAL": os.devnull}
        rows = measure(one_skill(root), runs, environ)
        print(*table("One sound skill", rows), sep="\n", flush=True)
        small = root / "small"
        repository.make(small, skills, SMALL)
        for size in sizes:
            large = root / "large"
            repository.make(large, skills, size)
            rows = measure(many_skills(large, size), runs, environ)
            files = "SKILL.md alone" if size > repository.MOST_WITH_FILES else "with all files"
            print(*table(f"{size:,} skills, {files}", rows, size), NOTE, sep="\n", flush=True)
            if size == sizes[-1]:
                rows = measure([hook(small, SMALL), hook(large, size)], runs, environ)
                print(*table("A hook, one file staged", rows), sep="\n")
                wall, cpu = (1000 * (rows[1][at] - rows[0][at]) for at in (2, 3))
                print(f"\n{size - SMALL:,} skills more: wall {wall:+.0f} ms, CPU {cpu:+.0f} ms")
            shutil.rmtree(large)


if __name__ == "__main__":
    main()
