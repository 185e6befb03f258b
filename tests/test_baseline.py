"""The baseline: what was there when the tool was adopted does not fail, what is new does."""

import json
from base64 import b64encode
from collections.abc import Callable
from hashlib import shake_256
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner, skill

WAX = "skills/data/wax/SKILL.md"
FILE = "skillrepo-baseline.json"
BODY = "# Wax\n\n[lost](lost.md)\n\nTODO: write this.\n"


@pytest.fixture(name="run")
def _run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo({**FILES, WAX: skill("wax", body=BODY)})


def wax(root: Path, body: str) -> None:
    (root / WAX).write_text(skill("wax", body=body))


def codes(run: Run, root: Path, *arguments: str) -> list[str]:
    done = run(root, "validate", "--json", *arguments)
    return [finding["code"] for finding in done.json("report")["findings"]]


def test_adopt_and_go_on(root: Path, run: Run) -> None:
    assert codes(run, root) == ["L101", "P103"]
    done = run(root, "validate", "--write-baseline")
    assert (done.code, done.out) == (0, f"wrote {FILE}: 2 findings known from now on\n")
    done = run(root, "validate")
    assert (done.code, "2 in the baseline" in done.out) == (0, True)
    baselined = run(root, "validate", "--json").json("report")["baselined"]
    assert [finding["code"] for finding in baselined] == ["L101", "P103"]
    # What is moved stays known; what is edited, or comes again, does not.
    wax(root, "# Wax\n\nMore.\n\n" + BODY[7:])
    assert codes(run, root) == []
    wax(root, BODY.replace("[lost]", "[Lost]"))
    assert codes(run, root) == ["L101"]
    wax(root, BODY + "\n[lost](lost.md)\n")
    assert codes(run, root) == ["L101"]


def test_stale_entries_are_told(root: Path, run: Run) -> None:
    run(root, "validate", "--write-baseline")
    wax(root, BODY.replace("[lost](lost.md)", "Found."))
    done = run(root, "validate", "--json").json("report")
    assert done["stale"] == [f"{WAX} L101"]
    assert f"{WAX} L101" in run(root, "validate").out
    (root / WAX).write_text(skill("wax"))
    assert run(root, "validate", "--write-baseline").code == 0
    assert json.loads((root / FILE).read_text()) == {"version": 1, "entries": []}
    assert run(root, "validate", "--json").json("report")["stale"] == []


def test_the_file_is_the_same_for_the_same_findings(root: Path, run: Run) -> None:
    run(root, "validate", "--write-baseline")
    before = (root / FILE).read_bytes()
    # Known findings are findings still.
    run(root, "validate", "--write-baseline")
    assert (root / FILE).read_bytes() == before
    entry = json.loads(before)["entries"][0]
    assert (entry["rule"], entry["path"], entry["count"]) == ("L101", WAX, 1)
    assert "lost" not in before.decode()


def test_another_file(root: Path, run: Run, tmp_path: Path) -> None:
    other = tmp_path / "known.json"
    run(root, "validate", "--write-baseline", "--baseline", str(other))
    assert codes(run, root) == ["L101", "P103"]
    assert codes(run, root, "--baseline", str(other)) == []
    (root / "skillrepo.yaml").write_text("baseline: ci/known.json\n")
    run(root, "validate", "--write-baseline")
    assert (root / "ci/known.json").is_file()
    assert codes(run, root) == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "must be a mapping"),
        ('{"version": 2, "entries": []}', "`version` is `2`"),
        ('{"version": 1, "entries": [{"rule": "x"}]}', "is missing"),
    ],
)
def test_a_broken_file(text: str, part: str, root: Path, run: Run) -> None:
    (root / FILE).write_text(text)
    done = run(root, "validate")
    assert (done.code, part in done.err, "--write-baseline" in done.err) == (2, True, True)


def test_a_file_that_is_named_must_be_there(root: Path, run: Run) -> None:
    done = run(root, "validate", "--baseline", "lost.json")
    assert (done.code, "lost.json" in done.err) == (2, True)
    (root / "skillrepo.yaml").write_text("baseline: lost.json\n")
    assert run(root, "validate").code == 2


def test_a_change_cannot_excuse_itself(root: Path, run: Run, git: Git) -> None:
    run(root, "validate", "--write-baseline")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "adopted")
    wax(root, BODY + "\n[gone](gone.md)\n")
    assert codes(run, root, "--base", "HEAD") == ["L101"]
    run(root, "validate", "--write-baseline")
    assert codes(run, root) == []
    assert codes(run, root, "--base", "HEAD") == ["L101"]
    assert run(root, "validate", "--write-baseline", "--base", "HEAD").code == 2


def test_a_part_of_the_baseline_is_written_anew(root: Path, run: Run) -> None:
    ink = root / "skills/data/ink/SKILL.md"
    ink.parent.mkdir()
    ink.write_text(skill("ink", body="# Ink\n\n[lost](lost.md)\n"))
    run(root, "validate", "--write-baseline")
    done = run(root, "validate", "--write-baseline", "skills/data/ink")
    assert done.out == f"wrote {FILE}: 3 findings known from now on\n"
    assert codes(run, root) == []


def test_what_is_about_a_whole_file_binds_to_what_is_said(root: Path, run: Run) -> None:
    (root / "skills/data/wax/old.txt").write_text("x")
    run(root, "validate", "--write-baseline")
    assert codes(run, root) == []
    (root / "skills/data/wax/new.txt").write_text("x")
    assert codes(run, root) == ["L106"]


def test_what_is_not_text_binds_to_its_bytes(root: Path, run: Run) -> None:
    program = root / "skills/data/wax/scripts/wax"
    program.parent.mkdir()
    program.write_bytes(b"\x7fELF\x02\x01\x01\0" + b"\0" * 100)
    (root / WAX).write_text(skill("wax", body="# Wax\n\nRun `scripts/wax`.\n"))
    assert codes(run, root, "--select", "X") == ["X109"]
    run(root, "validate", "--write-baseline")
    assert codes(run, root) == []
    program.write_bytes(program.read_bytes() + b"more")
    assert codes(run, root, "--select", "X") == ["X109"]


def test_the_target_of_a_link(root: Path, run: Run) -> None:
    link = root / "skills/data/wax/out.md"
    link.symlink_to("../../../README.md")
    before = codes(run, root, "--select", "X")
    assert before == ["X108"]
    run(root, "validate", "--write-baseline")
    assert codes(run, root, "--select", "X") == []
    link.unlink()
    link.symlink_to("../../../taxonomy.yaml")
    assert codes(run, root, "--select", "X") == before


@pytest.mark.parametrize(
    "put", [lambda key: f"# Wax\n\n```\n{key}\n```\n", lambda key: f"# Wax\n\n    {key}\n"]
)
def test_a_private_key_binds_as_a_whole(put: Callable[[str], str], root: Path, run: Run) -> None:
    def key(seed: bytes) -> str:
        data = b64encode(shake_256(seed).digest(600)).decode()
        lines = "\n".join(data[at : at + 64] for at in range(0, len(data), 64))
        return f"-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----"

    wax(root, put(key(b"1")))
    assert codes(run, root, "--select", "X103") == ["X103"]
    run(root, "validate", "--write-baseline")
    assert codes(run, root, "--select", "X103") == []
    wax(root, put(key(b"2")))
    assert codes(run, root, "--select", "X103") == ["X103"]


def test_a_key_at_the_top_of_a_file_binds_to_its_line(root: Path, run: Run) -> None:
    file = root / "skills/data/wax/key.txt"
    file.write_text("AKIAQ2XH7MZPL4KTW9RB\n")
    run(root, "validate", "--write-baseline")
    assert codes(run, root, "--select", "X103") == []
    file.write_text("AKIAZ7PLM3XQK8RW2NTB\n")
    assert codes(run, root, "--select", "X103") == ["X103"]


def test_the_change_that_adopts_the_tool_brings_its_own(
    make_repo: MakeRepo, run: Run, git: Git
) -> None:
    root = make_repo({WAX: skill("wax", body=BODY)}, name="old")
    for path, text in FILES.items():
        (root / path).write_text(text)
    (root / WAX).write_text(skill("wax", body=BODY + "More.\n"))
    assert codes(run, root, "--base", "HEAD") == ["L101", "P103"]
    run(root, "validate", "--write-baseline")
    assert codes(run, root, "--base", "HEAD") == []
    (root / FILE).unlink()
    (root / "skillrepo.yaml").write_text("rules: {L101: off}\n")
    assert codes(run, root, "--base", "HEAD") == ["P103"]
    (root / WAX).write_text(skill("wax", body=BODY))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "adopt")
    (root / "skillrepo.yaml").write_text("rules: {L101: off, P103: off}\n# more\n")
    # Of the skills nothing has changed.
    assert codes(run, root, "--base", "HEAD") == []
    (root / WAX).write_text(skill("wax", body=BODY + "More.\n"))
    assert codes(run, root, "--base", "HEAD") == ["P103"]


def test_a_change_answers_for_what_it_touches(root: Path, run: Run) -> None:
    (root / "taxonomy.yaml").write_text(FILES["taxonomy.yaml"] + "  more: {title: More}\n")
    assert codes(run, root, "--base", "HEAD") == []
    (root / "taxonomy.yaml").write_text(FILES["taxonomy.yaml"].replace("  data:", "  other:"))
    assert codes(run, root, "--base", "HEAD") == ["T102"]


def test_outside_of_a_repository_the_file_is_named(tmp_path: Path, run: Run) -> None:
    (tmp_path / "wax").mkdir()
    (tmp_path / "wax/SKILL.md").write_text(skill("wax", body=BODY))
    done = run(tmp_path, "validate", "wax", "--write-baseline")
    assert (done.code, "name the file with --baseline" in done.err) == (2, True)
    assert run(tmp_path, "validate", "wax", "--write-baseline", "--baseline", "b.json").code == 0
    assert run(tmp_path, "validate", "wax", "--baseline", "b.json").code == 0


def test_a_folder_in_its_place(root: Path, run: Run) -> None:
    (root / FILE).mkdir()
    done = run(root, "validate", "--write-baseline")
    assert (done.code, "cannot be written" in done.err) == (2, True)


@pytest.mark.parametrize(
    "name", ["../known.json", "/known.json", ".git/config.json", "known.txt", "out/known.json"]
)
def test_a_repository_may_not_name_any_file(name: str, root: Path, run: Run) -> None:
    (root / "out").symlink_to(root.parent)
    (root / "skillrepo.yaml").write_text(f"baseline: {name}\n")
    done = run(root, "validate", "--write-baseline")
    assert (done.code, "`baseline: " in done.err) == (2, True)
    assert not (root.parent / "known.json").exists()


def test_another_way_to_the_file_is_the_same_file(root: Path, run: Run) -> None:
    (root.parent / "way").symlink_to(root)
    run(root, "validate", "--write-baseline")
    (root / WAX).write_text(skill("wax", body=BODY + "More.\n"))
    # The base has no baseline, however the one of the change is named.
    done = run(root, "validate", "--base", "HEAD", "--baseline", str(root.parent / "way" / FILE))
    assert (done.code, "no such baseline" in done.err) == (2, True)
