import hashlib
import io
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo
from content_repo import FILES, TAXONOMY, Result, Run, everything, runner, skill, snapshot
from openai_server import serving
from planned import plan, review, text

from skillrepo.commands.landing import keep
from skillrepo.commands.work import prepare

AGENT = Path(__file__).with_name("agent.py")
BRIEF = "Merge PDF files"
NAME = "merge-pdf-files"
BRANCH = f"skill/new/{NAME}"
GUIDE = """\
# Merging PDF files

Use pdfunite to merge PDF files.

## Merge

```sh
pdfunite a.pdf b.pdf out.pdf
```

1. List the files in order.
2. Run the command.
"""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    path = tmp_path / "guide.md"
    path.write_text(GUIDE)
    return path


def agent(mode: str, *rest: str) -> tuple[str, ...]:
    return ("--writer", "command", "--", sys.executable, str(AGENT), mode, *rest)


def kept_in(result: Result) -> Path:
    """The folder that a message names."""
    said = result.err or result.out
    return Path(said.split("kept in ", 1)[1].splitlines()[0])


def branches(root: Path, git: Git) -> list[str]:
    return git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines()


# The commit.


def test_commit_on_a_branch_of_its_own(root: Path, guide: Path, run: Run, git: Git) -> None:
    main = git(root, "rev-parse", "main")
    done = run(root, "new", BRIEF, "--from", str(guide))
    assert (done.code, done.err) == (0, "")
    assert git(root, "rev-parse", f"{BRANCH}^") == main
    assert git(root, "log", "-1", "--format=%s", BRANCH) == f"feat({NAME}): add skill"
    changed = git(root, "diff-tree", "-r", "--name-status", "main", BRANCH).splitlines()
    assert f"A\tskills/data/{NAME}/SKILL.md" in changed
    assert all(line.startswith(f"A\tskills/data/{NAME}/") for line in changed)
    trailers = git(root, "log", "-1", "--format=%(trailers:only,unfold)", BRANCH).splitlines()
    digest = hashlib.sha256(GUIDE.encode()).hexdigest()
    assert trailers == [
        f"Skill: data/{NAME}",
        "Skill-Version: 0.1.0",
        "Skill-Writer: offline",
        f"Skill-Brief: {hashlib.sha256(BRIEF.encode()).hexdigest()}",
        f"Skill-Source: guide.md {digest}",
        "Skill-Unsupported: none",
    ]
    commit = git(root, "rev-parse", "--short=12", BRANCH)
    assert f"committed {commit} on {BRANCH} (from main, {main[:12]})" in done.out
    assert f"next: git show {BRANCH}" in done.out
    assert run(root, "validate", "--rev", BRANCH).code == 0


def test_template_is_committed_and_fails_in_house(root: Path, run: Run, git: Git) -> None:
    done = run(root, "new", BRIEF)
    assert done.code == 0
    assert "This is a template" in done.out
    assert f"next: git switch {BRANCH}, mend the errors above, and commit" in done.out
    text = git(root, "cat-file", "blob", f"{BRANCH}:skills/data/{NAME}/SKILL.md")
    assert "status: draft" in text
    assert run(root, "validate", "--rev", BRANCH, "--profile", "spec").code == 0
    house = run(root, "validate", "--rev", BRANCH)
    assert house.code == 1
    assert "template-text" in house.out
    errors = json.loads(run(root, "drafts", "--json").out)["drafts"][0]["gate"]["errors"]
    assert errors == house.out.count("template-text") > 0
    refused = run(root, "promote", BRANCH)
    assert (refused.code, refused.out.count("template-text")) == (1, errors)
    assert "does not pass the gate (the specification, and no text of a template)" in refused.out
    body = git(root, "log", "-1", "--format=%b", BRANCH)
    assert "template-text" in body
    assert "This is a template" in body


@pytest.mark.parametrize("options", [*FORMATS, "--quiet"])
def test_other_skills_stay(options: str, make_repo: MakeRepo, run: Run, git: Git) -> None:
    files = {**FILES, "skills/data/csv-join/SKILL.md": skill("csv-join"), "z/ä b": "z"}
    root = make_repo(files, options=(options,))
    assert run(root, "new", BRIEF).code == 0
    before = git(root, "ls-tree", "-r", "main").splitlines()
    after = git(root, "ls-tree", "-r", BRANCH).splitlines()
    assert set(before) < set(after)
    assert len(after) == len(before) + 1
    git(root, "fsck", "--strict")


def test_base(root: Path, run: Run, git: Git) -> None:
    first = git(root, "rev-parse", "HEAD")
    git(root, "commit", "--allow-empty", "-m", "second")
    git(root, "tag", "v1", first)
    done = run(root, "new", BRIEF, "--base", "v1")
    assert git(root, "rev-parse", f"{BRANCH}^") == first
    assert f"(from v1, {first[:12]})" in done.out


def test_branch_starts_from_the_default_branch_not_from_head(
    root: Path, run: Run, git: Git
) -> None:
    git(root, "switch", "--quiet", "-c", "topic")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "second")
    run(root, "new", BRIEF)
    assert git(root, "rev-parse", f"{BRANCH}^") == git(root, "rev-parse", "main")


def test_branch_starts_from_head_where_there_is_no_default_branch(
    make_repo: MakeRepo, run: Run, git: Git
) -> None:
    root = make_repo(FILES, options=("--initial-branch=trunk",))
    done = run(root, "new", BRIEF)
    assert git(root, "rev-parse", f"{BRANCH}^") == git(root, "rev-parse", "trunk")
    assert "(from HEAD, " in done.out


def test_where_to_push_is_told(root: Path, tmp_path: Path, run: Run, guide: Path, git: Git) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(root), str(clone))
    git(clone, "remote", "add", "a", "elsewhere")
    done = run(clone, "new", BRIEF, "--from", str(guide))
    assert done.out.endswith(f"\nnext: git show {BRANCH}\nthen: git push origin {BRANCH}\n")


@pytest.mark.parametrize(
    "text", ['[includeIf "gitdir:/"]\npath = ~/x\n', '[remote "o"]\nprune=1\n']
)
def test_configuration_that_gitpython_itself_cannot_read(
    text: str, root: Path, run: Run, git: Git
) -> None:
    with (root / ".git/config").open("a") as config:
        config.write(text)
    assert run(root, "new", BRIEF).code == 0
    assert BRANCH in branches(root, git)


@pytest.mark.parametrize("rev", ["nowhere", "-x", "--output=x", "", "main..main", "HEAD:skills"])
def test_base_that_is_no_commit(rev: str, root: Path, run: Run) -> None:
    done = run(root, "new", BRIEF, f"--base={rev}")
    assert done.code == 2
    assert "is not a commit" in done.err


# What the user has stays as it is.


@pytest.mark.parametrize("options", [("--bare",), ("--bare", "--object-format=sha256")])
def test_bare_repository(
    options: tuple[str, ...], tmp_path: Path, make_repo: MakeRepo, run: Run, git: Git
) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "init", "--quiet", *options, str(bare))
    root = make_repo(FILES, options=tuple(set(options) - {"--bare"}))
    git(root, "push", "--quiet", str(bare), "main")
    before = snapshot(tmp_path)
    done = run(bare, "new", BRIEF)
    assert (done.code, done.err) == (0, "")
    assert snapshot(tmp_path) == before
    assert branches(bare, git) == ["main", BRANCH]
    refused = run(bare, "new", BRIEF, "--name", "other", "--write-only")
    assert refused.code == 2
    assert "a bare repository has no worktree" in refused.err


@pytest.mark.parametrize("options", [(), ("--bare",)])
def test_repository_without_a_commit_is_refused(
    options: tuple[str, ...], make_repo: MakeRepo, run: Run
) -> None:
    root = make_repo({}, options=options)
    before = everything(root)
    for step in ("--commit", "--dry-run")[: 1 + len(options)]:
        done = run(root, "new", BRIEF, step)
        assert done.code == 2
        assert "there is no commit yet" in done.err
    assert everything(root) == before


# The other steps of the ladder.


@pytest.mark.parametrize("sources", [True, False])
def test_dry_run_changes_nothing_at_all(
    *, sources: bool, root: Path, guide: Path, run: Run
) -> None:
    before = everything(root)
    done = run(root, "new", BRIEF, "--dry-run", *(("--from", str(guide)) if sources else ()))
    assert everything(root) == before
    assert done.code == 0
    assert done.out.startswith(f"---\nname: {NAME}\n")
    assert "1 skill checked" in done.out
    assert done.out.endswith("dry run: nothing was written\n")


def test_dry_run_needs_no_commit(make_repo: MakeRepo, run: Run) -> None:
    root = make_repo({})
    assert "run `skillrepo init`\n" in run(root, "new", BRIEF, "--dry-run").err
    (root / "taxonomy.yaml").write_text(TAXONOMY)
    assert run(root, "new", BRIEF, "--dry-run").code == 0


@pytest.mark.parametrize("mode", ["never", "other"])
def test_dry_run_that_fails_changes_nothing_in_the_repository(
    mode: str, root: Path, run: Run
) -> None:
    before = everything(root)
    done = run(root, "new", BRIEF, "--dry-run", *agent(mode, "con"))
    assert everything(root) == before
    if mode == "never":
        assert done.code == 1
        assert "name: PDF Merge" in done.out
        assert "kept" not in done.out
    else:
        assert done.code == 2
        assert (kept_in(done) / "SKILL.md").is_file()


@pytest.mark.parametrize("commits", [True, False])
def test_write_only_leaves_files_and_no_commit(
    *, commits: bool, make_repo: MakeRepo, guide: Path, run: Run, git: Git
) -> None:
    root = make_repo(FILES if commits else {})
    (root / "taxonomy.yaml").write_text(TAXONOMY)
    before = snapshot(root)
    done = run(root, "new", BRIEF, "--write-only", "--from", str(guide))
    assert done.code == 0
    assert f"written to skills/data/{NAME}, not committed" in done.out
    after = snapshot(root)
    assert {path: after[path] for path in before} == before
    folder = root / f"skills/data/{NAME}"
    assert all(Path(path).is_relative_to(folder) for path in after.keys() - before.keys())
    assert (folder / "references/guide.md").is_file()
    assert run(root, "validate", str(folder)).code == 0
    if commits:
        assert branches(root, git) == ["main"]


def test_write_only_looks_at_the_worktree(root: Path, run: Run) -> None:
    (root / "taxonomy.yaml").write_text(TAXONOMY.replace("  data:", "  files:"))
    done = run(root, "new", BRIEF, "--write-only")
    assert (root / f"skills/files/{NAME}/SKILL.md").is_file()
    assert "next: mend the errors above" in done.out


@pytest.mark.parametrize(
    "make", [Path.mkdir, Path.touch, lambda folder: folder.symlink_to("nowhere")]
)
def test_write_only_refuses_a_folder_that_is_there(
    make: Callable[[Path], None], root: Path, run: Run
) -> None:
    folder = root / f"skills/data/{NAME}"
    folder.parent.mkdir(parents=True)
    make(folder)
    before = everything(root)
    done = run(root, "new", BRIEF, "--write-only", "--name", NAME, "--at", "data")
    assert done.code == 2
    assert f"skills/data/{NAME} is there already" in done.err
    assert everything(root) == before


@pytest.mark.parametrize("link", ["skills", "skills/data"])
def test_write_only_never_writes_through_a_link(
    link: str, root: Path, tmp_path: Path, run: Run
) -> None:
    outside = tmp_path / "outside"
    (outside / "data").mkdir(parents=True)
    (root / link).parent.mkdir(exist_ok=True)
    (root / link).symlink_to(outside)
    done = run(root, "new", BRIEF, "--write-only")
    assert done.code == 2
    assert f"{link} is a symbolic link" in done.err
    assert [path.name for path in outside.rglob("*")] == ["data"]
    assert (kept_in(done) / "SKILL.md").is_file()


def test_write_only_where_a_file_is_in_the_way(root: Path, run: Run) -> None:
    (root / "skills").write_text("")
    done = run(root, "new", BRIEF, "--write-only")
    assert done.code == 2
    assert f"skills/data/{NAME} cannot be written: " in done.err
    assert (kept_in(done) / "SKILL.md").is_file()


@pytest.mark.parametrize(
    "options",
    [
        ("--dry-run", "--commit"),
        ("--write-only", "--dry-run"),
        ("--write-only", "--base", "main"),
        ("files",),
        ("--", "rm", "-r", "."),
        ("--writer", "offline", "--", "true"),
        ("--writer", "model", "--", "true"),
        ("--model", "x", "--", "true"),
        ("--writer", "offline", "--model", "x"),
        ("--writer", "command", "--model", "x", "--", "true"),
        ("--writer", "other"),
    ],
)
def test_options_that_contradict_each_other(options: tuple[str, ...], root: Path, run: Run) -> None:
    before = everything(root)
    done = run(root, "new", BRIEF, *options)
    assert done.code == 2
    assert "Error: " in done.err
    assert everything(root) == before


def test_the_same_step_twice_is_one_step(root: Path, run: Run) -> None:
    assert run(root, "new", BRIEF, "--dry-run", "--dry-run").code == 0


# Categories and names.


@pytest.mark.parametrize(
    ("at", "category"),
    [
        ("coding", "coding"),
        ("/coding/testing/", "coding/testing"),
        ("skills/coding/testing", "coding/testing"),
        ("documents", "data"),
    ],
)
def test_at(at: str, category: str, root: Path, run: Run) -> None:
    done = run(root, "new", BRIEF, "--at", at, "--dry-run", "--json")
    assert done.json("new")["address"] == f"{category}/{NAME}"


@pytest.mark.parametrize(
    "arguments",
    [("Zorgle quux",), (BRIEF, "--at", "nope"), (BRIEF, "--at", ""), (BRIEF, "--at", "..")],
)
def test_without_a_category_they_are_listed(
    arguments: tuple[str, ...], root: Path, run: Run
) -> None:
    done = run(root, "new", *arguments)
    assert done.code == 2
    for line in ("coding: Writing code", "coding/testing: Testing", "data: Data and documents"):
        assert f"\n  {line}" in done.err


def test_the_skills_that_are_there_say_where_a_draft_belongs(make_repo: MakeRepo, run: Run) -> None:
    titles = "  north: {title: North}\n  south: {title: South}\n"
    chart = skill("draw-chart", "Draws charts of sales. Use when figures are to be shown.")
    skills = {"north/pdf-merge": skill(), "south/draw-chart": chart}
    files = {f"skills/{address}/SKILL.md": text for address, text in skills.items()}
    root = make_repo({"taxonomy.yaml": f"version: 1\ncategories:\n{titles}", **files})
    made = run(root, "new", "Split PDF files", "--dry-run", "--json").json("new")
    assert made["address"] == "north/split-pdf-files"
    assert "Category north (North) is the nearest (confidence 0.99)" in made["notes"][0]
    made = run(root, "new", "PDF charts", "--dry-run", "--json").json("new")
    assert "It is uncertain that the skill belongs into" in made["notes"][0]


def test_flat_repository(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({"taxonomy.yaml": "version: 1\ncategories: {}\nroot: .\n"})
    done = run(root, "new", BRIEF, "--at", "data")
    assert (done.code, done.err) == (
        2,
        "error: --at data: taxonomy.yaml has no categories; leave --at out\n",
    )
    done = run(root, "new", BRIEF, "--at", "", "--json")
    assert done.json("new")["path"] == NAME
    # No word of the brief is a name of the repository's.
    again = run(root, "new", "Bake bread", "--json").json("new")
    assert again["path"] == "bake-bread"
    assert not any("--at" in note for note in again["notes"])
    assert git(root, "ls-tree", "--name-only", BRANCH).splitlines() == [NAME, "taxonomy.yaml"]


def test_name_taken_in_the_tree(make_repo: MakeRepo, run: Run) -> None:
    root = make_repo({**FILES, "skills/coding/pdf-merge/SKILL.md": skill()})
    done = run(root, "new", BRIEF, "--name", "pdf-merge")
    assert done.code == 2
    assert "skills/coding/pdf-merge/SKILL.md has that name already; choose another" in done.err
    derived = run(root, "new", "PDF merge")
    assert derived.code == 2
    assert "pdf-merge" in derived.err
    assert "--name" in derived.err


def test_name_taken_by_a_branch(root: Path, run: Run) -> None:
    assert run(root, "new", BRIEF).code == 0
    done = run(root, "new", BRIEF, "--name", NAME)
    assert done.code == 2
    assert f"the branch {BRANCH} holds a draft" in done.err
    assert f"skillrepo drop {BRANCH}" in done.err
    assert run(root, "new", BRIEF).code == 2
    assert run(root, "new", BRIEF, "--name", "other").code == 0


def test_name_taken_by_a_branch_of_a_remote(root: Path, tmp_path: Path, run: Run, git: Git) -> None:
    run(root, "new", BRIEF)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(root), str(clone))
    done = run(clone, "new", BRIEF, "--name", NAME)
    assert done.code == 2
    assert f"the branch origin/{BRANCH} holds a draft of that name" in done.err
    assert "skillrepo drop" not in done.err
    assert run(clone, "new", BRIEF).code == 2


@pytest.mark.parametrize("branch", ["skill", "skill/new"])
def test_branch_that_is_in_the_way_is_told_before_anybody_is_paid(
    branch: str, root: Path, run: Run, git: Git
) -> None:
    git(root, "branch", branch)
    done = run(root, "new", BRIEF, *agent("clean"))
    assert done.code == 2
    assert f"the branch `{branch}` is in the way" in done.err
    assert "kept" not in done.err


@pytest.mark.parametrize(
    "name",
    ["PDF", "a_b", "-a", "a-", "a--b", "a/b", "..", "", "ä", "a b", "a\n", "x" * 65, "\x1b[2J"],
)
def test_name_that_is_none(name: str, root: Path, run: Run) -> None:
    done = run(root, "new", BRIEF, f"--name={name}")
    assert done.code == 2
    assert "use 1 to 64 lowercase letters, digits and single hyphens" in done.err
    assert "\x1b" not in done.err


@pytest.mark.parametrize(("name", "at"), [("testing", "coding"), ("notes", "data")])
def test_what_is_there_is_never_replaced(
    name: str, at: str, make_repo: MakeRepo, run: Run, git: Git
) -> None:
    files = {"skills/coding/testing/unit/SKILL.md": skill("unit"), "skills/data/notes/a.txt": "a"}
    root = make_repo({**FILES, **files})
    done = run(root, "new", BRIEF, "--name", name, "--at", at)
    assert done.code == 2
    assert "choose another name" in done.err
    assert branches(root, git) == ["main"]


# Sources and briefs.


def test_source_that_cannot_be_read(root: Path, run: Run) -> None:
    done = run(root, "new", BRIEF, "--from", "nowhere.md")
    assert (done.code, done.err) == (2, "error: --from nowhere.md: No such file or directory\n")


def test_what_was_left_out_is_told_here_and_in_the_commit(
    root: Path, tmp_path: Path, run: Run, git: Git
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "guide.md").write_text(GUIDE)
    (docs / "logo.png").write_bytes(b"\x89PNG\0")
    done = run(root, "new", BRIEF, "--from", str(docs))
    assert "note: docs/logo.png was left out: not text" in done.out
    assert "docs/logo.png was left out" in git(root, "log", "-1", "--format=%b", BRANCH)
    assert "Skill-Source: docs/guide.md " in git(root, "log", "-1", "--format=%b", BRANCH)


def test_a_key_in_a_name_is_told_nowhere(root: Path, tmp_path: Path, run: Run, git: Git) -> None:
    key = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "guide.md").write_text(GUIDE)
    (docs / f"{key}.png").write_bytes(b"\x89PNG\0")
    told = (
        run(root, "new", BRIEF, "--from", str(docs), "--json", "--dry-run").out,
        run(root, "new", BRIEF, "--from", str(docs)).out,
        git(root, "log", "-1", "--format=%B", BRANCH),
    )
    for said in told:
        assert "docs/ghp_****" in said
        assert key not in said


def _stdin(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_brief_from_standard_input(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _stdin(b"\xef\xbb\xbf" + BRIEF.encode() + b"\r\n", monkeypatch)
    assert run(root, "new", "-", "--dry-run", "--json").json("new")["name"] == NAME


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"caf\xe9", "is not text in UTF-8"),
        (b"x" * 60_000, "has more than 50,000 characters"),
        (b"\xc3\xa4" * 50_001, "has more than 50,000 characters"),
    ],
)
def test_brief_that_is_none(
    data: bytes, why: str, root: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stdin(data, monkeypatch)
    for brief in ("-", os.fsdecode(data)):
        done = run(root, "new", brief)
        assert done.code == 2
        assert f"error: the brief {why}" in done.err


@pytest.mark.parametrize(
    "brief",
    [
        BRIEF + "\n\nSkill: forged\n---\n" + "more words " * 2_000,
        BRIEF + " \x1b[2J\x00\x07\u202e\u200b\u2028",
        f"---\nname: x\n---\n{BRIEF}",
        BRIEF + ' "quotes" \\ # {x: [y]} <b> `code` $(id) ; | & *',
        "合并 PDF 文件 PDF files",
        "x" * 10_000 + " PDF",
    ],
)
def test_hostile_brief(brief: str, root: Path, run: Run, git: Git) -> None:
    done = run(root, "new", "--name", "pdf-merge", "--at", "data", "--", brief)
    assert (done.code, done.err) == (0, "")
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    trailers = git(root, "log", "-1", "--format=%(trailers:only,unfold)", "skill/new/pdf-merge")
    assert [line.partition(":")[0] for line in trailers.splitlines()] == [
        "Skill",
        "Skill-Version",
        "Skill-Writer",
        "Skill-Brief",
    ]


# Where there is nothing to work with.


def test_outside_of_a_repository(tmp_path: Path, run: Run) -> None:
    (tmp_path / "taxonomy.yaml").write_text(TAXONOMY)
    done = run(tmp_path, "new", BRIEF)
    assert done.code == 2
    assert "is in no git repository; `skillrepo init` makes one" in done.err


def test_no_taxonomy(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({"README.md": ""})
    assert "run `skillrepo init` and commit what it writes" in run(root, "new", BRIEF).err
    assert "run `skillrepo init`\n" in run(root, "new", BRIEF, "--write-only").err
    (root / "taxonomy.yaml").write_text(TAXONOMY)
    done = run(root, "new", BRIEF)
    assert done.code == 2
    do = "commit it there, for example with `skillrepo init --commit`\n"
    assert f"but the worktree has: {do}" in done.err
    git(root, "switch", "--quiet", "-c", "other")
    git(root, "add", "taxonomy.yaml")
    git(root, "commit", "--quiet", "-m", "x")
    assert (
        f"start from HEAD, which has it, with --base HEAD, or {do}" in run(root, "new", BRIEF).err
    )


@pytest.mark.parametrize("text", ["version: 1\ncategories: [\n", "version: 2\n", "", "a: &b\n"])
def test_broken_taxonomy(text: str, make_repo: MakeRepo, run: Run) -> None:
    root = make_repo({"taxonomy.yaml": text})
    done = run(root, "new", BRIEF)
    assert done.code == 2
    assert "error: taxonomy.yaml of main (" in done.err
    assert "cannot be used:\n  taxonomy.yaml:" in done.err


# Writers.


def test_program_that_needs_two_rounds(root: Path, run: Run, git: Git) -> None:
    done = run(root, "new", BRIEF, "--json", *agent("second"))
    value = done.json("new")
    assert done.code == 0
    assert (value["rounds"], value["writer"], value["name"]) == (2, "command", "pdf-merge")
    assert "Skill-Writer: command" in git(root, "log", "-1", "--format=%b", "skill/new/pdf-merge")


def test_program_that_fails_in_the_second_round_loses_nothing(
    root: Path, run: Run, git: Git
) -> None:
    done = run(root, "new", BRIEF, *agent("noisy"))
    assert done.code == 0
    assert done.out.startswith(
        "note: Round 2 failed, and the draft before it was kept: the command"
    )
    assert "\n  committed on skill/new/forged\n" in done.out
    assert "forged" not in git(root, "log", "-1", "--format=%B", "skill/new/pdf-merge")


def test_name_that_serves_for_no_branch_keeps_the_text(root: Path, run: Run, git: Git) -> None:
    done = run(root, "new", BRIEF, *agent("named", "naïve"))
    assert done.code == 2
    assert "the name 'naïve' serves for no branch; give with --name" in done.err
    assert (kept_in(done) / "SKILL.md").is_file()
    assert branches(root, git) == ["main"]


def test_long_lists_are_cut(root: Path, tmp_path: Path, run: Run) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(30):
        (docs / f"{number}.md").write_text(GUIDE.replace("a.pdf", f"{number}.pdf"))
    lines = run(root, "new", BRIEF, "--from", str(docs)).out.splitlines()
    assert "  and 23 more" in lines
    assert next(line for line in lines if line.startswith("files: ")).endswith(" more")


def test_program_of_the_configuration(root: Path, run: Run, git_env: Path) -> None:
    config = git_env / ".config/skillrepo/config.yaml"
    config.parent.mkdir(parents=True)
    argv = json.dumps([sys.executable, str(AGENT), "clean"])
    config.write_text(f"writer: {{default: command, command: {argv}}}\n")
    assert run(root, "new", BRIEF, "--json").json("new")["writer"] == "command"
    assert run(root, "new", BRIEF, "--json", "--writer", "offline").json("new")["name"] == NAME


def test_no_program(root: Path, run: Run) -> None:
    done = run(root, "new", BRIEF, "--writer", "command")
    assert done.code == 2
    assert "no program to write with" in done.err


@pytest.mark.parametrize("step", ["--commit", "--write-only"])
def test_draft_that_never_passes_is_kept_and_not_committed(
    step: str, root: Path, run: Run, git: Git
) -> None:
    before = snapshot(root)
    done = run(root, "new", BRIEF, step, *agent("never"))
    assert (done.code, done.err) == (1, "")
    assert "does not pass the gate" in done.out
    assert "frontmatter-schema" in done.out
    assert "move it to skills/data/<name>, and commit it" in done.out
    folder = kept_in(done)
    assert "name: PDF Merge" in (folder / "SKILL.md").read_text()
    after = snapshot(root)
    assert {Path(path) for path in after.keys() - before.keys()} == {folder / "SKILL.md"}
    assert {path: after[path] for path in before} == before
    assert branches(root, git) == ["main"]
    # What is kept is no business of git's, nor of the next run's.
    assert git(root, "status", "--porcelain") == ""
    assert run(root, "new", BRIEF, *agent("clean")).code == 0


def test_hostile_file_of_a_program_is_refused_and_the_rest_is_kept(
    root: Path, run: Run, git: Git
) -> None:
    done = run(root, "new", BRIEF, *agent("other", "con"))
    assert done.code == 2
    assert "names a device on Windows" in done.err
    folder = kept_in(done)
    assert folder.name.startswith("draft-")
    assert sorted(path.name for path in folder.iterdir()) == ["SKILL.md", "refused-2"]
    assert branches(root, git) == ["main"]


def test_missing_identity_is_told_before_anybody_is_paid(
    root: Path, tmp_path: Path, run: Run, git: Git, git_env: Path
) -> None:
    (git_env / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    paid = tmp_path / "paid"
    done = run(root, "new", BRIEF, "--writer=command", "--", "touch", str(paid))
    assert done.code == 2
    assert "git config --global user.email" in done.err
    assert not paid.exists()
    assert branches(root, git) == ["main"]
    assert run(root, "new", BRIEF, "--dry-run").code == 0


def test_hook_that_refuses_the_branch_keeps_the_text(root: Path, run: Run, git: Git) -> None:
    hook = root / ".git/hooks/reference-transaction"
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    done = run(root, "new", BRIEF)
    assert done.code == 2
    assert (kept_in(done) / "SKILL.md").is_file()
    assert branches(root, git) == ["main"]


def test_text_is_kept_elsewhere_where_the_git_folder_cannot_hold_it(
    root: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (root / ".git/skillrepo").write_text("in the way")
    done = run(root, "new", BRIEF, *agent("never"))
    assert done.code == 1
    assert kept_in(done).parent == tmp_path


def test_draft_whose_files_collide_is_kept_whole(root: Path, run: Run) -> None:
    done = run(root, "new", BRIEF, *agent("other", "skill.md"))
    assert done.code == 2
    assert "the same where case does not count" in done.err
    assert {path.name.lower() for path in kept_in(done).iterdir()} >= {"skill.md"}


def test_program_that_leaves_nothing(root: Path, run: Run) -> None:
    done = run(root, "new", BRIEF, "--writer", "command", "--", "false")
    assert done.code == 2
    assert "the command `false` failed with exit code 1" in done.err
    assert "kept" not in done.err
    assert not (root / ".git/skillrepo").exists()


def test_what_cannot_lie_side_by_side_is_kept_under_numbers(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    files = {"a": b"1", "a/b": b"2", "../c": b"3", "d/e": b"4"}
    said = keep(prepare("commit", None), "pdf-merge", files)
    folder = Path(said.rpartition(" ")[2])
    assert folder.parent == root / ".git/skillrepo/kept"
    kept = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    texts = {path: file.read_bytes() for path, file in kept.items() if file.is_file()}
    assert texts == {"a": b"1", "refused-2": b"2", "refused-3": b"3", "d/e": b"4"}


def test_model(root: Path, run: Run, git: Git, git_env: Path) -> None:
    config = git_env / ".config/skillrepo/config.yaml"
    config.parent.mkdir(parents=True)
    about = "Merges PDF files. Use when PDF files are to become one."
    planned = plan(path="data", name="pdf-merge", description=about)
    written = text(body="# Merging\n\nRun `pdfunite`.")
    with serving(*planned, written, review(met=False, points=("Try\nit.",))) as server:
        entry = f"{{model: openai/scripted, env: HOME, api_base: {server.url}, num_retries: 0}}"
        config.write_text(f"models: {{registry: {{local: {entry}}}}}\n")
        done = run(root, "new", BRIEF, "--model", "local", "--json")
    value = done.json("new")
    assert (value["writer"], value["model"], value["rounds"]) == ("model", "openai/scripted", 1)
    body = git(root, "log", "-1", "--format=%b", "skill/new/pdf-merge")
    assert "\nSkill-Writer: model\nSkill-Model: openai/scripted\nSkill-Program: " in body
    assert "Review: “The order of the pages is told.” is not met: no order" in body
    assert "Review: Try it." in body


def test_json_of_each_outcome(root: Path, guide: Path, run: Run, git: Git) -> None:
    def outcome(*options: str) -> dict[str, object]:
        value = run(root, "new", BRIEF, "--json", *options).json("new")
        found = {key: value[key] for key in ("branch", "commit", "written", "kept")}
        return {"passes": value["passes"], **{key: v for key, v in found.items() if v}}

    assert outcome("--dry-run", "--from", str(guide)) == {"passes": True}
    assert outcome("--write-only", "--name", "a") == {"passes": True, "written": "skills/data/a"}
    committed = outcome("--name", "b")
    commit = git(root, "rev-parse", "skill/new/b")
    assert committed == {"passes": True, "branch": "skill/new/b", "commit": commit}
    failed = outcome(*agent("never"))
    assert (Path(str(failed.pop("kept"))) / "SKILL.md").is_file()
    assert failed == {"passes": False}
    assert outcome("--dry-run", *agent("never")) == {"passes": False}


def _skillrepo(root: Path, *arguments: str, **extra: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "skillrepo", *arguments],
        cwd=root,
        env={**os.environ, **extra},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_run_leaves_nothing_behind(
    number: signal.Signals, root: Path, tmp_path: Path, git: Git
) -> None:
    pipes = [str(tmp_path / name) for name in ("started", "never")]
    for pipe in pipes:
        os.mkfifo(pipe)
    # Open from the start, so that nobody waits for a program that never gets there.
    started = os.open(pipes[0], os.O_RDONLY | os.O_NONBLOCK)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    before = everything(root)
    with _skillrepo(root, "new", BRIEF, *agent("slow", *pipes), TMPDIR=str(temporary)) as process:
        assert select.select([started], [], [], 60)[0]
        assert list(temporary.iterdir())
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    # Its end of the pipe is closed: the program has gone too.
    assert os.read(started, 100) == b"started"
    assert os.read(started, 100) == b""
    os.close(started)
    assert (process.returncode, out, err) == (130, b"", b"\ninterrupted\n")
    assert everything(root) == before
    assert list(temporary.iterdir()) == []
    assert branches(root, git) == ["main"]


def test_interrupted_redraft_keeps_the_draft_that_was_paid_for(root: Path, tmp_path: Path) -> None:
    pipes = [str(tmp_path / name) for name in ("started", "never")]
    for pipe in pipes:
        os.mkfifo(pipe)
    started = os.open(pipes[0], os.O_RDONLY | os.O_NONBLOCK)
    with _skillrepo(
        root, "new", BRIEF, "--name", "pdf-merge", *agent("slow-later", *pipes)
    ) as process:
        assert select.select([started], [], [], 60)[0]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    os.close(started)
    assert process.returncode == 130
    folder = Path(err.decode().split("kept in ", 1)[1].splitlines()[0])
    assert "PDF Merge" in (folder / "SKILL.md").read_text()


def test_key_in_the_environment_selects_no_paid_writer(root: Path) -> None:
    code = (
        "import sys\n"
        "from skillrepo import cli\n"
        f"code = cli.main(['new', {BRIEF!r}, '--json'])\n"
        "print([each for each in ('dspy', 'litellm') if each in sys.modules], file=sys.stderr)\n"
        "raise SystemExit(code)\n"
    )
    keys = {"GOOGLE_API_KEY": "x", "OPENAI_API_KEY": "x", "LITELLM_API_KEY": "x"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, **keys},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["writer"] == "offline"
    assert done.stderr == "[]\n"
