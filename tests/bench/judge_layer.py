"""Simulates how often the layer of a judge blocks: new faults, and new lines that raise answers.

Usage: python tests/bench/judge_layer.py [--runs 200] [--seed KEY]

Prints a Markdown table of docs/statistics.md. Answers are those of the judge of gate_power.py, of
all items of the rubric; what falls are items of faults, and what new lines raise are others.
"""

import argparse

from gate_power import ITEMS, JUDGE, print_table, seeded

from skillrepo import paired
from skillrepo.grade import judged
from skillrepo.judge.rubric import rubric


def layer(lost: int, risen: int, runs: int, key: str) -> tuple[float, float]:
    """How often it fails and passes where so many faults are new, and so many answers are raised.

    An answer is raised to an item of which something is to be there: to those alone a line that
    says so is a proof.
    """
    there = sum(item.quote == "yes" for item in rubric().items)
    chance = seeded(key, "layer", lost, risen)
    found = []
    for _ in range(runs):
        # The items that fall are the last.
        drawn = JUDGE.draw(chance, lost / ITEMS)
        raised = [1.0] * risen + drawn[risen:there]
        groups = {"all": [*raised, *drawn[there:]], "there": raised, "faults": drawn[there:]}
        compared = paired.compare_all(groups, margin=judged.MARGIN, seed=key)
        found.append(judged.decided(compared, "all"))
    return found.count("fail") / runs, found.count("pass") / runs


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", default="judge layer", metavar="KEY")
    options = parser.parse_args()
    cases = ((0, 0), (0, 9), (5, 0), (5, 9), (8, 0), (8, 9))
    rows = {
        f"{lost} new faults, {risen} answers raised": layer(lost, risen, options.runs, options.seed)
        for lost, risen in cases
    }
    print_table(("the layer of a judge", "fail", "pass"), rows)


if __name__ == "__main__":
    main()
