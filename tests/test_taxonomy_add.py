"""`skillrepo taxonomy add`, on real repositories: on a branch, and with --here."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo
from content_repo import FILES, TAXONOMY, Run, everything, runner, skill, snapshot
from user_states import STATES

ADD = ("taxonomy", "add", "data/big-tables", "--purpose", "Sheets: CSV, TSV.", "--owner", "@t")
BRANCH = "skill/taxonomy/data-big-tables"
ENTRY = """\
    children:
      big-tables:
        title: Big tables
        description: "Sheets: CSV, TSV."
        owners: ["@t"]
"""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo({**FILES, "skills/data/pdf-merge/SKILL.md": skill()})


@pytest.mark.parametrize("options", FORMATS)
def test_on_a_branch(options: str, make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo(FILES, options=(options,))
    before = snapshot(root, written="skill/taxonomy/")
    shape = run(root, *ADD, "--json").json("taxonomy-add")
    assert snapshot(root, written="skill/taxonomy/") == before
    assert (shape["status"], shape["branch"], shape["title"]) == ("added", BRANCH, "Big tables")
    assert git(root, "rev-parse", BRANCH, f"{BRANCH}^").split() == [
        shape["commit"],
        git(root, "rev-parse", "main"),
    ]
    assert git(root, "diff", "--name-only", "main", BRANCH) == "taxonomy.yaml"
    assert git(root, "show", f"{BRANCH}:taxonomy.yaml") + "\n" == TAXONOMY + ENTRY
    assert git(root, "log", "-1", "--format=%B", BRANCH) == (
        "feat(taxonomy): add data/big-tables\n\nBig tables: Sheets: CSV, TSV.\n\nOwners: @t\n\n"
        "Skill-Category: data/big-tables\n"
    )
    git(root, "fsck", "--strict")


def test_here_and_dry_run(root: Path, run: Run, git: Git) -> None:
    before = everything(root)
    for more in ((), ("--here",)):
        done = run(root, *ADD, *more, "--dry-run")
        assert (done.code, done.out.splitlines()[-1]) == (0, "dry run: nothing was written")
    assert everything(root) == before
    index = (root / ".git/index").read_bytes()
    done = run(root, *ADD, "--here", "--title", "Sheets")
    assert (done.code, done.err) == (0, "")
    assert "written to taxonomy.yaml, not committed" in done.out
    text = (root / "taxonomy.yaml").read_text()
    assert text == TAXONOMY + ENTRY.replace("Big tables", "Sheets")
    assert (root / ".git/index").read_bytes() == index
    assert "there is a category data/big-tables already" in run(root, *ADD, "--here").err
    assert run(root, "taxonomy", "add", "more", "--purpose", "x", "--here").code == 0
    assert git(root, "diff", "--stat").endswith("8 insertions(+)")


def test_branch_goes_on(root: Path, run: Run) -> None:
    assert run(root, *ADD).code == 0
    below = ("taxonomy", "add", "data/big-tables/wide", "--purpose", "x", "--base", BRANCH)
    assert run(root, *below).code == 0
    (draft, second) = run(root, "drafts", "--json").json("drafts")["drafts"]
    assert (draft["branch"], draft["kind"], draft["address"]) == (BRANCH, "taxonomy", None)
    assert draft["gate"] == second["gate"] == {"errors": 0, "warnings": 0, "infos": 0}
    assert f"{BRANCH} changes a category" in run(root, "show", BRANCH).err
    done = run(root, "promote", "skill/taxonomy/data-big-tables-wide", "--drop")
    assert (done.code, done.err) == (0, "")
    assert "wide" in run(root, "taxonomy", "tree").out
    assert run(root, "drop", BRANCH).code == 0


def test_taxonomy_that_is_broken_is_not_promoted(root: Path, run: Run, git: Git) -> None:
    assert run(root, *ADD).code == 0
    git(root, "switch", "--quiet", BRANCH)
    (root / "taxonomy.yaml").write_text(TAXONOMY.replace("[documents]", "[coding]"))
    git(root, "commit", "--quiet", "--all", "-m", "x")
    git(root, "switch", "--quiet", "main")
    assert "gate fails with 1 error" in run(root, "drafts").out
    done = run(root, "promote", BRANCH)
    assert done.code == 1
    assert "T101 taxonomy-valid: the alias `coding` of `data` is taken" in done.out
    git(root, "switch", "--quiet", BRANCH)
    (root / "taxonomy.yaml").write_bytes(b"\xff")
    git(root, "commit", "--quiet", "--all", "-m", "x")
    git(root, "switch", "--quiet", "main")
    done = run(root, "promote", BRANCH)
    assert done.code == 1
    assert "is not UTF-8" in done.out


@pytest.mark.parametrize(
    ("category", "more", "why"),
    [
        ("data", (), "there is a category data already"),
        ("documents", (), "documents is a former address of data"),
        ("documents/x", (), "it is now data, so write data/x"),
        ("nowhere/x", (), "skillrepo taxonomy add nowhere"),
        ("coding/testing/a/b", (), "there is no category 'coding/testing/a'"),
        ("Data", (), "are the same where case does not count"),
        ("data/pdf-merge", (), "it belongs to the skill skills/data/pdf-merge/SKILL.md"),
        ("../x", (), "a part that is `.` or `..`"),
        ("a b\n", (), "an invisible character"),
        ("data/-x", (), "begins with `-`"),
        ("", (), "the path is empty"),
        ("x", ("--owner", "@a\n@b"), "is not a line of text"),
        ("x", ("--title", ""), "is not a line of text"),
        ("x", ("--base", "nowhere"), "is not a commit of this repository"),
    ],
)
def test_refusals(category: str, more: tuple[str, ...], why: str, root: Path, run: Run) -> None:
    before = everything(root)
    done = run(root, "taxonomy", "add", category, "--purpose", "x", *more)
    assert done.code == 2
    assert why in done.err
    assert done.err.count("\n") == 1
    assert everything(root) == before


def test_too_deep_and_a_branch_that_is_there(root: Path, run: Run, git: Git) -> None:
    (root / "taxonomy.yaml").write_text(TAXONOMY + "max_depth: 2\n")
    git(root, "commit", "--quiet", "--all", "-m", "x")
    done = run(root, "taxonomy", "add", "coding/testing/fast", "--purpose", "x")
    assert "3 categories deep; `max_depth` in taxonomy.yaml is 2" in done.err
    assert run(root, *ADD).code == 0
    assert f"the branch {BRANCH} exists: promote it" in run(root, *ADD).err


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_user_state_is_untouched(
    state: Callable[[Path, Git], Path], root: Path, run: Run, git: Git, tmp_path: Path
) -> None:
    place = state(root, git)
    roots = [each for each in (root, tmp_path / "linked") if each.exists()]
    before = snapshot(*roots, written="skill/taxonomy/")
    done = run(place, *ADD)
    assert (done.code, done.err) == (0, "")
    assert snapshot(*roots, written="skill/taxonomy/") == before
