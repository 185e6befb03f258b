"""Writes docs/rules.md: the rules, what they find in 300 published skills, and how often rightly.

Usage: python tests/bench/precision.py [SKILLS-300.tar.gz] [--check]

With `--check` nothing is written, and the exit code is 1 if the file is not as it would be. Without
the archive (argument or SKILLREPO_CORPUS) the figures are left as they are, and a rule without any
is `not measured`. Judgements lie in tests/precision/<CODE>.tsv, a line each: path below the
archive's folder, line, `right` or `wrong`. What is amiss with them is said on standard error.
"""

import argparse
import os
import re
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.files import Folder
from skillrepo.finding import Severity
from skillrepo.rule import Rule
from skillrepo.rules import ALL

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = CHECKOUT / "docs/rules.md"
LABELS = CHECKOUT / "tests/precision"
ENOUGH = 40
"""Hits that are read of a rule; all, where it has fewer."""
BARS = {Severity.ERROR: 0.9, Severity.WARNING: 0.9, Severity.INFO: 0.7}
NONE = "-"
NOT_MEASURED = ("not measured",) * 3
FIXED = 5
"""Columns that need no corpus."""
FAMILIES = {
    "D": ("Document", "Can the files be read, and does their text hang together?"),
    "L": ("Links", "Does what the text leads to exist, and is what exists led to?"),
    "M": ("Metadata", "Is the frontmatter what the specification and the clients expect?"),
    "P": ("Prose", "Is the skill found when it is needed, and is it short enough to be read?"),
    "R": ("Relations", "Do the skills that a skill names agree with it?"),
    "S": ("Sections", "Are the sections there that the category asks for?"),
    "T": ("Taxonomy", "Does each skill have one place, and one name?"),
    "X": ("Security", "Is there anything that a reviewer would not see, or should not let pass?"),
    "I": ("Installation", "Will installers find the skills, and keep them apart?"),
}
HEAD = """\
# Rules

<!-- Written by `python tests/bench/precision.py`; what is changed here by hand is lost. -->

There are {rules}. `skillrepo explain CODE` prints the page of one: what it checks, why, how to mend
what it finds, and where that is said. Those about a change (G101 to G104), which
`skillrepo grade` checks, are listed in [grading.md](grading.md#rules-about-a-change).

- **house** and **spec** are the severities in the two profiles; `-` means that the profile does
  not have the rule; what neither has is off until `rules:` in skillrepo.yaml gives it a severity.
  A note is called `info` there and in options.
- **hits** is how often the rule speaks in 300 published skills of 12 public repositories, in
  `house`. What a rule says about a whole repository, or needs a taxonomy for, cannot be counted
  there: `-`.
- **read** is how many of these hits were read with the text around them and judged: all, or a
  random sample of {enough}. **right** is how many of those are faults that are worth their
  severity. A rule that merely counts or looks up is not judged: `-`.

A rule that guesses must be right in at least 90 % of the hits that were read to be a warning, and
in 70 % to be a note; what is below is mended or dropped. † marks judgements of an earlier form of
the rule, or too few of them; ‡ a rule that is below its bar.
"""


class Labels(NamedTuple):
    """The judgements of a rule's hits."""

    places: frozenset[tuple[str, int]]
    right: int
    read: int


def labels_of(code: str) -> Labels | None:
    """Read the judgements of a rule."""
    file = LABELS / f"{code}.tsv"
    if not file.is_file():
        return None
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
    wrong = [row for row in rows if len(row) != 3 or row[2] not in ("right", "wrong")]
    if wrong:
        raise SystemExit(f"{file}: {wrong[0]} is no judgement")
    places = frozenset((path, int(line)) for path, line, _ in rows)
    return Labels(places, sum(row[2] == "right" for row in rows), len(rows))


def hits_of(root: Path) -> dict[str, Counter[tuple[str, int]]]:
    """How often each rule that looks at one skill alone speaks, by path and line."""
    context = Context.of(Folder(root))
    context.library.list_all()
    skills = context.library.load(context.library.skill_files)
    found: dict[str, Counter[tuple[str, int]]] = {
        rule.code: Counter()
        for rule in ALL
        if (rule.run or rule.run_any) and not rule.needs_taxonomy and "house" in rule.severities
    }
    for finding in check(skills, ALL, context, "house").findings:
        if finding.code in found:
            found[finding.code][finding.path, finding.line] += 1
    return found


def measured(rule: Rule, hits: Mapping[tuple[str, int], int] | None) -> tuple[str, str, str]:
    """The cells for hits, hits that were read, and how many of them were right."""
    if hits is None:
        return NONE, NONE, NONE
    total = f"{sum(hits.values()):,}"
    labels = labels_of(rule.code)
    if labels is None or not labels.read:
        return total, NONE, NONE
    share = labels.right / labels.read
    below = share < BARS[rule.severities["house"]]
    marks = "†" * bool(list(stale(labels, hits))) + "‡" * below
    # Not rounded up: it must not look as if it reached a bar.
    return total, str(labels.read), f"{int(100 * share)} % {marks}".rstrip()


def stale(labels: Labels, hits: Collection[tuple[str, int]]) -> Iterator[str]:
    """What is amiss with the judgements of a rule."""
    gone = labels.places - set(hits)
    if gone:
        path, line = min(gone)
        yield f"{len(gone)} judged hits are made no more, the first {path}:{line}"
    left = set(hits) - labels.places
    if left and labels.read < ENOUGH:
        path, line = min(left)
        yield f"{len(left)} hits are not judged, the first {path}:{line}"


def fixed(rule: Rule) -> list[str]:
    """The cells that need no corpus."""
    title = (rule.manual or "").strip().partition("\n")[0].replace("|", r"\|")
    house, spec = (
        _named(rule.severities[profile]) if profile in rule.severities else NONE
        for profile in ("house", "spec")
    )
    return [rule.code, rule.name, house, spec, title]


def _named(severity: Severity) -> str:
    return "note" if severity is Severity.INFO else str(severity)


def page(cells: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The lines of the page; `cells` are what was measured, by code."""
    yield HEAD.format(rules=len(ALL), enough=ENOUGH).rstrip()
    for family, members in groupby(ALL, key=lambda rule: rule.code[0]):
        name, asks = FAMILIES[family]
        yield f"\n## {family}: {name}\n\n{asks}\n"
        yield "| code | name | house | spec | holds when all is well | hits | read | right |"
        yield "| --- | --- | --- | --- | --- | ---: | ---: | ---: |"
        for rule in members:
            yield f"| {' | '.join([*fixed(rule), *cells.get(rule.code, NOT_MEASURED)])} |"


def rows(text: str) -> dict[str, list[str]]:
    """The cells of each rule on a page, by code."""
    found = {}
    for line in text.splitlines():
        if re.match(r"\| [A-Z][0-9]{3} \|", line):
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            found[cells[0].strip()] = [cell.strip() for cell in cells]
    return found


def main() -> None:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", default=os.environ.get("SKILLREPO_CORPUS"))
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    now = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    cells = {code: tuple(row[FIXED:]) for code, row in rows(now).items()}
    if options.archive:
        with tempfile.TemporaryDirectory() as folder, tarfile.open(options.archive) as tar:
            tar.extractall(folder, filter="data")
            found = hits_of(next(Path(folder).resolve().iterdir()))
        cells = {rule.code: measured(rule, found.get(rule.code)) for rule in ALL}
        for code, hits in found.items():
            labels = labels_of(code)
            for what in stale(labels, hits) if labels else ():
                print(f"{code}: {what}", file=sys.stderr)
    text = "\n".join(page(cells)) + "\n"
    if not options.check:
        PAGE.write_text(text, encoding="utf-8")
    elif text != now:
        raise SystemExit("docs/rules.md is not up to date; run python tests/bench/precision.py")


if __name__ == "__main__":
    main()
