from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, TAXONOMY, Run, everything, runner, skill

SKILLS = {
    **FILES,
    "skills/data/pdf-merge/SKILL.md": skill(),
    "skills/coding/testing/fix-tests/SKILL.md": skill("fix-tests"),
}


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(SKILLS)


# taxonomy check


def test_check_of_a_sound_tree(root: Path, run: Run) -> None:
    done = run(root, "taxonomy", "check")
    assert (done.code, done.err) == (0, "")
    assert done == run(root / "skills/data", "taxonomy", "check")
    assert run(root, "taxonomy", "check", "--json").json("report")["findings"] == []


def test_check_reports_places_and_nothing_else(root: Path, run: Run) -> None:
    for folder in ("nowhere", "documents"):
        (root / "skills" / folder / folder).mkdir(parents=True)
        (root / "skills" / folder / folder / "SKILL.md").write_text(
            skill(folder, body="# A\n\n# B\n")
        )
    before = everything(root / "skills")
    done = run(root, "taxonomy", "check")
    assert done.code == 1
    assert "skills/nowhere/nowhere/SKILL.md:1:1: error T102 known-category: " in done.out
    assert "skills/documents/documents/SKILL.md:1:1: error T104 canonical-category: " in done.out
    report = run(root, "taxonomy", "check", "--json")
    assert report.code == 1
    assert {each["code"] for each in report.json("report")["findings"]} == {"T102", "T104"}
    assert everything(root / "skills") == before


def test_check_of_a_broken_taxonomy_says_where(root: Path, run: Run) -> None:
    (root / "taxonomy.yaml").write_text(TAXONOMY.replace("[documents]", "[coding]"))
    done = run(root, "taxonomy", "check")
    assert done.code == 1
    assert "taxonomy.yaml:10:1: error T101 taxonomy-valid: the alias `coding` of `data`" in done.out


def test_check_without_a_taxonomy(root: Path, run: Run, git: Git) -> None:
    git(root, "rm", "--quiet", "taxonomy.yaml")
    done = run(root, "taxonomy", "check")
    assert (done.code, done.out) == (2, "")
    assert "there is no taxonomy.yaml here; `skillrepo init` writes one" in done.err
