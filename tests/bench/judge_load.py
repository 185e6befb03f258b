"""Judges many skills at once, against a server that takes its time.

Usage: python tests/bench/judge_load.py [--skills 50] [--latency 2] [--most 1.5]

Each skill is one of the samples of the tests with another number in it, before and after a change
that adds a section; a server on 127.0.0.1 answers each request after the latency, fairly, so two
votes of three agree. As many requests are in flight as the shipped configuration says. Ideal is the
latency times the requests, divided among those. Prints what was measured; fails where a review has
a problem, or the time is more than `--most` times the ideal.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "tests"))

from judged_skills import NEIGHBOURS, SAMPLES, Asked, fair  # noqa: E402
from openai_server import Received, Reply, chat, serving  # noqa: E402

from skillrepo.config import Config  # noqa: E402
from skillrepo.judge.ask import Request  # noqa: E402
from skillrepo.judge.case import Case, Material  # noqa: E402
from skillrepo.judge.review import Judged  # noqa: E402
from skillrepo.program import judging, libraries  # noqa: E402
from skillrepo.program.account import Account  # noqa: E402
from skillrepo.program.recording import Recordings  # noqa: E402

ADDED = "\n## Added\n\nMore is said of it.\n"


class Model:
    """Answers after the latency, and counts how many it has at once."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.calls = self.held = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, received: Received) -> Reply:
        with self._lock:
            self.calls += 1
            self.held += 1
            self.most = max(self.most, self.held)
        until = time.monotonic() + self.latency
        asked = Asked.of(Request(tuple(received.body["messages"]), {}, 0))
        proofs: Mapping[str, str] = next(
            (each.proofs for each in SAMPLES if f"name: {each.name}\n" in asked.inside), {}
        )
        said = {n: fair(proofs, item, asked.inside) for n, item in asked.questions.items()}
        text = json.dumps({n: {"answer": a, "quote": q} for n, (a, q) in said.items()})
        time.sleep(max(until - time.monotonic(), 0))
        with self._lock:
            self.held -= 1
        return chat(text)


def cases(number: int) -> Iterator[Case]:
    """So many skills with a change."""
    for n in range(number):
        text = f"{SAMPLES[n % len(SAMPLES)].text}\nThis is number {n}.\n"
        head, base = (Material(None, {"SKILL.md": each}) for each in (text + ADDED, text))
        yield Case(f"skills/{n}/SKILL.md", head, base, NEIGHBOURS)


def measured(config: Config, wanted: Sequence[Case]) -> tuple[float, float, list[Judged]]:
    """Seconds by the clock and of CPU, and what was judged; libraries are loaded before."""
    libraries.load()
    judge = judging.judge(config, Account(), Recordings())
    start, cpu = time.monotonic(), time.process_time()
    found = judge(wanted)
    return time.monotonic() - start, time.process_time() - cpu, list(found.values())


def main() -> None:
    """Judge, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skills", type=int, default=50)
    parser.add_argument("--latency", type=float, default=2.0)
    parser.add_argument("--most", type=float, default=1.5)
    options = parser.parse_args()
    os.environ |= {"BENCH_KEY": "none", "NO_PROXY": "127.0.0.1"}
    model = Model(options.latency)
    with tempfile.TemporaryDirectory() as home, serving(*[model] * 10_000) as server:
        entry = {"model": "openai/scripted", "env": "BENCH_KEY", "api_base": server.url}
        settings = {"models.default": "scripted", "models.registry": {"scripted": entry}}
        config = Config.load({}, Path(home), settings)
        took, cpu, found = measured(config, list(cases(options.skills)))
    problems = [
        problem
        for each in found
        for review in (each.head, each.base)
        if review
        for problem in review.problems
    ]
    flight = config.user.judge.in_flight
    ideal = model.calls * options.latency / flight
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {options.skills} skills, {flight} in flight, {options.latency:g} s a reply | |")
    print("|---|---:|")
    print(f"| requests, and at once at most | {model.calls}, {model.most} |")
    print(f"| by the clock, and ideally | {took:.1f} s, {ideal:.1f} s |")
    print(f"| clock / ideal (wanted: ≤ {options.most:g}) | {took / ideal:.2f} |")
    print(f"| CPU, the server's with it | {cpu:.1f} s |")
    print(f"| highest memory, libraries with it | {memory:.0f} MiB |")
    if problems or took > options.most * ideal:
        raise SystemExit(f"{len(problems)} problems; {took / ideal:.2f} times the ideal")


if __name__ == "__main__":
    main()
