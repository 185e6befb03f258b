"""Each rule against its fixtures: `rules/<rule>/pass` has near misses, `rules/<rule>/fail` faults.

A case with a `taxonomy.yaml` is a content repository; in any other the one folder is a skill. What
a rule is to find stands in the case's `expected.txt`: `path:line:column CODE part of the message`.
"""

import os
import re
from pathlib import Path

import pytest
from content_repo import skill

from skillrepo import changes, rules
from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.document import MAX_BYTES, Document
from skillrepo.files import Folder
from skillrepo.finding import Finding, Severity
from skillrepo.rule import Profile, Rule
from skillrepo.template_text import TEMPLATE_SENTENCES

FIXTURES = Path(__file__).parent / "rules"
PROFILES: tuple[Profile, ...] = ("house", "spec")
# A rule that is off everywhere is switched on by the skillrepo.yaml of its cases.
RUNS = [
    (rule, profile)
    for rule in rules.ALL
    for profile in PROFILES
    if profile in (rule.severities or ("house",))
]
BY_NAME = {rule.name: rule for rule in rules.ALL}


def folder(rule: Rule) -> str:
    return rule.name.replace("-", "_")


def cases(kind: str) -> list[object]:
    return [
        pytest.param(rule, profile, case, id=f"{rule.name}-{case.name}-{profile}")
        for rule, profile in RUNS
        for case in sorted((FIXTURES / folder(rule) / kind).glob("*"))
    ]


def found_in(root: Path, rule: Rule, profile: Profile = "house") -> list[Finding]:
    context = Context.of(Folder(root))
    skills = context.library.load(context.library.skill_files)
    report = check(skills, rules.ALL, context, profile)
    return [finding for finding in report.findings if finding.rule == rule.name]


def found_in_case(case: Path, rule: Rule, profile: Profile) -> list[Finding]:
    if (case / "taxonomy.yaml").is_file():
        return found_in(case, rule, profile)
    (root,) = (child for child in case.iterdir() if child.is_dir())
    return found_in(root, rule, profile)


@pytest.mark.parametrize(("rule", "profile", "case"), cases("pass"))
def test_near_miss(rule: Rule, profile: Profile, case: Path) -> None:
    assert found_in_case(case, rule, profile) == []


@pytest.mark.parametrize(("rule", "profile", "case"), cases("fail"))
def test_fault(rule: Rule, profile: Profile, case: Path) -> None:
    expected = (case / "expected.txt").read_text(encoding="utf-8").splitlines()
    found = found_in_case(case, rule, profile)
    shown = [f"{f.path}:{f.line}:{f.column} {f.code} {f.message}" for f in found]
    assert expected
    assert len(shown) == len(expected), shown
    for line, want in zip(shown, expected, strict=True):
        place, code, part = want.split(" ", 2)
        assert line.startswith(f"{place} {code} ")
        assert part in line
    assert {finding.severity for finding in found} == {
        rule.severities.get(profile, Severity.WARNING)
    }


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda rule: rule.name)
def test_each_rule_has_fixtures(rule: Rule) -> None:
    assert len(list((FIXTURES / folder(rule) / "pass").iterdir())) >= 3
    # What is unreadable or large is made by tests: git and editors would mend or refuse it.
    least = {"readable": 1, "file-sizes": 0}.get(rule.name, 3)
    assert len(list((FIXTURES / folder(rule) / "fail").glob("*"))) >= least


def test_the_folder_is_the_list() -> None:
    files = [path.stem for path in Path(rules.__file__).parent.glob("*.py")]
    assert sorted(folder(rule) for rule in rules.ALL) == sorted(set(files) - {"__init__"})
    assert sorted(path.name for path in FIXTURES.iterdir()) == sorted(set(files) - {"__init__"})
    codes = [rule.code for rule in rules.ALL]
    families = [code[0] for code in codes]
    assert len(set(codes)) == len(codes) == len(BY_NAME)
    assert all(re.fullmatch("[DMSTRLPXI][0-9]{3}", code) for code in codes)
    of_change = [path.stem for path in Path(changes.__file__).parent.glob("*.py")]
    assert sorted(map(folder, changes.ALL)) == sorted(set(of_change) - {"__init__"})
    assert [rule.code for rule in changes.ALL] == ["G101", "G102", "G103", "G104"]
    # Families in an order of their own, the codes of each in order.
    assert codes == sorted(codes, key=lambda code: (families.index(code[0]), code))


@pytest.mark.parametrize("rule", rules.KNOWN, ids=lambda rule: rule.name)
def test_manual(rule: Rule) -> None:
    paragraphs = (rule.manual or "").strip().split("\n\n")
    heads = ["What it checks: ", "Why it matters: ", "How to fix it: ", "Example: ", "Source: "]
    assert re.fullmatch(r"[A-Z`].+\.", paragraphs[0])
    assert len(paragraphs[0].splitlines()) == 1
    assert len(paragraphs) == 1 + len(heads)
    for paragraph, head in zip(paragraphs[1:], heads, strict=True):
        assert paragraph.startswith(head)


def test_the_specification_knows_no_house_rule() -> None:
    spec = [rule.code for rule in rules.ALL if "spec" in rule.severities]
    assert spec == ["D101", "D102", "D103", "M101", "M102", "M103", "M105", "M106", "M107", "T101"]
    assert {rule.code for rule in rules.ALL if "house" not in rule.severities} == {"P104", "P105"}
    assert {rule.severities["spec"] for rule in rules.ALL if "spec" in rule.severities} == {
        Severity.ERROR
    }


READABLE = BY_NAME["readable"]
LINKS = BY_NAME["links-resolve"]


@pytest.fixture
def wax(tmp_path: Path) -> Path:
    (tmp_path / "wax").mkdir()
    return tmp_path / "wax"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("data", "line", "part"),
    [
        (skill("wax").encode("utf-16"), 1, "is UTF-16"),
        (skill("wax").encode("utf-16-be"), 1, "NUL byte"),
        (skill("wax", body="one\ntwo\0\n").encode(), 7, "holds a NUL byte"),
        (skill("wax", body="café\n").encode("latin-1"), 6, "byte 0xE9 is not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", 3, "NUL byte"),
        (b"\xff\xd8\xff", 1, "byte 0xFF"),
        (b"---\nname: wax\n---\n\xed\xa0\x80", 4, "byte 0xED"),
        (b"\xef\xbb\xbf" + skill("wax").encode(), 1, "begins with a byte-order mark"),
        (b"x" * (MAX_BYTES + 1), 1, "has 1,048,577 bytes, more than the limit of 1,048,576"),
    ],
)
def test_bytes_that_are_not_text(
    data: bytes, line: int, part: str, profile: Profile, wax: Path
) -> None:
    (wax / "SKILL.md").write_bytes(data)
    (finding,) = found_in(wax, READABLE, profile)
    assert (finding.path, finding.line, finding.column) == ("SKILL.md", line, 1)
    assert part in finding.message


@pytest.mark.parametrize(
    "data",
    [
        skill("wax").replace("\n", "\r\n").encode(),
        skill("wax", body="\ufeff").encode(),
        skill("wax", body="x" * (MAX_BYTES - len(skill("wax", body="").encode()))).encode(),
        skill("wax", body="\x1b[31m").encode(),
    ],
    ids=["crlf", "mark within", "at the limit", "escape"],
)
def test_odd_bytes_that_are_text(data: bytes, wax: Path) -> None:
    (wax / "SKILL.md").write_bytes(data)
    assert found_in(wax, READABLE) == []


def test_byte_order_mark_has_a_fix(wax: Path) -> None:
    (wax / "SKILL.md").write_bytes(b"\xef\xbb\xbf" + skill("wax").encode())
    (finding,) = found_in(wax, READABLE)
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    assert (edit.start, edit.end, edit.text) == (0, 3, "")


def test_fifo_is_not_opened(wax: Path) -> None:
    os.mkfifo(wax / "SKILL.md")
    (finding,) = found_in(wax, READABLE)
    assert finding.message == "is not a regular file"


@pytest.mark.parametrize(
    ("target", "part"),
    [
        ("lost.md", "`lost.md`, which does not exist"),
        ("/etc/hostname", "leaves the repository"),
        ("../secret.md", "leaves the repository"),
        ("SKILL.md", "leads to itself"),
        ("other.md", None),
    ],
)
def test_symbolic_link(target: str, part: str | None, wax: Path) -> None:
    (wax.parent / "secret.md").write_text(skill("wax"))
    (wax / "other.md").write_text(skill("wax"))
    (wax / "SKILL.md").symlink_to(target)
    found = found_in(wax, READABLE)
    assert [part is not None and part in finding.message for finding in found] == (
        [True] if part else []
    )


def test_link_to_a_symbolic_link(wax: Path) -> None:
    (wax / "SKILL.md").write_text(
        skill("wax", body="[a](good.md)\n[b](dangling.md)\n[c](out.md)\n[d](through/x.md)\n")
    )
    (wax / "x.md").write_text("x")
    (wax / "good.md").symlink_to("x.md")
    (wax / "dangling.md").symlink_to("lost.md")
    (wax.parent / "x.md").write_text("x")
    (wax / "out.md").symlink_to("../x.md")
    (wax / "through").symlink_to("..")
    assert [finding.line for finding in found_in(wax, LINKS)] == [7, 8, 9]


@pytest.mark.parametrize("name", ["required-sections", "known-category"])
def test_rules_about_categories_say_nothing_without_a_taxonomy(name: str, wax: Path) -> None:
    (wax / "SKILL.md").write_text(skill("wax", "Reads seals."))
    rule = BY_NAME[name]
    for text in (None, "version: 9\n"):
        if text:
            (wax / "taxonomy.yaml").write_text(text)
        context = Context.of(Folder(wax))
        (document,) = context.library.load(["SKILL.md"])
        assert rule.run is not None
        assert isinstance(document, Document)
        assert list(rule.run(document, context)) == []


@pytest.mark.parametrize("sentence", TEMPLATE_SENTENCES)
def test_each_sentence_of_our_template_is_found(sentence: str, wax: Path) -> None:
    rule = BY_NAME["template-text"]
    (wax / "SKILL.md").write_text(skill("wax", f"Reads. {sentence}.", body=f"Well, {sentence}!\n"))
    assert [(each.line, sentence in each.message) for each in found_in(wax, rule)] == [
        (3, True),
        (6, True),
    ]


def test_a_key_in_evals_is_not_told(wax: Path) -> None:
    key = "ghp_" + "a1B2c3D4e5F6" * 3
    (wax / "SKILL.md").write_text(skill("wax"))
    (wax / "evals.yaml").write_text(f"{key}: 1\n{key}: 2\n")
    (found,) = found_in(wax, BY_NAME["evals-readable"])
    assert (found.path, found.line) == ("evals.yaml", 2)
    assert "stands here a second time" in found.message
    assert key not in found.message
