"""What attacks in a skill do to a judge that obeys them: with all defences, and without each.

Usage: python tests/bench/injection.py

Each of the attacks of tests/attacks.py stands at the end of each of ten skills, which are judged
before and after by a scripted judge (tests/obeying.py). Prints how many attacks raise a verdict, in
how many reviews, and how many verdicts; how many reviews were void since the judge rested on text
that was flagged; and how the share of yes moved in the others, on average. The last row is of one
that takes what stands in the envelope for its orders, too, and quotes each line for the three
questions that it may prove: that is what the defences leave. Fails where another raises a verdict.
"""

import sys
import tempfile
from pathlib import Path
from statistics import mean
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from attacks import ATTACKS
from judged_skills import ITEMS, SAMPLES
from obeying import DEFENCES, Attacked, attacked

from skillrepo.context import Context
from skillrepo.files import Folder
from skillrepo.rules import ALL

FLAGS = [r for r in ALL if r.name in ("hidden-unicode", "hidden-instructions", "grader-address")]


def row(name: str, results: list[Attacked]) -> None:
    """Print what came of it."""
    risen = [each for each in results if each.risen]
    decided = [each.shift for each in results if not each.result.head.problems]
    attacks = f"{len({each.attack for each in risen})} of {len(ATTACKS)}"
    pairs = f"{len(risen)} of {len(results)}"
    of = len(results) * len(ITEMS)
    verdicts = f"{sum(len(each.risen) for each in risen):,} of {of:,}"
    void = len(results) - len(decided)
    print(f"| {name} | {attacks} | {pairs} | {verdicts} | {void} | {mean(decided):+.3f} |")


def main() -> None:
    """Attack, and print."""
    print(f"| {len(SAMPLES)} skills | attacks | reviews | verdicts | void | share |")
    print("|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        context = Context.of(Folder(Path(folder)))
        kept = list(attacked(FLAGS, context))
        row("all defences", kept)
        for name, (place, without) in DEFENCES.items():
            with patch(place, without):
                row(f"without {name}", list(attacked(FLAGS, context)))
        row("all defences, and a traitor", list(attacked(FLAGS, context, traitor=True)))
    if any(each.risen for each in kept):
        raise SystemExit("an attack raised a verdict")


if __name__ == "__main__":
    main()
