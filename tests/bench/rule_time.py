"""Measures each rule on 256 kB of the text on which it takes longest, of those that we know.

Usage: python tests/bench/rule_time.py [--only SKILL.md] [--rule X104] [--runs 3]

Prints a row a rule, the slowest first: milliseconds of processor time on its worst text, which that
was, and in which file it stood. The texts are those of tests/hostile_texts.py; each is the body
of SKILL.md, a reference page, a shell script and a Python script in turn. What takes more than
50 ms is marked. The time is the best of `--runs`, and without the time that it takes to read and
parse the files, which rules share; that is the row `parse`.
"""

import argparse
import runpy
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.files import Folder
from skillrepo.rule import Rule
from skillrepo.rules import ALL

TEXTS = runpy.run_path(str(Path(__file__).parents[1] / "hostile_texts.py"))
SKILL = "SKILL.md"
PLACES = (SKILL, "references/page.md", "scripts/run.sh", "scripts/run.py")
LIMIT = 0.05


class Worst(NamedTuple):
    """The most seconds that a rule took, the name of the text, and its file."""

    seconds: float
    text: str
    place: str


def texts(places: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """The name of each text, the file that it is for, and the text."""
    bodies = {**TEXTS["BODIES"], **TEXTS["DENSE_BODIES"]}
    for place in places:
        for name, body in bodies.items():
            yield name, place, TEXTS["HEADER"] + body if place == SKILL else body
    if SKILL in places:
        for name, text in TEXTS["FRONTMATTERS"].items():
            yield name, SKILL, text
        yield "many keys", SKILL, TEXTS["many_keys"]()


def measure(rules: Sequence[Rule], places: Sequence[str], runs: int) -> dict[str, Worst]:
    """The worst of each rule, by code and name."""
    worst: dict[str, Worst] = {}
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary).resolve()
        folder = TEXTS["make_repository"](root)
        sound = (folder / SKILL).read_text(encoding="utf-8")
        for name, place, text in texts(places):
            file = folder / place
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
            for label, seconds in _times(root, rules, runs):
                if label not in worst or seconds > worst[label].seconds:
                    worst[label] = Worst(seconds, name, place)
            file.unlink()
            (folder / SKILL).write_text(sound, encoding="utf-8")
    return worst


def _times(root: Path, rules: Sequence[Rule], runs: int) -> Iterator[tuple[str, float]]:
    """Each rule, and its time on the skill as it lies there."""
    start = time.process_time()
    context = Context.of(Folder(root))
    context.library.list_all()
    skills = list(context.library.load(context.library.skill_files))
    for skill in skills:
        bundle = context.bundle(skill)
        _ = isinstance(skill, Document) and skill.markdown
        for page in bundle.pages():
            _ = page.vocabulary, page.is_markdown and page.markdown
    yield "parse", time.process_time() - start
    for rule in rules:
        best = float("inf")
        for _ in range(runs):
            start = time.process_time()
            check(skills, [rule], context, "house")
            best = min(best, time.process_time() - start)
            if best < LIMIT / 10:
                break  # not what anybody looks for
        yield f"{rule.code} {rule.name}", best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PLACES, help="put the texts into this file alone")
    parser.add_argument("--rule", help="measure this rule alone: a code or a name")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    rules = [rule for rule in ALL if options.rule in (None, rule.code, rule.name)]
    if not rules:
        parser.error(f"there is no rule {options.rule}")
    worst = measure(rules, [options.only] if options.only else PLACES, options.runs)
    print("| rule | worst, ms | text | file | |", "| --- | ---: | --- | --- | --- |", sep="\n")
    for label, found in sorted(worst.items(), key=lambda item: -item[1].seconds):
        mark = "**over 50 ms**" if found.seconds > LIMIT and label != "parse" else ""
        print(f"| {label} | {1000 * found.seconds:,.1f} | {found.text} | {found.place} | {mark} |")
    slow = sum(found.seconds > LIMIT for label, found in worst.items() if label != "parse")
    print(f"{slow} of {len(rules)} rules take over 50 ms", file=sys.stderr)


if __name__ == "__main__":
    main()
