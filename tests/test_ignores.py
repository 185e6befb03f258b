"""What ignores findings: comments in Markdown, and `ignore:` in skillrepo.yaml."""

from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner, skill

from skillrepo.markdown import comments

WAX = "skills/data/wax/SKILL.md"
LOST = "<!-- skillrepo-ignore L101: made when it is used -->\n[lost](lost.md)\n"
ENTRY = "ignore:\n  - {{rule: {rule}, skill: {skill}, reason: {reason}}}\n"


@pytest.fixture(name="run")
def _run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo({**FILES, WAX: skill("wax", body="# Wax\n\n[lost](lost.md)\n")})


def wax(root: Path, body: str) -> None:
    (root / WAX).write_text(skill("wax", body=f"# Wax\n\n{body}"))


def codes(run: Run, root: Path, *arguments: str) -> list[str]:
    done = run(root, "validate", "--json", "--level", "warning", *arguments)
    return [finding["code"] for finding in done.json("report")["findings"]]


def test_comment_is_honoured_and_shown(root: Path, run: Run) -> None:
    wax(root, LOST)
    done = run(root, "validate", "--json").json("report")
    assert done["findings"] == []
    (ignored,) = done["ignored"]
    assert (ignored["finding"]["code"], ignored["reason"]) == ("L101", "made when it is used")
    assert run(root, "validate").code == 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (LOST.replace(": made when it is used", ""), ["D201", "L101"]),
        (LOST.replace("L101", "L1"), ["D201", "L101"]),
        (LOST.replace("L101", "l101"), []),
        (LOST.replace("L101", "links-resolve"), []),
        (LOST + "\n[lost](lost.md)\n", ["L101"]),
        (LOST.replace("ignore", "ignore-file") + "\n[lost](lost.md)\n", []),
        ("[lost](lost.md) <!-- skillrepo-ignore L101: x --> and\n[gone](gone.md)\n", ["L101"]),
        ("```\n" + LOST.replace("[", "```\n["), ["L101"]),
        ("    " + LOST.replace("[", "\n["), ["L101"]),
        ("\\" + LOST.replace("\n[", " ["), ["L101"]),
        ("<!-- skillrepo-ignore L101,\n  P103: x -->\n\n- TODO: x\n- [lost](lost.md)\n", []),
        ("<!-- skillrepo-ignore L101, P103: x\n\n[lost](lost.md)\n", ["D112"]),
        # Behind a comment at the beginning of a line all is HTML, and no link.
        ("<!--skillrepo-ignore L101:x-->[lost](lost.md)\n", ["D202"]),
        ("> <!-- skillrepo-ignore L101: x -->\n> [lost](lost.md)\n", []),
    ],
)
def test_what_a_comment_covers(body: str, expected: list[str], root: Path, run: Run) -> None:
    wax(root, body)
    assert codes(run, root) == expected


def test_comment_in_another_file(root: Path, run: Run) -> None:
    wax(root, "[more](references/more.md)\n")
    (root / "skills/data/wax/references").mkdir()
    more = root / "skills/data/wax/references/more.md"
    more.write_text("# More\n\n[lost](lost.md)\n")
    assert codes(run, root) == ["L101"]
    more.write_text("# More\n\n" + LOST)
    assert codes(run, root) == []
    more.write_text("# More\n\n" + LOST.replace("lost.md", "more.md"))
    assert codes(run, root) == ["D202"]


def test_a_hundred_comments_are_heeded(root: Path, run: Run) -> None:
    wax(root, (LOST + "\n") * 101)
    assert codes(run, root) == ["L101"]


@pytest.mark.parametrize(
    ("rule", "named", "expected"),
    [
        ("L101", "data/wax", []),
        ("links-resolve", "skills/data/**", []),
        ("L101", "skills/data/wax/", []),
        ("L101", "data/ink", ["D202", "L101"]),
        ("P103", "data/wax", ["D202", "L101"]),
    ],
)
def test_settings(rule: str, named: str, expected: list[str], root: Path, run: Run) -> None:
    text = ENTRY.format(rule=rule, skill=f'"{named}"', reason="as agreed")
    (root / "skillrepo.yaml").write_text(text)
    assert sorted(codes(run, root)) == expected
    # What was not looked at may be needed.
    assert codes(run, root, "skills/data/wax") == [code for code in expected if code != "D202"]


def test_settings_without_reason_ignore_nothing(root: Path, run: Run) -> None:
    (root / "skillrepo.yaml").write_text("ignore:\n  - {rule: L101, skill: data/wax}\n")
    done = run(root, "validate", "--level", "warning")
    assert f"\n{WAX}:8:1: error L101" in done.out
    assert "skillrepo.yaml:2:1: error D201" in done.out
    (root / "skillrepo.yaml").write_text("ignore:\n  - {rule: L1, skill: data/wax, reason: x}\n")
    done = run(root, "validate")
    assert "skillrepo.yaml:2:1: error D201 ignore-has-reason: there is no rule `L1`" in done.out


def test_a_change_cannot_excuse_itself(root: Path, run: Run, git: Git) -> None:
    wax(root, LOST)
    git(root, "commit", "--quiet", "--all", "-m", "ignored")
    wax(root, "New.\n\n" + LOST)
    assert codes(run, root, "--base", "HEAD") == []
    wax(root, LOST + "\n" + LOST.replace("lost.md", "gone.md"))
    done = run(root, "validate", "--base", "HEAD", "--json")
    assert done.code == 1
    (finding,) = done.json("report")["findings"]
    assert "`gone.md`" in finding["message"]
    (refused,) = done.json("report")["refused"]
    assert (refused["finding"], refused["reason"]) == (finding, "made when it is used")
    said = f"not ignored, since the comments are new in this change: {WAX}:12 L101\n"
    assert said in run(root, "validate", "--base", "HEAD").out
    # Nor can a new skill, or new settings.
    other = root / "skills/data/ink/SKILL.md"
    other.parent.mkdir()
    other.write_text(skill("ink", body="# Ink\n\n" + LOST))
    (root / "skillrepo.yaml").write_text("rules: {L101: off}\nexclude: ['**']\n")
    assert codes(run, root, "--base", "HEAD") == ["L101", "L101"]
    assert codes(run, root) == []


def test_settings_of_a_change_must_be_sound(root: Path, run: Run) -> None:
    (root / "skillrepo.yaml").write_text("rules: 3\n")
    done = run(root, "validate", "--base", "HEAD")
    assert (done.code, "skillrepo.yaml:1: `rules` must be a mapping" in done.err) == (2, True)


def test_comments_of_a_text() -> None:
    text = "# É <!-- x 1 -->\n\nné <!-- x 2 --> <!-- y --> <!-- x 3\n-->\n\n<!-- x 4 --><b>\n"
    found = comments(text, "x", 9)
    assert [(c.line, c.column, c.end_line, c.text, c.top) for c in found] == [
        (1, 5, 1, "x 1", False),
        (3, 4, 3, "x 2", False),
        (3, 28, 4, "x 3", False),
        (6, 1, 6, "x 4", True),
    ]
    assert len(comments(text, "x", 2)) == 2


def test_an_ignored_line_counts_once(root: Path, run: Run, git: Git) -> None:
    wax(root, LOST)
    git(root, "commit", "--quiet", "--all", "-m", "ignored")
    wax(root, LOST + "\n" + LOST)
    assert codes(run, root, "--base", "HEAD") == ["L101"]
    # Both in one paragraph are two as well.
    wax(root, LOST + "[lost](lost.md)\n")
    assert codes(run, root, "--base", "HEAD") == ["L101"]


def test_a_change_of_the_root_takes_no_skill_out_of_sight(root: Path, run: Run) -> None:
    wax(root, "[lost](lost.md)\n[gone](gone.md)\n")
    (root / "taxonomy.yaml").write_text(FILES["taxonomy.yaml"] + "root: other\n")
    assert codes(run, root, "--base", "HEAD").count("L101") == 2


def test_a_change_of_mode_or_kind_is_a_change(root: Path, run: Run, git: Git) -> None:
    (root / "skills/data/wax/data.txt").write_text("../../../../etc/passwd")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "text")
    (root / "skills/data/wax/data.txt").unlink()
    (root / "skills/data/wax/data.txt").symlink_to("../../../../etc/passwd")
    assert "X108" in codes(run, root, "--base", "HEAD")
    git(root, "checkout", "--quiet", ".")
    assert codes(run, root, "--base", "HEAD") == []
    (root / "skills/data/wax/data.txt").chmod(0o755)
    assert "1 skill checked" in run(root, "validate", "--base", "HEAD").out
    git(root, "config", "core.fileMode", "false")
    assert "0 skills checked" in run(root, "validate", "--base", "HEAD").out
