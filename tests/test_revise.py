"""`skillrepo revise`, by programs, findings and a scripted model, on real repositories."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo
from content_repo import FILES, Result, Run, everything, runner, skill
from openai_server import fields, serving

REVISER = str(Path(__file__).with_name("reviser.py"))
FOLDER = "skills/data/pdf-merge"
BRANCH = "skill/revise/pdf-merge"
BODY = """\
# Merging

Run `pdfunite a.pdf b.pdf out.pdf`; [the guide](references/guide.md) and [the script](scripts/run)
say more.

## Rules

You MUST keep both files.

## Limits

It cannot read files that are encrypted.
"""
OLD = skill(body=BODY, extra="license: MIT\nmetadata:\n  version: 1.2.0\n")
ADDED = ("## Limits", "## Checks\n\nCount the pages.\n\n## Limits")
LOST = ("You MUST keep both files.", "Keep what you like.")
SAID = "Say how to check the result. It is hard to see."


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo, git: Git) -> Path:
    return make(make_repo, git)


def make(make_repo: MakeRepo, git: Git, *options: str) -> Path:
    """A repository with a skill that has a script, a link, a large file and a skill inside."""
    root = make_repo({}, options=options)
    files = {
        **FILES,
        f"{FOLDER}/SKILL.md": OLD,
        f"{FOLDER}/references/guide.md": "# Guide\n\nLook at the pages.\n",
        f"{FOLDER}/scripts/run": "#!/bin/sh\nexit 0\n",
        f"{FOLDER}/large.txt": "x\n" * 600_000,
        f"{FOLDER}/inner/SKILL.md": skill("inner"),
        "skills/data/csv-join/SKILL.md": skill("csv-join"),
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / FOLDER / "scripts/run").chmod(0o755)
    (root / FOLDER / "latest").symlink_to("scripts/run")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "first")
    return root


def by(*steps: str) -> tuple[str, ...]:
    return ("--writer", "command", "--", sys.executable, REVISER, *steps)


def tree(root: Path, git: Git, rev: str) -> set[str]:
    return set(git(root, "ls-tree", "-r", rev, FOLDER).splitlines())


def text_of(root: Path, git: Git, rev: str) -> str:
    return git(root, "cat-file", "blob", f"{rev}:{FOLDER}/SKILL.md")


def kept_in(result: Result) -> Path:
    return Path((result.err or result.out).split("kept in ", 1)[1].splitlines()[0])


def branches(root: Path, git: Git) -> list[str]:
    return git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines()


# The commit.


@pytest.mark.parametrize("options", FORMATS)
def test_a_commit_on_a_branch_of_its_own(
    options: str, make_repo: MakeRepo, run: Run, git: Git
) -> None:
    root = make(make_repo, git, options)
    (root / "README.md").write_text("changed")
    git(root, "add", "--all")
    (root / "README.md").write_text("changed again")
    main = git(root, "rev-parse", "main")
    state = {
        path: each
        for path, each in everything(root).items()
        if "/.git" not in path or path.endswith(("/index", "/HEAD", "/config"))
    }
    done = run(root, "revise", "pdf-merge", SAID, *by(*ADDED))
    assert (done.code, done.err) == (0, "")
    branch = f"{BRANCH}/say-how-to-check-the-result"
    assert branches(root, git) == ["main", branch]
    assert git(root, "rev-parse", f"{branch}^") == main
    commit = git(root, "rev-parse", "--short=12", branch)
    assert f"committed {commit} on {branch} (from main, {main[:12]})" in done.out
    assert "  minor  section added: Checks\n" in done.out
    assert "It asks for a minor bump: 1.2.0 → 1.3.0, and the version is 1.3.0.\n" in done.out
    new = OLD.replace(*ADDED).replace("1.2.0", "1.3.0")
    assert text_of(root, git, branch) + "\n" == new
    before, after = tree(root, git, "main"), tree(root, git, branch)
    assert [line.split()[3] for line in sorted(before - after)] == [f"{FOLDER}/SKILL.md"]
    assert [line.split()[3] for line in sorted(after - before)] == [f"{FOLDER}/SKILL.md"]
    modes = {line.split("\t")[1]: line[:6] for line in after}
    assert modes[f"{FOLDER}/scripts/run"] == "100755"
    assert modes[f"{FOLDER}/latest"] == "120000"
    git(root, "fsck", "--strict", "--no-dangling")
    now = everything(root)
    assert {path: now.get(path) for path in state} == state


def test_the_message(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Checks\n\nCheck the result.\n")
    notes = ("--from", str(tmp_path / "notes.md"))
    assert run(root, "revise", "pdf-merge", SAID, *notes, *by(*ADDED)).code == 0
    message = git(root, "log", "-1", "--format=%B", f"{BRANCH}/say-how-to-check-the-result")
    subject, feedback, changes, places, gate, trailers = message.strip().split("\n\n")
    assert subject == "feat(pdf-merge): Say how to check the result"
    assert feedback == SAID
    assert changes == "- minor: section added: Checks"
    assert places.endswith("they share:\n- Checks: notes.md:1-3")
    assert gate.startswith("Gate (spec): 1 skill checked: 0 errors")
    assert [line.partition(":")[0] for line in trailers.splitlines()] == [
        *("Skill", "Skill-Version", "Skill-Writer", "Skill-Feedback", "Skill-Source"),
        "Skill-Unsupported",
    ]
    assert trailers.startswith("Skill: data/pdf-merge\nSkill-Version: 1.3.0\nSkill-Writer: command")


def test_the_message_keeps_the_lines_of_feedback(root: Path, run: Run, git: Git) -> None:
    said = "Say more:\n\n- this fixes\n#1\n---\nSkill: x/y\n"
    (root / "said.txt").write_text(said)
    args = ("--feedback-file", str(root / "said.txt"), "--slug", "x")
    assert run(root, "revise", "pdf-merge", *args, *by(*ADDED)).code == 0
    message = git(root, "log", "-1", "--format=%B", f"{BRANCH}/x")
    assert message.split("\n\n")[1] == "Say more:\n- this fixes -\n#1\n ---\nSkill: x/y"
    found = git(root, "log", "-1", "--format=%(trailers:key=Skill,valueonly)", f"{BRANCH}/x")
    assert found.strip() == "data/pdf-merge"


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (("say more", "tell more"), ("Say tell", "1.2.1", "fix(pdf-merge): ")),
        (ADDED, ("Check", "1.3.0", "feat(pdf-merge): ")),
        (LOST, ("They MUST keep no files", "2.0.0", "feat(pdf-merge)!: ")),
    ],
)
def test_the_bump_is_what_the_changes_ask_for(
    steps: tuple[str, str], told: tuple[str, str, str], root: Path, run: Run, git: Git
) -> None:
    said, version, kind = told
    assert run(root, "revise", "pdf-merge", said, "--slug", "x", *by(*steps)).code == 0
    assert f"  version: {version}\n" in text_of(root, git, f"{BRANCH}/x")
    assert git(root, "log", "-1", "--format=%s", f"{BRANCH}/x") == f"{kind}{said}"


def test_the_bump_can_be_raised_and_not_lowered(root: Path, run: Run, git: Git) -> None:
    more = run(root, "revise", "pdf-merge", SAID, "--slug", "a", "--as", "major", *by(*ADDED))
    assert "2.0.0" in text_of(root, git, f"{BRANCH}/a"), more.out
    less = run(root, "revise", "pdf-merge", SAID, "--slug", "b", "--as", "patch", *by(*ADDED))
    assert "1.3.0" in text_of(root, git, f"{BRANCH}/b")
    assert "note: --as patch is less than the minor that the changes ask for." in less.out


def test_the_version_is_set_by_code(root: Path, run: Run, git: Git) -> None:
    steps = (*ADDED, "version: 1.2.0", "version: 9.0.0")
    assert run(root, "revise", "pdf-merge", SAID, "--slug", "x", *by(*steps)).code == 0
    assert "version: 1.3.0" in text_of(root, git, f"{BRANCH}/x")


@pytest.mark.parametrize(
    ("extra", "there"),
    [
        ("", "metadata:\n  version: 0.1.0\n"),
        ("metadata:\n  status: draft\n", "  status: draft\n  version: 0.1.0\n"),
        ("metadata: {version: '0.3.0'}\n", "metadata: {version: '0.4.0'}\n"),
        ("metadata: {version: 1.0}\n", "metadata: {version: 1.1.0}\n"),
        ("metadata:\n  version: latest\n", "  version: latest\n"),
    ],
)
def test_ways_to_write_a_version(
    extra: str, there: str, make_repo: MakeRepo, run: Run, git: Git
) -> None:
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": skill(body=BODY, extra=extra)})
    done = run(root, "revise", "pdf-merge", SAID, "--slug", "x", *by(*ADDED))
    assert done.code == 0, done.out
    assert there in text_of(root, git, f"{BRANCH}/x")
    assert ("is no semantic version, so it was not raised" in done.out) == ("latest" in extra)


def test_a_version_that_cannot_be_set(make_repo: MakeRepo, run: Run) -> None:
    text = skill(body=BODY, extra="metadata: {status: draft}\n")
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": text})
    done = run(root, "revise", "pdf-merge", SAID, *by(*ADDED))
    assert done.code == 1
    assert "raises-version: `metadata.version` cannot be set to 0.1.0" in done.out


def test_files_come_and_go(root: Path, run: Run, git: Git) -> None:
    steps = ("+references/new.md", "# New\n", "+scripts/run", "#!/bin/sh\nexit 1\n")
    link = ("[the guide](references/guide.md)", "[the guide](references/new.md)")
    gone = ("-/references/guide.md", "")
    said = "references/new.md is to replace references/guide.md"
    args = ("revise", "pdf-merge", said, "--slug", "x", *by(*steps, *link, *gone))
    assert run(root, *args).code == 0
    entries = {line.split("\t")[1]: line[:6] for line in tree(root, git, f"{BRANCH}/x")}
    assert f"{FOLDER}/references/guide.md" not in entries
    assert entries[f"{FOLDER}/references/new.md"] == "100644"
    assert entries[f"{FOLDER}/scripts/run"] == "100755"
    assert entries[f"{FOLDER}/large.txt"] == "100644"


def test_json(root: Path, run: Run, git: Git) -> None:
    done = run(root, "revise", "data/pdf-merge", SAID, "--slug", "x", "--json", *by(*ADDED))
    told = done.json("revise")
    assert (told["passes"], told["bump"], told["breaches"]) == (True, "minor", [])
    assert (told["version_before"], told["version_after"]) == ("1.2.0", "1.3.0")
    assert told["commit"] == git(root, "rev-parse", f"{BRANCH}/x")
    assert {"key": "Skill-Version", "value": "1.3.0"} in told["trailers"]


# Another commit on an open branch.


def test_an_open_branch_gets_another_commit(root: Path, run: Run, git: Git) -> None:
    assert run(root, "revise", "pdf-merge", SAID, "--slug", "x", *by(*ADDED)).code == 0
    first = git(root, "rev-parse", f"{BRANCH}/x")
    for name in ("pdf-merge", f"{BRANCH}/x"):
        slug = () if "/" in name else ("--slug", "x")
        more = ("Count the pages.", f"Count the pages.\n\nCompare them by {name[:5]}.")
        done = run(root, "revise", name, "more", *slug, *by(*more))
        assert done.code == 0, done.err
        # It counts from the version that is published, and is not raised twice.
        assert "version: 1.3.0" in text_of(root, git, f"{BRANCH}/x")
    assert git(root, "rev-parse", f"{BRANCH}/x~2") == first
    assert branches(root, git) == ["main", f"{BRANCH}/x"]
    lost = run(root, "revise", f"{BRANCH}/x", "They MUST keep no files", *by(*LOST))
    assert lost.code == 0
    assert "version: 2.0.0" in text_of(root, git, f"{BRANCH}/x")
    back = run(root, "revise", f"{BRANCH}/x", "back", *by(LOST[1], LOST[0]))
    assert back.code == 0
    assert "version: 2.0.0" in text_of(root, git, f"{BRANCH}/x")


def test_the_version_counts_from_where_the_branch_began(root: Path, run: Run, git: Git) -> None:
    """Not from the default branch, where another was named."""
    git(root, "switch", "--quiet", "-c", "stable")
    text = OLD.replace("## Limits\n\nIt cannot read files that are encrypted.\n", "")
    (root / FOLDER / "SKILL.md").write_text(text.replace("1.2.0", "2.0.0"))
    git(root, "commit", "--quiet", "--all", "-m", "feat!: without limits")
    git(root, "switch", "--quiet", "main")
    args = ("revise", "pdf-merge", "Tell more", "--slug", "x")
    assert run(root, *args, "--base", "stable", *by("say more", "tell more")).code == 0
    assert "version: 2.0.1" in text_of(root, git, f"{BRANCH}/x")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "main goes on")
    steps = ("## Rules", "## Checks\n\nCount the pages.\n\n## Rules")
    done = run(root, *args, *by(*steps))
    assert done.code == 0, done.err
    assert "version: 2.1.0" in text_of(root, git, f"{BRANCH}/x")
    git(root, "switch", "--quiet", f"{BRANCH}/x")
    git(root, "merge", "--quiet", "-m", "merge main", "main")
    git(root, "switch", "--quiet", "main")
    # Where it has two beginnings, that of the default branch counts.
    done = run(root, *args, *by("tell more", "say more"))
    assert done.code == 0, done.err
    assert "version: 2.1.0" in text_of(root, git, f"{BRANCH}/x")


def test_a_new_draft_can_be_revised(root: Path, run: Run, git: Git) -> None:
    assert run(root, "new", "Sort CSV files", "--name", "csv-sort", "--at", "data").code == 0
    branch = "skill/new/csv-sort"
    done = run(root, "revise", branch, SAID, *by("# Sort", "Text.\n\n# Sort"))
    assert done.code == 0, done.out + done.err
    assert git(root, "rev-list", "--count", f"main..{branch}") == "2"


def test_a_branch_that_moves_meanwhile_is_not_overwritten(root: Path, run: Run, git: Git) -> None:
    assert run(root, "revise", "pdf-merge", SAID, "--slug", "x", *by(*ADDED)).code == 0
    other = git(root, "rev-parse", "main")
    code = (
        "import subprocess,pathlib;"
        f"subprocess.run(['git','-C',{str(root)!r},'update-ref','refs/heads/{BRANCH}/x',{other!r}]);"
        "p=pathlib.Path('skill/SKILL.md');p.write_text(p.read_text()+'More.\\n')"
    )
    program = ("--writer", "command", "--", sys.executable, "-c", code)
    done = run(root, "revise", "pdf-merge", "more", "--slug", "x", *program)
    assert done.code == 2
    assert f"the branch `{BRANCH}/x` has changed meanwhile: run it again" in done.err
    assert "More." in (kept_in(done) / "SKILL.md").read_text()
    assert git(root, "rev-parse", f"{BRANCH}/x") == other


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (("branch", "skill/revise"), "the branch `skill/revise` is in the way"),
        (("branch", f"{BRANCH}/x/y"), f"the branch `{BRANCH}/x/y` is in the way"),
        (("switch", "--quiet", "-c", f"{BRANCH}/x"), "is checked out in"),
    ],
)
def test_a_branch_that_cannot_be_written_is_refused_before_anybody_is_paid(
    prepare: tuple[str, ...], why: str, root: Path, run: Run, git: Git
) -> None:
    git(root, *prepare)
    done = run(root, "revise", "pdf-merge", SAID, "--slug", "x", *by("not", "there"))
    assert (done.code, done.out) == (2, "")
    assert why in done.err


# The contract.


@pytest.mark.parametrize(
    ("steps", "clause"),
    [
        (LOST, "keeps-constraints"),
        (("## Limits\n\nIt cannot read files that are encrypted.\n", ""), "keeps-sections"),
        (("license: MIT\n", ""), "keeps-keys"),
        (("[the guide](references/guide.md)", "the guide"), "keeps-links"),
        (("-/references/guide.md", ""), "keeps-files"),
        (("name: pdf-merge", "name: pdf-join"), "keeps-name"),
        (("license: MIT", "license: MIT\nallowed-tools: Bash"), "keeps-tools"),
        (("say more", "say more"), "changes-something"),
        (("license: MIT", "license: [MIT"), "frontmatter-parses"),
        (("name: pdf-merge", "surname: pdf-merge"), "frontmatter-schema"),
        (("say more", "TODO: say more"), "template-text"),
        (("## Limits", "\n".join(f"Line {n}." for n in range(90)) + "\n## Limits"), "bounded"),
    ],
)
def test_what_breaks_the_contract_is_not_committed(
    steps: tuple[str, str], clause: str, root: Path, run: Run, git: Git
) -> None:
    done = run(root, "revise", "pdf-merge", "Improve it", "--json", *by(*steps))
    told = done.json("revise")
    assert (done.code, told["passes"], told["branch"]) == (1, False, None)
    assert clause in [each["clause"] for each in told["breaches"]]
    assert (Path(told["kept"]) / "SKILL.md").is_file()
    assert branches(root, git) == ["main"]


@pytest.mark.parametrize(
    ("steps", "do"),
    [(LOST, "name in the feedback what may go"), (("say more", "say more"), "say it in other")],
)
def test_what_to_do_about_a_breach(steps: tuple[str, str], do: str, root: Path, run: Run) -> None:
    done = run(root, "revise", "pdf-merge", "Improve it", *by(*steps))
    assert f"\nnext: {do}" in done.out


def test_one_more_commit_has_the_version_of_the_branch(root: Path, run: Run) -> None:
    args = ("revise", "pdf-merge", SAID, "--slug", "x")
    assert run(root, *args, *by(*ADDED)).code == 0
    more = ("## Checks", "## Results\n\nOpen the pages and count them.\n\n## Checks")
    done = run(root, *args, *by(*more))
    assert done.code == 0
    assert "The version of the whole branch is 1.3.0.\n" in done.out
    assert "It asks for" not in done.out


def test_the_writer_is_told_of_the_breach(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    seen = str(tmp_path / "seen")
    back = (LOST[1], LOST[0])
    steps = (*ADDED, *LOST, "then", "seen", seen, *back)
    done = run(root, "revise", "pdf-merge", SAID, "--slug", "x", *by(*steps))
    assert done.code == 0, done.out
    assert "You MUST keep both files." in text_of(root, git, f"{BRANCH}/x")
    told = Path(f"{seen}.FINDINGS.md").read_text()
    assert "(keeps-constraints): constraint removed: You MUST keep both files." in told
    assert Path(f"{seen}.FEEDBACK.md").read_text() == f"{SAID}\n"
    assert "Revise the Agent Skill in the folder `skill/`" in Path(f"{seen}.FORMAT.md").read_text()
    listed = Path(seen).read_text().splitlines()
    assert "skill/scripts/run" in listed
    assert "BRIEF.md" not in listed
    assert not {"skill/latest", "skill/large.txt", "skill/inner/SKILL.md"} & set(listed)


def test_the_user_can_let_go(root: Path, run: Run, git: Git) -> None:
    args = ("revise", "pdf-merge", "Improve it", "--slug", "x")
    assert run(root, *args, *by(*LOST)).code == 1
    assert run(root, *args, "--allow-loss", *by(*LOST)).code == 0
    assert "version: 2.0.0" in text_of(root, git, f"{BRANCH}/x")


def test_how_much_may_change_is_the_users(root: Path, run: Run, git_env: Path) -> None:
    config = git_env / ".config/skillrepo/config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("writer: {max_change: 1.0}\n")
    lines = "\n".join(f"Line {n}." for n in range(90))
    steps = ("## Limits", f"{lines}\n\n## Limits")
    assert run(root, "revise", "pdf-merge", "Improve it", *by(*steps)).code == 0


def test_errors_that_were_there_are_no_breach(make_repo: MakeRepo, run: Run, git: Git) -> None:
    text = OLD.replace("pdf-merge", "PDF").replace("say more", "TODO")
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": text})
    done = run(root, "revise", "pdf-merge", SAID, "--slug", "x", *by(*ADDED))
    assert done.code == 0, done.out
    assert "section added" in git(root, "log", "-1", "--format=%b", f"{BRANCH}/x")


def test_what_is_in_the_way_of_what_stays(root: Path, run: Run) -> None:
    for path in ("latest", "inner/SKILL.md", "Latest", "latest/x"):
        done = run(root, "revise", "pdf-merge", SAID, *by(*ADDED, f"+{path}", "x"))
        assert done.code == 2, done.out
        assert "in each other's way" in done.err
        assert (kept_in(done) / "SKILL.md").is_file()


@pytest.mark.parametrize("path", [".git/config", "a\nb", "CON", "x" * 150])
def test_paths_that_may_not_be_stored(path: str, root: Path, run: Run) -> None:
    done = run(root, "revise", "pdf-merge", SAID, *by(*ADDED, f"+{path}", "x"))
    assert done.code == 2
    assert "cannot be taken: the path" in done.err


# The ladder.


def test_dry_run_changes_nothing(root: Path, run: Run) -> None:
    before = everything(root)
    done = run(root, "revise", "pdf-merge", SAID, "--dry-run", *by(*ADDED))
    assert done.code == 0
    assert "\n+## Checks\n" in done.out
    assert done.out.endswith("dry run: nothing was written\n")
    assert everything(root) == before


def test_write_only(root: Path, run: Run, git: Git) -> None:
    before = git(root, "show-ref", "--head")
    (root / "README.md").write_text("mine")
    steps = (*ADDED, "+references/new.md", "x", "+scripts/run", "#!/bin/sh\n")
    done = run(root, "revise", "pdf-merge", SAID, "--write-only", *by(*steps))
    assert done.code == 0, done.err
    assert f"written to {FOLDER}, not committed" in done.out
    text = (root / FOLDER / "SKILL.md").read_text()
    assert text == OLD.replace(*ADDED).replace("1.2.0", "1.3.0")
    assert os.access(root / FOLDER / "scripts/run", os.X_OK)
    assert (root / FOLDER / "latest").is_symlink()
    assert git(root, "show-ref", "--head") == before
    status = [
        line[:2].strip() + line[2:] for line in git(root, "status", "--porcelain").split("\n")
    ]
    assert status == [
        "M README.md",
        f"M {FOLDER}/SKILL.md",
        f"M {FOLDER}/scripts/run",
        f"?? {FOLDER}/references/new.md",
    ]


def test_write_only_goes_through_no_link(root: Path, run: Run) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (root / ".git/info/exclude").write_text("built\n")
    (root / FOLDER / "built").symlink_to(outside)
    done = run(root, "revise", "pdf-merge", SAID, "--write-only", *by("+built/x", "x"))
    assert (done.code, "lies below a symbolic link" in done.err) == (2, True)
    assert list(outside.iterdir()) == []
    assert (root / FOLDER / "SKILL.md").read_text() == OLD


def test_changes_in_the_worktree_are_not_taken_and_told(root: Path, run: Run, git: Git) -> None:
    (root / FOLDER / "SKILL.md").write_text(OLD + "Mine.\n")
    done = run(root, "revise", "pdf-merge", SAID, "--slug", "x", *by(*ADDED))
    assert done.code == 0
    assert done.err == (
        "the worktree has data/pdf-merge otherwise than main; what was changed there is not in "
        "the revision\n"
    )
    assert "Mine." not in text_of(root, git, f"{BRANCH}/x")


def test_write_only_removes(root: Path, run: Run) -> None:
    steps = ("-/references/guide.md", "", "[the guide](references/guide.md)", "the guide")
    said = "drop references/guide.md"
    assert run(root, "revise", "pdf-merge", said, "--write-only", *by(*steps)).code == 0
    assert not (root / FOLDER / "references/guide.md").exists()


@pytest.mark.parametrize("path", ["SKILL.md", "new.md", "references/guide.md"])
def test_write_only_leaves_alone_what_is_not_clean(path: str, root: Path, run: Run) -> None:
    (root / FOLDER / path).write_text("mine")
    done = run(root, "revise", "pdf-merge", SAID, "--write-only", *by(*ADDED))
    assert done.code == 2
    assert f"{FOLDER}/{path} differs from HEAD, so nothing was written" in done.err
    assert (root / FOLDER / path).read_text() == "mine"
    assert (kept_in(done) / "SKILL.md").is_file()


def test_a_base(root: Path, run: Run, git: Git) -> None:
    git(root, "tag", "v1")
    (root / FOLDER / "SKILL.md").write_text(OLD.replace("1.2.0", "1.9.0"))
    git(root, "commit", "--quiet", "--all", "-m", "second")
    done = run(root, "revise", "pdf-merge", SAID, "--base", "v1", "--slug", "x", *by(*ADDED))
    assert done.code == 0
    assert git(root, "rev-parse", f"{BRANCH}/x^") == git(root, "rev-parse", "v1")
    again = run(root, "revise", "pdf-merge", SAID, "--base", "v1", "--slug", "x", *by(*ADDED))
    assert (again.code, f"{BRANCH}/x is there, and goes on from its tip" in again.err) == (2, True)


def test_a_bare_repository(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "bare.git")
    bare = tmp_path / "bare.git"
    assert run(bare, "revise", "pdf-merge", SAID, "--slug", "x", *by(*ADDED)).code == 0
    assert "1.3.0" in text_of(bare, git, f"{BRANCH}/x")
    done = run(bare, "revise", "pdf-merge", SAID, "--write-only", *by(*ADDED))
    assert "a bare repository has no worktree" in done.err


# Feedback.


def test_feedback_from_everywhere(
    root: Path, run: Run, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "feedback.txt").write_text("Say it in a file")
    comments = [
        {
            "body": "Say it in a review",
            "path": f"{FOLDER}/SKILL.md",
            "line": 9,
            "user": {"login": "ada"},
        },
        {"body": "Not here", "path": "skills/data/csv-join/SKILL.md", "line": 1},
        {"body": "Old", "path": f"{FOLDER}/a.md", "line": None, "original_line": 4, "user": None},
    ]
    (tmp_path / "review.json").write_text(json.dumps(comments))
    seen = str(tmp_path / "seen")
    file, review = str(tmp_path / "feedback.txt"), str(tmp_path / "review.json")
    program = by("seen", seen, *ADDED)
    done = run(root, "revise", "pdf-merge", "--from-review", review, *program)
    assert done.code == 0, done.err
    assert Path(f"{seen}.FEEDBACK.md").read_text() == (
        "SKILL.md:9 (ada): Say it in a review\n\na.md:4: Old\n"
    )
    assert git(root, "log", "-1", "--format=%s", f"{BRANCH}/review") == (
        "feat(pdf-merge): answer 2 review comments"
    )
    first, rest = (json.dumps(part) for part in (comments[:1], comments[1:]))
    for number, pages in enumerate(
        (f"\ufeff{first}\n{rest}\n", f"[{first}, {rest}]", first + rest)
    ):
        (tmp_path / "review.json").write_text(pages, encoding="utf-8")
        slug = ("--slug", f"pages-{number}")
        assert run(root, "revise", "pdf-merge", "--from-review", review, *slug, *program).code == 0
        assert Path(f"{seen}.FEEDBACK.md").read_text().endswith("a review\n\na.md:4: Old\n")
    both = ("--feedback-file", file, "--from-review", review)
    assert run(root, "revise", "pdf-merge", *both, *program).code == 0
    assert Path(f"{seen}.FEEDBACK.md").read_text().startswith("Say it in a file\n\nSKILL.md:9")
    assert f"{BRANCH}/say-it-in-a-file" in branches(root, git)
    with (tmp_path / "feedback.txt").open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert run(root, "revise", "pdf-merge", "-", "--slug", "in", *program).code == 0
    assert Path(f"{seen}.FEEDBACK.md").read_text() == "Say it in a file\n"


def test_from_findings_without_a_model(make_repo: MakeRepo, run: Run, git: Git) -> None:
    text = OLD.replace("license: MIT\n", "license: MIT\nversion: 2.0.0\n").replace(
        "  version: 1.2.0\n", "  status: draft\n"
    )
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": text.replace("# Merging", "# Merging #")})
    found = run(root, "validate", "--profile", "spec")
    assert found.code == 1
    done = run(root, "revise", "pdf-merge", "--from-findings")
    assert done.code == 0, done.out + done.err
    branch = f"{BRANCH}/findings"
    assert "note: Mended what has one right answer: " in done.out
    assert git(root, "log", "-1", "--format=%(trailers:key=Skill-Writer)", branch).startswith(
        "Skill-Writer: offline"
    )
    assert run(root, "validate", "--rev", branch, "--profile", "spec").code == 0
    # Two links lead nowhere, and nobody has mended these.
    subject = git(root, "log", "-1", "--format=%s", branch)
    assert subject == "fix(pdf-merge): mend 1 of 3 findings"


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("allowed-tools: [Read]\n", ("version: 0.1.0", "  patch  layout changed\n")),
        ("metadata:\n  version: '1.1'\n", ("version: '1.1.1'", "The version: 1.1 → 1.1.1.\n")),
        ("version: 1.4.0\n", ("version: '1.4.1'", "  patch  layout changed\n")),
    ],
)
def test_findings_of_the_mere_layout(
    field: str, found: tuple[str, str], make_repo: MakeRepo, run: Run, git: Git
) -> None:
    version, told = found
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": skill(extra=field)})
    done = run(root, "revise", "pdf-merge", "--from-findings")
    assert done.code == 0, done.out
    assert "  patch  layout changed\n" in done.out
    assert version in text_of(root, git, f"{BRANCH}/findings").replace('"', "'")
    assert told in run(root, "diff", f"{BRANCH}/findings").out
    trailer = git(root, "log", "-1", "--format=%(trailers:key=Skill-Version)", f"{BRANCH}/findings")
    assert trailer.strip() == f"Skill-{version.replace('v', 'V', 1)}".replace("'", "")


def test_findings_have_to_be_mended(root: Path, run: Run, git: Git) -> None:
    done = run(root, "revise", "pdf-merge", "--from-findings", *by(*ADDED))
    assert done.code == 1
    assert "  mends-findings: no rule finds less than before" in done.out
    assert branches(root, git) == ["main"]


def test_findings_that_have_no_fix(make_repo: MakeRepo, run: Run) -> None:
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": skill(body="# Merging\n\nTODO: x\n")})
    done = run(root, "revise", "pdf-merge", "--from-findings")
    assert done.code == 2
    assert "no finding has a fix that is the one right answer; have it revised by" in done.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((SAID,), "the offline writer understands no words"),
        ((), "say what is to be changed"),
        (("",), "the offline writer understands no words"),
        (("", *by()), "the feedback is empty"),
        (("x" * 50_001, *by()), "more than 50,000 characters"),
        (("\udcff", *by()), "not text in UTF-8"),
        (("Say", "more"), "put the whole text into quotes"),
        ((SAID, "--slug", "../x", *by()), "--slug '../x'"),
        ((SAID, "--slug", "", *by()), "--slug ''"),
        ((SAID, "--dry-run", "--commit", *by()), "exclude each other"),
        ((SAID, "--as", "huge", *by()), "Invalid value"),
        ((SAID, "--base", "nowhere", *by()), "is not a commit"),
        ((SAID, "--base", "main", "--write-only", *by()), "--write-only starts from HEAD"),
        (("--feedback-file", "nothing", *by()), "--feedback-file nothing cannot be read"),
        (("--from-review", "taxonomy.yaml", *by()), "is no JSON"),
        (("--from-review", "object.json", *by()), "must be a JSON array"),
        (("--from-review", "nested.json", *by()), "must be a JSON array"),
        (("--from-review", "empty.json", *by()), "is no JSON"),
        (("--from-review", "none.json", *by()), "has 0 comments"),
        (("--from-review", "others.json", *by()), "has 1 comments, and none of them is on"),
        (("--from-findings", "--from", "taxonomy.yaml"), "understands no words"),
        (("Say more", "--from-findings"), "leave FEEDBACK out where"),
    ],
)
def test_wrong_calls(arguments: tuple[str, ...], why: str, root: Path, run: Run) -> None:
    (root / "object.json").write_text("{}")
    (root / "nested.json").write_text("[[[]]]")
    (root / "empty.json").write_text(" ")
    (root / "none.json").write_text("[]")
    (root / "others.json").write_text('[{"body": "x", "path": "skills/data/csv-join/SKILL.md"}]')
    before = everything(root)
    done = run(root, "revise", "pdf-merge", *arguments)
    assert (done.code, done.out) == (2, "")
    assert why in done.err
    assert everything(root) == before


def test_a_skill_without_findings(make_repo: MakeRepo, run: Run) -> None:
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": skill(extra="metadata: {version: 1.0.0}\n")})
    done = run(root, "revise", "pdf-merge", "--from-findings")
    assert (done.code, "finds nothing in" in done.err or done.code == 2) == (2, True)


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("Ünïcode — and: Punctuation!", "unicode-and-punctuation"),
        ("../../etc; rm -rf $HOME", "etc-rm-rf-home"),
        ("--upload-pack=x.lock", "upload-pack-x-lock"),
        ("a" * 100, "a" * 40),
        ("Use dapi" + "a1b2c3d4e5f60718" * 2, "use-dapi"),
        ("word " * 30, "word-word-word-word-word-word-word-word"),
        ("\n\n \x1b[31mRed\x07\n\nSkill-Writer: forged\n---\n[skip ci]", "u-001b-31mred-u-0007"),
    ],
)
def test_words_become_a_safe_branch_and_message(
    said: str, slug: str, root: Path, run: Run, git: Git
) -> None:
    (root.parent / "said").write_text(said)
    file = ("--feedback-file", str(root.parent / "said"))
    done = run(root, "revise", "pdf-merge", *file, *by(*ADDED))
    assert done.code == 0, done.err
    assert branches(root, git) == ["main", f"{BRANCH}/{slug}"]
    message = git(root, "log", "-1", "--format=%B", f"{BRANCH}/{slug}")
    assert "\x1b" not in message
    assert "[skip ci]" not in message
    trailers = git(root, "log", "-1", "--format=%(trailers:only)", f"{BRANCH}/{slug}")
    assert trailers.count("Skill-Writer:") == 1
    assert len(message.splitlines()[0]) <= 72


def test_words_without_letters_have_a_branch_too(root: Path, run: Run, git: Git) -> None:
    assert run(root, "revise", "pdf-merge", "再检查一次", *by(*ADDED)).code == 0
    (branch,) = [each for each in branches(root, git) if each != "main"]
    assert len(branch) == len(f"{BRANCH}/") + 12


def test_slug_for_write_only_and_a_branch_that_is_named(root: Path, run: Run) -> None:
    assert run(root, "revise", "pdf-merge", SAID, "--slug", "x", *by(*ADDED)).code == 0
    for options in (("--slug", "y"), ("--base", "main")):
        done = run(root, "revise", f"{BRANCH}/x", SAID, *options, *by(*ADDED))
        assert f"the revision goes on from {BRANCH}/x: no --base, no --slug" in done.err
    done = run(root, "revise", f"{BRANCH}/x", SAID, "--write-only", *by(*ADDED))
    assert "name the skill there" in done.err


def test_a_branch_of_a_remote(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    assert run(root, "revise", "pdf-merge", SAID, "--slug", "x", *by(*ADDED)).code == 0
    git(tmp_path, "clone", "--quiet", str(root), "clone")
    done = run(tmp_path / "clone", "revise", f"origin/{BRANCH}/x", SAID, *by(*ADDED))
    assert f"git branch {BRANCH}/x origin/{BRANCH}/x" in done.err


def test_skills_that_cannot_be_revised(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({"SKILL.md": skill("repo"), "skills/data/x/SKILL.md": "---\nname: [\n---\n"})
    assert "lies at the top of the repository" in run(root, "revise", "repo", SAID, *by()).err
    assert "mend it by hand first" in run(root, "revise", "x", SAID, *by()).err
    (root / "skills/data/new").mkdir()
    (root / "skills/data/new/SKILL.md").write_text(skill("new"))
    done = run(root, "revise", "new", SAID, *by())
    assert "has no skill 'new': commit it there first\n" in done.err
    git(root, "switch", "--quiet", "-c", "other")
    git(root, "add", "skills/data/new")
    git(root, "commit", "--quiet", "-m", "x")
    done = run(root, "revise", "new", SAID, *by())
    assert "first, or start from HEAD, which has it, with --base HEAD\n" in done.err
    assert "there is no skill 'none'" in run(root, "revise", "none", SAID, *by()).err


def test_a_skill_without_a_taxonomy(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({"here/pdf-merge/SKILL.md": OLD})
    done = run(root, "revise", "here/pdf-merge", SAID, "--slug", "x", *by(*ADDED))
    assert done.code == 0, done.err
    assert "Skill: here/pdf-merge" in git(root, "log", "-1", "--format=%B", f"{BRANCH}/x")


# Writers.


def test_a_program_that_fails(root: Path, run: Run) -> None:
    done = run(root, "revise", "pdf-merge", SAID, *by(*ADDED, "is not there", "x"))
    assert done.code == 2
    assert "failed with exit code 1" in done.err
    assert "## Checks" in (kept_in(done) / "SKILL.md").read_text()


def test_an_interruption_keeps_the_draft(root: Path, tmp_path: Path, git: Git) -> None:
    started, ended = tmp_path / "started", tmp_path / "ended"
    for fifo in (started, ended):
        os.mkfifo(fifo)
    code = (
        "import pathlib,sys\n"
        "p=pathlib.Path('skill/SKILL.md')\n"
        "if pathlib.Path('FINDINGS.md').exists():\n"
        f"    open({str(started)!r},'w').close(); open({str(ended)!r}).read()\n"
        "p.write_text(p.read_text().replace('license: MIT','') + 'Round.')\n"
    )
    program = ("--writer", "command", "--", sys.executable, "-c", code)
    command = [sys.executable, "-m", "skillrepo", "revise", "pdf-merge", SAID, *program]
    with subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE) as process:
        started.read_text()
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        said = process.stderr.read().decode()
    assert process.returncode == 130
    assert "the draft of round 1 was ready\nwhat was written is kept in " in said
    assert branches(root, git) == ["main"]


def model_config(home: Path, address: str) -> None:
    config = home / ".config/skillrepo/config.yaml"
    config.parent.mkdir(parents=True, exist_ok=True)
    entry = f"{{model: openai/scripted, env: TEST_KEY, num_retries: 0, api_base: '{address}'}}"
    config.write_text(f"models: {{default: local, registry: {{local: {entry}}}}}\n")


def test_a_model(
    root: Path, run: Run, git: Git, git_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_KEY", "sk-test")
    description = "Merges PDF files. Use when PDF files are to become one."
    good = BODY.replace(*ADDED)
    bad = good.replace(*LOST)
    with serving(
        fields(description=description, body=bad), fields(description=description, body=good)
    ) as server:
        model_config(git_env, server.url)
        done = run(root, "revise", "pdf-merge", SAID, "--writer", "model", "--slug", "x")
    assert done.code == 0, done.out + done.err
    assert text_of(root, git, f"{BRANCH}/x") + "\n" == OLD.replace(*ADDED).replace("1.2.0", "1.3.0")
    first, second = server.received
    assert SAID in first.prompt
    assert "You MUST keep both files." in first.prompt
    assert "keeps-constraints" in second.prompt
    trailers = git(root, "log", "-1", "--format=%(trailers:only)", f"{BRANCH}/x")
    assert "Skill-Writer: model\nSkill-Model: openai/scripted\nSkill-Program: " in trailers


def test_a_model_writes_another_description(
    root: Path, run: Run, git: Git, git_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_KEY", "sk-test")
    wider = "Merges PDF files: all. Use when PDF files are to become one, or for scans."
    with serving(fields(description=wider, body=BODY)) as server:
        model_config(git_env, server.url)
        done = run(root, "revise", "pdf-merge", "description: scans", "--writer", "model")
    assert done.code == 0, done.out + done.err
    text = text_of(root, git, f"{BRANCH}/description-scans")
    assert f"description: {json.dumps(wider)}\nlicense: MIT\nmetadata:\n" in text


def test_dspy_is_imported_for_a_model_alone(root: Path) -> None:
    code = (
        "import sys\nfrom skillrepo.cli import main\n"
        f"assert main({['revise', 'pdf-merge', SAID, '--dry-run', *by(*ADDED)]!r}) == 0\n"
        "assert not {'dspy', 'litellm'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True, stdout=subprocess.DEVNULL)
