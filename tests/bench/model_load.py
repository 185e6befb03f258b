"""Drafts many skills with the model writer at once, against a server that takes its time.

Usage: python tests/bench/model_load.py [--drafts 200] [--jobs 16] [--latency 2]

One process of `skillrepo new --batch --writer model` makes the drafts, in a git repository in a
temporary folder, each with the same document of 12 kB as its source. `scripted_model.py` answers
each request after the latency, so a draft takes five times that, its longest chain of requests;
ideal is that time for each draft, divided among the jobs. Prints what was measured: time, memory,
requests a draft, how long the three analyses took that are asked at once, beside the slowest of
them, and the tokens of the prompts. Fails where a draft is missing or took another number of
requests than the others.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
BENCH = CHECKOUT / "tests/bench"
SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "NO_PROXY": "127.0.0.1",
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Bench"), ("EMAIL", "bench@example.invalid"))
    },
}
TAXONOMY = """\
version: 1
categories:
  data:
    title: Data and documents
    description: Tables, PDF files, conversion.
"""
CONFIG = """\
models:
  default: scripted
  registry:
    scripted: {model: openai/scripted, timeout: 60, api_base: 'http://127.0.0.1:%d/v1'}
"""
# Requests that wait for one another; the analyses, asked at once, count for one.
LONGEST_CHAIN = ("gather", "intent", "synthesize", "write", "review")
ANALYSES = ("intent", "placement", "dependencies")
SOURCE_CHARACTERS = 12_000
COMMAND = "Run `qpdf --empty --pages a.pdf -- o.pdf`."
"""What the scripted model writes stands in the source, so nothing is to be mended."""
MOST_OF_SLOWEST = 1.3
Request = Mapping[str, Any]
"""What the server remembers of one."""


@contextmanager
def serving(latency: float) -> Iterator[int]:
    """The port of a server in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "tests")}
    command = [sys.executable, str(BENCH / "scripted_model.py"), "--latency", str(latency)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        assert server.stdout
        yield int(server.stdout.readline())
        # Leaving the block closes its standard input, which ends it.


def log_of(port: int) -> dict[str, Any]:
    """What the server remembers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/log", timeout=60) as reply:
        found: dict[str, Any] = json.load(reply)
        return found


def make(root: Path, drafts: int, port: int) -> None:
    """A repository with a taxonomy, the briefs, and a configuration that knows the server."""
    manual = (CHECKOUT / "docs/rules.md").read_text()
    files = {
        "content/taxonomy.yaml": TAXONOMY,
        "content/manual.md": f"{COMMAND}\n\n{manual}"[:SOURCE_CHARACTERS],
        "content/briefs.jsonl": "".join(
            json.dumps(
                {
                    "brief": f"Merge the PDF files of item-{number}",
                    "name": f"item-{number}",
                    "from": ["manual.md"],
                }
            )
            + "\n"
            for number in range(drafts)
        ),
        "xdg/skillrepo/config.yaml": CONFIG % port,
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "taxonomy.yaml"),
        ("commit", "--quiet", "-m", "start"),
    ):
        git(root / "content", *arguments)


def git(folder: Path, *arguments: str) -> str:
    """What git prints."""
    environment = {**os.environ, **SETTINGS}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True, env=environment
    )
    return done.stdout


class Run(NamedTuple):
    """Seconds by the clock, seconds of CPU, and the highest memory in bytes of a batch."""

    took: float
    cpu: float
    memory: int


def run(root: Path, jobs: int) -> Run:
    """Make the drafts."""
    command = [sys.executable, "-m", "skillrepo", "new", "--batch", "briefs.jsonl"]
    command += ["--writer", "model", "--jobs", str(jobs)]
    environment = {**os.environ, **SETTINGS, "XDG_CONFIG_HOME": str(root / "xdg")}
    start = time.monotonic()
    with (root / "said").open("wb") as said:
        process = subprocess.Popen(
            command, cwd=root / "content", env=environment, stdout=said, stderr=said
        )
        # With the memory of this one process; `subprocess` tells none.
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit((root / "said").read_text(errors="replace"))
    took = time.monotonic() - start
    return Run(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def analyses(requests: Sequence[Request]) -> float:
    """How long the three of one draft took, from the reply before to the request after them."""
    at = {each["step"]: each for each in requests}
    seconds: float = at["synthesize"]["came"] - at["gather"]["left"]
    return seconds


def slowest(requests: Sequence[Request]) -> float:
    """How long the server took for the slowest of the three."""
    return max(each["left"] - each["came"] for each in requests if each["step"] in ANALYSES)


def main() -> None:
    """Make the drafts, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drafts", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=16)
    parser.add_argument("--latency", type=float, default=2.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(options.latency) as port:
        root = Path(folder).resolve()
        make(root, options.drafts, port)
        ran = run(root, options.jobs)
        log = log_of(port)
        branches = git(root / "content", "branch", "--list", "skill/new/*").split()
    by_draft: dict[str, list[Request]] = defaultdict(list)
    for each in log["requests"]:
        by_draft[each["draft"]].append(each)
    counts = Counter(len(each) for each in by_draft.values())
    if len(branches) != options.drafts or len(by_draft) != options.drafts or len(counts) != 1:
        raise SystemExit(f"{len(branches)} branches of {options.drafts}; requests a draft {counts}")
    print_run(options, ran, log["most"], list(by_draft.values()))
    print_prompts(log["requests"])


def print_run(
    options: argparse.Namespace, ran: Run, most: int, by_draft: Sequence[Sequence[Request]]
) -> None:
    """Print the time and what it went into."""
    drafts, jobs, latency = options.drafts, options.jobs, options.latency
    ideal = drafts * len(LONGEST_CHAIN) * latency / min(jobs, drafts)
    ratios = sorted(analyses(each) / slowest(each) for each in by_draft)
    within = sum(ratio <= MOST_OF_SLOWEST for ratio in ratios)
    total = statistics.median(sum(each["tokens"] for each in requests) for requests in by_draft)
    print(f"| {drafts} drafts, {jobs} at once, {latency:g} s a reply | measured | wanted |")
    print("|---|---:|---:|")
    print(f"| by the clock, and ideally | {ran.took:.1f} s, {ideal:.1f} s | |")
    print(f"| clock / ideal | {ran.took / ideal:.2f} | ≤ 1.5 |")
    print(f"| CPU | {ran.cpu:.1f} s, {ran.cpu / drafts * 1000:.0f} ms a draft | |")
    print(f"| highest memory | {ran.memory / 2**20:.0f} MiB | |")
    print(f"| requests a draft | {len(by_draft[0])} | ≤ 9 |")
    print(f"| requests at once, at most | {most} | |")
    print(f"| three analyses / the slowest, median | {statistics.median(ratios):.2f} | ≤ 1.3 |")
    print(f"| drafts within 1.3, and the highest | {within / drafts:.0%}, {ratios[-1]:.2f} | |")
    print(f"| tokens of a draft's prompts | ≈ {total:,.0f} | |")


def print_prompts(requests: Sequence[Request]) -> None:
    """Print how long the prompts are."""
    of_step: dict[str, list[int]] = defaultdict(list)
    for each in requests:
        of_step[each["step"]].append(each["tokens"])
    print("\n| step | tokens of the prompt |\n|---|---:|")
    for step, found in of_step.items():
        print(f"| {step} | ≈ {statistics.median(found):,.0f} |")


if __name__ == "__main__":
    main()
