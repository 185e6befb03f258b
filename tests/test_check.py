from collections.abc import Iterator
from pathlib import Path

import pytest
from content_repo import FILES, context, skill

from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.document import Document, Unreadable
from skillrepo.files import Folder
from skillrepo.finding import Edit, Finding, Fix, Report, Severity
from skillrepo.rule import ERROR, INFO, WARNING, Hit, Profile, Rule

FIX = Fix("mend", (Edit(0, 1, "x"),))


def each(skill: Document, _context: Context) -> Iterator[Hit]:
    yield Hit(2, 1, f"saw {skill.folder}")
    yield Hit(1, 9, "first", FIX)


def anything(_skill: Document | Unreadable) -> Iterator[Hit]:
    yield Hit(1, 1, "any")


def once(_context: Context) -> Iterator[tuple[str, Hit]]:
    yield "taxonomy.yaml", Hit(3, 1, "once")


EACH = Rule("P901", "each", {"house": WARNING, "spec": ERROR}, None, run=each)
ANY = Rule("D901", "any", {"house": INFO}, None, run_any=anything)
ONCE = Rule("T901", "once", {"house": ERROR}, None, run_once=once)
TREE = Rule("T902", "tree", {"house": ERROR}, None, run=each, needs_taxonomy=True)
ONCE_IN_TREE = Rule("T903", "t", {"spec": ERROR}, None, run_once=once, needs_taxonomy=True)
RULES = (EACH, ANY, ONCE, TREE, ONCE_IN_TREE)
WAX = "skills/data/wax/SKILL.md"
SKILLS = {"skills/data/wax/SKILL.md": skill("wax"), "skills/data/bad/SKILL.md": "no frontmatter"}


def run(at: Context, profile: Profile = "house", *rules: Rule) -> Report:
    return check(at.library.load(at.library.skill_files), rules or RULES, at, profile)


def shown(report: Report) -> list[tuple[str, int, str, str]]:
    return [(f.path.split("/")[-2:][0], f.line, f.code, str(f.severity)) for f in report.findings]


def test_findings_are_in_order_of_their_place(tmp_path: Path) -> None:
    report = run(context(tmp_path, {**FILES, **SKILLS}))
    assert shown(report) == [
        ("bad", 1, "D901", "info"),
        ("wax", 1, "D901", "info"),
        ("wax", 1, "P901", "warning"),
        ("wax", 1, "T902", "error"),
        ("wax", 2, "P901", "warning"),
        ("wax", 2, "T902", "error"),
        ("taxonomy.yaml", 3, "T901", "error"),
    ]
    assert (report.checked, report.not_checked) == (2, ())
    assert report.worst() is Severity.ERROR
    assert report.findings[2] == Finding(
        "skills/data/wax/SKILL.md", 1, 9, "P901", "each", WARNING, "first", FIX
    )


def test_profile_decides_which_rules_run_and_how_severe_they_are(tmp_path: Path) -> None:
    report = run(context(tmp_path, {**FILES, **SKILLS}), "spec")
    assert {(code, severity) for _, _, code, severity in shown(report)} == {
        ("P901", "error"),
        ("T903", "error"),
    }


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "there is no taxonomy.yaml: this is not a content repository"),
        ({"taxonomy.yaml": "version: 2\n"}, "taxonomy.yaml cannot be used"),
    ],
)
def test_rules_about_the_tree_need_a_taxonomy(
    files: dict[str, str], why: str, tmp_path: Path
) -> None:
    at = context(tmp_path, {**files, **SKILLS})
    assert run(at).not_checked == (("tree", why),)
    assert run(at, "spec").not_checked == (("t", why),)
    assert not {"T902", "T903"} & {code for _, _, code, _ in shown(run(at))}


def test_nothing_to_check(tmp_path: Path) -> None:
    at = context(tmp_path, {"README.md": "x"})
    assert run(at, "house", EACH) == Report((), (), ())
    assert run(at, "house", EACH).worst() is None
    assert at.taxonomy is None


def test_root_of_the_taxonomy_is_where_skills_are(tmp_path: Path) -> None:
    files = {"taxonomy.yaml": "version: 1\nroot: a/b\ncategories: {}\n"}
    skills = {"a/b/wax/SKILL.md": skill("wax"), "a/ink/SKILL.md": skill("ink")}
    assert context(tmp_path, {**files, **skills}).library.skill_files == ["a/b/wax/SKILL.md"]
    assert Context.of(Folder(tmp_path)).library.root == "a/b"


def test_a_key_in_a_message_is_not_told(tmp_path: Path) -> None:
    key = "AKIA" + "Q7RZ3LMW5TXKVB2N"

    def quotes(_skill: Document, _context: Context) -> Iterator[Hit]:
        yield Hit(1, 1, f"says `{key}`")

    rule = Rule("P902", "quotes", {"house": WARNING}, None, run=quotes)
    (finding,) = run(context(tmp_path, {**FILES, WAX: skill("wax")}), "house", rule).findings
    assert finding.message == f"says `AKIA{'*' * 16}`"
