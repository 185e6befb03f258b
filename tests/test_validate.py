"""`skillrepo validate` on real repositories, in this process."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Result, Run, runner, skill

from skillrepo import cli, resource

WAX, INK, UNIT = "skills/data/wax", "skills/data/ink", "skills/coding/unit"
GOOD = {f"{folder}/SKILL.md": skill(Path(folder).name) for folder in (WAX, INK, UNIT)}
NO_GIT = "is not in a git repository: go to one, or make one with `git init`"
CLEAN = "3 skills checked: 0 errors, 0 warnings, 0 notes.\n"
BAD = skill("wrong")
NAME = f"{WAX}/SKILL.md:2:7: error M102 name-matches-folder: `name` is `wrong`"


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo({**FILES, **GOOD})


def checked(done: Result) -> int:
    return int(done.out.splitlines()[-1].split(" ")[0].replace(",", ""))


def broken(root: Path, folder: str = WAX) -> None:
    write(root, f"{folder}/SKILL.md", BAD)


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


# What is looked at


def test_worktree(root: Path, run: Run) -> None:
    assert run(root, "validate") == Result(0, CLEAN, "")
    broken(root)
    write(root, "skills/data/new/SKILL.md", skill("new"))
    done = run(root, "validate")
    assert (done.code, checked(done), done.err) == (1, 4, "")
    assert done.out.startswith(NAME)


def test_staged_is_what_will_be_committed(root: Path, run: Run, git: Git) -> None:
    done = run(root, "validate", "--staged")
    assert done == Result(0, "", "")
    broken(root)
    git(root, "add", "--all")
    write(root, f"{WAX}/SKILL.md", GOOD[f"{WAX}/SKILL.md"])
    done = run(root, "validate", "--staged")
    assert (done.code, checked(done)) == (1, 1)
    assert done.out.startswith(NAME)
    git(root, "add", "--all")
    broken(root)
    write(root, f"{INK}/SKILL.md", skill("ink", body="# Ink\n\nOther.\n"))
    git(root, "add", INK)
    done = run(root, "validate", "--staged")
    assert (done.code, checked(done)) == (0, 1)
    done = run(root, "validate", "--staged", WAX, f"{INK}/SKILL.md")
    assert (done.code, checked(done)) == (0, 2)


def test_staged_file_of_a_skill_and_deleted_one(root: Path, run: Run, git: Git) -> None:
    write(root, f"{WAX}/references/more.md", "More.\n")
    git(root, "add", "--all")
    assert checked(run(root, "validate", "--staged")) == 1
    git(root, "commit", "--quiet", "-m", "second")
    git(root, "rm", "-r", "--quiet", WAX)
    assert run(root, "validate", "--staged", "--json").json("report")["checked"] == 0


def test_staged_taxonomy_concerns_every_skill(root: Path, run: Run, git: Git) -> None:
    write(root, "taxonomy.yaml", FILES["taxonomy.yaml"].replace("  data:", "  data2:"))
    git(root, "add", "--all")
    done = run(root, "validate", "--staged")
    assert (done.code, checked(done)) == (1, 3)
    assert "T102 known-category: `data` is no category" in done.out
    assert checked(run(root, "validate", "taxonomy.yaml")) == 3


def test_staged_before_the_first_commit(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({})
    write(root, "taxonomy.yaml", FILES["taxonomy.yaml"])
    broken(root)
    git(root, "add", "--all")
    shutil.rmtree(root / "skills")
    assert run(root, "validate", "--staged").code == 1
    assert run(root, "validate", "--base", "main").code == 2


def test_commit(root: Path, run: Run, git: Git) -> None:
    broken(root)
    git(root, "commit", "--quiet", "--all", "-m", "second")
    shutil.rmtree(root / "skills")
    done = run(root, "validate", "--rev", "HEAD")
    assert (done.code, checked(done)) == (1, 3)
    assert run(root, "validate", "--rev", "HEAD~") == Result(0, CLEAN, "")
    assert run(root, "validate", "--rev", "HEAD", INK).code == 0
    assert run(root, "validate", "--rev", "HEAD", "skills/lost").code == 2
    for rev in ("lost", "--output=x", "HEAD:README.md", "^HEAD"):
        done = run(root, "validate", f"--rev={rev}")
        assert (done.code, done.out) == (2, "")
        assert "is not a commit of this repository" in done.err


def test_bare_repository(root: Path, run: Run, git: Git) -> None:
    git(root, "clone", "--quiet", "--bare", ".", "../bare.git")
    bare = root.parent / "bare.git"
    assert run(bare, "validate", "--rev", "main") == Result(0, CLEAN, "")
    for arguments in ((), ("--staged",), ("--base", "main")):
        done = run(bare, "validate", *arguments)
        assert (done.code, done.out) == (2, "")
        assert "bare repository" in done.err


def test_base_is_what_changed_since(root: Path, run: Run, git: Git) -> None:
    assert checked(run(root, "validate", "--base", "main")) == 0
    git(root, "switch", "--quiet", "-c", "topic")
    write(root, f"{INK}/SKILL.md", skill("ink", body="# Ink\n\nOther.\n"))
    git(root, "commit", "--quiet", "--all", "-m", "second")
    assert checked(run(root, "validate", "--base", "main")) == 1
    broken(root)  # not committed
    write(root, "skills/data/new/SKILL.md", skill("new"))  # not tracked
    done = run(root, "validate", "--base", "main")
    assert (done.code, checked(done)) == (1, 3)
    assert run(root, "validate", "--base", "main", INK).code == 0
    assert checked(run(root, "validate", "--base", "main", UNIT)) == 0
    # What went on in main is not ours.
    git(root, "stash", "--quiet", "--include-untracked")
    git(root, "switch", "--quiet", "main")
    write(root, f"{UNIT}/x.md", "x\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "third")
    git(root, "switch", "--quiet", "topic")
    assert checked(run(root, "validate", "--base", "main")) == 1


def test_base_with_a_deleted_file_and_a_deleted_skill(root: Path, run: Run, git: Git) -> None:
    write(root, f"{WAX}/list.md", "x\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "second")
    (root / WAX / "list.md").unlink()
    shutil.rmtree(root / INK)
    done = run(root, "validate", "--base", "HEAD")
    assert (done.code, checked(done)) == (0, 1)


def test_base_with_another_taxonomy_concerns_every_skill(root: Path, run: Run) -> None:
    write(root, "taxonomy.yaml", FILES["taxonomy.yaml"] + "\n# changed\n")
    assert checked(run(root, "validate", "--base", "HEAD")) == 3


def test_base_with_other_settings_concerns_none(root: Path, run: Run) -> None:
    # Those of the base are in force.
    write(root, "skillrepo.yaml", "profile: spec\n")
    assert checked(run(root, "validate", "--base", "HEAD")) == 0


def test_base_without_a_common_ancestor(root: Path, run: Run, git: Git) -> None:
    git(root, "switch", "--quiet", "--orphan", "other")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "other")
    done = run(root, "validate", "--base", "main")
    assert (done.code, done.err) == (2, "error: main and HEAD have no common ancestor\n")


# Paths


@pytest.mark.parametrize(
    ("paths", "count"),
    [
        ([WAX], 1),
        ([f"{WAX}/"], 1),
        ([f"{WAX}/SKILL.md"], 1),
        ([f"{WAX}/references/more.md"], 1),
        ([f"{WAX}/references"], 1),
        ([f"{WAX}/references/more.md", WAX, f"{WAX}/SKILL.md"], 1),
        (["skills/data"], 2),
        (["skills"], 3),
        (["."], 3),
        ([WAX, UNIT], 2),
        (["./skills/../skills/data/wax"], 1),
        (["taxonomy.yaml"], 3),
    ],
)
def test_paths(paths: list[str], count: int, root: Path, run: Run) -> None:
    write(root, f"{WAX}/references/more.md", "x\n")
    done = run(root, "validate", *paths)
    assert (done.code, checked(done)) == (0, count)
    absolute = [str(root / path) for path in paths]
    assert run(root.parent, "validate", *absolute) == done


def test_current_folder_is_a_skill(root: Path, run: Run) -> None:
    write(root, f"{WAX}/references/more.md", "x\n")
    for folder, paths in ((WAX, ["."]), (f"{WAX}/references", ["more.md"]), (INK, ["../wax"])):
        assert checked(run(root / folder, "validate", *paths)) == 1
    # Without a path it is the repository, wherever one stands in it.
    assert checked(run(root / WAX, "validate")) == 3


@pytest.mark.parametrize("path", [f"{WAX}/lost.md", f"{WAX}/deep/er/SKILL.md"])
def test_path_of_a_skill_that_is_not_there(path: str, root: Path, run: Run) -> None:
    done = run(root, "validate", path)
    assert (done.code, done.err) == (2, f"error: {path}: no such file or folder\n")


def test_path_of_a_link(root: Path, run: Run) -> None:
    (root / "skills/data/alias").mkdir()
    (root / "skills/data/alias/SKILL.md").symlink_to("../wax/SKILL.md")
    assert run(root, "validate") == Result(0, CLEAN, "")
    for path in ("skills/data/alias", "skills/data/alias/SKILL.md"):
        done = run(root, "validate", path)
        assert done.code == 2
        assert "a symbolic link to another file; name that one" in done.err
    assert checked(run(root, "validate", "skills/data")) == 2


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("lost", "lost: no such file or folder"),
        ("skills/data/lost", "skills/data/lost: no such file or folder"),
        ("README.md", "README.md: no SKILL.md in it, nor above it"),
        ("docs", "docs: no SKILL.md in it, nor above it"),
        ("x" * 300, "no such file or folder"),
        ("loop", "loop: no SKILL.md in it"),
        ("evil\x1b[2J", "evil<U+001B>[2J: no such"),
    ],
)
def test_path_without_a_skill(path: str, part: str, root: Path, run: Run) -> None:
    write(root, "docs/x.md", "x\n")
    (root / "loop").symlink_to("loop")
    done = run(root, "validate", path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert part in done.err


def test_repository_without_a_skill(make_repo: MakeRepo, run: Run) -> None:
    root = make_repo(FILES)
    assert run(root, "validate").out.startswith("0 skills checked")
    assert run(root, "validate", ".").code == 2
    other = make_repo({"README.md": "x\n"}, name="other")
    done = run(other, "validate")
    assert (done.code, done.err) == (2, f"error: no SKILL.md found below {other}\n")
    assert run(other, "validate", "--staged").code == 0


def test_ignored_and_excluded(root: Path, run: Run) -> None:
    write(root, ".gitignore", "build/\n")
    write(root, "skillrepo.yaml", "exclude: ['skills/old/**', '*/data/i?k']\n")
    broken(root, "skills/build/wax")
    broken(root, "skills/old/wax")
    broken(root, INK)
    assert checked(run(root, "validate")) == 2
    # What is named is checked though git ignores it; what is excluded is none of our business.
    assert checked(run(root, "validate", "skills/build/wax")) == 1
    for path in ("skills/old/wax", f"{INK}/SKILL.md"):
        done = run(root, "validate", path)
        assert (done.code, checked(done)) == (0, 0)


def test_skill_outside_the_root_counts_where_it_is_named(root: Path, run: Run) -> None:
    broken(root, "docs/example")
    assert checked(run(root, "validate")) == 3
    done = run(root, "validate", "docs/example")
    assert checked(done) == 1
    assert "T102 known-category: lies in no folder below `skills/`" in done.out


def test_links_to_folders_are_not_followed(root: Path, run: Run) -> None:
    (root / "skills/data/again").symlink_to("wax")
    assert run(root, "validate") == Result(0, CLEAN, "")
    # Named, it is the folder that it leads to.
    assert checked(run(root, "validate", "skills/data/again")) == 1


@pytest.mark.parametrize("name", ["two words", "größe", "a\nb", "-x", "'q\"", "a\\b", "*"])
def test_odd_names(name: str, root: Path, run: Run, git: Git) -> None:
    write(root, f"skills/{name}/wax/SKILL.md", BAD)
    git(root, "add", "--all")
    for arguments in ((), ("--staged",), ("--base", "HEAD"), (f"./skills/{name}/wax",)):
        done = run(root, "validate", "--format", "json", *arguments)
        paths = {finding["path"] for finding in done.json("report")["findings"]}
        # Two skills have one name: both are told where both are looked at.
        both = arguments in ((), ("--base", "HEAD"))
        assert paths == {f"skills/{name}/wax/SKILL.md"} | ({f"{WAX}/SKILL.md"} if both else set())
    text = run(root, "validate", f"./skills/{name}/wax").out
    said = text.splitlines()[:-1]
    words = (": error ", ": warning ", ": note ")
    assert [line for line in said if sum(line.count(word) for word in words) != 1] == []


def test_path_that_is_not_utf8(root: Path, run: Run) -> None:
    folder = os.fsencode(root) + b"/skills/data/caf\xe9"
    os.mkdir(folder)  # noqa: PTH102
    (Path(os.fsdecode(folder)) / "SKILL.md").write_text(skill("x"))
    done = run(root, "validate")
    assert (done.code, checked(done)) == (1, 4)
    assert "skills/data/caf<U+DCE9>/SKILL.md:2:7: error M102" in done.out
    findings = run(root, "validate", "--format", "json").json("report")["findings"]
    assert findings[0]["path"] == "skills/data/caf\udce9/SKILL.md"


def test_paths_in_two_repositories(root: Path, make_repo: MakeRepo, run: Run) -> None:
    other = make_repo(GOOD, name="other")
    plain = root.parent / "plain/wax"
    write(plain, "SKILL.md", skill("wax"))
    nested = make_repo(GOOD, name=f"repo/{WAX}/nested")
    for path in (other, plain, nested):
        done = run(root, "validate", str(root / INK), str(path))
        assert (done.code, done.out) == (2, "")
        assert "several repositories" in done.err


def test_current_folder_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert cli.main(["validate"]) == 2
    assert capfd.readouterr().err == "error: the current folder is gone; go to another one\n"


# Outside a repository


NOT_CHECKED = "there is no taxonomy.yaml: this is not a content repository"


def test_a_skill_anywhere(tmp_path: Path, run: Run) -> None:
    write(tmp_path, "wax/SKILL.md", BAD)
    write(tmp_path, "wax/references/more.md", "x\n")
    folder = tmp_path / "wax"
    for cwd, paths in (
        (tmp_path, ["wax"]),
        (tmp_path, ["wax/SKILL.md"]),
        (tmp_path, ["wax/references/more.md"]),
        (tmp_path, ["wax/references"]),
        (folder, []),
        (folder, ["."]),
    ):
        done = run(cwd, "validate", *paths)
        assert (done.code, checked(done), done.err) == (1, 1, "")
        start = "wax/" if cwd == tmp_path else ""
        assert done.out.startswith(f"{start}SKILL.md:2:7: error M102")
        (line,) = (line for line in done.out.splitlines() if line.startswith("not checked: "))
        assert line.endswith(f" ({NOT_CHECKED})")
        for rule in ("required-sections", "known-category", "unique-name"):
            assert rule in line
    assert run(tmp_path, "validate").out.startswith("wax/SKILL.md:2:7: error M102")
    for option in (("--staged",), ("--rev", "HEAD"), ("--base", "HEAD")):
        done = run(tmp_path, "validate", *option)
        assert (done.code, done.err) == (2, f"error: {tmp_path} {NO_GIT}\n")


def test_paths_open_from_where_one_is(tmp_path: Path, run: Run) -> None:
    wax, above = tmp_path / "a/wax", tmp_path / "a"
    write(wax, "SKILL.md", BAD)
    named = "SKILL.md:2:7: error M102"
    for cwd, arguments, start in (
        (tmp_path, ["a/wax"], f"a/wax/{named}"),
        (tmp_path, ["a"], f"a/wax/{named}"),
        (above, [str(wax)], f"wax/{named}"),
        (wax, [], named),
        (wax, ["../wax/SKILL.md"], named),
        (Path("/"), [str(wax)], f"{wax}/{named}".lstrip("/")),
    ):
        done = run(cwd, "validate", *arguments)
        assert (done.code, done.out[: len(start)]) == (1, start)
        (finding,) = run(cwd, "validate", "--select", "M102", "--json", *arguments).json("report")[
            "findings"
        ]
        assert (cwd / finding["path"]).resolve() == wax / "SKILL.md"
    (tmp_path / "b").mkdir()
    assert run(tmp_path / "b", "validate", str(wax)).out.startswith(f"{wax}/{named}")
    write(tmp_path, "taxonomy.yaml", FILES["taxonomy.yaml"])
    assert "../../a/wax/SKILL.md:2:7: error M102" in run(wax, "validate", ".").out


def test_two_skills_anywhere(tmp_path: Path, run: Run) -> None:
    write(tmp_path, "a/wax/SKILL.md", BAD)
    write(tmp_path, "b/ink/SKILL.md", skill("ink"))
    done = run(tmp_path, "validate", "a/wax", "b/ink/SKILL.md")
    assert (done.code, checked(done)) == (1, 2)
    assert done.out.startswith("a/wax/SKILL.md:2:7: ")


def test_a_folder_of_skills_stays_the_root_below_a_skill(tmp_path: Path, run: Run) -> None:
    write(tmp_path, "SKILL.md", skill("x"))
    write(tmp_path, "many/wax/SKILL.md", BAD)
    assert run(tmp_path, "validate", "many").out.startswith("many/wax/SKILL.md:2:7: ")


def test_nothing_found_outside_a_repository(tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, "validate")
    assert (done.code, done.err) == (2, f"error: no SKILL.md found below {tmp_path}\n")
    done = run(tmp_path, "validate", ".")
    assert (done.code, done.err) == (
        2,
        f"error: {tmp_path}: no SKILL.md in it, nor above it\n",
    )
    (tmp_path / "skills.md").write_text(skill("x"))
    assert run(tmp_path, "validate").code == 2


def test_taxonomy_without_git(tmp_path: Path, run: Run) -> None:
    for path, text in {**FILES, **GOOD}.items():
        write(tmp_path, path, text)
    for cwd in (tmp_path, tmp_path / "skills/data"):
        assert run(cwd, "validate", str(tmp_path / WAX)).out.startswith("1 skill checked: 0 errors")
    assert run(tmp_path, "validate") == Result(0, CLEAN, "")


# Files of the repository


def test_broken_taxonomy_is_a_finding_and_the_rest_is_checked(root: Path, run: Run) -> None:
    write(root, "taxonomy.yaml", FILES["taxonomy.yaml"] + "colour: red\n")
    broken(root)
    for profile in ("house", "spec"):
        done = run(root, "validate", "--profile", profile)
        assert (done.code, checked(done)) == (1, 3)
        assert "taxonomy.yaml:14:1: error T101 taxonomy-valid: `colour` is not a" in done.out
        assert NAME in done.out
        line = re.search("^not checked: (.+)$", done.out, re.MULTILINE)
        assert (line is not None) is (profile == "house")
        if line:
            assert "known-category" in line[1]
            assert line[1].endswith("(taxonomy.yaml cannot be used)")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("profile: home\n", ["skillrepo.yaml:1: `profile` is `home`; it must be one of"]),
        ("\nmax_body_line: 9\n", ["skillrepo.yaml:2: `max_body_line` is not a known key"]),
        ("command: [rm]\nfail_on: 1\n", ["skillrepo.yaml:1: `command`", "skillrepo.yaml:2: `fail"]),
        ("a: [\n", ["skillrepo.yaml:2:1: "]),
        ("a: &x b\n", ["skillrepo.yaml:1:4: anchors"]),
    ],
)
def test_broken_settings(text: str, parts: list[str], root: Path, run: Run) -> None:
    write(root, "skillrepo.yaml", text)
    done = run(root, "validate")
    assert (done.code, done.out) == (2, "")
    for part in parts:
        assert part in done.err


@pytest.mark.parametrize("name", ["skillrepo.yaml", "taxonomy.yaml"])
def test_settings_that_are_no_text(name: str, root: Path, run: Run) -> None:
    file = root / name
    file.write_bytes(b"caf\xe9: x")
    assert f"{name} is not UTF-8 (byte 3)" in run(root, "validate").err
    file.write_bytes(b"x" * 1_048_577)
    assert f"{name} is too large" in run(root, "validate").err
    file.unlink()
    os.mkfifo(file)
    assert f"{name} must be a regular file" in run(root, "validate").err
    file.unlink()
    file.symlink_to("/etc/passwd")
    done = run(root, "validate")
    assert (done.code, done.out) == (2, "")
    assert f"{name} must be a regular file" in done.err


def test_settings_of_the_index_and_of_a_commit(root: Path, run: Run, git: Git) -> None:
    write(root, "skillrepo.yaml", "profile: spec\n")
    git(root, "add", "--all")
    write(root, "skillrepo.yaml", "profile: broken\n")
    assert run(root, "validate", "--staged").code == 0
    assert run(root, "validate", "--rev", "HEAD").code == 0
    assert run(root, "validate").code == 2


# Severities


def test_profile_and_fail_on(root: Path, run: Run) -> None:
    text = skill("wax", extra="version: 1.2.0\n")
    write(root, f"{WAX}/SKILL.md", text)

    def code(*arguments: str) -> int:
        return run(root, "validate", *arguments).code

    assert code() == 0
    assert code("--fail-on", "warning") == code("--fail-on", "info") == 1
    assert code("--profile", "spec") == 1
    write(root, "skillrepo.yaml", "fail_on: warning\n")
    assert code() == 1
    assert code("--fail-on", "error") == 0
    write(root, "skillrepo.yaml", "profile: spec\n")
    assert code() == 1
    assert code("--profile", "house") == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--staged", "--rev", "HEAD"),
        ("--staged", "--base", "HEAD"),
        ("--rev", "HEAD", "--base", "HEAD"),
        ("--rev", "", "--base", ""),
        ("--profile", "strict"),
        ("--format", "xml"),
        ("--json", "--format", "text"),
        ("--fail-on", "never"),
        ("--lost",),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], root: Path, run: Run) -> None:
    done = run(root, "validate", *arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage: " in done.err or "rror: " in done.err


# Output


def test_json_and_its_fixes(root: Path, run: Run) -> None:
    colon = "---\nname: {}\ndescription: {} Use when: {}\n---\n\n# W\n\nSee.\n"
    write(root, f"{WAX}/SKILL.md", colon.format("wax", "Reads the seals.", 'é "x" \\ y'))
    (root / INK / "SKILL.md").write_bytes(b"\xef\xbb\xbf" + skill("ink").encode())
    unit = colon.format("unit", "é: Reads.", "a seal is found broken")
    write(root, f"{UNIT}/SKILL.md", unit.replace("\n", "\r\n"))
    done = run(root, "validate", "--format", "json")
    report = json.loads(done.out)
    jsonschema.validate(report, json.loads(resource.read("schemas/report.schema.json")))
    assert (done.code, report["version"], report["checked"]) == (1, 1, 3)
    fixed = [finding for finding in report["findings"] if finding["fix"]]
    assert [finding["code"] for finding in fixed] == ["D107", "D102", "D101", "D102"]
    for finding in fixed[1:]:
        apply(root / finding["path"], finding["fix"]["edits"])
    assert run(root, "validate", "--fail-on", "info", "--ignore", "D107") == Result(0, CLEAN, "")


def apply(path: Path, edits: list[dict[str, Any]]) -> None:
    data = path.read_bytes()
    for edit in reversed(edits):
        data = data[: edit["start"]] + edit["text"].encode() + data[edit["end"] :]
    path.write_bytes(data)


def test_json_of_nothing(root: Path, run: Run, tmp_path: Path) -> None:
    value = run(root, "validate", "--format", "json").json("report")
    lists = ["findings", "not_checked", "not_analysed", "ignored", "refused", "baselined", "stale"]
    assert value == {"version": 1, "checked": 3, **{name: [] for name in lists}}
    write(tmp_path, "plain/wax/SKILL.md", skill("wax"))
    value = run(tmp_path / "plain", "validate", "--format", "json").json("report")
    assert value["not_checked"][0] == {"rule": "required-sections", "why": NOT_CHECKED}


def test_same_bytes_twice(root: Path, run: Run) -> None:
    for folder in (WAX, INK, UNIT):
        broken(root, folder)
    for form in ("text", "json"):
        first = run(root, "validate", "--format", form)
        assert run(root, "validate", "--format", form) == first
    paths = (UNIT, INK, WAX)
    assert run(root, "validate", *paths) == run(root, "validate", *reversed(paths))


# Hostile skills


def latin1(file: Path) -> None:
    file.write_bytes(skill("rotten", "café").encode().replace(b"\\u00e9", b"\xe9"))


def png(file: Path) -> None:
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)


def is_folder(file: Path) -> None:
    file.mkdir()
    (file / "x.md").write_text("x")


def dangling(file: Path) -> None:
    file.symlink_to("lost.md")


def fifo(file: Path) -> None:
    os.mkfifo(file)
    (file.parent / "x.md").write_text("x")  # git knows no folder without a file


def bomb(file: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    file.write_text("---\nname: rotten\ndescription: x\n" + "\n".join(lines) + "\n---\n")


def nested(file: Path) -> None:
    file.write_text(f"---\nname: rotten\ndescription: {'[' * 5000}{']' * 5000}\n---\n")


def nested_body(file: Path) -> None:
    file.write_text(skill("rotten", body="> " * 5000 + "[x](" * 5000 + "TODO: x\n"))


def escape(file: Path) -> None:
    file.write_text("---\nname: \x1b[2J\ndescription: x\n---\n")


def python_tag(file: Path) -> None:
    file.write_text("---\nname: !!python/object/apply:os.system [touch owned]\n---\n")


def impossible_date(file: Path) -> None:
    file.write_text("---\nname: rotten\ndescription: 2026-13-45\n---\n")


@pytest.mark.parametrize(
    "rot",
    [
        latin1,
        png,
        is_folder,
        dangling,
        fifo,
        bomb,
        nested,
        nested_body,
        escape,
        python_tag,
        impossible_date,
    ],
)
def test_one_rotten_skill_spoils_no_other(
    rot: Callable[[Path], None], make_repo: MakeRepo, run: Run
) -> None:
    others = {f"skills/data/s{number:02}/SKILL.md": BAD for number in range(19)}
    root = make_repo({**FILES, **others})
    (root / "skills/data/rotten").mkdir()
    rot(root / "skills/data/rotten/SKILL.md")
    start = time.monotonic()
    done = run(root, "validate")
    assert time.monotonic() - start < 2
    assert (done.code, checked(done), done.err) == (1, 20, "")
    lines = done.out.splitlines()
    named = [line for line in lines if " error M102 " in line and "`wrong`" in line]
    assert len(named) == 19
    assert any(line.startswith("skills/data/rotten/SKILL.md:") for line in lines)
    assert "\x1b" not in done.out
    assert not (root / "owned").exists()


def test_conflict_in_the_index(root: Path, run: Run, git: Git) -> None:
    git(root, "switch", "--quiet", "-c", "other")
    write(root, f"{WAX}/SKILL.md", skill("wax", body="# A\n"))
    git(root, "commit", "--quiet", "--all", "-m", "a")
    git(root, "switch", "--quiet", "main")
    write(root, f"{WAX}/SKILL.md", skill("wax", body="# B\n"))
    git(root, "commit", "--quiet", "--all", "-m", "b")
    with pytest.raises(AssertionError, match="CONFLICT"):
        git(root, "merge", "other")
    done = run(root, "validate", "--staged")
    assert done.code == 1
    assert f"{WAX}/SKILL.md:1:1: error D101 readable: has an unresolved merge" in done.out


def test_link_in_the_index_is_not_followed(root: Path, run: Run, git: Git) -> None:
    for name, target in (("out", "/etc/passwd"), ("lost", "nowhere"), ("in", "../wax/SKILL.md")):
        (root / "skills/data" / name).mkdir()
        (root / "skills/data" / name / "SKILL.md").symlink_to(target)
    git(root, "add", "--all")
    for arguments in ((), ("--staged",)):
        out = run(root, "validate", *arguments).out
        assert "skills/data/out/SKILL.md:1:1: error D101 readable: is a symbolic link that" in out
        assert "skills/data/lost/SKILL.md:1:1: error D101 readable: is a symbolic link to" in out
        assert "skills/data/in/" not in out


def test_tracked_file_that_has_become_a_fifo_does_not_hang(root: Path, run: Run) -> None:
    (root / WAX / "SKILL.md").unlink()
    os.mkfifo(root / WAX / "SKILL.md")
    assert "is not a regular file" in run(root, "validate").out


# Submodules


def test_submodules(root: Path, run: Run, git: Git, make_repo: MakeRepo) -> None:
    inner = make_repo({"unit/SKILL.md": skill("unit"), "more.md": "# More\n"}, name="inner")
    for place in ("skills/inner", f"{WAX}/vendor"):
        git(root, "submodule", "--quiet", "add", str(inner), place)
    # Its skills are those of another repository; within a skill its files are none of the skill's.
    found = f"{WAX}/vendor:1:1: error X108 links-leave-skill: is neither a file nor a folder"
    for options, number in (([], 3), (["--staged"], 1), (["--base", "HEAD"], 1)):
        done = run(root, "validate", *options)
        assert (done.code, checked(done), done.out.startswith(found)) == (1, number, True)
    git(root, "commit", "--quiet", "-m", "submodules")
    done = run(root, "validate", "--rev", "HEAD")
    assert (done.code, checked(done), done.out.startswith(found)) == (1, 3, True)
    # It has not changed since.
    assert checked(run(root, "validate", "--base", "HEAD")) == 0
    (root / WAX / "vendor/more.md").write_text("# Other\n")
    assert checked(run(root, "validate", "--base", "HEAD")) == 0
    git(root / WAX / "vendor", "commit", "--quiet", "--all", "-m", "more")
    git(root, "add", "--all")
    assert checked(run(root, "validate", "--base", "HEAD")) == 1
    done = run(root, "validate", "skills/inner")
    assert (done.code, checked(done)) == (0, 1)
