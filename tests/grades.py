"""A change with all that a report of grades can say, as values; and files to compare with.

`SNAPSHOTS=write pytest tests/test_ci_snapshots.py` writes the files anew.
"""

import os
from pathlib import Path

from skillrepo.finding import Edit, Finding, Fix, Severity
from skillrepo.grade.gate import Gate, LayerVerdict
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.portfolio import Effect
from skillrepo.grade.score import Grade
from skillrepo.measure import Reading

SNAPSHOTS = Path(__file__).parent / "snapshots"
ORDER = "skills/data/pdf-merge/SKILL.md"


def same(name: str, text: str) -> bool:
    """Whether the file of this name says this."""
    file = SNAPSHOTS / name
    if os.environ.get("SNAPSHOTS") == "write":
        file.write_text(text)
    return file.read_text() == text


def grade(score: float, label: str, percentile: int, **values: float | None) -> Grade:
    """Give a grade with these measures."""
    whys = {
        "economy": "a body of about 2,912 tokens; 2,500 are the usual length",
        "reachability": "scripts/merge.py is named by no file that SKILL.md leads to",
        "code_validity": "no block of code that can be parsed",
        "verifiability": "2 of 5 steps say how to see that they worked",
    }
    measures = {name: Reading(value, whys.get(name, "")) for name, value in values.items()}
    return Grade(score, label, percentile, measures)  # type: ignore[arg-type]


BROKEN = Finding(
    ORDER, 31, 5, "L101", "links-resolve", Severity.ERROR, "the link `refs/api.md` leads nowhere"
)
CASE = Finding(
    *(ORDER, 12, 3, "L104", "link-case", Severity.ERROR),
    "the link `README.MD` names `README.md` in another case, so it breaks on Linux",
    Fix("write the name as the file is called", (Edit(0, 1, "x"),)),
)
CHANGE = Graded(
    base="5f0c" * 10,
    base_name="main",
    head="ab12" * 10,
    head_name="ab12ab12ab12",
    # Nothing that there is to tell of.
    effect=Effect((), (), (), (), 500, 500, 0, 0),
    skills=(
        SkillGrade(
            skill="coding/testing/pytest-fixtures",
            path="skills/coding/testing/pytest-fixtures/SKILL.md",
            is_new=True,
            grade=grade(0.87, "target", 74, economy=1.0, reachability=1.0, code_validity=0.9),
            base=None,
            faults=(),
            gate=Gate(
                "pass",
                (
                    LayerVerdict("integrity", "pass"),
                    LayerVerdict("static", "pass"),
                    LayerVerdict("routing", None),
                ),
            ),
        ),
        SkillGrade(
            skill="data/pdf-merge",
            path=ORDER,
            is_new=False,
            grade=grade(
                0.61,
                "minimum",
                31,
                economy=0.84,
                reachability=0.5,
                code_validity=None,
                verifiability=0.4,
            ),
            base=grade(
                0.72,
                "minimum",
                48,
                economy=0.97,
                reachability=1.0,
                code_validity=None,
                verifiability=0.4,
            ),
            faults=(CASE, BROKEN),
            gate=Gate(
                "fail",
                (
                    LayerVerdict("integrity", "fail", ("L104", "L101")),
                    LayerVerdict(
                        "static",
                        "fail",
                        ("the grade falls from 0.72 to 0.61; 0.05 may be lost",),
                    ),
                    LayerVerdict("routing", "pass"),
                ),
            ),
        ),
        SkillGrade(
            skill="data/xlsx-clean",
            path="skills/data/xlsx-clean/SKILL.md",
            is_new=False,
            grade=grade(0.78, "minimum", 58, economy=1.0, reachability=1.0, code_validity=1.0),
            base=None,
            faults=(),
            gate=Gate(
                "inconclusive",
                (
                    LayerVerdict("integrity", "pass"),
                    LayerVerdict(
                        "static",
                        "inconclusive",
                        ("the static grade before the change could not be measured",),
                    ),
                    LayerVerdict("routing", None),
                ),
            ),
        ),
    ),
    removed=("data/csv-join",),
    others=(
        Finding(
            *("skills/data/report/SKILL.md", 4, 1, "R102", "requires-exist", Severity.ERROR),
            "`requires` names `csv-join`, which is no skill of this repository",
        ),
    ),
    verdict="fail",
)
