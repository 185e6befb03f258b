"""`validate --fix`: what has one right answer is mended, and not a byte beside it."""

import os
import threading
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner, skill

from skillrepo.finding import Edit, Finding, Fix, Severity
from skillrepo.fix import apply, repair

WAX = "skills/data/wax/SKILL.md"
SAID = "Reads: seals. Use when a seal is to be read."
COLON = f"---\nname: wax\ndescription: {SAID}\n---\n\n# Wax\n\nRun.\n"
QUOTED = COLON.replace(SAID, f'"{SAID}"')


@pytest.fixture(name="run")
def _run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo({**FILES, WAX: COLON})


def test_worktree(root: Path, run: Run) -> None:
    (root / WAX).chmod(0o640)
    done = run(root, "validate", "--fix")
    assert (done.code, done.err) == (0, f"fixed {WAX}: D102\nfixed 1 finding in 1 file\n")
    assert (root / WAX).read_text() == QUOTED
    assert (root / WAX).stat().st_mode & 0o777 == 0o640
    done = run(root, "validate", "--fix")
    assert (done.code, done.err) == (0, "")
    assert sorted(path.name for path in (root / WAX).parent.iterdir()) == ["SKILL.md"]


def test_other_line_ends_stay(root: Path, run: Run) -> None:
    (root / WAX).write_bytes(COLON.replace("\n", "\r\n").encode())
    run(root, "validate", "--fix", "--select", "D102")
    assert (root / WAX).read_bytes() == QUOTED.replace("\n", "\r\n").encode()


def test_dry_run(root: Path, run: Run) -> None:
    (root / WAX).write_text(COLON.rstrip("\n") + "\x1b[2J\n")
    before = (root / WAX).read_bytes()
    done = run(root, "validate", "--fix", "--dry-run", "--select", "D102")
    assert done.code == 1
    assert done.out.splitlines()[:7] == [
        f"--- a/{WAX}",
        f"+++ b/{WAX}",
        "@@ -1,6 +1,6 @@",
        " ---",
        " name: wax",
        "-description: Reads: seals. Use when a seal is to be read.",
        '+description: "Reads: seals. Use when a seal is to be read."',
    ]
    assert done.err == "would fix 1 finding in 1 file; nothing was written\n"
    assert (root / WAX).read_bytes() == before
    run(root, "validate", "--fix", "--select", "D102")
    done = run(root, "validate", "--fix", "--dry-run", "--select", "D102")
    said = "would fix 0 findings in 0 files; nothing was written\n"
    assert (done.code, done.out, done.err) == (0, "", said)


def test_the_difference_can_be_applied(root: Path, run: Run, git: Git) -> None:
    (root / WAX).write_text(COLON.rstrip("\n"))
    done = run(root, "validate", "--fix", "--dry-run", "--select", "D102")
    assert "\\ No newline at end of file" not in done.out
    git(root, "apply", stdin=done.out)
    assert (root / WAX).read_text() == QUOTED.rstrip("\n")


@pytest.mark.parametrize(
    "arguments",
    [("--fix", "--rev", "HEAD"), ("--dry-run",), ("--fix", "--write-baseline")],
)
def test_contradictions(arguments: tuple[str, ...], root: Path, run: Run) -> None:
    assert run(root, "validate", *arguments).code == 2


def test_selected_and_ignored_rules(root: Path, run: Run) -> None:
    assert run(root, "validate", "--fix", "--ignore", "D102").err == ""
    (root / "skillrepo.yaml").write_text(
        "ignore:\n  - {rule: D102, skill: data/wax, reason: is to stay}\n"
    )
    assert run(root, "validate", "--fix").err == ""
    assert (root / WAX).read_text() == COLON


def test_index_and_worktree(root: Path, run: Run, git: Git) -> None:
    (root / WAX).write_text(COLON + "More.\n")
    (root / WAX).chmod(0o755)
    git(root, "add", "--all")
    done = run(root, "validate", "--fix", "--staged")
    assert (done.code, done.err) == (0, f"fixed {WAX}: D102\nfixed 1 finding in 1 file\n")
    assert git(root, "show", f":{WAX}") == (QUOTED + "More.\n").rstrip("\n")
    assert git(root, "ls-files", "-s", WAX).startswith("100755 ")
    assert git(root, "diff", "--name-only") == ""


def test_a_part_is_staged(root: Path, run: Run, git: Git) -> None:
    (root / WAX).write_text(COLON + "Staged.\n")
    git(root, "add", "--all")
    (root / WAX).write_text(COLON + "Staged.\n\nNot staged.\n")
    assert run(root, "validate", "--fix", "--staged").code == 0
    assert git(root, "show", f":{WAX}") == QUOTED + "Staged."
    assert (root / WAX).read_text() == QUOTED + "Staged.\n\nNot staged.\n"


def test_what_is_staged_is_gone_from_the_worktree(root: Path, run: Run, git: Git) -> None:
    (root / WAX).write_text(COLON + "More.\n")
    git(root, "add", "--all")
    (root / WAX).unlink()
    assert run(root, "validate", "--fix", "--staged").code == 0
    assert git(root, "show", f":{WAX}") == QUOTED + "More."
    assert not (root / WAX).exists()


def test_index_is_locked(root: Path, run: Run, git: Git) -> None:
    (root / WAX).write_text(COLON + "More.\n")
    git(root, "add", "--all")
    (root / ".git/index.lock").touch()
    done = run(root, "validate", "--fix", "--staged")
    assert (done.code, "index.lock" in done.err) == (2, True)
    assert (root / WAX).read_text() == COLON + "More.\n"


def test_index_of_a_single_commit(
    root: Path, run: Run, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / WAX).write_text(COLON + "More.\n")
    git(root, "add", "--all")
    (root / ".git/next-index-1.lock").write_bytes((root / ".git/index").read_bytes())
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index-1.lock")
    done = run(root, "validate", "--fix", "--staged")
    assert (done.code, "commit without a path" in done.err) == (2, True)


def test_links_are_not_written_through(root: Path, run: Run) -> None:
    target = root / "elsewhere.md"
    (root / WAX).rename(target)
    (root / WAX).symlink_to("../../../elsewhere.md")
    run(root, "validate", "--fix")
    assert target.read_text() == COLON
    assert (root / WAX).is_symlink()


def test_what_cannot_be_written_is_said(root: Path, run: Run) -> None:
    # The superuser may write everywhere, but not where a folder has the name.
    name = f".skillrepo-{os.getpid()}-{threading.get_native_id()}.new"
    (root / WAX).with_name(name).mkdir()
    done = run(root, "validate", "--fix")
    assert (done.code, f"{WAX} cannot be written" in done.err) == (2, True)
    assert (root / WAX).read_text() == COLON


def test_a_folder_is_moved_where_there_is_room(root: Path, run: Run) -> None:
    old = root / "skills/documents/ink"
    (old / "references").mkdir(parents=True)
    (old / "references/more.md").write_text("# More\n")
    (old / "SKILL.md").write_text(skill("ink", body="# Ink\n\n[more](references/more.md)\n"))
    done = run(root, "validate", "--fix", "--dry-run", "skills/documents")
    assert done.out == "rename from skills/documents/ink\nrename to skills/data/ink\n"
    taken = root / "skills/data/ink"
    taken.mkdir()
    (taken / "notes.md").write_text("x")
    assert run(root, "validate", "--fix", "skills/documents").code == 1
    assert (old / "SKILL.md").exists()
    (taken / "notes.md").unlink()
    taken.rmdir()
    done = run(root, "validate", "--fix", "skills/documents")
    said = "fixed skills/documents/ink/SKILL.md: T104\nfixed 1 finding in 1 file\n"
    assert (done.code, done.err) == (0, said)
    assert (root / "skills/data/ink/references/more.md").exists()
    assert not old.exists()


def test_a_folder_of_the_index_is_not_moved(root: Path, run: Run, git: Git) -> None:
    old = root / "skills/documents/ink"
    old.mkdir(parents=True)
    (old / "SKILL.md").write_text(skill("ink"))
    git(root, "add", "skills/documents")
    done = run(root, "validate", "--fix", "--staged")
    assert (done.code, done.err) == (1, "")
    assert "move the skill to `skills/data/ink`" in done.out
    assert (old / "SKILL.md").exists()


def test_nothing_is_written_behind_a_link(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / WAX).write_text(COLON + "More.\n")
    git(root, "add", "--all")
    (root / WAX).parent.rename(outside / "wax")
    (root / WAX).parent.symlink_to(outside / "wax")
    assert run(root, "validate", "--fix", "--staged").code == 0
    assert git(root, "show", f":{WAX}") == QUOTED + "More."
    assert (outside / "wax/SKILL.md").read_text() == COLON + "More.\n"


def test_no_folder_is_moved_behind_a_link(root: Path, run: Run, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (root / "skills/data").rename(outside)
    (root / "skills/data").symlink_to(outside)
    old = root / "skills/documents/ink"
    old.mkdir(parents=True)
    (old / "SKILL.md").write_text(skill("ink"))
    done = run(root, "validate", "--fix", "skills/documents")
    assert (done.code, (old / "SKILL.md").exists()) == (1, True)
    assert not (outside / "ink").exists()


def test_a_name_as_long_as_may_be(root: Path, run: Run, git: Git) -> None:
    page = (root / WAX).with_name(f"{'a' * 248}.md")
    page.write_text("# A\n\n[b](SKILL.MD)\n")
    git(root, "add", "--all")
    run(root, "validate", "--fix", "--staged", "skills/data/wax")
    assert page.read_text() == "# A\n\n[b](SKILL.md)\n"


def test_what_is_not_checked_out_is_left_alone(root: Path, run: Run, git: Git) -> None:
    (root / WAX).write_text(COLON + "More.\n")
    git(root, "add", "--all")
    git(root, "update-index", "--skip-worktree", WAX)
    (root / WAX).unlink()
    done = run(root, "validate", "--fix", "--staged")
    assert (done.code, "is not checked out here" in done.err) == (2, True)
    assert git(root, "ls-files", "-t", WAX) == f"S {WAX}"
    assert git(root, "show", f":{WAX}") == COLON + "More."


# The engine, with findings of no rule.


def finding(code: str, fix: Fix | None, line: int = 1) -> Finding:
    return Finding("a", line, 1, code, "rule", Severity.ERROR, f"{code} {line}", fix)


def edit(start: int, end: int, text: str) -> Fix:
    return Fix("mend", (Edit(start, end, text),))


def test_edits_are_bytes() -> None:
    assert apply("é1é2".encode(), [edit(2, 3, "ü"), edit(5, 6, "")]) == "éüé".encode()


def test_fixes_that_overlap_take_turns() -> None:
    def look(contents: dict[str, bytes]) -> tuple[Finding, ...]:
        text = contents.get("a", b"xx")
        return tuple(
            finding("X", edit(n, n + 1, "y"), n) for n in range(2) if text[n : n + 1] == b"x"
        )

    done = repair(lambda _: b"xx", look)  # type: ignore[arg-type]
    assert done.files == {"a": (b"xx", b"yy")}
    assert len(done.fixed) == 2


def test_a_fix_that_does_harm_is_not_applied() -> None:
    def look(contents: dict[str, bytes]) -> tuple[Finding, ...]:
        text = contents.get("a", b"xz")
        found = [finding("X", edit(0, 1, "!"))] if b"x" in text else []
        found += [finding("Z", edit(1, 2, "y"))] if b"z" in text else []
        found += [finding("W", None)] if b"!" in text else []
        return tuple(found)

    done = repair(lambda _: b"xz", look)  # type: ignore[arg-type]
    assert done.files == {"a": (b"xz", b"xy")}
    assert [each.code for each in done.fixed] == ["Z"]


def test_a_fix_that_does_nothing_ends() -> None:
    done = repair(lambda _: b"x", lambda _: (finding("X", edit(0, 1, "x")),))
    assert (done.files, done.fixed) == ({}, ())


def test_what_could_not_be_read_shows_its_faults() -> None:
    def look(contents: dict[str, bytes]) -> tuple[Finding, ...]:
        if contents.get("a") == b"y":
            return tuple(finding("M101", None, n) for n in range(9))
        return (finding("D102", edit(0, 1, "y")),)

    assert repair(lambda _: b"x", look).files == {"a": (b"x", b"y")}  # type: ignore[arg-type]
