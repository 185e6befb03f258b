"""`skillrepo diff`, and what a name, an address, a path or a branch means."""

from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo
from content_repo import FILES, Run, everything, runner, skill

FOLDER = "skills/data/pdf-merge"
OLD = skill(
    body="# Merging\n\nRun `pdfunite a.pdf b.pdf out.pdf`.\n\n## Rules\n\nYou MUST keep both.\n",
    extra="metadata: {version: 0.1.0}\n",
)
NEW = OLD.replace("You MUST keep both.", "Go.").replace("0.1.0", "0.2.0")


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(
        {**FILES, f"{FOLDER}/SKILL.md": OLD, "skills/data/csv-join/SKILL.md": skill("csv-join")}
    )


def change(root: Path, text: str = NEW) -> None:
    (root / FOLDER / "SKILL.md").write_text(text)


@pytest.mark.parametrize("options", FORMATS)
def test_the_worktree(options: str, make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo(
        {**FILES, f"{FOLDER}/SKILL.md": OLD, f"{FOLDER}/a.md": "x"}, options=(options,)
    )
    change(root)
    before = everything(root)
    done = run(root, "diff", "pdf-merge")
    head = git(root, "rev-parse", "main")
    size = -(-len(OLD) // 4)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        f"data/pdf-merge: the worktree, compared with main ({head[:12]})\n"
        "  major  constraint removed: You MUST keep both. (in “Rules”)\n"
        "  patch  section changed: Rules\n"
        f"SKILL.md: ≈ {size} tokens before, ≈ {size - 4} after\n"
        "It asks for a major bump: 0.1.0 → 1.0.0, but the version is 0.2.0.\n"
    )
    assert everything(root) == before


@pytest.mark.parametrize(
    "name",
    ["pdf-merge", "PDF-Merge", "data/pdf-merge", FOLDER, f"{FOLDER}/SKILL.md", f"./{FOLDER}/"],
)
def test_every_way_to_name_it(name: str, root: Path, run: Run) -> None:
    change(root)
    assert "constraint removed" in run(root, "diff", name).out


def test_from_within_its_folder(root: Path, run: Run) -> None:
    change(root)
    assert "data/pdf-merge: the worktree" in run(root / FOLDER, "diff", ".").out


def test_json(root: Path, run: Run, git: Git) -> None:
    change(root)
    told = run(root, "diff", "pdf-merge", "--json").json("diff")
    assert (told["status"], told["bump"], told["raised_enough"]) == ("changed", "major", False)
    assert (told["version_before"], told["version_after"]) == ("0.1.0", "0.2.0")
    assert told["base"] == git(root, "rev-parse", "main")
    assert (told["base_name"], told["branch"], told["commit"]) == ("main", None, None)
    assert told["changes"][0] == {
        "kind": "constraint-removed",
        "bump": "major",
        "subject": "You MUST keep both.",
        "before": "",
        "after": "",
        "within": "Rules",
        "text": "constraint removed: You MUST keep both.",
    }


def test_a_version_that_was_raised_enough(root: Path, run: Run) -> None:
    change(root, NEW.replace("0.2.0", "1.0.0"))
    assert run(root, "diff", "pdf-merge").out.endswith("0.1.0 → 1.0.0, and the version is 1.0.0.\n")
    assert run(root, "diff", "pdf-merge", "--json").json("diff")["raised_enough"] is True


def test_a_version_that_is_announced(root: Path, run: Run) -> None:
    for version, enough in (("1.0.0-rc.1", True), ("0.9.0-rc.1", False), ("0.1.0-rc.1", False)):
        change(root, NEW.replace("0.2.0", version))
        found = run(root, "diff", "pdf-merge", "--json").json("diff")
        assert (version, found["raised_enough"]) == (version, enough)


def test_a_version_that_is_none(root: Path, run: Run, git: Git) -> None:
    change(root, OLD.replace("0.1.0", "latest"))
    git(root, "commit", "--quiet", "--all", "-m", "x")
    change(root, NEW)
    assert (
        "the version before, latest, is no semantic version" in run(root, "diff", "pdf-merge").out
    )
    assert run(root, "diff", "pdf-merge", "--json").json("diff")["raised_enough"] is None


def test_nothing_changed(root: Path, run: Run) -> None:
    done = run(root, "diff", "pdf-merge")
    assert (done.code, done.out.splitlines()[1:]) == (0, ["Nothing changed."])
    assert run(root, "diff", "pdf-merge", "--json").json("diff")["status"] == "unchanged"


def test_the_version_alone(root: Path, run: Run) -> None:
    change(root, OLD.replace("0.1.0", "0.1.1"))
    assert "The version: 0.1.0 → 0.1.1." in run(root, "diff", "pdf-merge").out


def test_a_new_skill(root: Path, run: Run) -> None:
    (root / "skills/data/new").mkdir()
    (root / "skills/data/new/SKILL.md").write_text(skill("new"))
    done = run(root, "diff", "new")
    assert "It is a new skill: main (" in done.out
    assert "It has 1 file, SKILL.md ≈ " in done.out
    assert run(root, "diff", "new", "--json").json("diff")["status"] == "added"


@pytest.mark.parametrize("name", ["pdf-merge", "data/pdf-merge", FOLDER])
def test_a_deleted_skill(name: str, root: Path, run: Run) -> None:
    (root / FOLDER / "SKILL.md").unlink()
    (root / FOLDER).rmdir()
    done = run(root, "diff", name)
    assert (done.code, done.out.count("It was deleted: the worktree has none of it.")) == (0, 1)
    assert run(root, "diff", name, "--json").json("diff")["status"] == "deleted"


@pytest.mark.parametrize("text", ["---\nname: [\n---\n", "a\0b", "no frontmatter\x1b[2J"])
def test_a_skill_that_cannot_be_read(text: str, root: Path, run: Run, git: Git) -> None:
    change(root, text)
    done = run(root, "diff", "pdf-merge")
    assert (done.code, done.err) == (0, "")
    assert "The SKILL.md of the worktree cannot be read" in done.out
    git(root, "commit", "--quiet", "--all", "-m", "x")
    change(root)
    assert "The SKILL.md of main (" in run(root, "diff", "pdf-merge").out
    assert run(root, "diff", "pdf-merge", "--json").json("diff")["status"] == "unreadable"


def test_a_skill_in_another_category(root: Path, run: Run, git: Git) -> None:
    git(root, "mv", FOLDER, "skills/coding-pdf-merge")
    (root / "skills/coding").mkdir()
    git(root, "mv", "skills/coding-pdf-merge", "skills/coding/pdf-merge")
    done = run(root, "diff", "pdf-merge")
    assert done.out.splitlines()[1:] == [f"moved from {FOLDER}/SKILL.md", "Nothing changed."]


def test_a_topic_is_compared_with_where_it_began(root: Path, run: Run, git: Git) -> None:
    git(root, "switch", "--quiet", "-c", "topic")
    change(root)
    git(root, "commit", "--quiet", "--all", "-m", "topic")
    git(root, "switch", "--quiet", "main")
    change(root, OLD.replace("Run ", "Call "))
    git(root, "commit", "--quiet", "--all", "-m", "main")
    git(root, "switch", "--quiet", "topic")
    done = run(root, "diff", "pdf-merge")
    assert "section changed: Merging" not in done.out
    assert "constraint removed" in done.out
    assert "Nothing changed." in run(root, "diff", "pdf-merge", "--base", "HEAD").out


# Branches.


def test_a_draft(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    for branch in ("skill/revise/pdf-merge/rules", "skill/new/csv-sort"):
        git(root, "switch", "--quiet", "-c", branch, "main")
        change(root)
        (root / "skills/data/csv-sort").mkdir(exist_ok=True)
        (root / "skills/data/csv-sort/SKILL.md").write_text(skill("csv-sort"))
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "-m", branch)
    git(root, "switch", "--quiet", "main")
    done = run(root, "diff", "skill/revise/pdf-merge/rules")
    assert done.out.startswith("data/pdf-merge: skill/revise/pdf-merge/rules, compared with main (")
    assert "constraint removed" in done.out
    told = run(root, "diff", "skill/new/csv-sort", "--json").json("diff")
    assert (told["status"], told["address"]) == ("added", "data/csv-sort")
    assert told["commit"] == git(root, "rev-parse", "skill/new/csv-sort")
    git(tmp_path, "clone", "--quiet", str(root), "clone")
    done = run(tmp_path / "clone", "diff", "origin/skill/revise/pdf-merge/rules")
    assert "constraint removed" in done.out


@pytest.mark.parametrize("bare", [True, False])
def test_a_draft_that_deletes(
    root: Path, run: Run, git: Git, tmp_path: Path, *, bare: bool
) -> None:
    git(root, "switch", "--quiet", "-c", "skill/revise/pdf-merge/gone")
    git(root, "rm", "--quiet", "-r", FOLDER)
    git(root, "commit", "--quiet", "-m", "x")
    git(root, "switch", "--quiet", "main")
    if bare:
        git(tmp_path, "clone", "--quiet", "--bare", str(root), "bare.git")
        root = tmp_path / "bare.git"
    done = run(root, "diff", "skill/revise/pdf-merge/gone")
    assert "It was deleted: skill/revise/pdf-merge/gone has none of it." in done.out


# What is refused.


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nothing", "there is no skill 'nothing' in the worktree"),
        ("skill/new/nothing", "there is no skill 'skill/new/nothing'"),
        ("skill/", "there is no skill"),
        ("-x", "No such option"),
        ("../elsewhere", "there is no skill"),
        ("a\x1b[2Jb", "there is no skill 'a\\x1b[2Jb'"),
        ("skills/data", "means 2 skills; name one: skills/data/csv-join, skills/data/pdf-merge"),
        (".", "means 2 skills"),
        ("", "'' means 2 skills"),
        ("x" * 5_000, "there is no skill"),
    ],
)
def test_a_name_that_means_no_skill(name: str, why: str, root: Path, run: Run) -> None:
    done = run(root, "diff", name)
    assert (done.code, done.out) == (2, "")
    assert why in done.err


def test_a_base_that_is_none(root: Path, run: Run, git: Git) -> None:
    assert "is not a commit" in run(root, "diff", "pdf-merge", "--base", "nowhere").err
    git(root, "switch", "--quiet", "--orphan", "other")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "x")
    git(root, "checkout", "--quiet", "main", "--", "skills")
    assert "main and HEAD have no common ancestor" in run(root, "diff", "pdf-merge").err


def test_without_a_commit(make_repo: MakeRepo, run: Run, tmp_path: Path) -> None:
    root = make_repo({})
    (root / "SKILL.md").write_text(skill("repo"))
    assert "no commit yet" in run(root, "diff", "repo").err
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "SKILL.md").write_text(skill("plain"))
    assert "is not in a git repository" in run(plain, "diff", ".").err


def test_colors_where_they_are_wanted(
    root: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(root)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[31m\x1b[1mmajor\x1b[0m" in run(root, "diff", "pdf-merge").out


def test_text_of_a_skill_cannot_act_on_a_terminal(root: Path, run: Run) -> None:
    change(root, OLD + "\n## A\x1b[2J\u202e title\n\ntext NEVER \x1b]8;;x\x07\n")
    done = run(root, "diff", "pdf-merge")
    assert "section added: A<U+001B>[2J<U+202E> title" in done.out
    assert "\x1b" not in done.out


def test_a_script_that_cannot_be_read_is_one(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({**FILES, f"{FOLDER}/SKILL.md": OLD, f"{FOLDER}/large.py": "#\n" * 600_000})
    script = root / FOLDER / "run.py"
    script.symlink_to("large.py")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "x")
    script.unlink()
    script.symlink_to("/etc/passwd")
    (root / FOLDER / "large.py").write_text("#\n" * 700_000)
    out = run(root, "diff", "pdf-merge").out
    assert "  patch  script changed: large.py\n  patch  script changed: run.py\n" in out
    script.unlink()
    assert "  major  script removed: run.py\n" in run(root, "diff", "pdf-merge").out
