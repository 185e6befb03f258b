"""Simulates how often a comparison blocks for nothing, and how often it finds what is there.

Usage: python tests/bench/gate_power.py [--runs 1000] [--seed KEY]

Prints the Markdown tables of docs/statistics.md; it asks no model, and the same key gives the same
tables. Behaviour is that of tasks of which a skill does 0.6, each tried three times with base and
head: there chance is as strong as it gets. Judges answer 24 questions with three votes each, and
take 13.6 % of their answers back when they are asked again, most of them on the few questions that
they are not sure of (a Beta distribution with both parameters 0.187). Scores are on 0 to 1 and have
the noise that a model's have, 0.0575, which a static grade does not have.
"""

import argparse
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from statistics import fmean, median
from typing import NamedTuple

from skillrepo import agreement, holm, paired, proportion, resampling
from skillrepo.grade import gate, judged
from skillrepo.settings import Grading

NOISE = 0.0575
"""The standard deviation of one score by a model, on 0 to 1."""
UNSURE = 0.187
"""2 p (1 - p) has a mean of 0.136 where p is of Beta(UNSURE, UNSURE)."""
DONE = 0.6
TRIALS = 3
VOTES = 3
ITEMS = 24
Differences = tuple[float, ...]
Draw = Callable[[random.Random, float], list[float]]


class Procedure(NamedTuple):
    """One way to compare: `draw` gives the differences where the mean falls by so much."""

    name: str
    margin: float
    draw: Draw


def seeded(*parts: object) -> random.Random:
    """Chance that is the same for the same parts."""
    return random.Random("/".join(map(str, parts)))  # noqa: S311 - chance, not a secret


def behaviour(tasks: int) -> Procedure:
    """Share of the trials of a task that succeed, head - base."""

    def draw(chance: random.Random, fall: float) -> list[float]:
        def share(p: float) -> int:
            return sum(chance.random() < p for _ in range(TRIALS))

        return [(share(DONE - fall) - share(DONE)) / TRIALS for _ in range(tasks)]

    return Procedure(f"behaviour, {tasks} x {TRIALS}", 0.10, draw)


def scores(units: int) -> Procedure:
    """Scores of so many units, one of each of base and head."""

    def draw(chance: random.Random, fall: float) -> list[float]:
        return [chance.gauss(-fall, NOISE * math.sqrt(2)) for _ in range(units)]

    return Procedure(f"scores, {units} units", 0.05, draw)


def judge() -> Procedure:
    """Answers, 1 or 0, to the questions of the rubric; some that were yes are no where it falls."""

    def draw(chance: random.Random, fall: float) -> list[float]:
        def answer(p: float) -> int:
            return 2 * sum(chance.random() < p for _ in range(VOTES)) > VOTES

        lost = round(fall * ITEMS)
        sure = [chance.betavariate(UNSURE, UNSURE) for _ in range(ITEMS - lost)]
        differences = [float(answer(p) - answer(p)) for p in sure]
        return [*differences, *(float(answer(0.02) - answer(0.98)) for _ in range(lost))]

    return Procedure(f"judge, {ITEMS} items x {VOTES}", judged.MARGIN, draw)


JUDGE = judge()


@cache
def compared(differences: Differences, margin: float) -> paired.Comparison:
    """Few tasks with few trials have few outcomes, and one of them is the same each time."""
    return paired.compare(differences, margin=margin, seed="a key")


@cache
def plain(differences: Differences) -> tuple[float, float]:
    """The 2.5th and 97.5th percentile of the resampled means."""
    means = paired.resampled_means(differences, seed="a key")
    return resampling.percentile(means, 0.025), resampling.percentile(means, 0.975)


def drawn(procedure: Procedure, fall: float, runs: int, key: str) -> list[Differences]:
    """The differences of so many comparisons where the mean falls by so much."""
    chance = seeded(key, procedure.name, fall)
    return [tuple(sorted(procedure.draw(chance, fall))) for _ in range(runs)]


def share(verdict: str, procedure: Procedure, runs: Sequence[Differences]) -> float:
    """How many have that verdict, 0 to 1."""
    return fmean(compared(each, procedure.margin).verdict == verdict for each in runs)


def plainly_blocked(runs: Sequence[Differences]) -> float:
    """How many a plain bootstrap would block: the upper end of its interval is below 0."""
    return fmean(plain(each)[1] < -1e-9 for each in runs)


def holds(procedure: Procedure, runs: Sequence[Differences]) -> tuple[float | str, float]:
    """How many intervals hold 0: those of comparisons, and plain ones."""

    def inside(low: float | None, high: float | None) -> bool:
        return low is not None and high is not None and low - 1e-9 <= 0 <= high + 1e-9

    ours = fmean(inside(*compared(each, procedure.margin)[2:4]) for each in runs)
    few = len(runs[0]) < paired.MIN_TASKS
    return "none" if few else ours, fmean(inside(*plain(each)) for each in runs)


def any_of(dimensions: int, tasks: int, runs: int, key: str) -> tuple[float, float]:
    """How often any of so many dimensions that did not change has p < 0.05: as it is, with Holm."""
    procedure = behaviour(tasks)
    chance = seeded(key, dimensions, tasks)
    raw = adjusted = 0
    for run in range(runs):
        family = {str(name): procedure.draw(chance, 0.0) for name in range(dimensions)}
        p_values = {
            name: paired.sign_flip(each, seed=f"{run}/{name}") for name, each in family.items()
        }
        raw += min(p_values.values()) < paired.LEVEL
        adjusted += min(holm.adjusted(p_values).values()) < paired.LEVEL
    return raw / runs, adjusted / runs


def threshold(votes: int, runs: int, key: str) -> float:
    """How often the rule for static grades blocks no change, if a score is the mean of votes."""
    chance = seeded(key, "threshold", votes)
    noise = NOISE / math.sqrt(votes)

    def blocks() -> bool:
        change = gate.Change(0.8 + chance.gauss(0, noise), 0.8 + chance.gauss(0, noise))
        return gate.static(change, Grading(), is_new=False).verdict == "fail"

    return fmean(blocks() for _ in range(runs))


def kappa_holds(units: int, kappa: float, runs: int, key: str) -> tuple[float, float]:
    """How many intervals of a kappa hold the truth, with even labels, and their median width."""
    chance = seeded(key, "kappa", units, kappa)
    found = []
    for run in range(runs):
        ones = ["no" if chance.random() < 0.5 else "yes" for _ in range(units)]
        others = [
            one if chance.random() < (1 + kappa) / 2 else {"no": "yes", "yes": "no"}[one]
            for one in ones
        ]
        each = agreement.agreement(ones, others, seed=str(run))
        if each.low is not None and each.high is not None:
            found.append((each.low <= kappa <= each.high, each.high - each.low))
    return fmean(held for held, _ in found), median(width for _, width in found)


def wilson_holds(of: int) -> tuple[float, float]:
    """How many intervals of a share hold the truth, of 0.05 to 0.95: on average, at the least."""
    intervals = [proportion.wilson(found, of) or (0.0, 1.0) for found in range(of + 1)]
    held = [
        math.fsum(
            math.comb(of, found) * p**found * (1 - p) ** (of - found)
            for found, (low, high) in enumerate(intervals)
            if low <= p <= high
        )
        for p in (at / 200 for at in range(10, 191))
    ]
    return fmean(held), min(held)


def print_table(columns: Sequence[str], rows: Mapping[str, Sequence[object]]) -> None:
    """Shares are given as per cent."""
    print(f"| {' | '.join(columns)} |\n|---|{'---:|' * (len(columns) - 1)}")
    for name, cells in rows.items():
        told = [f"{cell:.1%}" if isinstance(cell, float) else str(cell) for cell in cells]
        print(f"| {name} | {' | '.join(told).replace('%', ' %')} |")
    print()


def print_verdicts(runs: int, key: str) -> None:
    """The verdicts of each procedure by how far it falls."""
    known = [*map(behaviour, (3, 5, 10, 20)), JUDGE, scores(5)]
    nothing, margins, falls, found = {}, {}, {}, {}
    for each in known:
        sample = drawn(each, 0.0, runs, key)
        verdicts = (share("fail", each, sample), share("pass", each, sample))
        any_fall = fmean(fmean(one) < -1e-9 for one in sample)
        nothing[each.name] = (*verdicts, *holds(each, sample), plainly_blocked(sample), any_fall)
        fall = math.ceil(each.margin * ITEMS) / ITEMS if each == JUDGE else each.margin
        sample = drawn(each, fall, runs, key)
        rates = (share("pass", each, sample), share("fail", each, sample))
        margins[each.name] = (f"{fall:.3f}", *rates)
        sample = drawn(each, 0.2, runs, key)
        rates = (share("fail", each, sample), plainly_blocked(sample), share("pass", each, sample))
        falls[each.name] = rates
        named = median(compared(one, each.margin).detectable or math.inf for one in sample)
        if named < DONE and each != JUDGE:
            power = share("fail", each, drawn(each, named, runs // 2, key))
            found[each.name] = (f"{named:.2f}", power)
    held = ("interval holds 0", "plain percentiles do")
    others = ("plain bootstrap blocks", "any fall blocks")
    print_table(("no change", "fail", "pass", *held, *others), nothing)
    print_table(("a fall by the margin", "fall", "pass", "fail"), margins)
    print_table(("a fall by 0.20", "fail", "plain bootstrap blocks", "pass"), falls)
    print_table(("what is said to be found", "fall", "fail"), found)


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--seed", default="gate power", metavar="KEY")
    options = parser.parse_args()
    runs, key, start = options.runs, options.seed, time.process_time()
    print_verdicts(runs, key)
    families = {
        f"{dimensions} of {tasks} x {TRIALS}": any_of(dimensions, tasks, runs, key)
        for dimensions, tasks in ((3, 10), (6, 10), (6, 20))
    }
    print_table(("dimensions without a change", "any p < 0.05", "with Holm"), families)
    noisy = {f"{votes}": (threshold(votes, 10 * runs, key),) for votes in (1, 3, 5)}
    print_table(("votes", "a noisy score blocked by the static rule"), noisy)
    kappas = {}
    for units, kappa in ((50, 0.6), (200, 0.6), (200, 0.4)):
        held, width = kappa_holds(units, kappa, max(2, runs // 10), key)
        kappas[f"{units}, {kappa}"] = (held, f"{width:.2f}")
    print_table(("labels, kappa", "interval holds it", "width"), kappas)
    columns = ("runs", "Wilson's interval holds the share", "at the least")
    print_table(columns, {str(of): wilson_holds(of) for of in (10, 20, 60)})
    print(f"{runs:,} runs each, {time.process_time() - start:.0f} s of processor time")


if __name__ == "__main__":
    main()
