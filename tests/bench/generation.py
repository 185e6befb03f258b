"""Measures drafts of 40 published skills that were withheld, by who wrote them.

Usage: python tests/bench/generation.py [SKILLS-300.tar.gz] [--count 40] [--seed 1] [--list]
       python tests/bench/generation.py --model ID --recordings FOLDER [--yes | --replay]

A draft is made of the brief and the sources that `generation_cases.py` makes of a skill, and judged
by what `generation_measures.py` measures. A writer that gives no draft gets a second chance in
which it is told the category, as a user would with `--at`; then its placement counts as wrong.

The writers: `withheld`, the author's own skill; `template`, the offline writer without the sources;
`offline`, with them; and the model writer, if one is named. Brackets hold 95 % intervals (bootstrap
over the skills), and behind them stands of how many skills they are where that is not all. The last
columns are gains, skill by skill: of offline over template, and of the model over offline. The exit
code is 1 where the first is below zero in any measure, or not surely above zero in coverage and in
either measure of routing.

With `--model` it first says what that can cost and what it will, by the price list that LiteLLM
ships, and stops unless `--yes` is given; it cannot cost more than it said. Replies are recorded in
the folder, and what is there is not paid for again. With `--replay` nobody is called, no key is
needed, and a skill whose draft was not recorded, or is no more as the program asks today, is not
measured: so what a `--count` of a few cost gives a row beside the other writers' forty.
"""

import argparse
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import generation_cases as cases
from generation_cases import Case
from generation_measures import COLUMNS, Measured, failed, mean, measure

from skillrepo.draft import Draft, Request, Reviewer, Write
from skillrepo.errors import NoRecordingError, SkillRepoError
from skillrepo.propose import propose
from skillrepo.writer import offline

RESAMPLES = 2_000
# Columns of which the gain must surely be above zero; of routing either.
WANTED = (("coverage",), ("first", "few"))
_MODEL_JOBS = 8


def template(request: Request) -> Draft:
    """What the offline writer makes of a brief alone."""
    return offline.write(replace(request, sources=()))


def row(
    of: Sequence[Case],
    write: Callable[[Case], Write],
    others: Mapping[Case, Sequence[str]],
    rounds: int,
) -> list[Measured]:
    """What is measured of each case."""

    def one(case: Case) -> Measured:
        writer = write(case)
        reviewer = writer if isinstance(writer, Reviewer) else None
        request = case.request
        for category in (None, case.withheld.category):
            request = replace(request, category=category)
            try:
                proposal = propose(
                    request, writer, case.context, max_rounds=rounds, reviewer=reviewer
                )
            except NoRecordingError:
                return dict.fromkeys(COLUMNS)
            except SkillRepoError as error:
                why = str(error).partition("\n")[0]
                print(f"{case.repository}: {case.withheld.name}: {why}", file=sys.stderr)
            else:
                return measure(case, proposal, others[case], placed=category is None)
        return failed(case)

    with ThreadPoolExecutor(_MODEL_JOBS if rounds > 1 else 1) as pool:
        return list(pool.map(one, of))


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The middle 95 % of the means of samples drawn again."""
    chance = random.Random(4)  # noqa: S311 - the same again for the same values
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


def gains(one: Sequence[Measured], other: Sequence[Measured], name: str) -> list[float]:
    """By how much `one` is better than `other`, for each case in which both were measured."""
    gain = COLUMNS[name].gain
    pairs = ((a[name], b[name]) for a, b in zip(one, other, strict=True))
    return [gain(a) - gain(b) for a, b in pairs if a is not None and b is not None]


def shown(name: str, found: Sequence[Measured], count: int) -> str:
    """What a writer reached, for people; of how many skills, where these are not all `count`."""
    values = [each[name] for each in found]
    middle = mean(values)
    if middle is None:
        return "not measured"
    known = [value for value in values if value is not None]
    low, high = interval(known)
    show = COLUMNS[name].show
    of = f", {len(known)}" if len(known) < count else ""
    return f"{show(middle)} [{show(low)}, {show(high)}]{of}"


def print_table(rows: Mapping[str, Sequence[Measured]]) -> None:
    """A line for each measure, a column for each writer, and what each gains over the last."""
    order = [name for name in rows if name != "withheld"]
    pairs = list(pairwise(order))
    titles = [*rows, *(f"gain: {better} over {base}" for base, better in pairs)]
    print(f"| measure (skills) | {' | '.join(titles)} |")
    print(f"|---|{'---:|' * len(titles)}")
    for name, column in COLUMNS.items():
        count = sum(each[name] is not None for each in rows["offline"])
        cells = [shown(name, each, count) for each in rows.values()]
        cells += [gained(gains(rows[better], rows[base], name)) for base, better in pairs]
        print(f"| {column.title} ({count}) | {' | '.join(cells)} |")


def gained(found: Sequence[float]) -> str:
    """A gain with its interval, for people."""
    if not found:
        return "not measured"
    low, high = interval(found)
    return f"{fmean(found):+.2f} [{low:+.2f}, {high:+.2f}]"


def amiss(rows: Mapping[str, Sequence[Measured]]) -> list[str]:
    """In what offline is not as it must be beside the template."""
    found = {name: gains(rows["offline"], rows["template"], name) for name in COLUMNS}
    worse = [name for name, values in found.items() if values and fmean(values) < 0]
    lows = {name: interval(values)[0] if values else 0.0 for name, values in found.items()}
    unsure = [names[0] for names in WANTED if max(lows[name] for name in names) <= 0]
    return [f"worse in {name}" for name in worse] + [f"not surely better in {n}" for n in unsure]


def main() -> None:
    """Draft, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", default=os.environ.get("SKILLREPO_CORPUS"), type=Path)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="print the briefs, too")
    parser.add_argument("--model", metavar="ID")
    parser.add_argument("--recordings", type=Path, metavar="FOLDER")
    parser.add_argument("--yes", action="store_true")
    parser.add_argument("--replay", action="store_true")
    options = parser.parse_args()
    if options.archive is None:
        parser.error("name the archive of skills, or set SKILLREPO_CORPUS")
    if options.model and not options.recordings:
        parser.error("--model needs --recordings FOLDER, where what was paid for is kept")
    with tempfile.TemporaryDirectory() as folder:
        published = cases.extract(options.archive, Path(folder).resolve())
        selected = cases.select(published, options.count, options.seed)
        of = [cases.case_of(skill) for skill in selected]
        others = {
            case: [f"{each.name} {each.description}" for each in published if each != skill]
            for case, skill in zip(of, selected, strict=True)
        }
        print_cases(of, whole=options.list)
        rows = {
            "withheld": row(of, lambda case: lambda _: case.withheld, others, 1),
            "template": row(of, lambda _: template, others, 1),
            "offline": row(of, lambda _: offline.write, others, 1),
        }
        if options.model:
            from generation_model import ask  # noqa: PLC0415 - imports litellm

            writer, rounds = ask(of, options)
            rows[options.model] = row(of, lambda _: writer, others, rounds)
        print_table(rows)
    if problems := amiss(rows):
        raise SystemExit(f"offline is {', '.join(problems)} than the template")


def print_cases(of: Sequence[Case], *, whole: bool) -> None:
    """Of which repositories the skills are; with `whole` each with its brief."""
    counts = Counter(case.repository.replace("__", "/") for case in of)
    placed = sum(case.category is not None for case in of)
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    print(f"{len(of)} skills ({placed} in repositories with categories): {listed}\n")
    for case in of if whole else ():
        print(f"- {case.repository} {case.withheld.name}: {case.request.brief}")


if __name__ == "__main__":
    main()
