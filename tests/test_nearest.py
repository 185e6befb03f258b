from pathlib import Path

import pytest
from conftest import MakeRepo
from content_repo import FILES, skill

from skillrepo import nearest
from skillrepo.context import Context
from skillrepo.draft import Neighbour
from skillrepo.files import Folder
from skillrepo.nearest import Nearest

MERGE = Neighbour("data/pdf-merge", "Merges PDF files.")
CLEAN = Neighbour("data/csv-clean", "Cleans tables.")
REPORT = Neighbour("coding/pdf-report", "Writes reports of what was tested.")
SKILLS = (MERGE, CLEAN, REPORT)


def test_the_nearest_comes_first() -> None:
    found = Nearest(SKILLS)
    assert found.to("merge two PDFs") == (MERGE, REPORT)
    assert found.to("merge two PDFs", 1) == (MERGE,)
    assert found.to("clean a table of test reports")[0] == CLEAN
    assert found.to("the of") == ()
    assert Nearest(()).to("merge") == ()


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    broken = {"skills/data/broken/SKILL.md": "no frontmatter"}
    skills = {"skills/data/pdf-merge/SKILL.md": skill(), "elsewhere/x/SKILL.md": skill("x")}
    return make_repo({**FILES, **skills, **broken})


def test_of_a_repository(root: Path) -> None:
    found = Nearest.of(Context.of(Folder(root))).to("Merge PDF files")
    about = "Merges PDF files. Use when PDF files are to become one."
    assert Neighbour("data/pdf-merge", about) in found
    assert all("broken" not in each.address for each in found)


def test_of_very_many_the_names_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "_MOST_READ", 1)
    found = Nearest.of(Context.of(Folder(root))).to("Merge PDF files")
    assert found == (Neighbour("data/pdf-merge", ""),)
