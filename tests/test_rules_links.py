"""The rules about links and mentioned files, where a fixture cannot show it: links, case, fixes."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from content_repo import skill

from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.files import Folder
from skillrepo.finding import Finding
from skillrepo.fix import apply
from skillrepo.rule import Rule
from skillrepo.rules import (
    anchors_resolve,
    files_mentioned,
    link_case,
    links_resolve,
    links_stay_inside,
    mentioned_files_exist,
)

RESOLVE = links_resolve.RULE
INSIDE = links_stay_inside.RULE
ANCHORS = anchors_resolve.RULE
CASE = link_case.RULE
EXIST = mentioned_files_exist.RULE
MENTIONED = files_mentioned.RULE
LINKS = (RESOLVE, INSIDE, ANCHORS, CASE)


@pytest.fixture
def wax(tmp_path: Path) -> Path:
    (tmp_path / "wax").mkdir()
    return tmp_path / "wax"


def write(wax: Path, body: str, files: Mapping[str, str] | None = None) -> None:
    for name, text in {"SKILL.md": skill("wax", body=body), **(files or {})}.items():
        (wax / name).parent.mkdir(parents=True, exist_ok=True)
        (wax / name).write_text(text)


def found_in(root: Path, *rules: Rule) -> list[Finding]:
    context = Context.of(Folder(root))
    skills = context.library.load(context.library.skill_files)
    return list(check(skills, rules, context, "house").findings)


def codes(root: Path, *rules: Rule) -> list[tuple[int, str]]:
    """Give the line of each finding, counted from the first of the body, and its code."""
    return [(finding.line - 5, finding.code) for finding in found_in(root, *rules)]


# --- Symbolic links --------------------------------------------------------------------------


def test_links_through_symbolic_links(wax: Path) -> None:
    write(
        wax,
        "[a](shared/list.md)\n[b](again/list.md#lions)\n[c](round/list.md)\n[d](abroad/list.md)\n"
        "[e](root/list.md)\n[f](shared/lost.md)\n[g](shared)\n[h](up/references/list.md)\n"
        "[i](Lost.md)\n",
        {"references/list.md": "# Lions\n"},
    )
    (wax.parent / "list.md").write_text("x")
    (wax / "shared").symlink_to("references")
    (wax / "again").symlink_to("shared")
    (wax / "round").symlink_to("round")
    (wax / "abroad").symlink_to("..")
    (wax / "root").symlink_to("/etc")
    (wax / "references/up").symlink_to("..")
    (wax / "up").symlink_to("references/up")
    (wax / "Lost.md").symlink_to("gone.md")
    expected = [3, 4, 5, 6, 9]
    assert codes(wax, *LINKS) == [(line, "L101") for line in expected]


def test_a_symbolic_link_may_not_grow_a_name_without_end(wax: Path) -> None:
    write(wax, "[a](long/list.md)\n")
    (wax / "long").symlink_to("x/" * 1_000 + "y")
    assert codes(wax, RESOLVE) == [(1, "L101")]


# --- Names -----------------------------------------------------------------------------------


def test_names_that_differ_in_case_alone(wax: Path) -> None:
    write(wax, "[a](List.md) [b](list.md) [c](LIST.md)\n", {"List.md": "x", "list.md": "x"})
    # Where the disk knows no case there is but one of the files.
    both = len(list(wax.iterdir())) == 3
    expected = [27] if both else [14, 27]
    found = [(finding.code, finding.column) for finding in found_in(wax, *LINKS)]
    assert found == [("L104", column) for column in expected]


def test_the_disk_is_asked_seldom(wax: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    kind = Folder.kind

    def counted(self: Folder, path: str) -> object:
        nonlocal asked
        asked += 1
        return kind(self, path)

    write(wax, "".join(f"[a](lost{number}.md)\n" for number in range(3_000)))
    monkeypatch.setattr(Folder, "kind", counted)
    assert len(found_in(wax, RESOLVE)) == 101
    assert asked < 500


def test_what_git_ignores_is_not_looked_for_on_the_disk(wax: Path) -> None:
    write(wax, "[a](list.md)\n[b](more/list.md)\n", {"list.md": "x", "more/list.md": "x"})
    context = Context.of(Folder(wax, lambda _: ["SKILL.md"]))
    skills = context.library.load(["SKILL.md"])
    assert [f.code for f in check(skills, [RESOLVE], context, "house").findings] == ["L101"] * 2


def test_folder_with_a_name_that_is_no_word(wax: Path) -> None:
    write(wax, "Read (seals)/lions.md and `(seals)/`.\n", {"(seals)/bears.md": "x"})
    assert found_in(wax, EXIST, MENTIONED) == []


# --- Fixes -----------------------------------------------------------------------------------


def mend(root: Path, *rules: Rule) -> dict[str, bytes]:
    """Apply all fixes once, and give what the files hold then."""
    findings = [finding for finding in found_in(root, *rules) if finding.fix]
    for path in {finding.path for finding in findings}:
        fixes = [finding.fix for finding in findings if finding.path == path and finding.fix]
        (root / path).write_bytes(apply((root / path).read_bytes(), fixes))
    return {path: (root / path).read_bytes() for path in sorted({f.path for f in findings})}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_case_is_mended_in_place(end: str, mark: str, wax: Path) -> None:
    page = (
        "# Lions\n\né [`Lions`](lions.md#x) and ![a](../Art/É.png 'Art') [r](References/lions.md)\n"
    )
    files = {"references/Lions.md": "x", "art/é.png": "x", "references/list.md": ""}
    write(wax, "", files)
    body = "[a](references/list.MD?x=1) [b](./ART/é.png) [c](references/LIST.md)\n"
    texts = {"SKILL.md": skill("wax", body=body), "references/list.md": page}
    for name, text in texts.items():
        (wax / name).write_bytes((mark + text).replace("\n", end).encode())
    right = {
        "SKILL.md": texts["SKILL.md"]
        .replace("list.MD", "list.md")
        .replace("ART", "art")
        .replace("LIST", "list"),
        "references/list.md": page.replace("(lions", "(Lions")
        .replace("../Art/É", "../art/é")
        .replace("References/lions", "Lions"),
    }
    right["references/list.md"] = right["references/list.md"].replace(
        "[r](Lions.md)", "[r](references/Lions.md)"
    )
    assert mend(wax, CASE) == {
        name: (mark + text).replace("\n", end).encode() for name, text in right.items()
    }
    assert found_in(wax, CASE) == []


@pytest.mark.parametrize(
    ("body", "fixable"),
    [
        ("[a](LIST.md)", True),
        ("[a](<LIST.md>)", False),
        ("[a]( LIST.md )", False),
        ("[a]\n(LIST.md)", None),
        ("[a][b]\n\n[b]: LIST.md", False),
        ("[a\nb](LIST.md)", False),
        ("[a](L&#73;ST.md)", False),
        ("[`](LIST.md)`](LIST.md)", False),
        ("[`b`](LIST.md)", True),
    ],
)
def test_only_a_plain_link_is_mended(body: str, fixable: bool | None, wax: Path) -> None:  # noqa: FBT001
    write(wax, body + "\n", {"list.md": "x"})
    assert [finding.fix is not None for finding in found_in(wax, CASE)] == (
        [] if fixable is None else [fixable]
    )


def test_many_faults_are_mended_in_turn(wax: Path) -> None:
    body = "[a](LIST.md) [b](#red--wax)\n" * 25 + "\n# Red wax\n"
    write(wax, body, {"list.md": "x"})
    findings = found_in(wax, CASE, ANCHORS)
    assert len(findings) == 50
    for rule in (CASE, ANCHORS):
        fixes = [finding.fix for finding in findings if finding.code == rule.code]
        assert [fix is not None for fix in fixes] == [True] * 20 + [False] * 5
    mend(wax, CASE, ANCHORS)
    mend(wax, CASE, ANCHORS)
    assert (wax / "SKILL.md").read_text() == skill(
        "wax", body=body.replace("LIST", "list").replace("--", "-")
    )


def test_anchors_are_mended(wax: Path) -> None:
    write(
        wax,
        "[a](list.md#red-and--blue) [b](#a_b) [c](#lost) [d](#zweiter-teil)\n\n"
        "# A & b\n\n# Zweiter Teil\n",
        {"list.md": "## Red and blue\n\n[e](SKILL.md#zweiterteil 'x')\n"},
    )
    assert mend(wax, ANCHORS) == {
        "SKILL.md": skill(
            "wax",
            body="[a](list.md#red-and-blue) [b](#a--b) [c](#lost) [d](#zweiter-teil)\n\n"
            "# A & b\n\n# Zweiter Teil\n",
        ).encode(),
        "list.md": b"## Red and blue\n\n[e](SKILL.md#zweiter-teil 'x')\n",
    }
    assert [finding.fix for finding in found_in(wax, ANCHORS)] == [None]


# --- Mentioned files -------------------------------------------------------------------------


def test_tests_and_packages_of_python(wax: Path) -> None:
    write(
        wax,
        "Run scripts/dates.py.\n",
        {
            "scripts/dates.py": "from tables import old\nimport scripts.years\n",
            "scripts/years.py": "",
            "scripts/tables/__init__.py": "",
            "scripts/tables/one.py": "",
            "scripts/tables/deep/two.py": "",
            "scripts/test_dates.py": "",
            "scripts/conftest.py": "",
            "scripts/__init__.py": "",
            "tests/test_years.py": "",
            "scripts/lost.txt": "",
        },
    )
    (finding,) = found_in(wax, MENTIONED)
    assert finding.message.startswith("`scripts/lost.txt` is named neither here")


def test_too_much_to_search_is_not_judged(wax: Path) -> None:
    write(wax, "x" * 500_000, {f"references/l{number}x.md": "" for number in range(40)})
    assert len(found_in(wax, MENTIONED)) == 1
    for number in range(40, 80):
        (wax / f"references/l{number}x.md").write_text("")
    assert found_in(wax, MENTIONED) == []


def test_more_names_than_anyone_writes(wax: Path) -> None:
    for there, most in ((False, 60), (True, 1_000)):
        for number in (most, most - 1):
            lines = "".join(f"Keep scripts/dates{n}.sh.\n\n" for n in range(number))
            files = {f"scripts/dates{n}.sh": "" for n in range(number)} if there else {}
            write(wax, lines + "Run scripts/dates.sh.\n", files)
            assert len(found_in(wax, EXIST)) == most - number


def test_more_targets_than_anyone_writes(wax: Path) -> None:
    for number in (3_000, 2_999):
        write(
            wax, "".join(f"[a](#a{n}) [b](#a{n})\n" for n in range(number)) + "[c](../c.md)\n# a\n"
        )
        assert len(found_in(wax, INSIDE)) == 3_000 - number


def test_more_headings_than_anyone_writes(wax: Path) -> None:
    for number in (4_001, 4_000):
        write(wax, "[a](#lost)\n\n" + "# a\n" * number)
        assert len(found_in(wax, ANCHORS)) == 4_001 - number
