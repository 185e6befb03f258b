"""Scores `skillrepo validate` and its installed peers on the specimens, one process a skill.

Usage: python tests/bench/specimens.py [--seconds 5] [--missed]

Prints a row a tool: sound skills with an error, and with a warning; faulty skills with an error,
with less, and with nothing; doubtful skills with anything; and crashes, runs that were stopped
after `--seconds`, and runs over 2 s. A note or warning that a tool gives to a plain sound skill
too does not count. `--missed` names what each tool was wrong about. Install the peers with
`pip install -e '.[bench]' tracemantle`; those that are not there are left out.
"""

import argparse
import json
import os
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

TABLES = runpy.run_path(str(Path(__file__).parents[1] / "specimens.py"))
SLOW = 2.0
Told = set[tuple[str, str]]
"""Pairs of severity and rule."""


class Tool(NamedTuple):
    """How a tool is called, and what its output says; it raises ValueError where it is no JSON."""

    name: str
    arguments: tuple[str, ...]
    told: Callable[[str], Told]


class Outcome(NamedTuple):
    """`told` is None after a crash or a stop."""

    told: Told | None
    stopped: bool
    seconds: float


def skillrepo(output: str) -> Told:
    """Read `skillrepo validate --json`."""
    return {(each["severity"], each["code"]) for each in json.loads(output)["findings"]}


def agnix(output: str) -> Told:
    """Read `agnix --format json`."""
    return {(each["level"], each["rule"]) for each in json.loads(output)["diagnostics"]}


def skillsaw(output: str) -> Told:
    """Read `skillsaw lint --format json`."""
    return {(each["severity"], each["rule_id"]) for each in json.loads(output)["violations"]}


def tracemantle(output: str) -> Told:
    """Read `tracemantle --format json`."""
    found: list[dict[str, Any]] = json.loads(output)["results"]
    return {(each["severity"], each["rule"]) for file in found for each in file["diagnostics"]}


def agentskills(output: str) -> Told:
    """Read `agentskills validate`, which prints text alone: its exit code says it."""
    raise ValueError(output)


TOOLS = (
    Tool("skillrepo", ("validate", "--json"), skillrepo),
    Tool("agentskills", ("validate",), agentskills),
    Tool("agnix", ("--format", "json"), agnix),
    Tool("skillsaw", ("lint", "-v", "--format", "json", "--no-progress"), skillsaw),
    Tool("tracemantle", ("--format", "json"), tracemantle),
)


def run(tool: Tool, folder: Path, seconds: float) -> Outcome:
    """Run a tool over the folder of one skill."""
    program = str(Path(sys.executable).parent / tool.name)
    start = time.perf_counter()
    try:
        done = subprocess.run(
            [program, *tool.arguments, f"./{folder.name}"],
            cwd=folder.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(None, stopped=True, seconds=seconds)
    taken = time.perf_counter() - start
    said = done.stderr.decode(errors="replace")
    if done.returncode < 0 or "Traceback (most" in said or "panicked at" in said:
        return Outcome(None, stopped=False, seconds=taken)
    try:
        told = tool.told(done.stdout.decode(errors="replace"))
    except ValueError:
        # It has refused the skill, or has nothing to say.
        told = {("error", "exit code")} if done.returncode else set()
    return Outcome(told, stopped=False, seconds=taken)


def kinds(table: Mapping[str, Outcome], always: Told) -> dict[str, str]:
    """Name what a tool did with each skill: crash, error, warning, info or silent."""
    return {name: kind(outcome, always) for name, outcome in table.items()}


def kind(outcome: Outcome, always: Told) -> str:
    """Name the worst that a tool said."""
    if outcome.told is None:
        return "hang" if outcome.stopped else "crash"
    severities = {severity for severity, _ in outcome.told - always}
    worst = (level for level in ("error", "warning", "info") if level in severities)
    return next(worst, "silent")


def score(tool: Tool, places: Mapping[str, Mapping[str, Path]], seconds: float) -> Iterator[str]:
    """Run a tool over all skills; its row, and what it was wrong about."""
    plain = run(tool, places["plain"]["plain"], seconds).told or set()
    outcomes = {
        group: {name: run(tool, folder, seconds) for name, folder in folders.items()}
        for group, folders in places.items()
    }
    found = {group: kinds(table, plain) for group, table in outcomes.items()}
    sound, faulty, doubtful = (
        list(found[group].values()) for group in ("sound", "faulty", "doubtful")
    )
    every = [outcome for table in outcomes.values() for outcome in table.values()]
    numbers = [
        sound.count("error"),
        sound.count("warning"),
        faulty.count("error"),
        faulty.count("warning") + faulty.count("info"),
        faulty.count("silent"),
        sum(each in ("error", "warning", "info") for each in doubtful),
        sum(each.told is None and not each.stopped for each in every),
        sum(each.stopped for each in every),
        sum(each.seconds > SLOW for each in every),
    ]
    yield f"{tool.name:12}" + "".join(f"{number:>9}" for number in numbers)
    right = {
        "sound": ("silent", "info"),
        "faulty": ("error",),
        "doubtful": ("error", "warning", "info"),
    }
    for group, kinds_of in right.items():
        for name, what in found[group].items():
            if what not in kinds_of:
                yield f"    {group} {name}: {what}"


def main() -> None:
    """Make the skills, run the tools, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--missed", action="store_true")
    options = parser.parse_args()
    groups = {
        "plain": {"plain": TABLES["PLAIN"]},
        "sound": TABLES["SOUND"],
        "faulty": TABLES["FAULTY"],
        "doubtful": TABLES["DOUBTFUL"],
    }
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary).resolve()
        os.environ["HOME"] = str(root / "home")
        places: dict[str, dict[str, Path]] = {}
        for group, table in groups.items():
            places[group] = {}
            for name, build in table.items():
                place = root / group / name
                place.mkdir(parents=True)
                places[group][name] = build(place)
        print(", ".join(f"{len(groups[name])} {name}" for name in ("sound", "faulty", "doubtful")))
        heads = ("sound E", "W", "faulty E", "less", "silent", "doubtful", "crash", "hang", "> 2 s")
        print(f"{'':12}" + "".join(f"{head:>9}" for head in heads))
        for tool in TOOLS:
            if not (Path(sys.executable).parent / tool.name).exists():
                continue
            row, *missed = score(tool, places, options.seconds)
            print(row, *(missed if options.missed else ()), sep="\n", flush=True)


if __name__ == "__main__":
    main()
