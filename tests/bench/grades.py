"""What grades are worth: over 300 published skills, prints Markdown tables.

Usage: python tests/bench/grades.py [SKILLS-300.tar.gz] [--calibrate] [--page]

How grades and measures are distributed; what the block of headings of tests/padding.py, made-up
names and junk evals gain; how the measures and the grade agree with the nine features of the
reference system, by Spearman's rank correlation; and the time for a skill. With `--calibrate`, the
table in config/grading.yaml that turns raw means into scores is written anew before. The archive is
the argument, else SKILLREPO_CORPUS. With `--page` nothing is measured: the table of measures in
docs/grading.md is written anew.
"""

import argparse
import os
import re
import runpy
import statistics
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from skillrepo.config import Config
from skillrepo.context import Context
from skillrepo.document import Document, read
from skillrepo.files import Folder
from skillrepo.grade import fleet_compat, score
from skillrepo.grade.profile import FILE, LABELS, shipped
from skillrepo.measure import Reading, Subject
from skillrepo.measures import ALL, eval_coverage, readings

CHECKOUT = Path(__file__).resolve().parents[2]
PADDING = runpy.run_path(str(CHECKOUT / "tests/padding.py"))
PAGE = CHECKOUT / "docs/grading.md"
BEGIN, END = re.escape("<!-- measures: "), "<!-- end of measures -->"
PERCENTILES = (1, 5, 10, 25, 40, 50, 60, 75, 85, 90, 95, 99)
DEDUCTS = {measure.name: measure.deducts for measure in ALL}


class Skill(NamedTuple):
    """The readings of a skill as it is, with headings below it, and with made-up names below it."""

    plain: Mapping[str, Reading]
    attacked: Mapping[str, Reading]
    named: Mapping[str, Reading]
    others: Mapping[str, Mapping[str, Reading]]
    """What is put below it otherwise → the readings."""
    compat: score.Grade
    compat_attacked: score.Grade


def skills(root: Path) -> Iterator[tuple[Document, Context]]:
    """Every skill whose frontmatter can be read."""
    context = Context.of(Folder(root))
    context.library.list_all()
    for skill in context.library.load(context.library.skill_files):
        if isinstance(skill, Document) and skill.problem is None:
            yield skill, context


def below(skill: Document, text: str) -> Document:
    """The skill with a text below it."""
    data = skill.data.rstrip(b"\n") + b"\n\n" + text.encode()
    longer = read(skill.path, skill.folder, data)
    assert isinstance(longer, Document)
    return longer


def measured(skill: Document, context: Context) -> Mapping[str, Reading]:
    """The readings of a skill; what the links of another text of it were is let go."""
    bundle = context.bundle(skill)
    bundle.forget()
    return readings(Subject(skill, bundle))


def talked_up(skill: Document, context: Context) -> dict[str, Mapping[str, Reading]]:
    """The readings of a skill with other texts below it, and with junk evals."""
    description = str(skill.frontmatter.get("description"))
    texts = {f"names, {what}": make(40, description) for what, make in PADDING["NAMING"].items()}
    varied = PADDING["varied"](40, description)
    texts |= {f"names in {what}": hide.format(varied) for what, hide in PADDING["HIDDEN"].items()}
    found = {what: measured(below(skill, text), context) for what, text in texts.items()}
    plain = measured(skill, context)
    for kind in PADDING["JUNK"]:
        reading = with_evals(skill, PADDING["junk_evals"](description, kind))
        old = plain["eval_coverage"]
        better = reading if (reading.value or 0) > (old.value or 0) else old
        found[f"evals, {kind}"] = {**plain, "eval_coverage": better}
    return found


def with_evals(skill: Document, evals: str) -> Reading:
    """What is said of a SKILL.md with these evals and no other file."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        (root / "SKILL.md").write_bytes(skill.data)
        (root / "evals").mkdir()
        (root / "evals/evals.json").write_text(evals, encoding="utf-8")
        context = Context.of(Folder(root.resolve()))
        (alone,) = context.library.load(["SKILL.md"])
        assert isinstance(alone, Document)
        return eval_coverage.MEASURE.run(Subject(alone, context.bundle(alone)))


def look(root: Path) -> list[Skill]:
    """Measure every skill as it is, and with each text below it."""
    evaluation = Config.load({}, root).user.evaluation
    settings = evaluation.metric_weights.model_dump(), evaluation.thresholds.model_dump()
    names = PADDING["made_up"](40)
    return [
        Skill(
            measured(skill, context),
            measured(attacked := below(skill, PADDING["ATTACK"]), context),
            measured(below(skill, names), context),
            talked_up(skill, context),
            fleet_compat.grade(skill, *settings),
            fleet_compat.grade(attacked, *settings),
        )
        for skill, context in skills(root)
    ]


def quantile(values: Sequence[float], percentile: float) -> float:
    """The value that this share (in %) of the values does not reach."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percentile / 100))]


def calibrate(found: Sequence[Skill]) -> None:
    """Write the calibration into config/grading.yaml."""
    path = CHECKOUT / FILE
    text = path.read_text(encoding="utf-8")
    labels = [
        tuple(map(float, re.findall(rf"  {name}: {{percentile: (\S+), score: (\S+)}}", text)[0]))
        for name in LABELS
    ]
    raws = [score.raw(skill.plain, shipped()) for skill in found]
    compat = [skill.compat.score for skill in found]
    head, _, _ = text.partition("  default:\n")
    rows = [
        "  default:",
        *_rows(raws, [(0.0, 0.0), *labels, (100.0, 1.0)]),
        "  fleet-compat:",
        *_rows(compat, None),
    ]
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    shipped.cache_clear()


def _rows(raws: Sequence[float], anchors: Sequence[tuple[float, ...]] | None) -> Iterator[str]:
    """A row a percentile; without anchors the score stays what it is.

    Up to the first anchor the score rises evenly with the raw mean, and not with the percentile: a
    quarter of the skills is crowded there, and a little more would make a great difference.
    """
    last = 0.0
    yield "    - {raw: 0.0, percentile: 0, score: 0.0}"
    for percentile in PERCENTILES:
        value = round(quantile(raws, percentile), 4)
        if value <= last:
            continue
        last = value
        shown = value
        if anchors and percentile <= anchors[1][0]:
            shown = anchors[1][1] * value / quantile(raws, anchors[1][0])
        elif anchors:
            shown = _between(percentile, anchors)
        yield f"    - {{raw: {value}, percentile: {percentile}, score: {round(shown, 4)}}}"
    yield "    - {raw: 1.0, percentile: 100, score: 1.0}"


def _between(percentile: float, anchors: Sequence[tuple[float, ...]]) -> float:
    high = next(n for n, anchor in enumerate(anchors) if percentile <= anchor[0])
    (low, least), (top, most) = anchors[high - 1], anchors[high]
    return least + (percentile - low) / (top - low) * (most - least)


def value(name: str, reading: Reading) -> float | None:
    """What a reading counts for."""
    return 1.0 if reading.value is None and DEDUCTS[name] else reading.value


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; numbers have three decimals."""
    print(f"| {' | '.join(head)} |")
    print(f"| --- |{' ---: |' * (len(head) - 1)}")
    for row in rows:
        cells = (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row)
        print(f"| {' | '.join(cells)} |")
    print()


def distribution(found: Sequence[Skill]) -> None:
    """Print quantiles of measures and grades, and how many skills have each label."""
    shares = (1, 10, 25, 50, 75, 90, 99)
    rows: list[Sequence[object]] = []
    for measure in ALL:
        values = [skill.plain[measure.name].value for skill in found]
        known = [each for each in values if each is not None]
        cells = [quantile(known, share) for share in shares] if known else ["-"] * len(shares)
        rows.append((measure.name, values.count(None), *cells))
    grades = [score.grade(skill.plain, shipped()) for skill in found]
    raws = [score.raw(skill.plain, shipped()) for skill in found]
    for name, means in (
        ("raw mean", raws),
        ("grade", [grade.score for grade in grades]),
        ("fleet-compat", [skill.compat.score for skill in found]),
    ):
        rows.append((f"**{name}**", 0, *(quantile(means, share) for share in shares)))
    print("## Distribution\n")
    table(("measure", "n/a", *(f"p{share}" for share in shares)), rows)
    ours = Counter(grade.label for grade in grades)
    theirs = Counter(skill.compat.label for skill in found)
    labels = (score.BELOW, *LABELS)
    table(("label", "grade", "fleet-compat"), [(each, ours[each], theirs[each]) for each in labels])


def padding(found: Sequence[Skill]) -> None:
    """Print what headings gain, and what made-up names do."""
    rows: list[Sequence[object]] = []
    for measure in ALL:
        pairs = [
            [value(measure.name, each[measure.name]) for each in (s.plain, s.attacked, s.named)]
            for s in found
        ]
        known = [[each or 0.0 for each in pair] for pair in pairs if None not in pair]
        rows.append(_gain(measure.name, known))
    ours = [
        [score.grade(each, shipped()).score for each in (s.plain, s.attacked, s.named)]
        for s in found
    ]
    rows.append(_gain("**grade**", ours))
    theirs = [[s.compat.score, s.compat_attacked.score, s.compat.score] for s in found]
    rows.append((*_gain("fleet-compat", theirs)[:3], "-", "-"))
    print("## What is gained by a block of headings, and by 40 made-up names\n")
    head = ("measure", "headings, mean", "headings, most", "names, mean", "names, most")
    table(head, rows)
    before = sum(s.compat.label != score.BELOW for s in found)
    after = sum(s.compat_attacked.label != score.BELOW for s in found)
    print(f"Of {len(found)}, fleet-compat lets {before} pass, with the headings {after}.\n")


def other_texts(found: Sequence[Skill]) -> None:
    """Print what the grade gains by other texts, and by junk evals."""
    rows: list[Sequence[object]] = []
    for what in found[0].others:
        gains = [
            score.grade(skill.others[what], shipped()).score
            - score.grade(skill.plain, shipped()).score
            for skill in found
        ]
        cells = (statistics.fmean(gains), quantile(gains, 90), max(gains))
        rows.append((what, *cells, sum(gain > 0.1 for gain in gains)))
    print("## What the grade gains by other texts\n")
    table(("40 lines below, or 30 evals", "mean", "p90", "most", "skills with more than 0.1"), rows)


def _gain(name: str, triples: Sequence[Sequence[float]]) -> Sequence[object]:
    headings = [attacked - plain for plain, attacked, _ in triples]
    names = [named - plain for plain, _, named in triples]
    cells = [statistics.fmean(headings), max(headings), statistics.fmean(names), max(names)]
    return name, *(0.0 if abs(cell) < 5e-4 else cell for cell in cells)


def agreement(found: Sequence[Skill]) -> None:
    """Print the rank correlations with the reference system's features."""
    features = list(found[0].compat.measures)
    theirs = {
        name: [skill.compat.measures[name].value or 0.0 for skill in found] for name in features
    }
    theirs["all nine"] = [skill.compat.score for skill in found]
    rows: list[Sequence[object]] = []
    for measure in ALL:
        ours = [value(measure.name, skill.plain[measure.name]) for skill in found]
        rows.append((measure.name, *(spearman(ours, other) for other in theirs.values())))
    grades = [score.raw(skill.plain, shipped()) for skill in found]
    rows.append(("**grade**", *(spearman(grades, other) for other in theirs.values())))
    print("## Spearman's rank correlation with the reference system\n")
    table(("measure", *theirs), rows)


def spearman(ours: Sequence[float | None], theirs: Sequence[float]) -> float | str:
    """The correlation of the ranks, equal ones shared; `-` where one side says the same of all."""
    pairs = [(one, other) for one, other in zip(ours, theirs, strict=True) if one is not None]
    one, other = _ranks([pair[0] for pair in pairs]), _ranks([pair[1] for pair in pairs])
    if len(set(one)) < 2 or len(set(other)) < 2:
        return "-"
    return statistics.correlation(one, other)


def _ranks(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    first: dict[float, int] = {}
    for place, each in enumerate(ordered):
        first.setdefault(each, place)
    counts = Counter(values)
    return [first[each] + (counts[each] - 1) / 2 for each in values]


def timing(root: Path) -> None:
    """Print the time for reading and measuring a skill, and which measures take it."""
    spent: Counter[str] = Counter()
    start = time.process_time()
    count = 0
    for skill, context in skills(root):
        count += 1
        subject = Subject(skill, context.bundle(skill))
        for measure in ALL:
            begun = time.process_time()
            measure.run(subject)
            spent[measure.name] += time.process_time() - begun
    whole = time.process_time() - start
    print("## Time\n")
    rows = [(name, 1_000 * seconds / count) for name, seconds in spent.most_common()]
    rows.append(("reading, and all of them", 1_000 * whole / count))
    table(("measure", "ms of processor time for a skill"), rows)


def page(text: str) -> str:
    """The page with its table of measures as it is to be."""
    weights = shipped().weights
    rows = ["| measure | group | weight of the group | holds when all is well | n/a counts as |"]
    rows.append("| --- | --- | ---: | --- | --- |")
    for measure in ALL:
        title = (measure.manual or "").partition("\n")[0].replace("|", r"\|")
        group = f"{measure.group} | {weights[measure.group]:.2f}"
        absent = "no fault" if measure.deducts else "left out"
        rows.append(f"| `{measure.name}` | {group} | {title} | {absent} |")
    table = "\n".join(rows)
    return re.sub(rf"({BEGIN}.*-->\n)(?s:.*?)({END})", rf"\g<1>\n{table}\n\n\g<2>", text)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", default=os.environ.get("SKILLREPO_CORPUS"))
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    if options.page:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return
    if not options.archive:
        parser.error("name the archive, or set SKILLREPO_CORPUS")
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary).resolve()
        with tarfile.open(options.archive) as tar:
            tar.extractall(root, filter="data")
        timing(root)
        found = look(root)
    if options.calibrate:
        calibrate(found)
    distribution(found)
    padding(found)
    other_texts(found)
    agreement(found)


if __name__ == "__main__":
    main()
